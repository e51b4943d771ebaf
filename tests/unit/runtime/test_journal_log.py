"""The journal in plain words, and logs that hold no flood."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from bridge.core.journal import JournalEntry
from bridge.runtime import log_setup as logs
from bridge.runtime.journal_log import MOST_A_WINDOW, JournalLog


def entry(kind, **fields):
    return JournalEntry(seq=1, id="b-1", boot="b", kind=kind, time=datetime(2026, 1, 1, tzinfo=UTC), **fields)


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_of_a_flood_the_first_are_logged_and_the_others_counted_once_a_minute_by_kind_and_terminal(caplog):
    caplog.set_level(logging.INFO)
    clock = Clock()
    log = JournalLog(clock)
    for _ in range(600):
        log.write(entry("alarm_begin", input="door"))
        log.write(entry("alarm_end", input="door"))
        clock.now += 0.1
    clock.now += 1
    log.write(entry("output_on", output="siren"))
    assert len(caplog.messages) == 2 * MOST_A_WINDOW + 2 + 1
    assert caplog.messages[-3:] == [
        "door: alarm begins, 590 more since the last such line; the journal has each",
        "door: alarm ends, 590 more since the last such line; the journal has each",
        "siren: on",
    ]


def test_an_hour_of_chatter_is_some_lines_a_minute_and_each_entry_is_logged_or_counted(caplog):
    caplog.set_level(logging.INFO)
    clock = Clock()
    log = JournalLog(clock)
    for _ in range(3600 * 2):
        log.write(entry("alarm_begin", input="door"))
        clock.now += 0.5
    log.write(entry("stop"))
    lines = [line for line in caplog.messages if line.startswith("door: ")]
    assert len(lines) <= 60 * (MOST_A_WINDOW + 1)
    counted = sum(int(line.split(", ")[1].split()[0]) for line in lines if " more " in line)
    assert counted + sum(" more " not in line for line in lines) == 7200


def test_a_warning_is_never_left_out(caplog):
    caplog.set_level(logging.INFO)
    log = JournalLog(Clock())
    for _ in range(200):
        log.write(entry("alarm_begin", input="door"))
        log.write(entry("fault", input="window", cause="line_fault"))
    assert sum(record.levelno == logging.WARNING for record in caplog.records) == 200


def test_one_terminal_that_floods_leaves_the_lines_of_the_others(caplog):
    caplog.set_level(logging.INFO)
    log = JournalLog(Clock())
    for _ in range(1000):
        log.write(entry("alarm_begin", input="loose"))
    for kind in ("alarm_begin", "alarm_end"):
        log.write(entry(kind, input="door"))
    assert caplog.messages[-2:] == ["door: alarm begins", "door: alarm ends"]


def test_what_was_left_out_is_counted_before_the_end(caplog):
    caplog.set_level(logging.INFO)
    log = JournalLog(Clock())
    for _ in range(MOST_A_WINDOW + 5):
        log.write(entry("alarm_begin", input="door"))
    log.write(entry("stop"))
    assert caplog.messages[-2:] == [
        "door: alarm begins, 5 more since the last such line; the journal has each",
        "stopped; every output is idle",
    ]


def test_at_warning_nothing_of_a_flood_is_counted_as_left_out(caplog):
    caplog.set_level(logging.WARNING)
    log = JournalLog(Clock())
    for _ in range(MOST_A_WINDOW + 5):
        log.write(entry("alarm_begin", input="door"))
    log.write(entry("stop"))
    assert caplog.messages == []


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
