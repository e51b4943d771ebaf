"""Lines for scripts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from fakes.mqtt_bridge import D, an_entry, an_input_view, an_output_view
from words.builders import an_input, settings_of

from bridge.cli.watch.change_printer import PlainLines
from bridge.cli.watch.change_text import armed_line, bridge_line, broker_line, entry_line, input_line, output_line
from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.core.contact import Contact
from bridge.mqtt import payloads
from bridge.mqtt.messages import Incoming

pytestmark = pytest.mark.virtual_time

NOW = datetime(2026, 11, 23, 14, 3, 20, 123_456, tzinfo=timezone(timedelta(hours=1)))
AT = "2026-11-23T14:03:20.123+01:00"


def test_an_input_is_one_line_of_keys_and_words():
    view = an_input_view(
        contact=Contact.CONNECTED, tripped=True, alarm=True, last_alarm=datetime(2026, 1, 2, tzinfo=UTC)
    )
    assert input_line(view, NOW) == (
        f"{AT} input door alarm=on tripped=yes contact=connected armed=yes enabled=yes "
        "since=2026-03-04T06:06:07.890+01:00 last_alarm=2026-01-02T01:00:00.000+01:00 problem=none"
    )
    lost = an_input_view(contact=Contact.UNKNOWN, tripped=None, since=None, problem="line_fault", available=False)
    assert "tripped=unknown contact=unknown" in input_line(lost, NOW)


def test_an_output_is_one_line():
    view = an_output_view(on=True, reason="alarm", by="door", sources=("door", "window"))
    assert output_line(view, NOW) == (
        f"{AT} output siren state=on contact=disconnected mode=switch reason=alarm by=door "
        "sources=door,window until=none problem=none"
    )


def test_a_line_in_another_device_is_named_and_so_is_what_that_says_of_an_output():
    assert input_line(an_input_view(), NOW, "onvif_event").endswith(" problem=none line=onvif_event")
    for confirmed, word in ((None, "unknown"), (True, "yes"), (False, "no")):
        said = output_line(an_output_view(confirmed=confirmed), NOW, "mqtt")
        assert said.endswith(f" problem=none line=mqtt confirmed={word}")


def test_an_entry_stands_at_its_own_time():
    assert entry_line(an_entry(4), NOW) == "2026-03-04T06:06:07.890+01:00 journal seq=4 kind=alarm_begin input=door"


def test_what_is_no_word_is_in_quotes_and_cannot_steer_a_terminal():
    assert broker_line('no "way"\x1b[2J', NOW) == f'{AT} broker state=lost why="no \\"way\\"\\\\x1b[2J"'


@pytest.mark.parametrize(("online", "word"), [(True, "online"), (False, "offline"), (None, "unknown")])
def test_the_bridge_is_online_offline_or_unknown(online, word):
    assert bridge_line(online, NOW) == f"{AT} bridge state={word}"


@pytest.mark.parametrize(("armed", "word"), [(True, "on"), (False, "off"), (None, "unknown")])
def test_the_device_is_armed_or_not(armed, word):
    assert armed_line(armed, NOW) == f"{AT} armed state={word}"


def said(what, payload):
    return Incoming(topic=f"{D}/input/door/{what}", payload=payload, retained=True)


def tell(lines, view):
    lines.receive(said("state", payloads.on_off(view.tripped)))
    lines.receive(said("alarm", payloads.on_off(view.alarm)))
    lines.receive(said("attributes", payloads.input_attributes(view)))


async def test_a_change_of_several_messages_is_one_line_and_no_change_is_none():
    shown: list[str] = []
    lines = PlainLines(DeviceMirror(settings_of(an_input("door"))), show=shown.append, now=lambda: NOW)
    tell(lines, an_input_view())
    await asyncio.sleep(1)
    tell(lines, an_input_view(glitches=5))  # nothing that a line tells
    await asyncio.sleep(1)
    tell(lines, an_input_view(alarm=True, tripped=True))
    await asyncio.sleep(1)
    for what in ("state", "alarm", "attributes"):
        lines.receive(said(what, b""))
    await asyncio.sleep(1)
    assert [line.split()[3] for line in shown] == ["alarm=off", "alarm=on", "state=removed"]


def test_a_connection_is_told_once_each_way():
    shown: list[str] = []
    lines = PlainLines(DeviceMirror(settings_of()), show=shown.append, now=lambda: NOW)
    for problem in ("refused", "refused", None, None, "refused"):
        lines.link(problem)
    assert [line.split(" ", 2)[2] for line in shown] == [
        "state=lost why=refused",
        "state=connected",
        "state=lost why=refused",
    ]


async def test_each_kind_of_part_has_its_line_and_one_that_is_removed_has_a_last_one():
    shown = []
    lines = PlainLines(DeviceMirror(settings_of(an_input("door"))), show=shown.append, now=lambda: NOW)
    view = an_output_view("bell")

    def says(topic, payload):
        lines.receive(Incoming(topic=f"{D}/{topic}", payload=payload, retained=True))

    says("availability", b"online")
    says("armed", b"OFF")
    says("output/bell/attributes", payloads.output_attributes(view))
    says("output/bell/state", payloads.on_off(view.on))
    await asyncio.sleep(1)
    assert [line.split()[1] for line in shown] == ["bridge", "armed", "output"]
    shown.clear()
    for what in ("attributes", "state", "availability"):
        says(f"output/bell/{what}", b"")
    await asyncio.sleep(1)
    assert [line.split()[1:3] for line in shown] == [["output", "bell"]]
