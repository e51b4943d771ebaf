"""The whole program on kernel lines: a loose wire beside a motor does not hold up the siren of another input."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from programs.bridge import Bridge
from servers.gpio_sim import SimChip, absence
from servers.process import free_port
from words.waiting import wait_until

from bridge.store.sqlite.connection import FILE_NAME

if (missing := absence()) is not None:
    pytest.skip(missing, allow_module_level=True)
pytestmark = pytest.mark.kernel

EDGES, WITHIN_S = 40_000, 2.5
"""As fast as the kernel simulates edges on a small processor: a loose wire makes some 2000 a second."""
TRIPS = 7
"""In each flood; of both together the door does not chatter."""
LATER_S = 0.05
MORE_WORK = 2.0
"""Limit of the program's processor time beside a flood, in terms of that without: with work for each edge it
is four times as much, which on a slow processor holds up everything.
"""
DEBOUNCE_MS = 50
FLOOD = """
import os, sys, time
fd, edges, within_s = os.open(sys.argv[1], os.O_RDWR), int(sys.argv[2]), float(sys.argv[3])
begin = time.monotonic()
for number in range(edges):
    os.pwrite(fd, (b"pull-down", b"pull-up")[number % 2], 0)
    ahead_s = begin + number * within_s / edges - time.monotonic()
    if ahead_s > 0:
        time.sleep(ahead_s)
"""


@pytest.fixture
def chip() -> Iterator[SimChip]:
    with SimChip("flooded", ["door", "loose", "nobody", "siren"]) as chip:
        for line in ("door", "loose", "nobody"):
            chip.pull(line, 1)
        yield chip


@pytest.fixture
def bridge(chip: SimChip, tmp_path: Path) -> Iterator[Bridge]:
    """The program, watching `door` and `loose`, and with nobody to talk to."""

    def line(name: str) -> dict[str, object]:
        return {"line": {"chip": chip.label, "offset": chip.names.index(name)}, "bias": "as_is"}

    bridge = Bridge(
        tmp_path,
        free_port(),
        lines={"driver": "gpiod"},
        inputs=[
            {"id": "door", "debounce_ms": DEBOUNCE_MS, "quiet_s": 0, "linkage": {"outputs": ["siren"]}} | line("door"),
            {"id": "loose", "debounce_ms": DEBOUNCE_MS} | line("loose"),
        ],
        outputs=[{"id": "siren", "follow_source": True, "line": line("siren")["line"]}],
    )
    bridge.launch()
    wait_until(
        lambda: decided(tmp_path) == {"door", "loose"}, what=f"both inputs at rest: {bridge.said()}", within_s=60
    )
    yield bridge
    bridge.stop(30)


def decided(folder: Path) -> set[str]:
    """The inputs that were seen normal: a trip from now on is an alarm with all that follows."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(folder / FILE_NAME)) as database:
        return {name for (name,) in database.execute("SELECT id FROM input WHERE alarm = 0")}
    return set()


@contextmanager
def flooded(chip: SimChip, line: str) -> Iterator[subprocess.Popen[bytes]]:
    """A line that is pulled up and down by somebody else."""
    pull = str(chip.attribute(line, "pull"))
    with subprocess.Popen([sys.executable, "-c", FLOOD, pull, str(EDGES), str(WITHIN_S)]) as flood:
        yield flood
        assert flood.wait(60) == 0


def contact_to_siren_s(chip: SimChip) -> float:
    """The time from a trip of the door to the siren's level; the door is at rest again afterwards."""

    def is_on(wanted: int) -> bool:
        return chip.value("siren") == wanted

    begin = time.monotonic()
    chip.pull("door", 0)
    waited(lambda: is_on(1))
    later_s = time.monotonic() - begin
    chip.pull("door", 1)
    waited(lambda: is_on(0))
    return later_s


def waited(condition) -> None:
    """Polls every millisecond, which a processor of one core can bear."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "the siren does not follow the door"
        time.sleep(0.001)


def worked_s(bridge: Bridge) -> float:
    """The processor time that the program has had."""
    fields = Path(f"/proc/{bridge.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def trips(chip: SimChip, bridge: Bridge, flooded_line: str) -> tuple[list[float], float]:
    """The times from trips to the siren beside a flood, and the program's processor time."""
    before_s = worked_s(bridge)
    with flooded(chip, flooded_line) as flood:
        times = [contact_to_siren_s(chip) for _ in range(TRIPS)]
        assert flood.poll() is None, "the flood was over before the last trip"
    return times, worked_s(bridge) - before_s


@pytest.mark.timeout(200)
def test_a_line_that_floods_delays_the_siren_of_another_by_at_most_50_ms_and_is_little_work(
    chip: SimChip, bridge: Bridge
) -> None:
    contact_to_siren_s(chip)  # the first one imports what an alarm needs
    without, usual_s = trips(chip, bridge, "nobody")
    with_flood, flooded_s = trips(chip, bridge, "loose")
    assert min(without + with_flood) >= DEBOUNCE_MS / 1000
    assert max(with_flood) <= max(without) + LATER_S, (without, with_flood)
    assert flooded_s <= MORE_WORK * usual_s, (usual_s, flooded_s)
