"""A secret is only ever revealed to the one who logs in with it."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, replace

import pytest

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.settings import MqttSettings

SECRET = Secret("hunter2")
MQTT = MqttSettings(password=SECRET)


@pytest.mark.parametrize(
    "text",
    [
        repr(SECRET), str(SECRET), f"{SECRET}", f"{SECRET!r:>20}", repr(MQTT), str(MQTT),
        repr([SECRET]), json.dumps(as_document(MQTT)), json.dumps({"password": SECRET}, default=str),
    ],
)  # fmt: skip
def test_no_text_of_a_secret_has_it(text):
    assert "hunter2" not in text


@pytest.mark.parametrize("work", [pickle.dumps, json.dumps, asdict])
def test_a_secret_does_not_leave_the_process(work):
    with pytest.raises(TypeError):
        work(MQTT)


def test_the_one_who_logs_in_gets_it():
    assert SECRET.reveal() == "hunter2"


def test_settings_differ_when_only_their_secrets_do():
    assert Secret("hunter2") == SECRET
    assert hash(Secret("hunter2")) == hash(SECRET)
    assert replace(MQTT) == MQTT
    assert replace(MQTT, password=Secret("another")) != MQTT
    assert SECRET != "hunter2"
