"""`alarm2mqtt watch`, with a real broker, the whole bridge, and a terminal."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest
from programs.bridge import MAIN, Bridge, Ear
from programs.terminal import AtTerminal
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e


@pytest.fixture
def broker(tmp_path):
    with Mosquitto(tmp_path / "broker", users={"bridge": "s3cret-word"}) as broker:
        yield broker


@pytest.fixture
def bridge(tmp_path, broker):
    """A door with a siren, and a window that nothing hangs on; its password lies in a file."""
    password = tmp_path / "password"
    password.write_text("s3cret-word\n")
    bridge = Bridge(
        tmp_path,
        broker.port,
        device={"name": "Front gate"},
        mqtt={"username": "bridge", "password_file": str(password)},
        inputs=[an_input("door", name="Garage door", outputs=["siren"]), an_input("window", enabled=False)],
        outputs=[an_output("siren", name="Siren", kind="siren", alarm_time_ms=60_000)],
    )
    with bridge:
        yield bridge


def test_all_terminals_are_on_the_screen_and_stay_live(bridge):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        screen = terminal.wait_for("bridge online", "Garage door", "window", "disabled", "Siren")
        assert "Front gate (front-gate)" in screen
        assert "ALARM" not in screen
        bridge.board("connect door")
        screen = terminal.wait_for("ALARM 0:0", "connected", "Alarm: Garage door", "in 0:5", "Alarm begins")
        assert all(len(line) <= 80 for line in screen.splitlines())
        bridge.board("disconnect door")
        terminal.wait_for("Alarm ends", "Normal")
        bridge.board("fail window")
        terminal.wait_for("Line fault", "unknown")
        assert "s3cret-word" not in terminal.shown
        terminal.type("q")
        assert terminal.ended() == 0


def test_a_disarmed_device_is_seen_at_a_glance_and_so_is_what_alarms_all_the_same(bridge, broker):
    bridge.write(
        mqtt={"username": "bridge", "password_file": str(bridge.folder / "password")},
        inputs=[an_input("door", name="Garage door"), an_input("tamper", always_armed=True)],
        outputs=[],
    )
    bridge.signal(signal.SIGHUP)
    with (
        AtTerminal("watch", str(bridge.file)) as terminal,
        Ear(broker.port, username="bridge", password="s3cret-word") as ear,
    ):
        assert "isarmed" not in terminal.wait_for("bridge online   armed", "Garage door", "tamper")
        ear.publish("alarm2mqtt/front-gate/armed/set", b"OFF")
        screen = terminal.wait_for("bridge online   DISARMED", "  disarmed  ", "Device disarmed")
        (tamper,) = (line for line in screen.splitlines() if line.startswith("tamper"))
        assert "  armed  " in tamper
        ear.publish("alarm2mqtt/front-gate/armed/set", b"ON")
        terminal.wait_for("bridge online   armed", "Device armed")


def test_counters_go_on_while_nothing_happens(bridge):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        bridge.board("connect door")
        screen = terminal.wait_for("ALARM 0:")
        seconds = int(screen.partition("ALARM 0:")[2][:2])
        terminal.wait_for(f"ALARM 0:{seconds + 2:02}")


def test_ctrl_c_ends_it_and_the_terminal_is_what_it_was(bridge):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        terminal.wait_for("bridge online")
        wait_until(lambda: not terminal.echoes(), what="keys being read one by one")
        terminal.type("\x03")
        assert terminal.ended() == 0
        assert "\x1b[?1049l" in terminal.shown
        assert terminal.echoes()


def test_ctrl_z_gives_the_terminal_back_until_it_goes_on(bridge):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        terminal.wait_for("bridge online")
        wait_until(lambda: not terminal.echoes(), what="keys being read one by one")
        terminal.type("\x1a")
        assert os.WIFSTOPPED(os.waitpid(terminal.process, os.WUNTRACED)[1])
        assert terminal.echoes()
        bridge.board("connect door")
        os.kill(terminal.process, signal.SIGCONT)
        terminal.wait_for("ALARM")
        assert not terminal.echoes()
        terminal.type("q")
        assert terminal.ended() == 0


def test_it_ends_with_its_window(bridge):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        terminal.wait_for("bridge online")
        terminal.hang_up()


def test_a_bridge_that_stops_and_a_broker_that_goes_are_told(bridge, broker):
    with AtTerminal("watch", str(bridge.file)) as terminal:
        terminal.wait_for("bridge online")
        bridge.stop()
        terminal.wait_for("bridge OFFLINE", "Garage door")
        broker.stop()
        terminal.wait_for("NOT CONNECTED", "Garage door")
        broker.start()
        terminal.wait_for("bridge SILENT")
        bridge.start()
        terminal.wait_for("bridge online", "Garage door")


def test_a_small_window_shows_what_matters_first(bridge):
    bridge.write(
        mqtt={"username": "bridge", "password_file": str(bridge.folder / "password")},
        inputs=[an_input(f"in-{number}") for number in range(1, 21)],
        outputs=[],
    )
    bridge.signal(signal.SIGHUP)
    with AtTerminal("watch", str(bridge.file), rows=12) as terminal:
        terminal.wait_for("in a taller terminal")
        bridge.board("connect in-19")
        screen = terminal.wait_for("in-19", "ALARM", "Alarm begins")
        assert len(screen.splitlines()) <= 12
        terminal.resize(80, 40)
        os.kill(terminal.process, signal.SIGWINCH)
        terminal.wait_for("in-20")


def test_a_wrong_password_is_told_and_ends_it(bridge):
    (bridge.folder / "password").write_text("another\n")
    with AtTerminal("watch", str(bridge.file)) as terminal:
        assert terminal.ended() == 1
        assert "(user bridge)" in terminal.screen
        assert "another" not in terminal.shown


def test_without_a_terminal_every_change_is_a_line(bridge):
    with subprocess.Popen([*MAIN, "watch", str(bridge.file)], stdout=subprocess.PIPE, text=True) as watching:
        lines = [watching.stdout.readline() for _ in range(6)]
        assert [" ".join(line.split()[1:3]) for line in lines] == [
            "broker state=connected",
            "bridge state=online",
            "armed state=on",
            "input door",
            "input window",
            "output siren",
        ]
        assert "alarm=off" in lines[3]
        assert "enabled=no" in lines[4]
        bridge.board("connect door")
        seen = [watching.stdout.readline() for _ in range(4)]
        assert sum(" journal " in line for line in seen) == 2
        (door,) = (line for line in seen if " input door " in line)
        assert "alarm=on tripped=yes contact=connected armed=yes" in door
        (siren,) = (line for line in seen if " output siren " in line)
        assert "state=on contact=connected mode=switch reason=alarm by=door sources=door until=" in siren
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(5) == 0


def test_a_terminal_that_cannot_be_drawn_on_gets_lines(bridge):
    with AtTerminal("watch", str(bridge.file), term="dumb", columns=300) as terminal:
        terminal.wait_for("broker state=connected", "input door alarm=off")
        assert "\x1b" not in terminal.shown
        assert terminal.end_by("\x03") == 0


def test_a_reader_that_has_had_enough_ends_it_quietly(bridge):
    command = f"{' '.join(MAIN)} watch {bridge.file} | head -n 3"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr == ""


def test_a_reader_that_leaves_while_nothing_happens_ends_it_too(bridge):
    watching = subprocess.Popen([*MAIN, "watch", str(bridge.file)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert watching.stdout is not None
    assert watching.stderr is not None
    shown = [watching.stdout.readline() for _ in range(6)]
    assert any(b"siren" in line for line in shown)
    watching.stdout.close()
    assert (watching.wait(10), watching.stderr.read()) == (0, b"")
    watching.stderr.close()


def test_names_changed_meanwhile_are_seen_without_a_new_file(bridge, tmp_path):
    old = tmp_path / "old.yaml"
    old.write_bytes(bridge.file.read_bytes())
    whole = json.loads(bridge.file.read_text())
    with AtTerminal("watch", str(old)) as terminal:
        terminal.wait_for("Garage door")
        whole["inputs"][0]["name"] = "Barn door"
        bridge.file.write_text(json.dumps(whole))
        terminal.wait_for("Barn door")
