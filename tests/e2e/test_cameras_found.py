"""`alarm2mqtt cameras`, with cameras in the network of this machine's own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import MAIN
from programs.terminal import AtTerminal
from ruamel.yaml import YAML
from servers.camera_search import CameraSearch, matches
from servers.onvif_camera import HABITS, Habits, OnvifCamera

pytestmark = pytest.mark.e2e

PASSWORD = "correct-horse"
SETTINGS = """\
cameras:
  gate: {{onvif: "{address}", username: cam, password: {password}}}
inputs:
  - {{id: door, line: {{kind: onvif_input, camera: gate, token: DI_1}}}}
"""


def cameras(*words: object) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*MAIN, "cameras", *map(str, words)],
        capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False, env=environ,
    )  # fmt: skip
    assert PASSWORD not in done.stdout + done.stderr
    return done


def read(text: str) -> Any:
    return YAML(typ="safe").load(text)


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    return file


@pytest.mark.parametrize(
    "habits",
    [Habits(), HABITS["HTTP digest"], HABITS["a clock that is a day ahead"], HABITS["services of an older kind"]],
)
def test_a_cameras_block_is_a_file_that_is_right(tmp_path: Path, password_file: Path, habits: Habits) -> None:
    with OnvifCamera(habits, password=PASSWORD) as camera:
        listed = cameras(f"127.0.0.1:{camera.port}", "--username", "cam", "--password-file", password_file)
    assert (listed.returncode, listed.stderr) == (0, "")
    found = read(listed.stdout)
    assert found["cameras"] == {
        "acme-eye-3": {"onvif": camera.address, "username": "cam", "password_file": str(password_file)}
    }
    assert [each["line"].get("token") or each["line"]["event"] for each in found["inputs"]] == [
        "DI_1", "DI_2", "motion", "line_crossing",
    ]  # fmt: skip
    assert [each["line"]["token"] for each in found["outputs"]] == ["RO_1", "RO_2"]
    assert f"# snapshot: http://127.0.0.1:{camera.port}/snapshot.jpg" in listed.stdout
    assert "topic: Monitoring/ProcessorUsage" in listed.stdout
    assert camera.points == {}, "nothing is left in the camera"
    file = tmp_path / "found.yaml"
    file.write_text(listed.stdout)
    checked = subprocess.run([*MAIN, "check", str(file)], capture_output=True, text=True, timeout=30, check=False)
    assert "right; 4 inputs, 2 outputs" in checked.stdout, checked.stdout + checked.stderr


def test_without_a_log_in_and_with_a_wrong_one_it_says_so_and_tries_no_twice(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("another")
    with OnvifCamera(password=PASSWORD) as camera:
        asked = cameras(camera.address)
        assert (asked.returncode, asked.stdout) == (1, "")
        assert f"127.0.0.1:{camera.port}: asks for a log-in" in asked.stderr
        camera.calls.clear()
        refused = cameras(camera.address, "--username", "cam", "--password-file", wrong)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "did not take the log-in, which is not tried again (Sender not authorized)" in refused.stderr
    assert camera.calls.count("GetServices") == 2, "without a log-in, then with it"
    assert "GetRelayOutputs" not in camera.calls


def test_a_camera_that_is_not_there_is_not_reached() -> None:
    with OnvifCamera() as camera:
        address = camera.address
    gone = cameras(address)
    assert gone.returncode == 1
    assert "cannot be reached" in gone.stderr


def test_a_camera_of_the_settings_is_asked_with_its_own_log_in_and_keeps_its_id(tmp_path: Path) -> None:
    with OnvifCamera(password=PASSWORD) as camera:
        file = tmp_path / "gate.yaml"
        file.write_text(SETTINGS.format(address=camera.address, password=PASSWORD))
        listed = cameras(f"127.0.0.1:{camera.port}", "--file", file)
    assert listed.returncode == 0, listed.stderr
    assert "gate in the settings" in listed.stdout
    assert "cameras" not in read(listed.stdout)
    assert {each["line"]["camera"] for each in read(listed.stdout)["inputs"]} == {"gate"}


def test_a_search_lists_each_camera_once_and_names_those_that_it_cannot_read(tmp_path: Path) -> None:
    with OnvifCamera(password=PASSWORD) as own, OnvifCamera(HABITS["no log-in"]) as other, OnvifCamera() as closed:
        file = tmp_path / "gate.yaml"
        file.write_text(SETTINGS.format(address=own.address, password=PASSWORD))
        answers = [matches(each.address, endpoint=f"urn:uuid:{each.port}") for each in (own, other, closed)]
        with CameraSearch([b"no XML", *answers, answers[0]]) as search:
            listed = cameras("--file", file)
    assert len(set(search.asked)) == 1
    assert listed.returncode == 0, listed.stderr
    for camera in (own, other):
        assert listed.stdout.count(f"# 127.0.0.1:{camera.port}: Acme Eye 3 Gate") == 1
    assert f"127.0.0.1:{closed.port}: asks for a log-in" in listed.stderr


def test_at_a_terminal_it_asks_for_what_is_missing_and_echoes_no_password(tmp_path: Path) -> None:
    with (
        OnvifCamera(password=PASSWORD) as camera,
        AtTerminal("cameras", camera.address, columns=200, folder=tmp_path) as terminal,
    ):
        terminal.answer("User name at 127.0.0.1", "cam")
        terminal.wait_for("Password at 127.0.0.1")
        assert not terminal.echoes()
        terminal.type(f"{PASSWORD}\n")
        assert terminal.ended() == 0
        assert "event: motion" in terminal.screen
        assert PASSWORD not in terminal.shown


def test_at_a_terminal_one_log_in_serves_the_cameras_that_take_it(tmp_path: Path) -> None:
    with OnvifCamera(password=PASSWORD) as first, OnvifCamera(password=PASSWORD) as second:
        answers = [matches(each.address, endpoint=f"urn:uuid:{each.port}") for each in (first, second)]
        with CameraSearch(answers), AtTerminal("cameras", columns=200, folder=tmp_path) as terminal:
            terminal.answer("User name at 127.0.0.1", "cam")
            terminal.answer("Password at 127.0.0.1", PASSWORD)
            assert terminal.ended() == 0
            assert terminal.screen.count("event: motion") == 2
            assert "User name" not in terminal.screen


def test_ctrl_c_at_a_question_ends_it_at_once(tmp_path: Path) -> None:
    with OnvifCamera() as camera, AtTerminal("cameras", camera.address, folder=tmp_path) as terminal:
        terminal.wait_for("User name at 127.0.0.1")
        assert terminal.end_by("\x03") == 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("cam:secret@10.0.0.2",), "takes no user name and no password"),
        (("rtsp://10.0.0.2/main",), "ADDRESS is no host"),
        (("10.0.0.2", "--username", "cam"), "need each other"),
        (("10.0.0.2", "--username", "cam", "--password-file", "missing"), "--password-file cannot be read"),
        (("10.0.0.2", "--file", "missing.yaml"), "missing.yaml"),
    ],
)
def test_wrong_usage_and_wrong_settings_end_with_2(words: tuple[str, ...], fault: str) -> None:
    wrong = cameras(*words)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert fault in wrong.stderr
    assert "secret" not in wrong.stderr
