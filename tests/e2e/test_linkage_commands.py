"""`send-test` and `clips`, beside a daemon that runs."""

from __future__ import annotations

import os
import time

import pytest
from programs.bridge import Bridge
from servers.camera import SnapshotCamera, note_of
from servers.ftp import MisbehavingFtpServer
from servers.smtp import MisbehavingMailServer
from words.builders import an_input

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def parts(tmp_path, mail_port=1, ftp_port=1, camera=None, word="pw"):
    cameras = {"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}} if camera else {}
    return {
        "inputs": [an_input("door", email=True)],
        "cameras": cameras,
        "email": {
            "host": "127.0.0.1", "port": mail_port, "security": "none", "sender": "gate@example.org",
            "recipients": ["me@example.org", "you@example.org"],
        },
        "ftp": {"host": "127.0.0.1", "port": ftp_port, "security": "none", "username": "cam", "password": word},
        "recording": {"folder": str(tmp_path / "clips")},
    }  # fmt: skip


@pytest.fixture
def servers(tmp_path):
    with SnapshotCamera() as camera, MisbehavingMailServer() as mail, MisbehavingFtpServer(tmp_path / "root") as ftp:
        yield camera, mail, ftp


def test_a_test_mail_and_a_test_upload_go_out_beside_the_daemon(tmp_path, servers):
    camera, mail, ftp = servers
    with Bridge(tmp_path, 1, **parts(tmp_path, mail.port, ftp.port, camera)) as bridge:
        told = bridge.command("send-test", "email", str(bridge.file))
        assert (told.returncode, told.stdout) == (0, "127.0.0.1 took it, with a picture\n"), told
        mail.faults.answers["you@example.org"] = "550 nobody"
        told = bridge.command("send-test", "email", str(bridge.file))
        assert told.stdout == "127.0.0.1 took it, with a picture; but not for you@example.org: 550 nobody\n"
        told = bridge.command("send-test", "ftp", str(bridge.file))
        [name] = ftp.files()
        assert (told.returncode, told.stdout) == (0, f"127.0.0.1 has it as {name}\n")
        assert bridge.board("contacts")["inputs"] == {"door": "disconnected"}
    first, second = (taken.message for taken in mail.inbox)
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Subject"] == "[front-gate] test"
    [attached] = first.iter_attachments()
    assert note_of(attached.get_content()) == "1"
    assert note_of((tmp_path / "root" / name).read_bytes()) == "3"


def test_what_went_wrong_is_said_without_a_secret(tmp_path, servers):
    camera, mail, ftp = servers
    camera.status = 503
    bridge = Bridge(tmp_path, 1, **parts(tmp_path, mail.port, ftp.port, camera, word="s3cret"))
    told = bridge.command("send-test", "email", str(bridge.file))
    assert told.returncode == 0
    assert "without a picture: camera http://127.0.0.1" in told.stdout
    told = bridge.command("send-test", "ftp", str(bridge.file))
    assert (told.returncode, told.stdout) == (1, "")
    assert "answered with status 503" in told.stderr
    camera.status, ftp.faults.answers["PASS"] = 200, "530 no, s3cret is wrong"
    told = bridge.command("send-test", "ftp", str(bridge.file))
    assert (told.returncode, told.stdout) == (1, "")
    assert "login: 530" in told.stderr
    assert "s3cret" not in told.stderr
    assert ftp.files() == {}


def test_a_server_that_is_away_is_a_failure_and_what_is_not_configured_is_wrong_settings(tmp_path):
    bridge = Bridge(tmp_path, 1, **{**parts(tmp_path), "inputs": [an_input("door")]})
    told = bridge.command("send-test", "email", str(bridge.file))
    assert (told.returncode, told.stderr) == (1, "alarm2mqtt: 127.0.0.1:1: connect: nobody listens there\n")
    told = bridge.command("send-test", "ftp", str(bridge.file))
    assert (told.returncode, "there is no camera" in told.stderr) == (2, True)
    bridge.write(inputs=[an_input("door")])
    for words in (("send-test", "email"), ("send-test", "ftp"), ("clips",)):
        told = bridge.command(*words, str(bridge.file))
        assert (told.returncode, "is not configured" in told.stderr) == (2, True), told


def a_clip(folder, name, *, seconds_ago, size=1_500_000):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    at = time.time() - seconds_ago
    os.utime(path, (at, at))
    return path


def test_finished_clips_are_listed_and_deleted_and_nothing_else_is(tmp_path):
    bridge, folder = Bridge(tmp_path, 1, **parts(tmp_path)), tmp_path / "clips"
    file = str(bridge.file)
    old = a_clip(folder, "2026-11-01/101500_door.mp4", seconds_ago=3600)
    kept = a_clip(folder, "2026-11-02/101500_door.mp4", seconds_ago=60)
    written = a_clip(folder, "2026-11-02/111500_door.mp4", seconds_ago=2)
    foreign = a_clip(folder, "2026-11-02/holiday.mp4", seconds_ago=3600)
    outside = a_clip(tmp_path, "2026-11-01/101500_door.mp4", seconds_ago=3600)

    listed = bridge.command("clips", file)
    assert [line.split()[:3] for line in listed.stdout.splitlines()] == [
        ["2026-11-02/101500_door.mp4", "1.5", "MB"],
        ["2026-11-01/101500_door.mp4", "1.5", "MB"],
    ]
    assert bridge.command("clips", file, "list").stdout == listed.stdout

    told = bridge.command("clips", file, "delete", "2026-11-01/101500_door.mp4")
    assert (told.returncode, told.stdout) == (0, "2026-11-01/101500_door.mp4 is deleted\n")
    assert not old.exists()
    told = bridge.command("clips", file, "delete", "2026-11-02/111500_door.mp4")
    assert (told.returncode, "being written" in told.stderr) == (1, True)
    for name in ("2026-11-02/holiday.mp4", "../2026-11-01/101500_door.mp4", str(kept), "2026-11-01/101500_door.mp4"):
        told = bridge.command("clips", file, "delete", name)
        assert (told.returncode, "no such clip" in told.stderr) == (1, True), told
    assert bridge.command("clips", file, "delete").returncode == 2
    assert bridge.command("clips", file, "list", "x").returncode == 2
    assert all(path.exists() for path in (kept, written, foreign, outside))
