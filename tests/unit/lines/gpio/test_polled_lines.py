"""Inputs of a chip without an interrupt, from the driver's outside; the fake kernel refuses their edges."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest
from contract.line_rigs import Seen
from fakes.fake_kernel import FakeKernel, FakePolledChip
from words.waiting import until, wait_until

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.core.facts import LineChanged, LineLost
from bridge.lines.gpio.driver import GpiodLines
from bridge.lines.gpio.polled_lines import PERIOD_S

LOW, HIGH = Level.LOW, Level.HIGH


def made(*terminals: str) -> tuple[FakeKernel, Seen, GpiodLines]:
    """A driver with these inputs, whose chip has no interrupt."""
    kernel, seen = FakeKernel(), Seen()
    kernel.without_interrupt.update(terminals)
    lines = GpiodLines(kernel=kernel)
    for terminal in terminals:
        lines.request_input(InputSettings(id=terminal))
    return kernel, seen, lines


def chip_of(kernel: FakeKernel) -> FakePolledChip:
    assert kernel.polled_chip is not None
    return kernel.polled_chip


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "polled lines"]


@pytest.fixture(autouse=True)
def all_threads_end() -> Iterator[None]:
    """Each test closes its lines; then no thread reads any more."""
    assert threads() == []
    yield
    wait_until(lambda: threads() == [], what="the end of all threads")


async def reads(chip: FakePolledChip, count: int) -> None:
    """Wait until so many further reads began."""
    wanted = len(chip.reads) + count
    await until(lambda: len(chip.reads) >= wanted, what="a further read")


async def test_the_level_comes_first_and_each_change_with_the_time_of_its_read() -> None:
    kernel, seen, lines = made("door")
    lines.start(seen)
    assert seen.words("door") == ["found", "high"]
    before = time.monotonic()
    for level, words in ((LOW, ["found", "high", "low"]), (HIGH, ["found", "high", "low", "high"])):
        kernel.outside("door", level)
        await until(lambda words=words: seen.words("door") == words)  # type: ignore[misc]
    stamps = [fact.at for fact in seen.facts if isinstance(fact, LineChanged)][1:]
    assert before <= stamps[0] < stamps[1] <= time.monotonic()
    assert stamps[1] - stamps[0] >= PERIOD_S / 2
    lines.close()


async def test_a_change_from_before_the_start_is_reported_after_it() -> None:
    kernel, seen, lines = made("door")
    kernel.outside("door", LOW)
    assert threads() == []
    lines.start(seen)
    await until(lambda: seen.words("door") == ["found", "high", "low"])
    lines.close()


async def test_all_lines_of_a_chip_are_read_in_one_call_every_period() -> None:
    kernel, seen, lines = made("door", "window", "gate")
    lines.start(seen)
    assert len(threads()) == 1
    began = time.monotonic()
    await reads(chip_of(kernel), 5)
    assert time.monotonic() - began > 3 * PERIOD_S, "no more often than every period"
    assert all(read == ["door", "window", "gate"] for read in chip_of(kernel).reads)
    for terminal in ("window", "gate"):
        kernel.outside(terminal, LOW)
    await until(lambda: seen.words("window")[-1] == seen.words("gate")[-1] == "low")
    assert seen.words("door") == ["found", "high"]
    lines.close()


async def test_a_change_that_is_over_before_the_next_read_is_not_seen() -> None:
    kernel, seen, lines = made("door")
    lines.start(seen)
    await reads(chip_of(kernel), 1)
    chip_of(kernel).free.clear()
    await reads(chip_of(kernel), 1)
    for level in (LOW, HIGH, LOW, HIGH):
        kernel.outside("door", level)
    chip_of(kernel).free.set()
    await reads(chip_of(kernel), 2)
    assert seen.words("door") == ["found", "high"]
    lines.close()


async def test_a_bus_that_hangs_holds_up_no_other_line() -> None:
    kernel, seen, lines = made("door")
    lines.request_input(InputSettings(id="window"))
    lines.start(seen)
    chip_of(kernel).free.clear()
    await reads(chip_of(kernel), 1)
    kernel.outside("window", LOW)
    await until(lambda: seen.words("window")[-1] == "low")
    kernel.outside("door", LOW)
    chip_of(kernel).free.set()
    await until(lambda: seen.words("door")[-1] == "low")
    lines.close()


async def test_a_chip_that_goes_is_the_loss_of_its_lines_alone_and_they_come_back_with_their_level() -> None:
    kernel, seen, lines = made("door", "gate")
    lines.request_input(InputSettings(id="window"))
    lines.start(seen)
    kernel.unplug("door", "gate")
    await until(lambda: seen.words("door")[2:] == seen.words("gate")[2:] == ["lost"])
    assert LineLost(terminal="gate", problem="the fake chip is gone") in seen.facts
    assert seen.words("window") == ["found", "high"]
    assert kernel.polled == {}
    await until(lambda: threads() == [])
    kernel.outside("gate", LOW)
    kernel.plug("door", "gate")
    await until(lambda: seen.words("door")[2:] == ["lost", "found", "high"])
    await until(lambda: seen.words("gate")[2:] == ["lost", "found", "low"])
    kernel.outside("door", LOW)
    await until(lambda: seen.words("door")[-1] == "low")
    lines.close()


async def test_one_line_that_is_refused_leaves_the_others_of_its_chip_alone() -> None:
    kernel, seen, lines = made("door", "gate")
    kernel.unplug("window")
    kernel.without_interrupt.add("window")
    lines.request_input(InputSettings(id="window"))
    lines.start(seen)
    assert seen.words("window") == ["lost"]
    kernel.outside("door", LOW)
    await until(lambda: seen.words("door")[-1] == "low")
    kernel.plug("window")
    await until(lambda: seen.words("window") == ["lost", "found", "high"])
    assert seen.words("gate") == ["found", "high"]
    lines.close()


async def test_a_read_that_fails_in_an_unforeseen_way_is_a_loss_and_no_input_at_rest() -> None:
    kernel, seen, lines = made("door")
    lines.start(seen)
    chip_of(kernel).fault = KeyError("strange")
    await until(lambda: seen.words("door") == ["found", "high", "lost"])
    await until(lambda: seen.words("door")[3:] == ["found", "high"])
    lines.close()


async def test_a_released_line_is_read_no_more_and_the_others_are() -> None:
    kernel, seen, lines = made("door", "gate")
    lines.start(seen)
    lines.release("gate")
    await reads(chip_of(kernel), 2)
    assert chip_of(kernel).reads[-1] == ["door"]
    kernel.outside("door", LOW)
    await until(lambda: seen.words("door")[-1] == "low")
    lines.request_output(OutputSettings(id="gate"), LOW)
    assert kernel.requests == [("gate", LOW)], "the line is free for another use"
    lines.release("door")
    await until(lambda: threads() == [])
    lines.close()


async def test_a_terminal_that_is_requested_again_is_read_from_its_new_line() -> None:
    kernel, seen, lines = made("door", "gate")
    lines.start(seen)
    kernel.outside("door", LOW)
    lines.request_input(InputSettings(id="door", bias="pull_down"))
    assert seen.words("door") == ["found", "high", "found", "low"]
    kernel.outside("door", HIGH)
    await until(lambda: seen.words("door")[4:] == ["high"])
    lines.close()


async def test_closing_ends_the_reads_and_releases_the_lines() -> None:
    kernel, seen, lines = made("door", "gate")
    lines.start(seen)
    await reads(chip_of(kernel), 1)
    lines.close()
    assert kernel.polled == {}
    await until(lambda: threads() == [])
    assert seen.words("door") == ["found", "high"]


async def test_it_is_logged_once_also_after_a_loss(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        kernel, seen, lines = made("door")
        lines.start(seen)
        kernel.unplug("door")
        await until(lambda: seen.words("door")[-1] == "lost")
        kernel.plug("door")
        await until(lambda: seen.words("door")[-1] == "high")
    said = [record.message for record in caplog.records if "interrupt" in record.message]
    assert said == ["door: line 1 of fake has no interrupt: read every 25 ms"]
    lines.close()


async def test_no_thread_runs_for_lines_that_report_edges() -> None:
    lines, seen = GpiodLines(kernel=FakeKernel()), Seen()
    lines.request_input(InputSettings(id="door"))
    lines.start(seen)
    assert threads() == []
    lines.close()
