"""Lines in cameras that cannot be what they are set to be."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.settings.checks.references import findings

CAMERAS: dict[str, Any] = {"gate": {"onvif": "http://gate/onvif"}, "old": {"snapshot": "http://old/a.jpg"}}


def found(section: str, terminal: dict[str, Any]) -> list[tuple[str, str]]:
    document = {"cameras": CAMERAS, section: [{"id": "one", **terminal}]}
    return [(".".join(str(part) for part in each.loc[2:]), each.message) for each in findings(document)]


def event(**line: Any) -> list[tuple[str, str]]:
    return found("inputs", {"line": {"kind": "onvif_event", "camera": "gate", **line}})


def relay(*, line: dict[str, Any] | None = None, **terminal: Any) -> list[tuple[str, str]]:
    return found(
        "outputs", {"line": {"kind": "onvif_relay", "camera": "gate", "token": "1", **(line or {})}, **terminal}
    )


def test_lines_that_can_be_are_fine():
    assert event(event="motion") == event(topic="tns1:A/B", item="C") == event(event="line_crossing", hold_s=5) == []
    assert relay() == relay(line={"mode": "bistable"}, valid_signal="disconnect") == []
    pulse = {"mode": "pulse", "pulse": {"on_ms": 1000, "off_ms": 1000}}
    assert relay(line={"mode": "bistable"}, **pulse) == []
    assert found("inputs", {"line": {"kind": "camera_lost", "camera": "old"}}) == []


@pytest.mark.parametrize(
    ("line", "where", "words"),
    [
        ({"camera": "gone", "event": "motion"}, "line.camera", "names a camera that does not exist"),
        (
            {"camera": "old", "event": "motion"},
            "line.camera",
            "needs cameras.old.onvif, the address of its device service",
        ),
        ({}, "line", "has neither event nor topic"),
        ({"event": "motion", "topic": "a/b"}, "line", "has both event and topic"),
        ({"event": "motion", "item": "State"}, "line.item", "goes with topic alone"),
        ({"event": "line_crossing"}, "line", "needs hold_s: most cameras send a crossing without an end"),
    ],
)
def test_an_event_that_is_none_is_refused(line: dict[str, Any], where: str, words: str):
    assert event(**line) == [(where, words)]


def test_a_monostable_relay_takes_no_pulses_and_does_not_stay_active_while_idle():
    assert relay(valid_signal="disconnect") == [
        ("valid_signal", "needs a bistable relay: a monostable one falls back by itself")
    ]
    pulse = {"mode": "pulse", "pulse": {"on_ms": 1000, "off_ms": 1000}}
    assert relay(**pulse) == [("mode", "is no mode of a monostable relay, which times itself")]


def test_a_bistable_relays_pulses_last_a_second_at_least():
    quick = {"mode": "pulse", "pulse": {"on_ms": 500, "off_ms": 1000}}
    assert relay(line={"mode": "bistable"}, **quick) == [("pulse.on_ms", "is 500, too short for a line of this kind")]


def test_a_camera_needs_one_address_of_three():
    document = {"cameras": {"gate": {"username": "me"}}}
    assert [each.message for each in findings(document)] == ["has neither onvif nor snapshot nor stream"]


def test_a_stream_that_is_asked_by_onvif_can_be_recorded():
    document = {
        "cameras": CAMERAS,
        "lines": {"driver": "simulated"},
        "recording": {"folder": "/mnt"},
        "inputs": [{"id": "one", "linkage": {"camera": "gate", "record": True}}],
    }
    assert list(findings(document)) == []
