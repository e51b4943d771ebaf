"""The checker's process: requests on standard input, answers on standard output, until the input is closed.

Whoever else writes to standard output, a library or a traceback, writes to standard error: the answers keep their
descriptor to themselves. A terminal's Ctrl-C is the daemon's to answer; this process ends with its input.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from typing import Any, BinaryIO

from bridge.settings.checker.messages import Message, decoded, encoded
from bridge.settings.checker.work import Checker

_FIRST_TO_GO = "0"
"""For the kernel when memory is short: this process rather than the daemon, which may be protected."""


class Records(logging.Handler):
    """Keeps the log's records for the answer: the daemon alone writes the log."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[list[Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps one record."""
        self.kept.append([record.name, record.levelno, record.getMessage()])

    def taken(self) -> list[list[Any]]:
        """Returns the records since the last call."""
        taken, self.kept = self.kept, []
        return taken


def serve(requests: BinaryIO, answers: BinaryIO, checker: Checker) -> None:
    """Answers each request until there are no more."""
    records = Records()
    logging.getLogger().addHandler(records)
    logging.getLogger().setLevel(logging.INFO)
    for line in requests:
        try:
            answer: Message = checker.answer(decoded(line))
        except Exception as error:  # noqa: BLE001 - reported to the daemon, which logs it
            answer = {"failed": _where(error)}
        answers.write(encoded({**answer, "log": records.taken()}))
        answers.flush()


def _where(error: Exception) -> str:
    """Returns where a fault of the program is, without its message: that may quote a value."""
    import traceback  # noqa: PLC0415 - a start waits for this process

    frames = traceback.extract_tb(error.__traceback__)
    return "; ".join(
        [type(error).__name__, *(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-5:])]
    )


def main(checker: Checker | None = None) -> None:
    """Serves standard input and output."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:  # noqa: PTH123 - a file of the kernel
            score.write(_FIRST_TO_GO)
    except OSError:
        pass  # another kernel, or already more likely to go
    try:
        serve(sys.stdin.buffer, answers, checker or Checker())
    except BrokenPipeError:
        os._exit(0)  # the daemon is gone


if __name__ == "__main__":
    main()
