"""Actions asked for over MQTT, with the real program and a real Mosquitto: taken on or refused, and answered.

What an action then does is proven where its server is; here nobody runs one.
"""

from __future__ import annotations

import json
import shutil

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from servers.sound_card import SoundCard, write_tone
from words.builders import an_input

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"
RESPONSE = f"{D}/response"
KINDS = ("snapshot", "email", "ftp", "record", "audible")
NOBODY = "127.0.0.1"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture
def bare(tmp_path, broker):
    """A bridge with one input and nothing that an action needs, and what it says."""
    with Ear(broker.port, f"{D}/#") as ear, Bridge(tmp_path, broker.port, inputs=[an_input("door")]):
        ear.wait_for(f"{D}/availability", b"online")
        yield ear


@pytest.fixture
def equipped(tmp_path, broker):
    """One with all of it, whose servers nobody runs."""
    folders = {name: tmp_path / name for name in ("clips", "sd")}
    for folder in folders.values():
        folder.mkdir()
    parts = {
        "inputs": [an_input("door", audible={"clips": ["dog.wav"]})],
        "cameras": {"gate": {"snapshot": f"http://{NOBODY}:1/a.jpg", "stream": f"rtsp://{NOBODY}:1/main"}},
        "email": {"host": NOBODY, "port": 1, "sender": "gate@example.org", "recipients": ["me@example.org"]},
        "ftp": {"host": NOBODY, "port": 1},
        "recording": {"folder": str(folders["sd"])},
        "audio": {"folder": str(folders["clips"]), "device": "null"},
    }
    with Ear(broker.port, f"{D}/#") as ear, Bridge(tmp_path, broker.port, **parts):
        ear.wait_for(f"{D}/availability", b"online")
        yield ear


def answers(ear, *commands):
    """What is answered to these kinds and payloads, in order."""
    before = len(ear.on(RESPONSE))
    for kind, said in commands:
        ear.publish(f"{D}/action/{kind}/run", said if isinstance(said, bytes) else json.dumps(said))
    wait_until(lambda: len(ear.on(RESPONSE)) >= before + len(commands), what="an answer to each command")
    heard = [one.json for one in ear.on(RESPONSE)[before:]]
    assert len(heard) == len(commands)
    return heard


def entries(ear, *kinds):
    return [one.json for one in ear.on(f"{D}/journal") if one.json["kind"] in kinds]


def test_what_is_not_configured_is_refused_by_name_and_kept_in_the_journal(bare):
    heard = answers(bare, *((kind, {"id": kind}) for kind in KINDS))
    assert [(one["id"], one["ok"]) for one in heard] == [(kind, False) for kind in KINDS]
    assert [one["error"] for one in heard] == [[{"path": "", "message": f"{kind} is not configured"}] for kind in KINDS]
    wait_until(lambda: len(entries(bare, "refused")) == len(KINDS), what="the journal")
    assert [(one["by"], one["error"]) for one in entries(bare, "refused")] == [
        ("mqtt", f"{kind} is not configured") for kind in KINDS
    ]
    bare.wait_for_json(f"{D}/status", lambda status: status["rejected_commands"] == len(KINDS))


@pytest.mark.parametrize(
    ("kind", "said", "path", "message"),
    [
        ("siren", b"", "", "there is no action 'siren'; there are snapshot, email, ftp, record, audible"),
        ("email", b"now", "", "must be a JSON object"),
        ("email", {"text": 5}, "text", "must be a text"),
        ("record", {"duration_s": 3600}, "duration_s", "must be a number from 1 to 600"),
        ("snapshot", {"recipients": []}, "recipients", "is not known"),
        ("audible", {"clip": "../../etc/passwd"}, "clip", "without a folder"),
    ],
)
def test_what_an_action_does_not_take_is_refused_before_anything_else(bare, kind, said, path, message):
    ((fault,),) = [one["error"] for one in answers(bare, (kind, said))]
    assert fault["path"] == path
    assert message in fault["message"]
    assert entries(bare, "command") == []


def test_what_is_configured_is_taken_on_and_answered_at_once(equipped):
    heard = answers(
        equipped,
        *((kind, b"") for kind in KINDS),
        ("snapshot", {"input": "door"}),
        ("email", {"text": 'He said "open"\n', "input": "door"}),
        ("ftp", {"input": "door"}),
        ("record", {"duration_s": 5}),
        ("audible", {"state": "ON", "tone": "dog.wav", "duration": 1, "volume_level": 0.5}),
        ("audible", {"state": "OFF"}),
        ("audible", {"clip": "dog.wav", "repeat": 1, "volume": 0, "input": "door"}),
    )
    assert [one["error"] for one in heard] == [None] * len(heard)
    assert all(one["ok"] for one in heard)
    wait_until(lambda: len(entries(equipped, "command")) == len(heard), what="the journal")
    assert {one["by"] for one in entries(equipped, "command")} == {"mqtt"}
    assert entries(equipped, "refused") == []


def test_an_input_that_does_not_exist_is_told_at_its_place(equipped):
    heard = answers(equipped, *((kind, {"input": "window"}) for kind in KINDS))
    assert [one["error"] for one in heard] == [[{"path": "input", "message": "there is no input window"}]] * len(KINDS)


def test_a_repeat_is_answered_again_and_no_second_mail_is_asked_for(equipped):
    first, second = answers(equipped, *[("email", {"id": "m1", "text": "once"})] * 2)
    assert first == second
    assert first["ok"]
    answers(equipped, ("snapshot", {"id": "after"}))
    wait_until(lambda: len(entries(equipped, "command")) >= 2, what="the journal")
    assert len(entries(equipped, "command")) == 2


def test_what_lay_on_the_broker_is_not_done(equipped):
    equipped.publish(f"{D}/action/email/run", b"", retain=True)  # clears what does not lie there: no command
    equipped.publish(f"{D}/action/email/run", b"{}", retain=True)
    wait_until(lambda: equipped.on(RESPONSE), what="an answer")
    (answer,) = equipped.on(RESPONSE)
    assert answer.json["error"] == [{"path": "", "message": "was published retained; commands are not"}]
    assert entries(equipped, "command") == []


@pytest.mark.skipif(shutil.which("aplay") is None, reason="no aplay (Debian's alsa-utils)")
def test_the_status_says_when_something_plays_and_a_stop_ends_it(tmp_path, broker, monkeypatch):
    card = SoundCard(tmp_path / "card")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    (tmp_path / "clips").mkdir()
    write_tone(tmp_path / "clips" / "dog.wav", seconds=0.5)
    audio = {"folder": str(tmp_path / "clips")}
    with Ear(broker.port, f"{D}/#") as ear, Bridge(tmp_path, broker.port, inputs=[], audio=audio):
        ear.wait_for(f"{D}/availability", b"online")
        ear.wait_for_json(f"{D}/status", lambda status: status["audible"] == {"playing": False})
        (answer,) = answers(ear, ("audible", {"clip": "dog.wav", "repeat": 50}))
        assert answer["ok"]
        ear.wait_for_json(f"{D}/status", lambda status: status["audible"] == {"playing": True})
        answers(ear, ("audible", {"state": "OFF"}))
        ear.wait_for_json(f"{D}/status", lambda status: status["audible"] == {"playing": False})
        wait_until(lambda: entries(ear, "audible"), what="the journal")
        assert entries(ear, "audible")[0]["reason"] == "silenced"
