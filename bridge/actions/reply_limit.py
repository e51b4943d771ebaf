"""Limits of one answer of a mail or FTP server, and the words for an answer beyond them.

A broken or hostile server may send lines without an end. Reading stops at these limits, so that memory
grows by some tens of kilobytes and the connection is closed. aiosmtplib counts for itself, in its
protocol: 8 kB a line and 32 kB an answer. `tests/e2e/test_endless_answers.py` holds both channels to the same.
"""

from __future__ import annotations

from bridge.errors import ActionFailed

LONGEST_LINE_BYTES = 8192
LONGEST_REPLY_BYTES = 65_536
SHORTEST_COUNTED_BYTES = 64
"""Size that a shorter line counts as: it limits the lines of an answer to 1,024, and with them the work."""

MEANINGLESS = "the server's answer makes no sense"
ENDLESS = f"{MEANINGLESS}: it has no end"


class ReplyLimit:
    """Counter of the bytes of one answer, its preliminary answers included."""

    def __init__(self) -> None:
        self._bytes = 0

    def restart(self) -> None:
        """Begins the count of a new answer."""
        self._bytes = 0

    def count(self, line: bytes) -> None:
        """Adds a line. Raises `ActionFailed` if the answer is too long."""
        self._bytes += max(len(line), SHORTEST_COUNTED_BYTES)
        if self._bytes > LONGEST_REPLY_BYTES:
            raise ActionFailed(ENDLESS)
