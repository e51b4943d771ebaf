"""The commands around the daemon, as a person at a shell uses them."""

from __future__ import annotations

import json
import os
import subprocess

import pytest
from programs.bridge import MAIN, Bridge, Ear
from programs.mqtt_client import retained
from servers.mosquitto import Mosquitto
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"


@pytest.fixture
def stopped(tmp_path):
    """A bridge that ran, saw an alarm, and was stopped; its broker still runs."""
    with Mosquitto(tmp_path / "broker") as broker:
        bridge = Bridge(
            tmp_path, broker.port, inputs=[an_input("door", outputs=["siren"])], outputs=[an_output("siren")]
        )
        with bridge, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for(f"{D}/availability", b"online")
            bridge.board("connect door")
            ear.wait_for(f"{D}/output/siren/state", b"ON")
        yield bridge


def test_log_tells_the_story_in_order(stopped):
    table = stopped.command("log", str(stopped.file))
    assert table.returncode == 0
    kinds = [line.split()[3] for line in table.stdout.splitlines()[1:]]
    assert kinds == ["start", "alarm_begin", "output_on", "output_off", "stop"]
    lines = stopped.command("log", str(stopped.file), "--json", "--since", "1h", "--lines", "2").stdout.splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["output_off", "stop"]


def test_log_refuses_what_is_no_time(stopped):
    result = stopped.command("log", str(stopped.file), "--since", "yesterday")
    assert result.returncode == 2
    assert "--since: 'yesterday' is no time" in result.stderr


def test_log_follows_what_happens(stopped):
    with subprocess.Popen([*MAIN, "log", str(stopped.file), "--json", "--follow"], stdout=subprocess.PIPE) as following:
        seen = [json.loads(following.stdout.readline())["kind"] for _ in range(5)]
        with stopped:
            stopped.board("disconnect door")
            while "alarm_end" not in seen:
                seen.append(json.loads(following.stdout.readline())["kind"])
        following.terminate()
    assert seen[:6] == ["start", "alarm_begin", "output_on", "output_off", "stop", "start"]


def test_purge_leaves_nothing_on_the_broker(stopped):
    assert len(retained(stopped.port, f"{D}/#", "homeassistant/#")) > 10
    result = stopped.command("purge", str(stopped.file))
    assert result.returncode == 0, result.stderr
    assert "topics are clear" in result.stdout
    assert retained(stopped.port, f"{D}/#", "homeassistant/#") == {}


def test_purge_without_a_broker_says_so(tmp_path):
    bridge = Bridge(tmp_path, 1)
    result = bridge.command("purge", str(bridge.file))
    assert result.returncode == 1
    assert "127.0.0.1:1" in result.stderr


def test_board_moves_a_contact_and_says_what_it_cannot(stopped):
    socket = ["board", "--socket", str(stopped.folder / "board.sock")]
    with stopped:
        stopped.command(*socket, "disconnect", "door")
        contacts = json.loads(stopped.command(*socket, "contacts").stdout)
        assert contacts["inputs"] == {"door": "disconnected"}
        assert stopped.command(*socket, "connect", "window").returncode == 1
    gone = stopped.command(*socket, "contacts")
    assert gone.returncode == 1
    assert "no simulated board listens" in gone.stderr


def test_safe_idles_what_it_can_of_a_file_that_is_wrong_elsewhere(tmp_path):
    bridge = Bridge(tmp_path, 1, outputs=[an_output("siren", valid_signal="disconnect")], nonsense=1)
    result = bridge.command("safe", str(bridge.file))
    assert "siren: idle (connected)" in result.stdout
    assert "nonsense" in result.stderr
    assert result.returncode == 1


def test_a_second_daemon_on_the_same_board_is_told_who_has_it(tmp_path):
    bridge = Bridge(tmp_path, 1)
    with bridge:
        result = bridge.command("run", str(bridge.file))
    assert result.returncode == 1
    assert "is held by another alarm2mqtt" in result.stderr


def test_without_a_command_it_says_what_there_is_and_what_to_do_next(tmp_path):
    result = Bridge(tmp_path, 1).command()
    assert result.returncode == 0, result.stderr
    assert "settings" in result.stdout
    assert "-m bridge --help" in result.stdout


def test_a_bridge_that_runs_is_found_by_its_process(tmp_path):
    bridge = Bridge(tmp_path, 1, inputs=[an_input("door")])
    with bridge:
        result = subprocess.run([*MAIN], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True)
        assert f"runs (process {bridge.process.pid})" in result.stdout
        assert "-m bridge watch alarm2mqtt.yaml" in result.stdout
        assert "board.sock connect door" in result.stdout


def test_a_command_that_there_is_not_is_wrong_usage(tmp_path):
    result = Bridge(tmp_path, 1).command("fly")
    assert result.returncode == 2
    assert "usage: alarm2mqtt" in result.stderr


def test_check_warns_of_a_file_in_which_nothing_is_watched(tmp_path):
    file = tmp_path / "alarm2mqtt.yaml"
    file.touch()
    result = subprocess.run([*MAIN, "check", str(file)], capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0
    warning, verdict = result.stdout.splitlines()
    assert warning == f"warning: {file}: has no inputs and no outputs, so nothing is watched"
    assert verdict == f"{file}: right; 0 inputs, 0 outputs"


def test_a_schema_that_cannot_be_written_is_told_in_a_line(tmp_path):
    target = tmp_path / "nowhere" / "schema.json"
    result = subprocess.run([*MAIN, "schema", str(target)], capture_output=True, text=True, timeout=30, check=False)
    said = f"alarm2mqtt: {target} cannot be written: No such file or directory\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["schema"], [], ["lines"]], ids=" ".join)
def test_whoever_reads_only_the_beginning_gets_no_traceback(arguments, unbuffered):
    end, start = os.pipe()
    os.close(end)
    environ = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with os.fdopen(start, "wb") as nobody:
        result = subprocess.run(
            [*MAIN, *arguments], stdout=nobody, stderr=subprocess.PIPE, text=True, timeout=30, check=False, env=environ
        )
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(("written", "code"), [("inputs", 0), ("inptus", 1)], ids=["right", "wrong"])
def test_what_safe_could_do_is_its_exit_code_though_nobody_listens(stopped, written, code):
    stopped.file.write_text(stopped.file.read_text().replace('"inputs"', f'"{written}"'))
    end, start = os.pipe()
    os.close(end)
    with os.fdopen(start, "wb") as nobody:
        result = subprocess.run(
            [*MAIN, "safe", str(stopped.file)], stdout=nobody, stderr=nobody, timeout=30, check=False
        )
    assert result.returncode == code
