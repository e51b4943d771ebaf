from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from contract.line_rigs import Seen, settled, until
from fakes.fake_kernel import FakeKernel
from programs.without import said_without

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, LineByOffset, OutputSettings
from bridge.core.facts import LineLost
from bridge.errors import LineBusy, LineDenied, LineMissing
from bridge.lines.gpio.driver import GpiodLines
from bridge.lines.gpio.edge_reader import FLOOD_S, KERNEL_DEBOUNCE_S
from bridge.lines.gpio.gpiod_loader import gpio_devices

LOW, HIGH = Level.LOW, Level.HIGH


def made() -> tuple[FakeKernel, Seen, GpiodLines]:
    kernel, seen = FakeKernel(), Seen()
    return kernel, seen, GpiodLines(kernel=kernel)


def test_lines_are_taken_at_once_in_the_order_asked_for_with_the_levels_of_outputs() -> None:
    kernel, _, lines = made()
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.request_output(OutputSettings(id="lock"), HIGH)
    lines.request_input(InputSettings(id="door"))
    assert kernel.requests == [("siren", LOW), ("lock", HIGH), ("door", None)]
    lines.close()


@pytest.mark.parametrize("error", [LineMissing, LineBusy, LineDenied])
async def test_a_refused_line_is_told_with_the_reason_and_leaves_the_next_alone(
    error: type[LineMissing | LineBusy | LineDenied],
) -> None:
    kernel, seen, lines = made()
    kernel.refuse["siren"] = error
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.request_input(InputSettings(id="door"))
    lines.start(seen)
    assert seen.facts[0] == LineLost(terminal="siren", problem=f"refused as {error.__name__}")
    assert seen.words("door") == ["found", "high"]
    kernel.refuse["siren"] = LineMissing
    await until(lambda: len(kernel.tries) > 2)
    assert seen.words("siren") == ["lost"], "another reason is not another loss"
    lines.close()


async def test_a_dead_line_is_released_at_once_and_its_reader_called_once() -> None:
    kernel, seen, lines = made()
    lines.request_input(InputSettings(id="door"))
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.start(seen)
    kernel.unplug("door", "siren")
    await until(lambda: seen.words("door")[2:] == ["lost"] and seen.words("siren")[1:] == ["lost"])
    assert kernel.held == {}
    lines.close()


async def test_an_output_whose_line_dies_while_driven_is_lost_and_nothing_raised() -> None:
    kernel, seen, lines = made()
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.start(seen)
    kernel.unplug("siren")
    lines.drive("siren", HIGH)
    assert seen.words("siren") == ["found", "lost"]
    kernel.plug("siren")
    await until(lambda: seen.words("siren") == ["found", "lost", "found"])
    assert kernel.requests[-1] == ("siren", HIGH)
    lines.close()


async def test_an_output_whose_line_dies_under_new_settings_is_lost_and_found_with_them() -> None:
    kernel, seen, lines = made()
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.start(seen)
    kernel.unplug("siren")
    lines.request_output(OutputSettings(id="siren", connected_level=LOW), HIGH)
    assert seen.words("siren") == ["found", "lost"]
    kernel.plug("siren")
    await until(lambda: seen.words("siren") == ["found", "lost", "found"])
    assert kernel.requests[-1] == ("siren", HIGH)
    lines.close()


async def test_an_output_with_new_settings_is_not_let_go_of_unless_its_line_is_another() -> None:
    kernel, _, lines = made()
    here, there = LineByOffset(chip="a", offset=1), LineByOffset(chip="a", offset=2)
    lines.request_output(OutputSettings(id="siren", line=here), LOW)
    lines.request_output(OutputSettings(id="siren", line=here, connected_level=LOW), HIGH)
    assert kernel.requests == [("siren", LOW)]
    assert kernel.level("siren") is HIGH
    lines.request_output(OutputSettings(id="siren", line=there), LOW)
    assert kernel.requests == [("siren", LOW), ("siren", LOW)]
    lines.close()


@pytest.mark.virtual_time
async def test_a_release_lets_lines_that_wait_be_tried_soon() -> None:
    kernel, seen, lines = made()
    kernel.refuse["door"] = LineBusy
    lines.request_input(InputSettings(id="door"))
    lines.request_input(InputSettings(id="window"))
    lines.start(seen)
    await until(lambda: len(kernel.tries) == 4)  # after 1 s and 2 s: the next would be 4 s later
    kernel.plug("door")
    lines.release("window")
    async with asyncio.timeout(1):
        await until(lambda: seen.words("door") == ["lost", "found", "high"])
    lines.close()


@pytest.mark.virtual_time
async def test_nothing_wakes_the_loop_while_all_lines_are_held() -> None:
    kernel, seen, lines = made()
    lines.request_input(InputSettings(id="door"))
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.start(seen)
    kernel.unplug("door")
    await until(lambda: "lost" in seen.words("door"))
    kernel.plug("door")
    await until(lambda: seen.words("door")[-1] == "high")
    loop = asyncio.get_running_loop()
    await settled(seen)
    timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]  # noqa: SLF001
    assert timers == []
    lines.close()


async def test_a_line_that_floods_is_debounced_by_the_kernel_for_a_second_and_keeps_its_last_level() -> None:
    kernel, seen, lines = made()
    lines.request_input(InputSettings(id="door"))
    lines.start(seen)
    for count in range(3000):
        kernel.outside("door", LOW if count % 2 == 0 else HIGH)
    await settled(seen)
    assert "edges lost" in seen.words("door")
    assert seen.words("door")[-1] == "high"
    assert kernel.held["door"].debounced == [KERNEL_DEBOUNCE_S]
    seen.clear()
    kernel.outside("door", LOW)
    await until(lambda: seen.words("door") == ["low"])
    await until(lambda: kernel.held["door"].debounced == [KERNEL_DEBOUNCE_S, 0])
    assert seen.words("door")[-1] == "low"
    lines.close()


async def test_while_one_line_floods_another_is_read_in_every_turn() -> None:
    kernel, seen, lines = made()
    for name in ("door", "loose"):
        lines.request_input(InputSettings(id=name))
    lines.start(seen)
    await settled(seen)
    seen.clear()
    for count in range(1000):
        kernel.outside("loose", LOW if count % 2 == 0 else HIGH)
    kernel.outside("door", LOW)
    await until(lambda: seen.words("door") == ["low"])
    first = next(index for index, fact in enumerate(seen.facts) if fact.terminal == "door")
    assert first <= 2, "no more than one read of the other line came first"
    lines.close()


@pytest.mark.virtual_time
async def test_a_line_that_is_lost_while_it_floods_is_lost_once() -> None:
    kernel, seen, lines = made()
    lines.request_input(InputSettings(id="door"))
    lines.start(seen)
    for count in range(1000):
        kernel.outside("door", LOW if count % 2 == 0 else HIGH)
    await settled(seen)
    kernel.unplug("door")
    await until(lambda: seen.words("door")[-1] == "lost")
    await asyncio.sleep(2 * FLOOD_S)
    assert seen.words("door").count("lost") == 1
    lines.close()


def test_without_the_gpiod_package_the_start_fails_with_its_reason(tmp_path: Path) -> None:
    said = said_without("gpiod", "from bridge.lines.gpio.driver import GpiodLines; GpiodLines()", tmp_path)
    assert "bridge.errors.StartFailed: " in said
    assert "gpiod package" in said


def test_with_the_gpiod_package_the_lines_are_those_of_this_machine() -> None:
    pytest.importorskip("gpiod")
    assert type(gpio_devices()).__name__ == "GpioDevices"
    GpiodLines().close()
