"""Servers that say nothing, disks that take nothing: late at worst, and never in an output's way."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from contextlib import ExitStack, contextmanager

import pytest
from programs.bridge import Bridge, Ear
from servers.camera import SnapshotCamera, grey_jpeg, note_of
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.process import open_connections, wait_until
from servers.slow_link import SlowLink
from servers.smtp import MisbehavingMailServer
from words.builders import an_input, an_output

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

D = "alarm2mqtt/front-gate"
PULSE_MS = 50


class Site:
    """A camera, a mail server and an FTP server behind links, and the bridge that uses them."""

    def __init__(self, folder, stack, **mail_server):
        enter = stack.enter_context
        self.folder = folder
        self.broker = enter(Mosquitto(folder / "broker"))
        self.camera = enter(SnapshotCamera(body=lambda jpeg: grey_jpeg(note_of(jpeg) + "." * 60_000)))
        self.mail, self.ftp = enter(MisbehavingMailServer(**mail_server)), enter(MisbehavingFtpServer(folder / "root"))
        self.to_mail, self.to_ftp = enter(SlowLink(self.mail.port)), enter(SlowLink(self.ftp.port))

    def bridge(self, **parts):
        mail = {
            "host": "127.0.0.1", "port": self.to_mail.port, "security": "none",
            "sender": "gate@example.org", "recipients": ["me@example.org"], "min_gap_s": 0, **parts.pop("email", {}),
        }  # fmt: skip
        ftp = {
            "host": "127.0.0.1", "port": self.to_ftp.port, "security": "none", "username": "cam", "password": "pw",
            "path": "{input}/{seq}.jpg",
        }  # fmt: skip
        siren = an_output("siren", mode="pulse", pulse={"on_ms": PULSE_MS, "off_ms": PULSE_MS})
        return Bridge(
            self.folder,
            self.broker.port,
            inputs=[an_input("door", email=True, ftp=True, quiet_s=0, outputs=["siren"])],
            outputs=[siren],
            cameras={"gate": {"snapshot": self.camera.url, "username": "viewer", "password": "pw"}},
            email=mail,
            ftp=ftp,
            **parts,
        )

    def arrived(self):
        return len(self.mail.inbox) == len([name for name in self.ftp.files() if name.endswith(".jpg")])


@pytest.fixture
def site(tmp_path):
    with ExitStack() as stack:
        yield Site(tmp_path, stack)


@contextmanager
def edges_of(bridge):
    """The instants, in seconds, of every change of an output's contact."""
    with socket.socket(socket.AF_UNIX) as board:
        board.settimeout(5)
        board.connect(str(bridge.folder / "board.sock"))
        board.sendall(b"watch\n")
        lines = board.makefile()
        lines.readline()
        yield lambda: json.loads(lines.readline())["monotonic_ns"] / 1e9


def test_servers_that_say_nothing_hold_up_neither_pulses_nor_the_stop_and_get_all_of_it_later(site):
    site.to_mail.mode = site.to_ftp.mode = "silent"
    with site.bridge() as bridge, edges_of(bridge) as next_edge:
        bridge.board("connect door")
        edges = [next_edge() for _ in range(61)]
        late_ms = [(at - edges[0]) * 1000 - number * PULSE_MS for number, at in enumerate(edges)]
        assert max(map(abs, late_ms)) < PULSE_MS, "a pulse was missed, or in another's place"
        assert open_connections(site.to_mail.port) == open_connections(site.to_ftp.port) == 1
        assert bridge.stop() == 0
    assert (site.mail.inbox, site.ftp.files()) == ([], {})
    site.to_mail.mode = site.to_ftp.mode = "up"
    with site.bridge() as bridge, Ear(site.broker.port, f"{D}/#") as ear:
        ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 0 and s["ftp"]["queued"] == 0)
        assert bridge.contact("siren") == "disconnected", "what follows from an old alarm is its mail alone"
    [taken] = site.mail.inbox
    [attached] = taken.message.iter_attachments()
    [name] = site.ftp.files()
    assert (site.folder / "root" / name).read_bytes() == attached.get_content()


@contextmanager
def spoilt_disk(folder, how):
    """A disk that takes nothing any more once this says so."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", folder]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: mounting a small disk needs root")

    def spoil():
        if how == "read-only":
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)
            return
        with (folder / "ballast").open("wb", buffering=0) as file:
            while os.statvfs(folder).f_bavail:
                file.write(bytes(4096))

    try:
        yield spoil
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.parametrize("how", ["full", "read-only"])
def test_a_disk_that_takes_nothing_costs_no_mail_no_picture_and_no_upload(site, tmp_path, monkeypatch, how):
    monkeypatch.setenv("ALARM2MQTT_BOARD", str(tmp_path / "board.sock"))
    with ExitStack() as stack:
        spoil = stack.enter_context(spoilt_disk(tmp_path / "disk", how))
        if how == "read-only":
            spoil()  # the kernel lets a disk that is written to become so only by a fault
        bridge = stack.enter_context(site.bridge(store={"folder": str(tmp_path / "disk")}))
        ear = stack.enter_context(Ear(site.broker.port, f"{D}/#"))
        ear.wait_for(f"{D}/availability", b"online")
        if how == "full":
            spoil()
        bridge.board("connect door")
        ear.wait_for(f"{D}/output/siren/state", b"ON")
        ear.wait_for_json(f"{D}/status", lambda s: s["email"]["last_ok"] and s["ftp"]["last_ok"])
        wait_until(lambda: "kept in memory" in bridge.said(), what="a word about the disk")
    [taken] = site.mail.inbox
    [attached] = taken.message.iter_attachments()
    [name] = site.ftp.files()
    assert (tmp_path / "root" / name).read_bytes() == attached.get_content()


def test_a_mail_that_is_too_large_goes_at_once_with_one_picture_and_says_so(tmp_path):
    with ExitStack() as stack:
        site = Site(tmp_path, stack, size_limit=120_000)
        pictures = {"count": 2, "interval_s": 0.5}
        with site.bridge(email={"pictures": pictures}) as bridge:
            bridge.board("connect door")
            [taken] = wait_until(lambda: site.mail.inbox, what="the mail")
    message = taken.message
    assert len(list(message.iter_attachments())) == 1
    text = message.get_body().get_content()
    assert f"More pictures are missing: refused: 127.0.0.1:{site.to_mail.port}: sender: 552" in text
