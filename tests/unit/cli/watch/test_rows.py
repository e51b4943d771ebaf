"""Rows of words for a terminal of 80 columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fakes.mqtt_bridge import an_entry, an_input_view, an_output_view
from words.builders import an_input, an_output, settings_of

from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.cli.watch.rows import elapsed, entry_row, input_row, output_row
from bridge.core.contact import Contact

NOW = datetime(2026, 11, 23, 14, 3, 20, tzinfo=UTC)
PICTURE = DeviceMirror(
    settings_of(
        an_input("door", name="Door"),
        an_output("siren", name="Siren"),
        an_output("strobe", name="Strobe", follow_source=True),
    )
)


def ago(**spans):
    return NOW - timedelta(**spans)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (7.9, "0:07"),
        (192, "3:12"),
        (3600, "1:00:00"),
        (45_192, "12:33:12"),
        (266_400, "3 d 2 h"),
        (-5, "0:00"),
    ],
)
def test_elapsed_time_is_short(seconds, text):
    assert elapsed(NOW, NOW + timedelta(seconds=seconds)) == text
    assert elapsed(None, NOW) == ""


@pytest.mark.parametrize(
    ("changes", "cells", "mood"),
    [
        ({"since": ago(seconds=12)}, ("disconnected", "Normal", "armed", "14:03:08 (0:12)"), "normal"),
        (
            {"contact": Contact.CONNECTED, "tripped": True, "alarm": True, "last_alarm": ago(minutes=2), "since": None},
            ("connected", "ALARM 2:00", "armed", ""),
            "alarm",
        ),
        ({"tripped": True, "armed": False, "since": None}, ("disconnected", "Tripped", "not now", ""), "tripped"),
        (
            {"enabled": False, "since": ago(hours=3)},
            ("disconnected", "Normal", "disabled", "11:03 (3:00:00)"),
            "normal",
        ),
        (
            {"armed_until": NOW + timedelta(hours=2), "since": ago(days=1, hours=2)},
            ("disconnected", "Normal", "to 16:03", "22 Nov (1 d 2 h)"),
            "normal",
        ),
        (
            {"armed_until": NOW + timedelta(days=1), "since": None},
            ("disconnected", "Normal", "to Tue 14:03", ""),
            "normal",
        ),
        ({"problem": "chatter", "since": None}, ("disconnected", "Chatter", "armed", ""), "fault"),
        (
            {"problem": "chatter", "alarm": True, "since": None},
            ("disconnected", "ALARM, chatter", "armed", ""),
            "alarm",
        ),
        (
            {"contact": Contact.UNKNOWN, "tripped": None, "available": False, "problem": "line_fault", "since": None},
            ("unknown", "Line fault", "armed", ""),
            "fault",
        ),
        (
            {
                "contact": Contact.UNKNOWN,
                "tripped": None,
                "alarm": True,
                "available": False,
                "problem": "line_fault",
                "since": None,
            },
            ("unknown", "ALARM, line fault", "armed", ""),
            "alarm",
        ),
    ],
)
def test_an_input_in_words(changes, cells, mood):
    row = input_row(an_input_view("door", **changes), PICTURE, NOW)
    assert (row.cells, row.mood) == (("Door", *cells), mood)


@pytest.mark.parametrize(
    ("settings", "changes", "armed"),
    [
        ({}, {"armed": False}, "disarmed"),
        ({}, {"armed": False, "enabled": False}, "disabled"),
        ({"always_armed": True}, {"armed": True}, "armed"),
        ({"silence": True}, {"armed": False}, "not now"),
    ],
)
def test_on_a_disarmed_device_an_input_is_disarmed_with_it_or_is_always_armed(settings, changes, armed):
    picture = DeviceMirror(settings_of(an_input("door", **settings)))
    picture.armed = False
    assert input_row(an_input_view("door", **changes), picture, NOW).cells[3] == armed


@pytest.mark.parametrize(
    ("part", "changes", "cells", "mood"),
    [
        ("siren", {}, ("disconnected", "Off", "", ""), "off"),
        ("siren", {"reason": "time"}, ("disconnected", "Off", "Alarm time over", ""), "off"),
        (
            "siren",
            {
                "on": True,
                "contact": Contact.CONNECTED,
                "reason": "alarm",
                "sources": ("door",),
                "until": NOW + timedelta(seconds=18),
            },
            ("connected", "ON", "Alarm: Door", "in 0:18"),
            "on",
        ),
        (
            "siren",
            {"on": True, "mode": "pulse", "reason": "manual", "by": "mqtt"},
            ("disconnected", "ON, pulse", "Started by MQTT", "when stopped"),
            "pulse",
        ),
        (
            "strobe",
            {"on": True, "reason": "alarm", "sources": ("door",)},
            ("disconnected", "ON", "Alarm: Door", "with the alarm"),
            "on",
        ),
        (
            "siren",
            {"on": True, "reason": "timing"},
            ("disconnected", "ON", "Timing alarm output", "with schedule"),
            "on",
        ),
        (
            "siren",
            {"on": True, "available": False, "contact": Contact.UNKNOWN},
            ("unknown", "Line fault", "", ""),
            "fault",
        ),
    ],
)
def test_an_output_in_words(part, changes, cells, mood):
    row = output_row(an_output_view(part, **changes), PICTURE, NOW)
    assert (row.cells[1:], row.mood) == (cells, mood)


def test_an_entry_has_its_local_time_and_names():
    row = entry_row(an_entry(1), PICTURE, NOW)
    assert row.cells[:3] == ("04 Mar", "Alarm begins", "Door")
