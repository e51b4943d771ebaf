"""The main job, whole: a contact closes, a retained state on a real broker, an output moves."""

from __future__ import annotations

import json
import signal
import socket
import time

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"
DOOR = an_input("door", outputs=["siren"])
SIREN = an_output("siren", alarm_time_ms=1000)


def test_a_contact_closes_a_state_is_retained_and_an_output_moves(tmp_path, broker):
    with (
        Bridge(tmp_path, broker.port, inputs=[DOOR], outputs=[SIREN]) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        bridge.board("connect door")
        ear.wait_for(f"{D}/input/door/state", b"ON")
        ear.wait_for(f"{D}/input/door/alarm", b"ON")
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        assert bridge.contact("siren") == "connected"
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
        assert bridge.contact("siren") == "disconnected"
        event = next(heard for heard in ear.heard if heard.topic == f"{D}/input/door/event")
        told = event.json
        assert set(told) == {"event_type", "id", "seq", "cause", "time", "contact"}
        assert (told["event_type"], told["cause"], told["contact"]) == ("alarm_begin", "input", "connected")
        assert not event.stored
        with Ear(broker.port, f"{D}/#") as late:
            stored = late.wait_for(f"{D}/input/door/alarm", b"ON")
            assert stored.stored


def test_commands_start_and_stop_an_output_and_are_answered(tmp_path, broker):
    with (
        Bridge(tmp_path, broker.port, inputs=[DOOR], outputs=[SIREN]) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/output/siren/set", json.dumps({"state": "ON", "duration_ms": 60_000, "id": "a1"}).encode())
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        assert bridge.contact("siren") == "connected"
        ear.publish(f"{D}/output/siren/set", b"OFF")
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
        assert bridge.contact("siren") == "disconnected"
        ear.publish(f"{D}/output/siren/set", b'{"state": "ON", "duration_ms": NaN}')
        wait_until(lambda: len([heard for heard in ear.heard if heard.topic == f"{D}/response"]) == 3)
        answers = [heard.json for heard in ear.heard if heard.topic == f"{D}/response"]
        assert [(answer["id"], answer["ok"]) for answer in answers] == [("a1", True), (None, True), (None, False)]
        ear.wait_for_json(f"{D}/status", lambda status: status["rejected_commands"] == 1)


def test_an_alarm_goes_on_without_a_broker_and_is_told_when_one_comes(tmp_path):
    broker = Mosquitto(tmp_path / "broker")
    with Bridge(tmp_path, broker.port, inputs=[DOOR], outputs=[an_output("siren", follow_source=True)]) as bridge:
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected")
        with broker, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for(f"{D}/input/door/alarm", b"ON")
            ear.wait_for(f"{D}/output/siren/state", b"ON")


def test_sigterm_idles_outputs_says_offline_and_ends_with_zero(tmp_path, broker):
    with (
        Bridge(tmp_path, broker.port, outputs=[an_output("siren")]) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/output/siren/set", b"ON")
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        assert bridge.stop() == 0
        ear.wait_for(f"{D}/output/siren/state", b"OFF")
        ear.wait_for(f"{D}/availability", b"offline")
        assert json.loads((tmp_path / "board.json").read_text())["outputs"]["siren"] == "disconnected"


def test_a_restart_resumes_an_alarm_that_goes_on_and_ends_one_that_is_over(tmp_path, broker):
    following = an_output("siren", follow_source=True)
    bridge = Bridge(tmp_path, broker.port, inputs=[DOOR, an_input("gate")], outputs=[following])
    with bridge, Ear(broker.port, f"{D}/#") as ear:
        bridge.board("connect door")
        bridge.board("connect gate")
        ear.wait_for(f"{D}/input/gate/alarm", b"ON")
    bridge.kill()
    board = json.loads((tmp_path / "board.json").read_text())
    board["inputs"]["gate"] = "disconnected"
    (tmp_path / "board.json").write_text(json.dumps(board))
    with Ear(broker.port, f"{D}/#") as ear, bridge:
        ear.wait_for(f"{D}/availability", b"online")
        ear.wait_for(f"{D}/input/gate/alarm", b"OFF")
        wait_until(lambda: bridge.contact("siren") == "connected")
        events = [(heard.topic, heard.json["event_type"]) for heard in ear.heard if heard.topic.endswith("/event")]
        assert (f"{D}/input/door/event", "alarm_begin") not in events
        wait_until(lambda: "resumed" in [heard.json["kind"] for heard in ear.on(f"{D}/journal")], what="resumed")


def test_a_hang_up_takes_good_settings_and_refuses_bad_ones_whole(tmp_path, broker):
    bridge = Bridge(tmp_path, broker.port, inputs=[DOOR], outputs=[SIREN])
    with bridge, Ear(broker.port, f"{D}/#", "homeassistant/#") as ear:
        ear.wait_for(f"{D}/availability", b"online")
        bridge.write(inputs=[DOOR, an_input("gate")], outputs=[{**SIREN, "mode": "disco"}])
        bridge.signal(signal.SIGHUP)
        wait_until(lambda: "settings refused" in bridge.said())
        assert "outputs[0].mode" in bridge.said()
        bridge.write(inputs=[an_input("gate")], outputs=[{**SIREN, "valid_signal": "disconnect"}])
        bridge.signal(signal.SIGHUP)
        ear.wait_for(f"{D}/input/gate/state", b"OFF")
        wait_until(lambda: bridge.contact("siren") == "connected")
        for leaf in ("state", "alarm", "attributes", "availability", "settings"):
            ear.wait_for(f"{D}/input/door/{leaf}", b"")


def test_kill_in_a_pulse_then_safe_and_the_boards_trace_ends_idle(tmp_path, broker):
    pulsing = an_output("siren", mode="pulse", pulse={"on_ms": 50, "off_ms": 50})
    inverted = an_output("lamp", valid_signal="disconnect")
    bridge = Bridge(tmp_path, broker.port, outputs=[pulsing, inverted])
    with bridge, Ear(broker.port, f"{D}/#") as ear, socket.socket(socket.AF_UNIX) as watch:
        watch.connect(str(tmp_path / "board.sock"))
        watch.sendall(b"watch\n")
        trace = watch.makefile()
        trace.readline()
        ear.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/output/siren/set", b"ON")
        ear.publish(f"{D}/output/lamp/set", b"ON")
        seen = [json.loads(trace.readline()) for _ in range(8)]
        while seen[-1]["output"] != "siren" or seen[-1]["contact"] != "connected":
            seen.append(json.loads(trace.readline()))
        bridge.kill()
        ear.wait_for(f"{D}/availability", b"offline")
    safe = bridge.command("safe", str(bridge.file))
    assert safe.returncode == 0, safe.stderr
    assert json.loads((tmp_path / "board.json").read_text())["outputs"] == {
        "siren": "disconnected",
        "lamp": "connected",
    }


def test_five_faults_in_one_file_are_all_told_with_their_lines(tmp_path):
    bridge = Bridge(tmp_path, 1)
    bridge.file.write_text(
        "device: {id: Front Gate}\n"
        "lines: {driver: simulated}\n"
        "inputs:\n"
        "  - id: door\n"
        "    debounce_ms: -1\n"
        "    trigger_mode: open\n"
        "    colour: red\n"
        "    linkage: {outputs: [horn]}\n"
    )
    for command in ("check", "run"):
        result = bridge.command(command, str(bridge.file))
        assert result.returncode == 2
        for line, path in (
            (1, "device.id"), (5, "inputs[0].debounce_ms"), (6, "inputs[0].trigger_mode"), (7, "inputs[0].colour"),
            (8, "inputs[0].linkage.outputs[0]"),
        ):  # fmt: skip
            assert f"{bridge.file}:{line}: {path}: " in result.stderr
        assert "5 things are wrong" in result.stderr


def test_five_hundred_edges_at_a_thousand_a_second_end_right_and_none_is_lost(tmp_path, broker):
    bridge = Bridge(tmp_path, broker.port, inputs=[an_input("door", quiet_s=0)])
    with bridge, Ear(broker.port, f"{D}/#") as ear, socket.socket(socket.AF_UNIX) as board:
        ear.wait_for(f"{D}/availability", b"online")
        board.connect(str(tmp_path / "board.sock"))
        for edge in range(501):
            board.sendall(b"connect door\n" if edge % 2 == 0 else b"disconnect door\n")
            time.sleep(0.001)  # the pace is the test's matter, not a wait
        ear.wait_for_json(f"{D}/input/door/attributes", lambda attributes: attributes["alarms"] == 251)
        states = [heard.payload for heard in ear.heard if heard.topic == f"{D}/input/door/state"]
        assert states[-1] == b"ON"
