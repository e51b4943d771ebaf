"""Connects a socket to the broker: TCP, TLS or Unix; never blocks the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable
from ipaddress import ip_address

from bridge.core.definitions.settings import MqttSettings, TlsSettings
from bridge.errors import BrokerError, TlsFileError
from bridge.system.tcp import connect_address, connect_tcp
from bridge.system.tls import client_context, tls_problem

HANDSHAKE_S = 15.0
UNIX = "unix:"
PLAIN_PORT = 1883
TLS_PORT = 8883


def port_of(settings: MqttSettings) -> int:
    """Returns the port of the settings, else the usual one with or without TLS."""
    return settings.port or (TLS_PORT if settings.tls else PLAIN_PORT)


def address_of(settings: MqttSettings) -> str:
    """Returns the broker's address as text, for log lines and errors."""
    return settings.host if settings.host.startswith(UNIX) else f"{settings.host}:{port_of(settings)}"


def is_local(settings: MqttSettings) -> bool:
    """Returns whether the broker's host is this machine for sure: a Unix socket, `localhost` or a loopback address."""
    if settings.host.startswith(UNIX) or settings.host == "localhost":
        return True
    try:
        return ip_address(settings.host).is_loopback
    except ValueError:
        return False


async def connect_socket(settings: MqttSettings) -> socket.socket:
    """Connects to the broker, and with TLS shakes hands; a Unix socket has no TLS, since its peer is this machine.

    Returns:
        A connected, non-blocking socket.

    Raises:
        BrokerError: with the broker's address and the reason.
    """
    try:
        if settings.host.startswith(UNIX):
            return await connect_address(socket.AF_UNIX, settings.host.removeprefix(UNIX))
        plain = await connect_tcp(settings.host, port_of(settings))
        # Small publishes must not wait for the acknowledgement of the one before (40 ms a time).
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if settings.tls is None:
            return plain
        return await _secured(plain, settings.host, settings.tls)
    except TimeoutError:
        message = f"{address_of(settings)} does not answer"
        raise BrokerError(message) from None
    except TlsFileError as error:
        message = f"{address_of(settings)}: {error}"
        raise BrokerError(message) from error
    except ssl.SSLError as error:
        raise BrokerError(tls_problem(error, server=address_of(settings)).message) from error
    except ConnectionRefusedError as error:
        message = (
            f"nobody listens at {address_of(settings)}: is the broker running, and is mqtt.host and mqtt.port right?"
        )
        raise BrokerError(message) from error
    except (OSError, ValueError) as error:
        # ValueError: host names that cannot be encoded.
        message = f"{address_of(settings)}: {_in_words(error)}"
        raise BrokerError(message) from error


def _in_words(error: OSError | ValueError) -> str:
    """Returns the reason of an error without its number, and without the address that asyncio puts in its place."""
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno)
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


async def _secured(plain: socket.socket, host: str, tls: TlsSettings) -> socket.socket:
    """Returns a TLS socket around `plain` after the handshake; `plain` is closed if that fails.

    Reads the certificates beside the loop: those of the system take a slow board a tenth of a second.

    Raises:
        TlsFileError: a file of the settings cannot be used.
        OSError: the handshake failed (ssl.SSLError), or took too long (TimeoutError).
    """
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            context = await asyncio.to_thread(
                client_context, tls.ca_file, cert_file=tls.cert_file, key_file=tls.key_file
            )
            secure = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
    except BaseException:
        plain.close()
        raise
    try:
        async with asyncio.timeout(HANDSHAKE_S):
            await _shake_hands(secure)
    except BaseException:
        secure.close()
        raise
    return secure


async def _shake_hands(secure: ssl.SSLSocket) -> None:
    """Completes the TLS handshake of a non-blocking socket. Raises OSError if it fails."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            secure.do_handshake()
        except ssl.SSLWantReadError:
            await _ready(loop.add_reader, loop.remove_reader, secure.fileno())
        except ssl.SSLWantWriteError:
            await _ready(loop.add_writer, loop.remove_writer, secure.fileno())
        else:
            return


async def _ready(watch: Callable[..., object], forget: Callable[[int], object], descriptor: int) -> None:
    """Waits until the event loop reports a descriptor.

    `watch` and `forget` are its functions for reading or writing.
    """
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def tell() -> None:
        if not ready.done():
            ready.set_result(None)

    watch(descriptor, tell)
    try:
        await ready
    finally:
        forget(descriptor)
