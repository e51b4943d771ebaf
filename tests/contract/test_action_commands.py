"""An action by MQTT and by HTTP: the same fields, the same limits, the same answer to a value outside them."""

from __future__ import annotations

import pytest
from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of

from bridge.core.definitions.actions import ACTIONS, InputField, NumberField, SoundNameField, TextField, is_sound_name
from bridge.core.facts import Origin
from bridge.errors import CommandRefused
from bridge.mqtt.commands.action_payload import action_requested

SETTINGS = settings_of(an_input("garage-door"), an_input("a" * 32), an_output("siren"))
MQTT = Origin(by="mqtt")


def values_of(field):
    """Values that are accepted, and values that are refused."""
    match field:
        case NumberField():
            fraction = field.least + 0.5
            good, bad = [field.least, field.most], [field.least - 1, field.most + 1, str(field.least), True, None]
            (bad if field.whole else good).append(fraction)
            return good, bad
        case TextField():
            return ["", "x" * field.longest, 'ä "\n'], ["x" * (field.longest + 1), 5, None, "\ud800"]
        case SoundNameField():
            names = [
                ".hidden.wav",
                "a/b.wav",
                "..",
                "",
                "a\n",
                "a\x7f.wav",
                "é" * 128,
                "\ud800.wav",
                "x" * 256,
                5,
                None,
            ]
            return ["dog.wav", "Bitte gehen Sie.wav", "犬　声.wav", "é" * 127], [*names, 5, None]
        case InputField():
            return ["garage-door", "a" * 32], ["Door", "", "a" * 33, "a/b", "door\n", 5, None]


def _cases(which):
    return [
        pytest.param(action.kind, field.name, value, id=f"{action.kind}-{field.name}-{str(value)[:12]!a}")
        for action in ACTIONS
        for field in action.fields
        for value in values_of(field)[which]
    ]


ACCEPTED, REFUSED = _cases(0), _cases(1)


@pytest.mark.parametrize(("kind", "name", "value"), ACCEPTED)
def test_mqtt_accepts_a_value_within_the_limits(kind, name, value):
    assert getattr(action_requested(kind, {name: value}, MQTT), name) == value


@pytest.mark.parametrize(("kind", "name", "value"), REFUSED)
def test_mqtt_refuses_a_value_outside_them(kind, name, value):
    with pytest.raises(CommandRefused) as refused:
        action_requested(kind, {name: value}, MQTT)
    assert refused.value.path == name


async def test_http_accepts_and_refuses_the_same_values(tmp_path):
    async def places_of_faults(bridge, case):
        kind, name, value = case.values
        _, answer = await bridge.post(f"/api/actions/{kind}", {name: value})
        return [fault["path"] for fault in answer.get("error", ())]

    async def story():
        async with page_bridge(tmp_path, SETTINGS) as bridge:
            for case in REFUSED:
                assert await places_of_faults(bridge, case) == [case.values[1]], case.values
            for case in ACCEPTED:
                # What the core refuses, for there is no camera to run it on, has no place.
                assert await places_of_faults(bridge, case) in ([], [""]), case.values

    await story()


async def test_a_field_of_another_action_is_refused_by_both(tmp_path):
    every = {field.name for action in ACTIONS for field in action.fields}

    async def story():
        async with page_bridge(tmp_path, SETTINGS) as bridge:
            for action in ACTIONS:
                for foreign in every.difference(field.name for field in action.fields):
                    with pytest.raises(CommandRefused) as refused:
                        action_requested(action.kind, {foreign: "1"}, MQTT)
                    assert refused.value.path == foreign
                    _, answer = await bridge.post(f"/api/actions/{action.kind}", {foreign: 1})
                    assert [fault["path"] for fault in answer["error"]] == [foreign]

    await story()


async def test_the_api_describes_the_widest_limits_of_all_actions(tmp_path):
    async with page_bridge(tmp_path, SETTINGS) as bridge, bridge.client.get("/api/openapi.json") as answer:
        document = await answer.json()
    body = document["paths"]["/api/actions/{action}"]["post"]["requestBody"]["content"]["application/json"]
    fields = body["schema"]["properties"]
    assert set(fields) == {"input", "text", "duration_s", "clip", "repeat", "volume", "stop"}
    assert (fields["duration_s"]["minimum"], fields["duration_s"]["maximum"]) == (1, 86_400)
    assert fields["duration_s"]["description"] == "Length of a clip, in seconds. Length of a sound, in seconds."


def test_a_clip_that_may_be_uploaded_may_be_asked_for():
    assert is_sound_name("A 1._-.wav")
