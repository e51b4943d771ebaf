"""Whether anything of a camera answers: its pages, its stream, its device file."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bridge.errors import ActionError
from bridge.system.http.exchange import ClosedEarly, Exchange
from bridge.system.tcp import connect_tcp
from bridge.system.tls import probe_context

ANSWER_S: Final = 2.0
_PORTS: Final = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


async def anything_answers(addresses: Iterable[str]) -> bool:
    """Returns whether one of the addresses answers within `ANSWER_S`, whatever it answers; all are asked at once."""
    return any(await asyncio.gather(*(_answers(each) for each in addresses)))


async def _answers(address: str) -> bool:
    if address.lower().startswith("v4l2:"):
        return Path(address[5:]).exists()  # noqa: ASYNC240 - a device file, in memory
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme.lower(), parts.hostname or ""
        port = parts.port or _PORTS.get(scheme, 80)
        async with asyncio.timeout(ANSWER_S):
            return await (_speaks_rtsp if scheme.startswith("rtsp") else _speaks_http)(scheme, host, port)
    except ssl.SSLError:
        return True  # whoever speaks TLS badly is there
    except (OSError, ValueError):  # a time-out is an OSError, a host that is no name a ValueError
        return False


async def _speaks_http(scheme: str, host: str, port: int) -> bool:
    exchange = await Exchange.open(host, port, context=probe_context() if scheme == "https" else None)
    try:
        await exchange.request("HEAD", "/", [("Host", host.encode("idna"))])
    except ClosedEarly:
        return False
    except ActionError:
        return True
    finally:
        exchange.close()
    return True


async def _speaks_rtsp(scheme: str, host: str, port: int) -> bool:
    connection = await connect_tcp(host, port, address_limit_s=ANSWER_S)
    tls = probe_context() if scheme == "rtsps" else None
    try:
        reader, writer = await asyncio.open_connection(sock=connection, ssl=tls, server_hostname=host if tls else None)
    except BaseException:
        connection.close()
        raise
    try:
        writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        return await reader.read(1) != b""
    finally:
        writer.transport.abort()
