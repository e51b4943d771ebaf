"""A TCP connection to a host that may have several addresses."""

from __future__ import annotations

import asyncio
import socket

ADDRESS_LIMIT_S = 10.0


async def dial(host: str, port: int, *, address_limit_s: float = ADDRESS_LIMIT_S) -> socket.socket:
    """A connected, non-blocking socket; each of the host's addresses is tried for so long.

    One address that swallows packets (IPv6 at home is the usual one) must not hide the next.
    Raises the last address's `OSError`; `UnicodeError` when the host cannot be a name.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    last: OSError = ConnectionError("the host has no address")
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)  # noqa: FBT003 - the socket's own signature
        try:
            async with asyncio.timeout(address_limit_s):
                await loop.sock_connect(connection, address)
        except OSError as error:
            connection.close()
            last = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise last
