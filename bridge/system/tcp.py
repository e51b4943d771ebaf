"""TCP connections to a host that may have several addresses, without blocking the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from ipaddress import ip_address
from typing import Any

ADDRESS_LIMIT_S = 10.0

Address = tuple[Any, ...] | str


async def connect_tcp(host: str, port: int, *, address_limit_s: float = ADDRESS_LIMIT_S) -> socket.socket:
    """Returns a connected, non-blocking socket to the first address of `host` that accepts.

    The addresses are tried one after the other, each for `address_limit_s`: an address that swallows packets (IPv6 at
    home is the usual one) must not hide the next.

    Raises:
        OSError: no address accepts (the error of the last), or the name cannot be resolved.
        UnicodeError: `host` cannot be a name.
    """
    last: OSError = ConnectionError("the host has no address")
    for family, address in await _addresses(host, port):
        try:
            return await connect_address(family, address, limit_s=address_limit_s)
        except OSError as error:
            last = error
    try:
        raise last
    finally:
        del last  # else the error and this frame hold each other, and all that is below them


async def connect_address(family: int, address: Address, *, limit_s: float = ADDRESS_LIMIT_S) -> socket.socket:
    """Returns a connected, non-blocking stream socket to one address: host and port, or the path of a Unix socket.

    Raises:
        OSError: the address refuses, or does not answer within `limit_s` (`TimeoutError`).
    """
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(0)
    try:
        async with asyncio.timeout(limit_s):
            await asyncio.get_running_loop().sock_connect(connection, address)
    except OSError as error:
        connection.close()
        if error.errno is None:
            raise
        # asyncio's words for it are about its own call, and name the address once more.
        raise OSError(error.errno, os.strerror(error.errno)) from error
    except BaseException:
        connection.close()
        raise
    return connection


async def _addresses(host: str, port: int) -> list[tuple[int, Address]]:
    """Returns family and address of each address of `host`, in the resolver's order.

    A numeric host is its own address, so the resolver's thread is not needed. Raises OSError for an unknown name.
    """
    try:
        number = ip_address(host)
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _, _, _, address in found]
    return [(socket.AF_INET if number.version == 4 else socket.AF_INET6, (host, port))]  # noqa: PLR2004 - IPv4
