"""Advice in a failure when `security` and the server's port do not belong together, for mail and upload."""

from __future__ import annotations

import asyncio
import re
import ssl
from dataclasses import dataclass
from typing import Protocol

from bridge.errors import ActionError, ActionRefused
from bridge.system.tcp import connect_tcp
from bridge.system.tls import is_no_tls, probe_context

_PROBE_S = 3.0
_HAS_CODE = re.compile(r": [1-5]\d\d\b")
"""An answer of the protocol: it came without TLS."""


class _Server(Protocol):
    """The part of the settings that says where the server is."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def security(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityAdvice:
    """The words of one channel: its setting, the setting's values, and the protocol's command that begins TLS.

    `port` is the registered port of TLS from the first byte.
    """

    setting: str
    from_the_first_byte: str
    upgraded: str
    command: str
    port: int

    @property
    def upgrade(self) -> str:
        """Advice for a server that wants TLS on an open connection."""
        return f"set {self.setting} to {self.upgraded}"

    @property
    def no_upgrade(self) -> str:
        """Advice for a server, or something in between, without the command that begins TLS."""
        return (
            f"nothing is sent without TLS: set {self.setting} to {self.from_the_first_byte} if the server has TLS from "
            f"the first byte (port {self.port}), to none only in a network that you trust"
        )

    async def explained(self, error: ActionError, server: _Server, *, reached: bool, limit_s: float) -> ActionError:
        """Returns a failure to connect with advice on `security`, or as it is if `security` is not the cause.

        `reached`: the server accepted the TCP connection. A server that then stays silent is probed, within `limit_s`,
        for TLS from the first byte.
        """
        if server.security == self.from_the_first_byte:
            if is_no_tls(str(error)):
                found = "the server has no TLS from the first byte there"
                return refused_with(error, f"{found}: {self.upgrade}, or the port to {self.port}")
            return error
        if (
            reached
            and not _HAS_CODE.search(str(error))
            and await speaks_tls(server.host, server.port, limit_s=min(limit_s, _PROBE_S))
        ):
            advice = (
                f"the server speaks TLS from the first byte there: set {self.setting} to {self.from_the_first_byte}"
            )
            return ActionRefused(f"{error}; {advice}")
        return error


def refused_with(error: ActionError, advice: str) -> ActionRefused:
    """Returns a failure as an ActionRefused, with advice: it lasts until somebody follows that."""
    return ActionRefused(f"{error}; {advice}")


async def speaks_tls(host: str, port: int, *, limit_s: float) -> bool:
    """Returns whether a server answers the first message of TLS by TLS, be it by a refusal; nothing else is sent.

    False also if it cannot be reached, or does not answer within `limit_s`.
    """
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(limit_s):
            _, writer = await asyncio.open_connection(
                sock=await connect_tcp(host, port), ssl=probe_context(), server_hostname=host
            )
    except ssl.SSLError as error:
        return not is_no_tls(str(error)) and "EOF" not in str(error)
    except OSError:
        return False
    finally:
        if writer is not None:
            writer.transport.abort()
    return True
