"""The contract of `bridge.core.line_driver.LineDriver`, on every driver and everything they run on.

`kernel` runs where there is gpio-sim, `kernel_polled` where there is the driver of an expander: on this machine's
kernel, or in the guest that `test_lines_in_guest` boots. Far rigs run on a loop whose clock jumps.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from contract.far_rigs import FarRig, HttpRig, MqttRig, OnvifRig
from contract.line_rigs import (
    FakeKernelRig,
    KernelPolledRig,
    KernelRig,
    LineRig,
    MixedRig,
    PolledRig,
    Seen,
    SimulatedRig,
    settled,
    until,
)
from servers import usb_expander
from servers.gpio_sim import absence

from bridge.core.contact import Contact, Level
from bridge.core.facts import ContactReported, LineChanged
from bridge.core.line_driver import LineDriver

LOW, HIGH = Level.LOW, Level.HIGH
RIGS: dict[str, Callable[[Path], LineRig]] = {
    "simulated": SimulatedRig,
    "fake_kernel": lambda _: FakeKernelRig(),
    "polled": lambda _: PolledRig(),
    "mixed": MixedRig,
    "mqtt": lambda _: MqttRig(),
    "http": lambda _: HttpRig(),
    "onvif": lambda _: OnvifRig(),
}
if absence() is None:
    RIGS["kernel"] = lambda _: KernelRig()
if usb_expander.absence() is None:
    RIGS["kernel_polled"] = lambda _: KernelPolledRig()
FAR = ("mqtt", "http", "onvif")
LOCAL = ("simulated", "fake_kernel", "polled", "mixed", "kernel", "kernel_polled")
LOST_WHOLE = "a broker, a camera or a real chip is lost with all its lines; test_kernel_lines has two chips"
NOT_FOR: dict[str, dict[tuple[str, ...], str]] = {
    "test_edges_between_request_and_start_are_not_forgotten": {
        ("simulated",): "the simulated board answers nobody before the start",
        FAR: "nobody listens to another device before the loop runs; its state is asked for then",
    },
    "test_a_burst_at_one_kilohertz_is_told_whole_and_in_order": {
        ("polled", "kernel_polled"): "a level that lasts less than 25 ms may be missed",
    },
    "test_an_output_asked_for_again_is_told_as_found_and_is_at_the_new_level": {
        FAR: "a sink is reported when it cannot be commanded, and when it can be again: a command takes its time",
    },
    "test_a_line_lost_from_the_start_is_told_once_and_found_later": {
        FAR: "a source that was not heard of yet is no fault at once",
    },
    "test_a_lost_input_is_told_once_and_found_with_the_level_it_has_then": {
        ("http",): "nobody can know that a caller is away: its contact is never unknown",
    },
    "test_a_lost_line_can_be_released_and_is_tried_no_more": {
        ("http",): "nobody can know that a caller is away: its contact is never unknown",
    },
    "test_a_lost_line_takes_no_other_along": {("kernel", "polled", "kernel_polled", *FAR): LOST_WHOLE},
    "test_a_sink_that_is_lost_gets_no_old_command_and_the_newest_once": {
        (
            "simulated",
            "fake_kernel",
            "polled",
            "mixed",
            "kernel",
            "kernel_polled",
        ): "a line of this machine is driven, or lost, at once",
    },
}
"""Rules that do not hold for some rigs, and the reasons."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test runs on every rig whose rules it is about."""
    if "rig" in metafunc.fixturenames:
        left_out = {name for names in NOT_FOR.get(metafunc.function.__name__, {}) for name in names}
        marks = {name: [pytest.mark.virtual_time] for name in FAR}
        names = [pytest.param(name, marks=marks.get(name, [])) for name in RIGS if name not in left_out]
        metafunc.parametrize("rig", names, indirect=True)


@pytest.fixture
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LineRig]:
    made = RIGS[request.param](tmp_path)
    yield made
    made.close()


@contextmanager
def driving(rig: LineRig, seen: Seen, *inputs: str, **outputs: Level) -> Iterator[LineDriver]:
    """A started driver with some terminals."""
    driver = rig.driver()
    try:
        for terminal, level in outputs.items():
            driver.request_output(rig.output(terminal), level)
        for terminal in inputs:
            driver.request_input(rig.input(terminal))
        driver.start(seen)
        yield driver
    finally:
        driver.close()


async def test_an_input_is_found_and_its_level_told(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0"):
        await until(lambda: seen.words("in0") == ["found", "high"])
        assert seen.words("in0") == ["found", "high"]


async def test_nothing_is_reported_before_the_start_and_then_all_of_it_in_order(rig: LineRig) -> None:
    seen = Seen()
    driver = rig.driver()
    driver.request_output(rig.output("out0"), LOW)
    driver.request_input(rig.input("in0"))
    driver.request_input(rig.input("in1"))
    assert seen.facts == []
    driver.start(seen)
    await until(lambda: seen.words("in1") == ["found", "high"])
    if rig.is_far:  # each device speaks for itself
        assert seen.words("in0") == ["found", "high"]
    else:
        assert [fact.terminal for fact in seen.facts] == ["out0", "in0", "in0", "in1", "in1"]
    driver.close()


async def test_edges_both_ways_are_told_with_the_time_of_their_cause(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0", "in1"):
        await until(lambda: seen.words("in0") == seen.words("in1") == ["found", "high"])
        for level in (LOW, HIGH, LOW):
            seen.clear()
            before = time.monotonic()
            await rig.put("in0", level)
            after = time.monotonic()
            await until(lambda: seen.facts)
            (fact,) = seen.facts
            assert isinstance(fact, LineChanged | ContactReported)
            assert (fact.terminal, seen.words("in0")) == ("in0", [level])
            assert before <= fact.at <= after + rig.late_s


async def test_a_burst_at_one_kilohertz_is_told_whole_and_in_order(rig: LineRig) -> None:
    seen = Seen()
    levels = [LOW, HIGH] * 250
    with driving(rig, seen, "in0"):
        await until(lambda: seen.words("in0") == ["found", "high"])
        seen.clear()
        await rig.put("in0", *levels, gap_s=0.001)
        await until(lambda: len(seen.words("in0")) >= len(levels))
        assert seen.words("in0") == levels
        stamps = seen.stamps("in0")
        assert all(earlier <= later for earlier, later in pairwise(stamps))


async def test_edges_between_request_and_start_are_not_forgotten(rig: LineRig) -> None:
    seen = Seen()
    driver = rig.driver()
    driver.request_input(rig.input("in0"))
    await rig.put("in0", LOW, gap_s=0.001)
    driver.start(seen)
    await until(lambda: seen.words("in0") == ["found", "high", "low"])
    driver.close()


@pytest.mark.parametrize("level", [LOW, HIGH])
async def test_an_output_has_its_level_from_the_request_on(rig: LineRig, level: Level) -> None:
    seen = Seen()
    with driving(rig, seen, out0=level):
        await until(lambda: seen.words("out0") == rig.at_request)
        assert await rig.driven("out0") is level


async def test_outputs_are_driven_each_for_itself(rig: LineRig) -> None:
    with driving(rig, Seen(), out0=LOW, out1=LOW) as driver:
        driver.drive("out0", HIGH)
        assert (await rig.driven("out0"), await rig.driven("out1")) == (HIGH, LOW)
        driver.drive("out1", HIGH)
        driver.drive("out0", LOW)
        assert (await rig.driven("out0"), await rig.driven("out1")) == (LOW, HIGH)


async def test_an_output_asked_for_again_is_told_as_found_and_is_at_the_new_level(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, out0=HIGH) as driver:
        driver.request_output(rig.output("out0", mode="pulse"), LOW)
        await until(lambda: seen.words("out0") == ["found", "found"])
        assert await rig.driven("out0") is LOW
        driver.drive("out0", HIGH)
        assert await rig.driven("out0") is HIGH


async def test_an_input_asked_for_again_tells_its_level_again_and_goes_on(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0") as driver:
        await until(lambda: seen.words("in0") == ["found", "high"])
        driver.request_input(rig.input("in0", debounce_ms=50))
        await until(lambda: seen.words("in0") == ["found", "high"] * 2)
        await rig.put("in0", LOW)
        await until(lambda: seen.words("in0")[4:] == ["low"])


async def test_what_was_released_is_told_no_more_and_can_be_had_again(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0", "in1", out0=LOW) as driver:
        await until(lambda: seen.words("in0") == seen.words("in1") == ["found", "high"])
        driver.release("in0")
        driver.release("out0")
        driver.release("never-heard-of")
        seen.clear()
        await rig.put("in1", LOW)
        await until(lambda: seen.words("in1") == ["low"])
        assert seen.words("in0") == []
        driver.request_input(rig.input("in0"))
        driver.request_output(rig.output("out0"), HIGH)
        await until(lambda: seen.words("in0") == ["found", "high"] and seen.words("out0") == rig.at_request)
        assert await rig.driven("out0") is HIGH


async def test_driving_what_is_no_output_does_nothing(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0") as driver:
        driver.drive("never-heard-of", HIGH)
        driver.drive("in0", LOW)
        await until(lambda: seen.words("in0") == ["found", "high"])
        assert seen.words("in0") == ["found", "high"]


async def test_a_lost_input_is_told_once_and_found_with_the_level_it_has_then(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0"):
        await until(lambda: seen.words("in0") == ["found", "high"])
        seen.clear()
        await rig.lose("in0")
        await until(lambda: seen.facts)
        await settled(seen, quiet_s=1.5)  # retries must be silent
        assert seen.words("in0") == ["lost"]
        await rig.put("in0", LOW)
        assert seen.words("in0") == ["lost"]
        stands_again = ["high"] if rig.is_far else []  # the last that was heard, until the device is heard
        await rig.heal("in0")
        await until(lambda: seen.words("in0") == ["lost", "found", *stands_again, "low"])
        await rig.put("in0", HIGH)
        await until(lambda: seen.words("in0") == ["lost", "found", *stands_again, "low", "high"])


async def test_a_lost_output_is_found_at_the_level_last_asked_for(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, out0=LOW) as driver:
        await until(lambda: seen.words("out0") == rig.at_request)
        assert await rig.driven("out0") is LOW
        await rig.lose("out0")
        if rig.is_far:
            driver.drive("out0", HIGH)  # by which it is noticed
        await until(lambda: seen.words("out0") == [*rig.at_request, "lost"])
        driver.drive("out0", HIGH)
        assert seen.words("out0") == [*rig.at_request, "lost"]
        await rig.heal("out0")
        await until(lambda: seen.words("out0") == [*rig.at_request, "lost", "found"])
        assert await rig.driven("out0") is HIGH


async def test_a_sink_that_is_lost_gets_no_old_command_and_the_newest_once(rig: FarRig) -> None:
    seen = Seen()
    with driving(rig, seen, out0=LOW) as driver:
        assert await rig.driven("out0") is LOW
        rig.commands.clear()
        await rig.lose("out0")
        for level in (HIGH, LOW, HIGH, LOW):
            driver.drive("out0", level)
            await settled(seen, quiet_s=0.5)
        await until(lambda: seen.words("out0") == ["lost"])
        driver.drive("out0", HIGH)
        await rig.heal("out0")
        await until(lambda: seen.words("out0") == ["lost", "found"])
        await settled(seen, quiet_s=120)
        assert rig.commands == [("out0", Contact.CONNECTED)]


async def test_a_line_lost_from_the_start_is_told_once_and_found_later(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0"):
        await until(lambda: seen.words("in0") == ["found", "high"])
        await rig.lose("in0")
        await until(lambda: seen.words("in0")[2:] == ["lost"])
    again = Seen()
    with driving(rig, again, "in0"):
        await until(lambda: again.words("in0") == ["lost"])
        await rig.heal("in0")
        await until(lambda: again.words("in0") == ["lost", "found", "high"])


async def test_a_lost_line_can_be_released_and_is_tried_no_more(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0") as driver:
        await until(lambda: seen.words("in0") == ["found", "high"])
        await rig.lose("in0")
        await until(lambda: seen.words("in0")[2:] == ["lost"])
        driver.release("in0")
        seen.clear()
        if not isinstance(rig, SimulatedRig):  # whose terminal has left the board
            await rig.heal("in0")
        await settled(seen, quiet_s=1.5)
        assert seen.facts == []


async def test_a_lost_line_takes_no_other_along(rig: LineRig) -> None:
    seen = Seen()
    with driving(rig, seen, "in0", "in1", out0=LOW) as driver:
        await until(lambda: seen.words("in0") == seen.words("in1") == ["found", "high"])
        await rig.lose("in0")
        await until(lambda: seen.words("in0")[2:] == ["lost"])
        await rig.put("in1", LOW)
        await until(lambda: seen.words("in1") == ["found", "high", "low"])
        driver.drive("out0", HIGH)
        assert await rig.driven("out0") is HIGH


async def test_after_close_nothing_is_reported_and_another_driver_can_have_the_lines(rig: LineRig) -> None:
    seen, again = Seen(), Seen()
    with driving(rig, seen, "in0", out0=LOW):
        await until(lambda: seen.words("in0") == ["found", "high"])
    count = len(seen.facts)
    with driving(rig, again, "in0", out0=LOW):
        await settled(again)
        await rig.put("in0", LOW)
        await until(lambda: again.words("in0") == ["found", "high", "low"])
    assert len(seen.facts) == count
