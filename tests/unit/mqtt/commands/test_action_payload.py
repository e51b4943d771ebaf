"""What may be said to an action, each in its own words and in nobody else's."""

from __future__ import annotations

import pytest

from bridge.core.facts import ActionRequested, Origin
from bridge.errors import CommandRefused
from bridge.mqtt.commands.action_payload import action_requested
from bridge.mqtt.commands.payload import fact_of, read
from bridge.mqtt.topics import CommandKind, CommandTopic

ORIGIN = Origin(by="mqtt")
KINDS = ("snapshot", "email", "ftp", "record", "audible")


def asked(kind, **fields):
    return action_requested(kind, fields, ORIGIN)


def wanted(kind, **said):
    return ActionRequested(kind=kind, origin=ORIGIN, **said)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("payload", [b"", b"{}"])
def test_each_kind_runs_without_a_word(kind, payload):
    topic = CommandTopic(kind=CommandKind.ACTION_RUN, target=kind)
    assert fact_of(topic, read(CommandKind.ACTION_RUN, payload), ORIGIN) == wanted(kind)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_may_be_about_an_input(kind):
    assert asked(kind, input="garage-door") == wanted(kind, input="garage-door")


def test_a_mail_carries_a_text_as_it_was_written():
    text = """He said "open", \u201cthen\u201d\n\tleft \U0001f6aa""" + "x" * 1970
    assert len(text) <= 2000
    assert asked("email", text=text) == wanted("email", text=text)


def test_a_clip_and_a_sound_may_say_how_long():
    assert asked("record", duration_s=600) == wanted("record", duration_s=600)
    assert asked("audible", duration_s=86_400) == wanted("audible", duration_s=86_400)
    assert asked("audible", duration_s=1.5) == wanted("audible", duration_s=1.5)


def test_a_sound_says_which_clip_how_often_and_how_loud():
    assert asked("audible", clip="dog bark.wav", repeat=50, volume=0) == wanted(
        "audible", clip="dog bark.wav", repeat=50, volume=0
    )


def test_home_assistants_siren_says_the_same_in_its_own_words():
    said = asked("audible", state="ON", tone="dog.wav", duration=12, volume_level=0.555)
    assert said == wanted("audible", clip="dog.wav", duration_s=12, volume=56)
    assert asked("audible", state="ON") == wanted("audible")


def test_a_siren_that_is_turned_off_is_a_stop_whatever_else_it_says():
    assert asked("audible", state="OFF") == wanted("audible", stop=True)
    assert asked("audible", state="off\n", volume=101, colour="red") == wanted("audible", stop=True)
    assert asked("audible", state="OFF", tone="dog.wav", repeat=3) == wanted("audible", stop=True)


@pytest.mark.parametrize("kind", ["", "Email", "siren", "x" * 1000, "\n"])
def test_what_is_no_action_is_told_what_there_is(kind):
    with pytest.raises(CommandRefused, match="snapshot, email, ftp, record, audible") as refused:
        asked(kind)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        *((kind, {"text": "x"}, "text") for kind in ("snapshot", "ftp", "record", "audible")),
        *((kind, {"duration_s": 5}, "duration_s") for kind in ("snapshot", "email", "ftp")),
        *((kind, {key: 1}, key) for kind in KINDS[:-1] for key in ("clip", "repeat", "volume", "state", "tone")),
        *((kind, {"input": value}, "input") for kind in KINDS for value in ("Door", "", None, 5, "a" * 33, "a/b")),
        ("email", {"text": "x" * 2001}, "text"),
        ("email", {"text": None}, "text"),
        ("email", {"text": 5}, "text"),
        ("email", {"text": "\ud800"}, "text"),
        ("email", {"recipients": ["me@example.org"]}, "recipients"),
        ("record", {"duration_s": 601}, "duration_s"),
        ("record", {"duration_s": 0.5}, "duration_s"),
        ("record", {"duration_s": True}, "duration_s"),
        ("record", {"duration_s": "5"}, "duration_s"),
        ("audible", {"duration_s": 86_401}, "duration_s"),
        ("audible", {"duration": 0}, "duration"),
        ("audible", {"duration": 5, "duration_s": 5}, "duration"),
        ("audible", {"repeat": 0}, "repeat"),
        ("audible", {"repeat": 51}, "repeat"),
        ("audible", {"repeat": 1.5}, "repeat"),
        ("audible", {"repeat": "while_active"}, "repeat"),
        ("audible", {"volume": 101}, "volume"),
        ("audible", {"volume": 0.5}, "volume"),
        ("audible", {"volume_level": 1.1}, "volume_level"),
        ("audible", {"volume_level": 0.5, "volume": 50}, "volume_level"),
        ("audible", {"clip": "a.wav", "tone": "a.wav"}, "tone"),
        ("audible", {"state": "TOGGLE"}, "state"),
    ],
)  # fmt: skip
def test_what_means_nothing_to_a_kind_is_refused_at_its_place(kind, fields, path):
    with pytest.raises(CommandRefused) as refused:
        asked(kind, **fields)
    assert refused.value.path == path


@pytest.mark.parametrize(
    "name", ["", "a/b.wav", "/etc/passwd", "..", "../a.wav", ".hidden.wav", "a\n.wav", "a\0.wav", "\ud800", "é" * 128]
)
@pytest.mark.parametrize("key", ["clip", "tone"])
def test_a_clip_is_a_file_of_its_folder_and_never_of_another(key, name):
    with pytest.raises(CommandRefused) as refused:
        asked("audible", **{key: name})
    assert refused.value.path == key
    assert str(refused.value).isprintable()
