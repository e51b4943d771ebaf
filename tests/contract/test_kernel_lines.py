"""What only real kernel lines can show: finding them, sharing them, losing edges and chips."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from contract.line_rigs import Seen, settled, until
from servers.gpio_sim import SimChip, absence

from bridge.core.contact import Level
from bridge.core.definitions.settings import (
    GpioLine,
    InputSettings,
    LineByName,
    LineByOffset,
    OutputSettings,
    Settings,
)
from bridge.core.facts import EdgesLost, LineLost
from bridge.lines.gpio.driver import GpiodLines
from bridge.lines.gpio.edge_reader import FLOOD_S
from bridge.lines.gpio.listing import list_chips
from bridge.lines.safe import exit_code, safe

if (missing := absence()) is not None:
    pytest.skip(missing, allow_module_level=True)
pytestmark = pytest.mark.kernel
LOW, HIGH = Level.LOW, Level.HIGH
HOLD = """
import sys, time
from bridge.core.contact import Level
from bridge.lines.gpio.driver import GpiodLines
from bridge.core.definitions.settings import LineByOffset, OutputSettings
lines = GpiodLines()
lines.request_output(OutputSettings(id="siren", line=LineByOffset(chip=sys.argv[1], offset=0)), Level.HIGH)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def relays() -> Iterator[SimChip]:
    with SimChip("relays", ["bell", "lamp", None, "door"]) as chip:
        chip.pull("door", 1)
        yield chip


def door(line: GpioLine) -> InputSettings:
    return InputSettings(id="door", line=line, bias="as_is")


def siren(chip: SimChip, **settings: object) -> OutputSettings:
    return OutputSettings(id="siren", line=LineByOffset(chip=chip.path, offset=0), **settings)


def of_siren(chip: SimChip) -> Settings:
    return Settings(outputs=(siren(chip),))


async def problem_of(line: GpioLine) -> str:
    """Why an input on this line is lost at once."""
    seen = Seen()
    driver = GpiodLines()
    driver.request_input(door(line))
    driver.start(seen)
    driver.close()
    (fact,) = seen.facts
    assert isinstance(fact, LineLost)
    return fact.problem


@pytest.mark.parametrize("way", ["path", "name", "label", "glob of labels", "link", "line name", "both names"])
async def test_a_line_is_found_by(relays: SimChip, tmp_path: Path, way: str) -> None:
    link = tmp_path / "my-gpio"
    link.symlink_to(relays.path)
    line: GpioLine = {
        "path": LineByOffset(chip=relays.path, offset=3),
        "name": LineByOffset(chip=relays.name, offset=3),
        "label": LineByOffset(chip="relays", offset=3),
        "glob of labels": LineByOffset(chip="rel*", offset=3),
        "link": LineByOffset(chip=str(link), offset=3),
        "line name": LineByName(name="door"),
        "both names": LineByName(name="door", chip="relays"),
    }[way]
    seen = Seen()
    driver = GpiodLines()
    driver.request_input(door(line))
    driver.start(seen)
    relays.pull("door", 0)
    await until(lambda: seen.words("door") == ["found", "high", "low"])
    driver.close()


async def test_a_missing_chip_or_line_is_told_with_what_there_is(relays: SimChip) -> None:
    assert f"{relays.name} [relays]" in await problem_of(LineByOffset(chip="nowhere", offset=0))
    assert "no line named 'window'" in await problem_of(LineByName(name="window"))
    assert await problem_of(LineByOffset(chip="relays", offset=4)) == f"{relays.name} [relays] has lines 0 to 3, not 4"


async def test_names_that_could_mean_two_places_mean_none(relays: SimChip) -> None:
    with SimChip("relays", ["door"]) as twin:
        same_label = await problem_of(LineByOffset(chip="relays", offset=0))
        assert all(chip.name in same_label for chip in (relays, twin))
        ambiguous = await problem_of(LineByName(name="door"))
        assert f"{relays.name} [relays] line 3" in ambiguous
        assert f"{twin.name} [relays] line 0" in ambiguous


async def test_a_busy_line_is_told_with_its_holder(relays: SimChip) -> None:
    driver = GpiodLines()
    driver.request_output(siren(relays), LOW)
    assert (await problem_of(LineByOffset(chip="relays", offset=0))).endswith("is held by 'alarm2mqtt'")
    driver.close()


def test_without_permission_the_chip_is_named(relays: SimChip) -> None:
    Path(relays.path).chmod(0o600)
    code = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
from bridge.lines.gpio.gpiod_kernel import GpioDevices
from bridge.core.definitions.settings import InputSettings, LineByName, LineByOffset
wanted = [LineByOffset(chip={relays.path!r}, offset=0), LineByName(name="door"), LineByOffset(chip="relays", offset=0)]
doors = [InputSettings(id="door", line=line) for line in wanted]
os.setgroups([]); os.setgid(65534); os.setuid(65534)
for door in doors:
    try:
        GpioDevices().take_input(door, None)
    except Exception as error:
        print(type(error).__name__, error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    lines = said.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("LineDenied") and relays.path in line for line in lines)


async def test_when_the_kernel_has_no_room_the_gap_and_the_right_end_are_told(relays: SimChip) -> None:
    seen = Seen()
    driver = GpiodLines()
    driver.request_input(door(LineByOffset(chip="relays", offset=3)))
    driver.start(seen)
    await until(lambda: len(seen.facts) == 2)
    for count in range(2001):  # without a turn of the loop
        relays.pull("door", count % 2)
    await settled(seen)
    assert seen.words("door")[-1] == "low"
    lost = sum(fact.count for fact in seen.facts if isinstance(fact, EdgesLost))
    edges = len([word for word in seen.words("door")[2:] if word in ("low", "high")]) - 1  # the level read at the end
    assert lost >= 900
    assert lost + edges == 2001
    seen.clear()
    relays.pull("door", 1)
    await until(lambda: seen.words("door") == ["high"])
    driver.close()


async def test_a_line_that_floods_is_debounced_for_a_while_and_another_line_is_read_meanwhile(relays: SimChip) -> None:
    seen = Seen()
    driver = GpiodLines()
    relays.pull("lamp", 1)
    driver.request_input(door(LineByOffset(chip="relays", offset=3)))
    driver.request_input(InputSettings(id="lamp", line=LineByName(name="lamp"), bias="as_is"))
    driver.start(seen)
    await until(lambda: len(seen.facts) == 4)
    seen.clear()
    for count in range(5000):
        relays.pull("door", count % 2)
        if count == 4000:
            relays.pull("lamp", 0)
        if count % 50 == 0:
            await asyncio.sleep(0)
    reported = len(seen.words("door"))
    await until(lambda: seen.words("lamp") == ["low"])
    assert reported < 1000, "the kernel hides what oscillates"
    await asyncio.sleep(FLOOD_S + 0.2)
    assert seen.words("door")[-1] == "high"
    seen.clear()
    relays.pull("door", 0)
    await until(lambda: seen.words("door") == ["low"])
    driver.close()


async def test_a_chip_that_comes_back_under_another_number_is_known_by_its_label(relays: SimChip) -> None:
    seen = Seen()
    driver = GpiodLines()
    driver.request_output(siren(relays), LOW)
    driver.request_input(door(LineByOffset(chip=relays.name, offset=3)))
    driver.start(seen)
    relays.unplug()
    await until(lambda: seen.words("door")[2:] == ["lost"] and seen.words("siren")[1:] == ["lost"])
    driver.drive("siren", HIGH)
    with SimChip("squatter", ["a", "b", "c", "d"]) as squatter:  # takes the old number
        assert squatter.name == relays.name
        relays.plug()
        relays.pull("door", 0)
        await until(lambda: seen.words("door")[2:4] == ["lost", "found"] and seen.words("siren")[-1] == "found")
        assert relays.value("bell") == 1
        assert squatter.value("a") == 0
        driver.close()


async def test_one_chip_lost_leaves_the_lines_of_another_alone(relays: SimChip) -> None:
    seen = Seen()
    with SimChip("other", ["window"]) as other:
        driver = GpiodLines()
        driver.request_input(door(LineByOffset(chip="relays", offset=3)))
        driver.request_input(InputSettings(id="window", line=LineByName(name="window"), bias="pull_up"))
        driver.start(seen)
        await until(lambda: len(seen.facts) == 4)
        relays.unplug()
        await until(lambda: seen.words("door")[2:] == ["lost"])
        other.pull("window", 0)
        await until(lambda: seen.words("window") == ["found", "high", "low"])
        driver.close()


def test_bias_reaches_the_line(relays: SimChip) -> None:
    driver = GpiodLines()
    relays.pull("lamp", 0)
    driver.request_input(InputSettings(id="lamp", line=LineByName(name="lamp"), bias="pull_up"))
    assert relays.pulled("lamp") == 1
    driver.close()


@pytest.mark.parametrize(("connected_level", "idle"), [(HIGH, 0), (LOW, 1)])
def test_a_killed_holder_leaves_the_line_pulled_to_idle(relays: SimChip, connected_level: Level, idle: int) -> None:
    relays.pull("bell", 1 - idle)
    driver = GpiodLines()
    driver.request_output(siren(relays, connected_level=connected_level), LOW if idle else HIGH)
    assert relays.value("bell") == 1 - idle
    driver.close()
    assert relays.value("bell") == idle


def test_safe_drives_what_a_killed_daemon_left(relays: SimChip) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, relays.path], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    assert relays.value("bell") == 1
    (alive,) = safe(of_siren(relays))
    assert alive.problem is not None
    assert alive.problem.endswith("is held by 'alarm2mqtt'")
    assert exit_code([alive]) == 1
    assert relays.value("bell") == 1
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    relays.pull("bell", 1)  # a board whose pull is the wrong way round
    results = safe(of_siren(relays))
    assert [(result.output, result.problem) for result in results] == [("siren", None)]
    assert exit_code(results) == 0
    assert relays.value("bell") == 0


def test_safe_does_the_next_output_when_one_cannot_be(relays: SimChip) -> None:
    relays.pull("bell", 1)
    gone = OutputSettings(id="gone", line=LineByOffset(chip="nowhere", offset=0))
    unset = OutputSettings(id="unset")
    results = safe(Settings(outputs=(gone, unset, siren(relays))))
    assert [result.problem is None for result in results] == [False, False, True]
    assert relays.value("bell") == 0


def test_what_there_is_is_listed(relays: SimChip) -> None:
    driver = GpiodLines()
    driver.request_output(siren(relays), LOW)
    listed = {chip.chip.path: chip for chip in list_chips()}[relays.path]
    driver.close()
    assert (listed.chip.name, listed.chip.label, listed.chip.lines) == (relays.name, "relays", 4)
    bell, lamp, third, _ = listed.lines
    assert (bell.name, bell.direction, bell.used, bell.consumer, bell.bias) == (
        "bell", "output", True, "alarm2mqtt", "pull_down",
    )  # fmt: skip
    assert (lamp.name, lamp.used, lamp.consumer) == ("lamp", False, "")
    assert third.name == ""
    numbers = [int(re.sub(r"\D", "", chip.chip.name)) for chip in list_chips()]
    assert numbers == sorted(numbers)
