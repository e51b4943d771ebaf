"""The program's own log: for a console, or one JSON object a line."""

from __future__ import annotations

import json
import logging
import select
import sys
from datetime import UTC, datetime
from typing import TextIO

from bridge.text.json_text import instant


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Returns the record as a line of JSON: `time`, `level`, `logger`, `message`; `traceback` for an exception."""
        line = {
            "time": instant(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class _NeverWaiting(logging.StreamHandler[TextIO]):
    """Drops and counts lines while the stream is blocked: a log that is stopped must not stop the alarms.

    A terminal on which Ctrl-S was pressed and a pipe that is not read would block the writer.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._left_out = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a line, or counts it as dropped while the stream is blocked.

        The next line that fits reports the count.
        """
        if not _takes_more(self.stream):
            self._left_out += 1
            return
        super().emit(record)
        if self._left_out:
            left_out, self._left_out = self._left_out, 0
            logging.getLogger("alarm2mqtt").warning("the log could not be written; %d lines are left out", left_out)


def _takes_more(stream: TextIO) -> bool:
    """Returns whether some lines can be written without waiting; True for a stream that is no file."""
    try:
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        return bool(poll.poll(0))
    except (OSError, ValueError):  # no file at all
        return True


def set_up(*, level: str, style: str) -> None:
    """Replaces the handlers of the root logger by one on standard error, at `level`; `style` is `console` or `json`."""
    handler = _NeverWaiting(sys.stderr)
    plain = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
    handler.setFormatter(_JsonLines() if style == "json" else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
