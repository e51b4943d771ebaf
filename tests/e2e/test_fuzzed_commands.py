"""10 000 spoiled commands on every topic, through a real broker: none does anything, and none is lost count of."""

from __future__ import annotations

import json
from random import Random

import pytest
from programs.bridge import Bridge, Ear
from servers.process import wait_until
from words.spoiled_commands import random_bytes, random_json, random_text, spoiled

from bridge.mqtt.topics import CommandKind, Topics

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]
OWN = Topics(base="alarm2mqtt", device_id="front-gate", prefix="homeassistant")
D = OWN.device
RESPONSE = f"{D}/response"
COMMANDS = 10_000
SILENCES = 500
BATCH = 200
"""So many are under way at once: a broker drops what it cannot hand on, and answers are bounded too."""
SEED = 20_261_130
STATES = (f"{D}/output/+/state", f"{D}/input/+/state", f"{D}/input/+/alarm")

SETTINGS = {
    "inputs": [{"id": "door", "linkage": {"outputs": ["siren"]}}],
    "outputs": [{"id": "siren", "kind": "siren"}, {"id": "lamp"}],
}
TOPICS = (
    ("OUTPUT_SET", 4, ("siren", "lamp", "none", "SIREN", "é", "a" * 40), {"state": "ON"}),
    ("OUTPUT_SET", 1, ("siren", "lamp"), {"state": "TOGGLE"}),
    ("INPUT_TRIGGER", 3, ("door", "none", "D%F6R"), {}),
    ("ACTION_RUN", 3, ("snapshot", "email", "ftp", "record", "audible", "siren", "Email"), {}),
    ("ARMED_SET", 1, ("",), {"state": "ON"}),
    ("JOURNAL_GET", 1, ("",), {}),
    ("DEVICE_SETTINGS", 1, ("",), {"device": 5}),
    ("INPUT_SETTINGS", 1, ("door", "none"), {"line": {"name": "x"}}),
    ("OUTPUT_SETTINGS", 1, ("siren", "none"), {"line": {"name": "x"}}),
)
"""Kinds of command, weights, targets, and the fields that a mistake is added to; a patch is wrong by itself."""


def commands(rng: Random, count: int):
    """Yields topic, payload, and whether it is published retained."""
    weights = [weight for _, weight, _, _ in TOPICS]
    for _ in range(count):
        ((kind, _, targets, fields),) = rng.choices(TOPICS, weights)
        topic = OWN.command_topic(CommandKind[kind], rng.choice(targets))
        yield topic, spoiled(rng, dict(fields)), rng.random() < 0.01


def test_every_kind_of_command_has_its_spoiled_ones():
    assert {kind for kind, _, _, _ in TOPICS} | {"SILENCE"} == set(CommandKind.__members__)


def shown_now(states: Ear) -> dict[str, bytes]:
    """The newest of each state but those that count and date."""
    return {one.topic: one.payload for one in tuple(states.heard) if one.topic != f"{D}/status"}


def publish_all(ear: Ear, messages, answers: int) -> int:
    """Publishes in batches, each answered before the next one; gives the number of answers then."""
    waiting = 0
    for topic, payload, retained in messages:
        ear.publish(topic, payload, retain=retained, wait=False)
        answers, waiting = answers + 1, waiting + 1
        if waiting == BATCH:
            wait_for_answers(ear, answers)
            waiting = 0
    wait_for_answers(ear, answers)
    return answers


def wait_for_answers(ear: Ear, count: int) -> None:
    wait_until(lambda: len(ear.heard) >= count, what=f"{count} answers (are {len(ear.heard)})", within_s=30)


def test_ten_thousand_spoiled_commands_change_nothing_and_each_is_answered(broker, tmp_path):
    rng = Random(SEED)  # noqa: S311 - the same commands in every run
    with (
        Bridge(tmp_path, broker.port, **SETTINGS) as bridge,
        Ear(broker.port, RESPONSE) as ear,
        Ear(broker.port, f"{D}/status", f"{D}/availability", f"{D}/armed", *STATES) as states,
    ):
        states.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/output/lamp/set", '{"state": "ON"}')
        states.wait_for(f"{D}/output/lamp/state", b"ON")
        before, file = bridge.board("contacts"), bridge.file.read_bytes()
        shown = shown_now(states)
        answers = publish_all(ear, commands(rng, COMMANDS), answers=1)
        assert [one.json for one in ear.heard[1:] if one.json["ok"]] == []
        assert len(ear.heard) == answers
        assert bridge.board("contacts") == before
        assert bridge.file.read_bytes() == file
        states.wait_for_json(f"{D}/status", lambda status: status["rejected_commands"] == COMMANDS)
        assert shown_now(states) == shown

        kinds = (random_bytes, random_text, random_json, lambda _: b"")
        silences = ((f"{D}/silence", rng.choice(kinds)(rng), False) for _ in range(SILENCES))
        publish_all(ear, silences, answers)
        assert {one.json["ok"] for one in ear.heard[answers:]} == {True}
        states.wait_for(f"{D}/output/lamp/state", b"OFF")

        ear.publish(f"{D}/output/siren/set", json.dumps({"state": "on\n", "duration_ms": 5e3}))
        states.wait_for(f"{D}/output/siren/state", b"ON")
        ear.publish(f"{D}/output/siren/set", "off\n")
        states.wait_for(f"{D}/output/siren/state", b"OFF")
        assert "Traceback" not in bridge.said()
