"""The program with a camera, a mail server and a loudspeaker, all used from a real Home Assistant.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from servers.camera import SnapshotCamera
from servers.process import Certificates, wait_until
from servers.smtp import MisbehavingMailServer
from servers.sound_card import SoundCard, write_tone
from words.builders import an_input
from words.home_assistant_devices import left_nothing

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

ID = "east-gate"
SIREN = "siren.east_gate_audible"
IMAGE, DOOR_IMAGE = "image.east_gate_image", "image.east_gate_door_image"


@dataclass(frozen=True, kw_only=True)
class Gate:
    """The running program, and what stands around it."""

    bridge: Bridge
    mail: MisbehavingMailServer
    card: SoundCard

    def sent(self) -> EmailMessage:
        """The one mail that has arrived, or soon does."""
        (taken,) = wait_until(lambda: self.mail.inbox, what="a mail")
        return taken.message


@pytest.fixture
def gate(ha: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    """Running, and taken up by Home Assistant; afterwards nothing of it is left on the broker."""
    port = ha.rig["broker_port"]
    certificates, card = Certificates(tmp_path / "tls"), SoundCard(tmp_path / "card")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    (tmp_path / "clips").mkdir()
    write_tone(tmp_path / "clips" / "dog.wav", seconds=1)
    with SnapshotCamera() as camera, MisbehavingMailServer(certificates=certificates) as mail:
        parts = {
            "device": {"id": ID, "name": "East gate"},
            "inputs": [an_input("door", name="East door", email=True, audible={"clips": ["dog.wav"], "repeat": 1})],
            "cameras": {"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
            "email": {
                "host": "localhost", "port": mail.port, "ca_file": str(certificates.authority),
                "sender": "gate@example.org", "recipients": ["me@example.org"],
            },
            "audio": {"folder": str(tmp_path / "clips")},
        }  # fmt: skip
        with Bridge(tmp_path, port, **parts) as bridge:
            ha.wait_state("binary_sensor.east_gate_door", "off", 20)
            ha.wait_state("sensor.east_gate_email_queue", "0")
            yield Gate(bridge=bridge, mail=mail, card=card)
        left_nothing(ha, port, ID)


def test_a_message_becomes_a_mail_with_a_picture(ha: Any, gate: Gate) -> None:
    text = """He said "it's open" \u2014\nand 'left' {{ now() }}"""
    ha.call("notify", "send_message", {"entity_id": "notify.east_gate_notify", "message": text})
    sent = gate.sent()
    assert sent["Subject"] == "[East gate] message"
    assert text in sent.get_body().get_content().replace("\r\n", "\n")
    assert len(list(sent.iter_attachments())) == 1
    ha.wait_state("sensor.east_gate_email_queue", lambda state: state["attributes"].get("last_ok"))
    ha.wait_state("sensor.east_gate_email_error", "none")


def test_the_buttons_send_a_test_mail_and_take_a_picture(ha: Any, gate: Gate) -> None:
    ha.call("button", "press", {"entity_id": "button.east_gate_snapshot"})
    shown = ha.wait_state(IMAGE, lambda state: state["state"] not in ("unknown", "unavailable"))
    assert ha.image(IMAGE).startswith(b"\xff\xd8")
    ha.call("button", "press", {"entity_id": "button.east_gate_test_email"})
    sent = gate.sent()
    assert sent["Subject"] == "[East gate] test"
    assert ha.state(IMAGE)["state"] == shown["state"]
    assert ha.state(DOOR_IMAGE)["state"] == "unknown"
    assert ha.state("sensor.east_gate_rejected_commands")["state"] == "0"


def test_a_mail_that_cannot_be_sent_waits_and_says_why(ha: Any, gate: Gate) -> None:
    gate.mail.faults.answers["MAIL"] = "451 not now"
    ha.call("button", "press", {"entity_id": "button.east_gate_test_email"})
    ha.wait_state("sensor.east_gate_email_queue", "1")
    ha.wait_state("sensor.east_gate_email_error", lambda state: "not now" in state["state"])


@pytest.mark.skipif(shutil.which("aplay") is None, reason="no aplay (Debian's alsa-utils)")
def test_the_siren_plays_for_the_time_asked_for_and_stops_when_told(ha: Any, gate: Gate) -> None:
    ha.wait_state(SIREN, "off")
    ha.call("siren", "turn_on", {"entity_id": SIREN, "tone": "dog.wav", "duration": 3, "volume_level": 0.5})
    ha.wait_state(SIREN, "on")
    ha.wait_state(SIREN, "off")
    assert 2 < gate.card.heard_s() < 4
    ha.call("siren", "turn_on", {"entity_id": SIREN, "duration": 60})
    ha.wait_state(SIREN, "on")
    ha.call("siren", "turn_off", {"entity_id": SIREN})
    ha.wait_state(SIREN, "off")
    ha.call("siren", "turn_on", {"entity_id": SIREN, "duration": 60})
    ha.wait_state(SIREN, "on")
    ha.call("button", "press", {"entity_id": "button.east_gate_silence"})
    ha.wait_state(SIREN, "off")


def test_an_alarm_shows_its_picture_and_sounds(ha: Any, gate: Gate) -> None:
    gate.bridge.board("connect door")
    ha.wait_state(SIREN, "on")
    ha.wait_state(IMAGE, lambda state: state["state"] not in ("unknown", "unavailable"))
    sent = gate.sent()
    assert sent["Subject"] == "[East gate] East door: alarm"
    (picture,) = sent.iter_attachments()
    assert ha.image(IMAGE) == ha.image(DOOR_IMAGE) == picture.get_content()
    ha.wait_state(SIREN, "off")
