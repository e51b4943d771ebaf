"""Inputs that are a part of the device, by troubles that the test reports."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from words.line_facts import Reports

from bridge.core.definitions.health_lines import HealthSource
from bridge.core.definitions.inputs import InputSettings
from bridge.lines.health.driver import HealthLines
from bridge.lines.health_signals import HealthSignals

pytestmark = pytest.mark.virtual_time


class Device:
    """The port of troubles, and what the driver has reported."""

    def __init__(self) -> None:
        self.signals = HealthSignals()
        self.lines = HealthLines(self.signals)
        self.reports = Reports()
        self.lines.start(self.reports.put)

    def follow(self, part: str, after_s: float | None = None) -> None:
        source = HealthSource(what=part, after_s=after_s)  # type: ignore[arg-type]
        self.lines.request_input(InputSettings(id=part, line=source))

    def seen(self) -> list[str]:
        return self.reports.seen()


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    yield made
    made.lines.close()


async def well(device: Device, part: str, after_s: float | None = None) -> None:
    device.follow(part, after_s)
    device.signals.report(part, None)
    assert device.seen() == ["found", "unknown state", "disconnected state"]


@pytest.mark.parametrize(("part", "after_s"), [("network", 10), ("broker", 60), ("clock", 60), ("mail", 600)], ids=str)
async def test_a_trouble_counts_once_it_has_lasted(device, part, after_s):
    await well(device, part)
    device.signals.report(part, "out of order")
    await asyncio.sleep(after_s - 1)
    assert device.seen() == []
    await asyncio.sleep(2)
    assert device.seen() == ["connected event"]
    device.signals.report(part, None)
    assert device.seen() == ["disconnected event"]


async def test_a_trouble_of_the_disk_counts_at_once(device):
    await well(device, "disk")
    device.signals.report("disk", "the disk is full")
    assert device.seen() == ["connected event"]


async def test_the_time_may_be_another(device):
    await well(device, "broker", 5)
    device.signals.report("broker", "away")
    await asyncio.sleep(6)
    assert device.seen() == ["connected event"]


async def test_a_short_trouble_is_none(device):
    await well(device, "network")
    for _ in range(5):
        device.signals.report("network", "no carrier")
        await asyncio.sleep(9)
        device.signals.report("network", None)
    assert device.seen() == []


async def test_a_trouble_that_changes_its_words_is_one(device):
    await well(device, "network")
    device.signals.report("network", "no carrier")
    await asyncio.sleep(9)
    device.signals.report("network", "no default route")
    await asyncio.sleep(2)
    assert device.seen() == ["connected event"]


async def test_a_trouble_that_was_there_at_the_start_is_a_state(device):
    device.follow("broker")
    device.signals.report("broker", "not connected yet")
    await asyncio.sleep(61)
    assert device.seen() == ["found", "unknown state", "connected state"]


async def test_parts_do_not_touch_one_another_and_two_inputs_may_follow_one(device):
    await well(device, "disk")
    device.lines.request_input(InputSettings(id="disk-too", line=HealthSource(what="disk")))
    assert device.seen() == ["found", "unknown state", "disconnected state"]
    device.signals.report("broker", "away")
    assert device.seen() == []
    device.signals.report("disk", "full")
    assert device.seen() == ["connected event", "connected event"]


async def test_a_trouble_that_nobody_followed_any_more_is_not_remembered(device):
    await well(device, "disk")
    device.signals.report("disk", "full")
    device.lines.release("disk")
    device.seen()
    device.follow("disk")
    assert device.seen() == ["found", "unknown state"]


async def test_after_its_release_nothing_is_reported(device):
    await well(device, "network")
    device.signals.report("network", "no carrier")
    device.lines.release("network")
    await asyncio.sleep(11)
    assert device.seen() == []
