"""Inputs that are made of other inputs, in the real program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
D = "alarm2mqtt/front-gate"
SURE = {"kind": "combined", "of": ["motion", "person"], "within_s": 30}
EITHER = {"kind": "combined", "of": ["sure", "door"], "need": "any"}


def parts() -> dict[str, Any]:
    return {
        "inputs": [
            an_input("sure", line=SURE),
            an_input("either", line=EITHER, outputs=["lamp"], quiet_s=0),
            *(an_input(each) for each in ("motion", "person", "door")),
        ],
        "outputs": [an_output("lamp", follow_source=True)],
    }


def entries(ear: Ear) -> list[tuple[str, ...]]:
    """The journal's entries of the combined inputs."""
    told = [each for each in _all(ear) if each.get("input") in ("sure", "either")]
    return [(each["kind"], each["input"], each.get("cause", "")) for each in told]


def test_an_alarm_of_two_inputs_begins_when_both_were_seen_and_outlives_a_restart(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker, Ear(broker.port, f"{D}/#") as ear:
        with Bridge(tmp_path, broker.port, **parts()) as bridge:
            ear.wait_for(f"{D}/input/either/state", b"OFF")
            bridge.board("connect motion")
            bridge.board("disconnect motion")
            bridge.board("connect person")
            wait_until(lambda: bridge.contact("lamp") == "connected", what="the lamp, by way of two combinations")
            ear.wait_for(f"{D}/input/either/alarm", b"ON")
            bridge.board("connect door")
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            assert entries(ear) == [("alarm_begin", "sure", "input"), ("alarm_begin", "either", "input")]
        known = len(entries(ear))
        with Bridge(tmp_path, broker.port, **parts()) as bridge:
            wait_until(lambda: bridge.contact("lamp") == "connected", what="the lamp again")
            wait_until(lambda: "resumed" in [each["kind"] for each in _all(ear)], what="the resumption")
            bridge.board("disconnect door")
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end")
        after = entries(ear)[known:]
        assert ("alarm_begin", "either", "input") not in after, after
        assert [each for each in after if each[0] == "fault"] == []


def test_a_member_whose_line_is_lost_is_named_in_the_fault(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts()) as bridge,
    ):
        ear.wait_for(f"{D}/input/sure/state", b"OFF")
        bridge.board("connect motion")
        ear.wait_for(f"{D}/input/motion/alarm", b"ON")
        bridge.board("fail person")
        ear.wait_for(f"{D}/input/sure/availability", b"offline")
        wait_until(lambda: any(each.get("input") == "sure" for each in _faults(ear)), what="the entry")
        (fault,) = (each for each in _faults(ear) if each.get("input") == "sure")
        assert fault["error"] == "person is unknown, and would decide"
        bridge.board("heal person")
        ear.wait_for(f"{D}/input/sure/availability", b"online")


def _all(ear: Ear) -> list[dict[str, Any]]:
    return [heard.json for heard in ear.on(f"{D}/journal")]


def _faults(ear: Ear) -> list[dict[str, Any]]:
    return [each for each in _all(ear) if each["kind"] == "fault"]
