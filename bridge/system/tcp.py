"""TCP connections to a host that may have several addresses, without blocking the event loop."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from typing import Any

ADDRESS_LIMIT_S = 10.0

Address = tuple[Any, ...] | str


async def connect_tcp(host: str, port: int, *, address_limit_s: float = ADDRESS_LIMIT_S) -> socket.socket:
    """Connects to the first address of the host that accepts; each is tried for `address_limit_s`.

    One address that swallows packets (IPv6 at home is the usual one) must not hide the next.

    Returns:
        A connected, non-blocking socket.

    Raises:
        OSError: the reason of the last address.
        UnicodeError: the host cannot be a name.
    """
    last: OSError = ConnectionError("the host has no address")
    for family, address in await _addresses(host, port):
        try:
            return await connect_address(family, address, limit_s=address_limit_s)
        except OSError as error:
            last = error
    raise last


async def connect_address(family: int, address: Address, *, limit_s: float = ADDRESS_LIMIT_S) -> socket.socket:
    """Connects a stream socket to one address: host and port, or the path of a Unix socket.

    Returns:
        A connected, non-blocking socket.

    Raises:
        OSError: refused, or a `TimeoutError` after `limit_s`.
    """
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(0)
    try:
        async with asyncio.timeout(limit_s):
            await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


async def _addresses(host: str, port: int) -> list[tuple[int, Address]]:
    """Returns family and address of each address; a number is not asked of the name service's thread."""
    try:
        number = ip_address(host)
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return [(family, address) for family, _, _, _, address in found]
    return [(socket.AF_INET if number.version == 4 else socket.AF_INET6, (host, port))]  # noqa: PLR2004 - IPv4
