"""The flows in `examples/node-red`, in a real Node-RED against a broker and the program on its simulated board."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from programs.node_red import PALETTE, NodeRed, flow, modules, tapped
from servers.camera import SnapshotCamera
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    modules()
    with Mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="module")
def camera() -> Iterator[SnapshotCamera]:
    with SnapshotCamera(auth="none") as one:
        yield one


@pytest.fixture
def bridge(tmp_path: Path, broker: Mosquitto, camera: SnapshotCamera) -> Iterator[Bridge]:
    folder = tmp_path / "bridge"
    folder.mkdir()
    with (
        Bridge(
            folder,
            broker.port,
            inputs=[an_input("garage-door", quiet_s=0)],
            outputs=[an_output("siren", kind="siren"), an_output("strobe", kind="strobe")],
            cameras={"gate": {"snapshot": camera.url}},
        ) as one,
        Ear(broker.port, f"{D}/availability") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        yield one


@pytest.fixture
def ear(broker: Mosquitto) -> Iterator[Ear]:
    with Ear(broker.port, f"{D}/#", "test/#") as one:
        yield one


def opens(bridge: Bridge, ear: Ear) -> str:
    """The door opens, once it is closed. Returns the id of its alarm."""

    def begins() -> list[str]:
        heard = [each.json for each in ear.on(f"{D}/input/garage-door/event")]
        return [event["id"] for event in heard if event["event_type"] == "alarm_begin"]

    bridge.board("disconnect garage-door")
    ear.wait_for(f"{D}/input/garage-door/alarm", b"OFF")
    before = len(begins())
    bridge.board("connect garage-door")
    wait_until(lambda: len(begins()) > before, what="the alarm")
    return begins()[-1]


def test_a_door_pulses_the_siren_and_the_answer_is_shown(
    tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear
) -> None:
    nodes = tapped(flow("door-to-siren.json", broker.port), "a2m-door-done", "a2m-door-refused")
    with NodeRed(tmp_path, nodes):
        alarm = opens(bridge, ear)
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        shown = ear.wait_for_json(f"{D}/output/siren/attributes", lambda each: each["mode"] == "pulse")
        assert 0 < shown["remaining_ms"] <= 5000
        assert ear.wait_for_json("test/a2m-door-done", lambda answer: answer["ok"])["id"] == f"door-{alarm}"
        # The broker delivers an event twice: it is the same one.
        event = ear.last(f"{D}/input/garage-door/event")
        assert event is not None
        ear.publish(f"{D}/silence")
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
        before = len(ear.on(f"{D}/output/siren/set"))
        ear.publish(f"{D}/input/garage-door/event", event)
        another = {**json.loads(event), "id": "another"}
        ear.publish(f"{D}/input/garage-door/event", json.dumps(another).encode())
        ear.wait_for_json("test/a2m-door-done", lambda answer: answer["id"] == "door-another")
        assert len(ear.on(f"{D}/output/siren/set")) == before + 1
    assert ear.on("test/a2m-door-refused") == []


def test_an_alarm_goes_from_strobe_to_siren_to_mail_until_somebody_silences_it(
    tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear
) -> None:
    nodes = tapped(flow("escalation.json", broker.port), "a2m-escalation-refused")
    waits = [node for node in nodes if node["type"] == "trigger"]
    for node in waits:
        node["duration"] = "0.3"
    assert len(waits) == 2
    with NodeRed(tmp_path, nodes):
        opens(bridge, ear)
        ear.wait_for(f"{D}/output/strobe/state", b"ON")
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        # This device sends no mail, and the flow shows the refusal.
        refused = ear.wait_for_json(f"{D}/response", lambda answer: answer["topic"] == f"{D}/action/email/run")
        assert not refused["ok"]
        wait_until(lambda: ear.on("test/a2m-escalation-refused"), what="the refusal")
        ear.publish(f"{D}/silence")
        ear.wait_for(f"{D}/output/strobe/state", b"OFF")
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
    assert bridge.contact("siren") == "disconnected"


def test_silence_before_the_siren_ends_the_escalation(
    tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear
) -> None:
    nodes = flow("escalation.json", broker.port)
    for node in nodes:
        if node["type"] == "trigger":
            node["duration"] = "1"
    with NodeRed(tmp_path, nodes):
        opens(bridge, ear)
        ear.wait_for(f"{D}/output/strobe/state", b"ON")
        ear.publish(f"{D}/output/strobe/set", b"OFF")
        ear.wait_for(f"{D}/output/strobe/state", b"OFF")
        # Another alarm, whose siren comes as long after it: the first one's would have come before.
        opens(bridge, ear)
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        assert len([each for each in ear.on(f"{D}/output/siren/set") if b"ON" in each.payload]) == 1


def test_each_alarm_is_handed_on_once_also_those_of_the_time_when_node_red_was_away(
    tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear
) -> None:
    tap = "test/a2m-missed-alarm"
    node_red = NodeRed(tmp_path, tapped(flow("missed-alarms.json", broker.port), "a2m-missed-alarm"))
    with node_red:
        wait_until(lambda: ear.on(f"{D}/journal/entries"), what="the first answer")
        ids = [opens(bridge, ear)]
        wait_until(lambda: len(ear.on(tap)) == 1, what="the alarm that it heard")
    ids += [opens(bridge, ear) for _ in range(3)]
    with node_red:
        wait_until(lambda: len(ear.on(tap)) == 4, what="the alarms that it missed")
        ids.append(opens(bridge, ear))
        wait_until(lambda: len(ear.on(tap)) == 5, what="the next alarm")
        # A second delivery, and the first entry of a device whose store was emptied.
        first = next(each.payload for each in ear.on(f"{D}/journal") if each.json["id"] == ids[0])
        ear.publish(f"{D}/journal", first)
        ear.publish(f"{D}/journal", json.dumps({**json.loads(first), "seq": 1, "id": "anew-1"}).encode())
        wait_until(lambda: len(ear.on(tap)) == 6, what="the alarm of the new store")
    assert [each.json["id"] for each in ear.on(tap)] == [*ids, "anew-1"]


def test_refusals_absence_and_problems_are_shown(tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear) -> None:
    taps = ("a2m-answers-refused", "a2m-answers-there", "a2m-answers-problem", "a2m-answers-done")
    with NodeRed(tmp_path, tapped(flow("answers-and-errors.json", broker.port), *taps)) as node_red:
        ear.wait_for("test/a2m-answers-there", b"online")
        ear.wait_for("test/a2m-answers-problem", b"none")
        node_red.press("a2m-answers-wrong")
        ear.wait_for("test/a2m-answers-refused", b"duration_ms must be a number from 1 to 86400000, is 0")
        ear.publish(f"{D}/silence")
        ear.wait_for_json("test/a2m-answers-done", lambda answer: answer["topic"] == f"{D}/silence")
        bridge.kill()
        ear.wait_for("test/a2m-answers-there", b"offline")


def test_the_dashboard_shows_the_house_and_commands_it(
    tmp_path: Path, broker: Mosquitto, bridge: Bridge, ear: Ear, browser: Any
) -> None:
    if not (modules() / PALETTE).is_dir():
        pytest.skip(f"{PALETTE} is not installed beside Node-RED")
    with NodeRed(tmp_path, flow("dashboard.json", broker.port)) as node_red:
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{node_red.port}/dashboard/alarm")
        page.get_by_text("Garage door").wait_for()
        alarm = opens(bridge, ear)
        page.get_by_text("connected, armed", exact=True).wait_for()
        page.get_by_text(f"Alarm {alarm}").wait_for()
        page.get_by_text("alarm_begin").first.wait_for()
        page.get_by_role("checkbox").last.click()
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        page.get_by_role("button", name="Silence").click()
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
        ear.publish(f"{D}/output/siren/set", b'{"state": "ON", "duration_ms": 0}')
        page.get_by_text("duration_ms must be").wait_for()
