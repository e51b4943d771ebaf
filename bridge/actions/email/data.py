"""The DATA of a mail (RFC 5321, 4.1.1.4), sent in pieces, for the sake of the event loop and of slow uplinks.

The library would rewrite and encrypt the whole message in one go, some 20 ms a megabyte on a fast
machine during which no alarm is seen, and would give the network one command's time to accept it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bridge.actions.attempt import AttemptLimits
from bridge.errors import ActionFailed

if TYPE_CHECKING:
    from aiosmtplib import SMTPResponse
    from aiosmtplib.protocol import SMTPProtocol

_PIECE_BYTES = 32_768


def stuffed(message: bytes) -> bytes:
    """Returns a message of CR LF lines as DATA sends it: leading dots doubled, with the end mark."""
    end = b"" if message.endswith(b"\r\n") else b"\r\n"
    return (b"\r\n" + message).replace(b"\r\n.", b"\r\n..")[2:] + end + b".\r\n"


async def hand_over(
    writer: asyncio.StreamWriter, protocol: SMTPProtocol, content: bytes, *, limits: AttemptLimits
) -> SMTPResponse:
    """Writes `content`, the result of `stuffed`; called after the server's 354. Returns the server's verdict.

    Raises:
        ActionFailed: the network accepts no piece for `step_s`, or the verdict does not come within `verdict_s`.
        aiosmtplib.SMTPException: the connection is lost; or OSError.
    """
    try:
        async with asyncio.TaskGroup() as group:
            # Listening from the first piece on: a server may refuse half-way.
            verdict = group.create_task(protocol.read_response(), name="mail verdict")
            with contextlib.suppress(ConnectionError):  # the verdict then raises the same, or has the reason
                await _write(writer, content, verdict, limits.step_s)
            with _timeout_as(f"no answer within {limits.verdict_s:g} s"):
                async with asyncio.timeout(limits.verdict_s):
                    return await verdict
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _write(
    writer: asyncio.StreamWriter, content: bytes, verdict: asyncio.Task[SMTPResponse], step_s: float
) -> None:
    """Writes the content piece by piece, until the verdict has come.

    Raises ActionFailed if the network accepts nothing.
    """
    for start in range(0, len(content), _PIECE_BYTES):
        if verdict.done():
            return
        writer.write(content[start : start + _PIECE_BYTES])
        with _timeout_as(f"the network took nothing for {step_s:g} s"):
            async with asyncio.timeout(step_s):
                await writer.drain()
        await asyncio.sleep(0)  # drain does not give way while the network keeps up


@contextlib.contextmanager
def _timeout_as(reason: str) -> Iterator[None]:
    """Raises ActionFailed with `reason` in place of a TimeoutError of the `with` block."""
    try:
        yield
    except TimeoutError:
        raise ActionFailed(reason) from None
