"""The log while nobody takes it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from bridge.runtime import log_setup as logs


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard error is a pipe; this is its other end, which nobody reads."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    read_end, write_end = os.pipe()
    with os.fdopen(write_end, "w", buffering=1) as stderr:
        monkeypatch.setattr("sys.stderr", stderr)
        logs.set_up(level="info", style="console")
        yield read_end
        root.handlers[:], root.level = before
        os.close(read_end)


@pytest.mark.timeout(20)
def test_a_log_that_nobody_takes_holds_nobody_up_and_says_later_what_it_left_out(unread: int) -> None:
    log = logging.getLogger("x")
    for number in range(5000):
        log.info("line %d", number)
    before = os.read(unread, 1_000_000)
    log.info("it goes on")
    after = os.read(unread, 1_000_000).decode().splitlines()
    left_out = 5000 - before.count(b"\n")
    assert left_out > 1000
    assert after[0].endswith("it goes on")
    assert after[1].endswith(f"the log could not be written; {left_out} lines are left out")
