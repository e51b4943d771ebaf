"""One trip, and all that it sets going, with the real program and real servers."""

from __future__ import annotations

import importlib.util
import itertools
import json
import shutil
import subprocess
from datetime import datetime, timedelta

import pytest
from programs.bridge import Bridge, Ear
from programs.mqtt_client import retained
from servers.camera import RtspCamera, SnapshotCamera, rtsp_camera_is_missing
from servers.ftp import MisbehavingFtpServer, Vsftpd
from servers.process import Certificates, wait_until
from servers.smtp import Exim, MisbehavingMailServer
from servers.sound_card import SoundCard, write_tone
from words.builders import an_input

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

D = "alarm2mqtt/front-gate"
MISSING = rtsp_camera_is_missing() or next(
    (f"no {tool}" for tool in ("ffprobe", "aplay") if shutil.which(tool) is None),
    None if importlib.util.find_spec("av") else "no PyAV (the extra named media)",
)


def mail_settings(port, authority, **more):
    return {
        "host": "localhost", "port": port, "ca_file": str(authority), "username": "gate", "password": "pa ss:w/ö",
        "sender": "gate@example.org", "recipients": ["me@example.org"], **more,
    }  # fmt: skip


def kinds_of(ear):
    return [heard.json["kind"] for heard in ear.on(f"{D}/journal")]


@pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
def test_one_trip_brings_picture_mail_upload_clip_and_sound_and_the_journal_tells_it(tmp_path, broker, monkeypatch):
    certificates = Certificates(tmp_path / "tls")
    card = SoundCard(tmp_path / "card")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    (tmp_path / "clips").mkdir()
    write_tone(tmp_path / "clips" / "dog.wav", seconds=0.5)
    (tmp_path / "sd").mkdir()
    door = an_input(
        "door", name="Garage door", record=True, email=True, ftp=True, audible={"clips": ["dog.wav"], "repeat": 2}
    )
    with (
        RtspCamera(tmp_path, gop=10, fps=10) as camera,
        Exim(tmp_path / "exim", certificates, users={"gate": "pa ss:w/ö"}) as mail,
        Vsftpd(tmp_path / "ftp", certificates=certificates) as ftp,
        Bridge(
            tmp_path,
            broker.port,
            device={"name": "Front gate camera"},
            inputs=[door],
            cameras={"gate": {"stream": camera.url}},
            email=mail_settings(mail.port, certificates.authority),
            ftp={
                "host": "localhost", "port": ftp.port, "username": "ftp", "password": "pw",
                "ca_file": str(certificates.authority), "path": "up/{device}/{date}/{input}/{time}_{seq}.jpg",
            },
            recording={"folder": str(tmp_path / "sd"), "pre_s": 5, "post_s": 5, "reserve_mb": 0},
            audio={"folder": str(tmp_path / "clips")},
        ) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):  # fmt: skip
        ear.wait_for_json(f"{D}/status", lambda status: status["recording"]["problem"] is None)
        began = wait_until(lambda: datetime.now().astimezone())
        wait_until(lambda: datetime.now().astimezone() > began + timedelta(seconds=7), what="a full ring")
        bridge.board("connect door")
        ear.wait_for(f"{D}/input/door/alarm", b"ON")
        wait_until(lambda: ear.last(f"{D}/snapshot/door"), what="the picture on MQTT")
        [message] = wait_until(mail.mails, what="a mail in Exim's box")
        wait_until(lambda: any(name.endswith(".jpg") for name in ftp.files()), what="an upload")
        bridge.board("disconnect door")
        wait_until(lambda: "clip" in kinds_of(ear), within_s=30, what="a finished clip")
        wait_until(lambda: "audible" in kinds_of(ear), what="the sound's end")

        picture = ear.last(f"{D}/snapshot")
        assert message["Subject"] == "[Front gate camera] Garage door: alarm"
        [attached] = message.iter_attachments()
        assert attached.get_content() == picture
        [(path, size)] = [item for item in ftp.files().items() if item[0].endswith(".jpg")]
        assert path.startswith(f"up/front-gate/{datetime.now().astimezone():%Y-%m-%d}/door/")
        assert (ftp.root / path).read_bytes() == picture
        assert size == len(picture)
        assert card.heard_s() > 0.8
        entries = [heard.json for heard in ear.on(f"{D}/journal")]
        clip = next(entry for entry in entries if entry["kind"] == "clip")
        command = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", "format=duration"]
        played = subprocess.run([*command, tmp_path / "sd" / clip["path"]], capture_output=True, text=True, check=True)
        assert float(played.stdout) > 5 + 5 - 1.5
        kinds = kinds_of(ear)
        for earlier, later in (
            ("alarm_begin", "snapshot"),
            ("snapshot", "email"),
            ("snapshot", "ftp"),
            ("alarm_end", "clip"),
        ):
            assert kinds.index(earlier) < kinds.index(later)
        begin = next(entry["id"] for entry in entries if entry["kind"] == "alarm_begin")
        actions = {"snapshot", "email", "ftp", "clip", "audible"}
        assert {entry["kind"]: entry["alarm"] for entry in entries if "alarm" in entry} == dict.fromkeys(actions, begin)
        event = next(heard.json for heard in ear.on(f"{D}/input/door/event"))
        assert (event["id"], event["picture"]) == (begin, "taking")
        assert [entry["seq"] for entry in entries] == sorted({entry["seq"] for entry in entries})
        status = ear.wait_for_json(f"{D}/status", lambda status: status["recording"]["clips"] == 1)
        assert (status["email"]["queued"], status["ftp"]["queued"]) == (0, 0)
        assert "pa ss:w/ö" not in bridge.said()
    assert set(retained(broker.port, f"{D}/snapshot/#").values()) == {picture}


def test_what_waited_through_an_outage_and_a_kill_arrives_once_with_the_first_picture_and_time(tmp_path, broker):
    certificates = Certificates(tmp_path / "tls")
    with (
        SnapshotCamera() as camera,
        MisbehavingMailServer(certificates=certificates, users={"gate": "pa ss:w/ö"}) as mail,
        MisbehavingFtpServer(tmp_path / "root") as ftp,
    ):
        parts = {
            "inputs": [an_input("door", email=True, ftp=True)],
            "cameras": {"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
            "email": mail_settings(1, certificates.authority),
            "ftp": {
                "host": "127.0.0.1",
                "port": 1,
                "security": "none",
                "username": "cam",
                "password": "pw",
                "path": "{input}/{seq}.jpg",
            },
        }
        bridge = Bridge(tmp_path, broker.port, **parts)
        with bridge, Ear(broker.port, f"{D}/#") as ear:
            bridge.board("connect door")
            ear.wait_for_json(f"{D}/status", lambda s: s["email"]["last_error"] and s["ftp"]["last_error"])
            picture = ear.last(f"{D}/snapshot/door")
            begun = next(heard.json for heard in ear.on(f"{D}/journal") if heard.json["kind"] == "alarm_begin")
            bridge.kill()
        parts["email"]["port"], parts["ftp"]["port"] = mail.port, ftp.port
        bridge.write(**parts)
        with bridge, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 1 and s["ftp"]["queued"] == 1)
            parts["email"]["min_gap_s"] = 61  # an edit of the section gives its queue new hope
            parts["ftp"]["path"] = "up/{input}/{seq}.jpg"
            bridge.write(**parts)
            bridge.signal(1)
            ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 0 and s["ftp"]["queued"] == 0)
            kinds = [
                (heard.json["kind"], heard.json["reason"]) for heard in ear.on(f"{D}/journal") if "reason" in heard.json
            ]
            assert kinds.count(("email", "sent")) == 1
            assert kinds.count(("ftp", "uploaded")) == 1
        [taken] = mail.inbox
        message = taken.message
        [attached] = message.iter_attachments()
        assert attached.get_content() == picture
        assert message["Date"].datetime == datetime.fromisoformat(begun["time"]).replace(microsecond=0)
        assert (tmp_path / "root" / "up" / "door" / f"{begun['seq']}.jpg").read_bytes() == picture


def test_a_camera_that_fails_is_said_in_the_mail_and_never_a_wrong_picture(tmp_path, broker):
    certificates = Certificates(tmp_path / "tls")
    with (
        SnapshotCamera(status=503) as camera,
        MisbehavingMailServer(certificates=certificates, users={"gate": "pa ss:w/ö"}) as mail,
        Bridge(
            tmp_path,
            broker.port,
            inputs=[an_input("door", email=True)],
            cameras={"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
            email=mail_settings(mail.port, certificates.authority),
        ) as bridge,
    ):
        bridge.board("connect door")
        [taken] = wait_until(lambda: mail.inbox, what="the mail")
        message = taken.message
        assert list(message.iter_attachments()) == []
        assert "A picture is missing" in message.get_body().get_content()


def test_the_mail_after_a_gap_tells_what_was_held_back(tmp_path, broker):
    certificates = Certificates(tmp_path / "tls")
    with (
        MisbehavingMailServer(certificates=certificates, users={"gate": "pa ss:w/ö"}) as mail,
        Bridge(
            tmp_path,
            broker.port,
            inputs=[an_input("door", email=True, quiet_s=0)],
            email=mail_settings(mail.port, certificates.authority, min_gap_s=2),
        ) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        for word in itertools.islice(itertools.cycle(("connect", "disconnect")), 6):
            bridge.board(f"{word} door")
        attributes = ear.wait_for_json(f"{D}/input/door/attributes", lambda a: a["held_back"] == 2)
        first = datetime.fromisoformat(attributes["last_alarm"])
        wait_until(lambda: datetime.now().astimezone() > first + timedelta(seconds=2.2))
        bridge.board("connect door")
        wait_until(lambda: len(mail.inbox) == 2)
        texts = [taken.message.get_body().get_content() for taken in mail.inbox]
        assert "Held back" not in texts[0]
        assert "Held back since the last mail: 2 alarms" in texts[1]
        ear.wait_for_json(f"{D}/input/door/attributes", lambda a: a["held_back"] == 0)


def test_a_refused_login_is_told_once_and_not_hammered(tmp_path, broker):
    certificates = Certificates(tmp_path / "tls")
    with (
        MisbehavingMailServer(certificates=certificates, users={"gate": "another"}) as mail,
        Bridge(
            tmp_path,
            broker.port,
            inputs=[an_input("door", email=True, quiet_s=0)],
            email=mail_settings(mail.port, certificates.authority, min_gap_s=0),
        ) as bridge,
        Ear(broker.port, f"{D}/#") as ear,
    ):
        for word in itertools.islice(itertools.cycle(("connect", "disconnect")), 12):
            bridge.board(f"{word} door")
        status = ear.wait_for_json(f"{D}/status", lambda s: s["email"]["queued"] == 6 and s["email"]["last_error"])
        assert mail.connections <= 2
        told = [h.json for h in ear.on(f"{D}/journal") if h.json["kind"] == "email"]
        assert {entry["reason"] for entry in told} == {"refused"}
        assert "pa ss:w/ö" not in json.dumps([status, told]) + bridge.said()


def test_an_alarm_by_command_runs_the_whole_linkage_whatever_the_contact_says(tmp_path, broker):
    certificates = Certificates(tmp_path / "tls")
    with (
        SnapshotCamera() as camera,
        MisbehavingMailServer(certificates=certificates, users={"gate": "pa ss:w/ö"}) as mail,
        MisbehavingFtpServer(tmp_path / "root") as ftp,
        Bridge(
            tmp_path,
            broker.port,
            inputs=[an_input("door", email=True, ftp=True, schedule="never", camera="gate")],
            cameras={"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
            email=mail_settings(mail.port, certificates.authority),
            ftp={"host": "127.0.0.1", "port": ftp.port, "security": "none", "username": "cam", "password": "pw"},
        ),
        Ear(broker.port, f"{D}/#") as ear,
    ):
        ear.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/input/door/trigger")
        [taken] = wait_until(lambda: mail.inbox, what="the mail")
        wait_until(lambda: [name for name in ftp.files() if name.endswith(".jpg")], what="the upload")
        ear.wait_for(f"{D}/input/door/alarm", b"OFF")
    assert taken.message["Subject"] == "[front-gate] door: alarm"
    assert "Cause: a command" in taken.message.get_body().get_content()
    assert len(list(taken.message.iter_attachments())) == 1
