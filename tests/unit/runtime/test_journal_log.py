"""The journal in plain words, and logs that hold no flood."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from bridge.core.journal import JournalEntry
from bridge.runtime import log_setup as logs
from bridge.runtime.journal_log import A_SECOND, BURST, JournalLog


def entry(kind, **fields):
    return JournalEntry(seq=1, id="b-1", boot="b", kind=kind, time=datetime(2026, 1, 1, tzinfo=UTC), **fields)


def test_a_flood_is_cut_short_and_counted(caplog):
    caplog.set_level(logging.INFO)
    time = [0.0]
    log = JournalLog(lambda: time[0])
    for _ in range(BURST + 200):
        log.write(entry("alarm_begin", input="door"))
    assert len(caplog.messages) == BURST
    time[0] += 2 / A_SECOND
    log.write(entry("stop"))
    assert caplog.messages[-2:] == ["and 200 more, all of them in the journal", "stopped; every output is idle"]


def test_json_lines_are_one_object_each(capsys):
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        logs.set_up(level="info", style="json")
        logging.getLogger("x").info("two\nlines")
        try:
            raise KeyError("gone")
        except KeyError:
            logging.getLogger("x").exception("failed")
    finally:
        root.handlers[:], root.level = before
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"], first["message"]) == ("info", "x", "two\nlines")
    assert "KeyError" in second["traceback"]
