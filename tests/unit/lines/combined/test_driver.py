"""Inputs that are made of others, by views that the test publishes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fakes.mqtt_bridge import an_input_view
from words.line_facts import Reports

from bridge.core.contact import Contact
from bridge.core.definitions.combined_lines import CombinedSource
from bridge.core.definitions.inputs import InputSettings
from bridge.core.effects import PublishInput
from bridge.lines.combined.driver import CombinedLines
from bridge.lines.view_port import ViewPort

pytestmark = pytest.mark.virtual_time
QUIET: dict[str, Any] = {}
ALARM = {"alarm": True, "alarms": 1, "cause": "input", "contact": Contact.CONNECTED}
UNHEARD = {"contact": Contact.UNKNOWN, "decided": False}
LOST = {"contact": Contact.UNKNOWN, "available": False, "problem": "line_fault"}


class Members:
    """The port of views, and what the driver has reported."""

    def __init__(self) -> None:
        self.port = ViewPort()
        self.lines = CombinedLines(self.port)
        self.reports = Reports()
        self.lines.start(self.reports.put)

    def combine(self, of: str = "motion person", **line: Any) -> None:
        source = CombinedSource(of=tuple(of.split()), **line)
        self.lines.request_input(InputSettings(id="sure", line=source))

    def are(self, **views: dict[str, Any]) -> None:
        for member, view in views.items():
            self.port.publish(PublishInput(view=an_input_view(member, **view)))

    def seen(self) -> list[str]:
        return self.reports.seen()


@pytest.fixture
def members() -> Iterator[Members]:
    made = Members()
    yield made
    made.lines.close()


async def settled(members: Members, of: str = "motion person", **line: Any) -> None:
    """All members are known and quiet, and that was reported."""
    members.are(**dict.fromkeys(of.split(), QUIET))
    members.combine(of, **line)
    members.seen()


async def test_what_the_members_are_already_is_a_state(members):
    members.are(motion=ALARM, person=ALARM)
    members.combine()
    assert members.seen() == ["found", "unknown state", "connected state"]


async def test_all_are_needed_unless_told_otherwise(members):
    await settled(members)
    members.are(motion=ALARM)
    assert members.seen() == []
    members.are(person=ALARM)
    assert members.seen() == ["connected event"]
    members.are(motion={"alarms": 1})
    assert members.seen() == ["disconnected event"]


@pytest.mark.parametrize(("need", "enough"), [("any", 1), (2, 2), ("all", 3)])
async def test_so_many_as_are_needed_connect_it(members, need, enough):
    await settled(members, "a b c", need=need)
    for nth, each in enumerate("abc", start=1):
        members.are(**{each: ALARM})
        assert members.seen() == (["connected event"] if nth == enough else [])


async def test_a_member_counts_for_a_while_after_its_alarm_began(members):
    await settled(members, within_s=20)
    members.are(motion=ALARM)
    await asyncio.sleep(5)
    members.are(motion={"alarms": 1})
    await asyncio.sleep(14)
    members.are(person=ALARM)
    assert members.seen() == ["connected event"]
    await asyncio.sleep(2)
    assert members.seen() == ["disconnected event"]


async def test_an_alarm_that_is_over_before_its_view_was_published_counts_for_its_while(members):
    await settled(members, need="any", within_s=20)
    members.are(motion={"alarms": 1})
    assert members.seen() == ["connected event"]
    await asyncio.sleep(21)
    assert members.seen() == ["disconnected event"]


async def test_each_new_alarm_counts_anew(members):
    await settled(members, need="any", within_s=20)
    members.are(motion={"alarms": 1})
    await asyncio.sleep(15)
    members.are(motion={"alarms": 2})
    await asyncio.sleep(15)
    assert members.seen() == ["connected event"]
    await asyncio.sleep(6)
    assert members.seen() == ["disconnected event"]


async def test_an_alarm_of_the_start_up_table_is_no_event(members):
    members.are(motion=UNHEARD, person=UNHEARD)
    members.combine(need="any")
    members.are(motion={**ALARM, "cause": "initial"}, person=QUIET)
    assert members.seen() == ["found", "unknown state", "unknown state", "connected state"]


async def test_nothing_is_decided_before_the_members_are(members):
    members.combine(need="any")
    members.are(motion={"contact": Contact.DISCONNECTED, "decided": False}, person=QUIET)
    assert members.seen() == ["found", "unknown state", "unknown state"]
    members.are(motion=QUIET)
    assert members.seen() == ["disconnected state"]


async def test_a_member_that_is_lost_and_would_decide_is_a_fault_with_its_name(members):
    await settled(members, "a b c", need=2)
    members.are(a=LOST)
    assert members.seen() == []
    members.are(b=ALARM)
    assert members.seen() == ["lost: a is unknown, and would decide"]
    members.are(c=LOST)
    assert members.seen() == []
    members.are(c=QUIET)
    members.are(a=ALARM)
    assert members.seen() == ["found", "connected event"]


async def test_a_member_that_is_lost_in_alarm_counts_on(members):
    await settled(members)
    members.are(motion=ALARM, person=ALARM)
    members.are(person={**LOST, "alarm": True, "alarms": 1})
    assert members.seen() == ["connected event"]
    members.are(person={**LOST, "alarms": 1})
    assert members.seen() == ["lost: person is unknown, and would decide"]


async def test_a_member_that_stays_silent_is_a_fault_after_ten_seconds_and_only_once(members):
    await settled(members)
    members.are(motion=UNHEARD, person=ALARM)
    assert members.seen() == ["unknown state"]
    await asyncio.sleep(11)
    assert members.seen() == ["lost: motion is unknown, and would decide"]
    members.are(motion={**UNHEARD, "glitches": 1})
    await asyncio.sleep(11)
    assert members.seen() == []
    members.are(motion=QUIET)
    assert members.seen() == ["found", "disconnected state"]


async def test_a_member_that_is_heard_in_time_is_no_fault(members):
    await settled(members)
    members.are(motion=UNHEARD, person=ALARM)
    await asyncio.sleep(9)
    members.are(motion=QUIET)
    await asyncio.sleep(9)
    assert members.seen() == ["unknown state", "disconnected state"]


async def test_two_members_that_are_missing_are_both_named(members):
    await settled(members, need="any")
    members.are(motion=LOST)
    members.seen()
    members.are(motion=QUIET)
    members.seen()
    members.are(motion={**LOST, "available": True}, person={**LOST, "available": True})
    await asyncio.sleep(11)
    assert members.seen() == ["unknown state", "lost: motion, person are unknown, and would decide"]


async def test_after_its_release_nothing_is_reported(members):
    await settled(members, need="any", within_s=5)
    members.are(motion={"alarms": 1})
    members.seen()
    members.lines.release("sure")
    members.are(person=ALARM)
    await asyncio.sleep(10)
    assert members.seen() == []
