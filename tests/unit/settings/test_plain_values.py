"""Settings become plain values of JSON and the very same settings again, whatever they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from words.example_settings import BIG, any_settings

from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.introspection import is_section, keys
from bridge.core.definitions.lines import LineByName, LineByOffset
from bridge.core.definitions.settings import (
    CameraSettings,
    InputSettings,
    MqttSettings,
    OutputSettings,
    Settings,
    StopAfter,
    TimingSettings,
)
from bridge.core.schedule import Schedule
from bridge.core.schedule_text import read_schedule
from bridge.settings.load import load
from bridge.settings.plain_values import CLASS, NotPlain, made, plain

WHOLE = Path(__file__).with_name("whole_file.yaml")

_PERIODS = st.lists(st.tuples(st.integers(0, 700), st.integers(701, 1440)), max_size=3).map(tuple)
_DAYS = st.dictionaries(st.dates(), _PERIODS, max_size=2)
SCHEDULES = st.builds(Schedule, week=st.tuples(*[_PERIODS] * 7), special=_DAYS, spill=_DAYS)
st.register_type_strategy(Path, st.text(min_size=1).map(Path))
st.register_type_strategy(Secret, st.text().map(Secret))
st.register_type_strategy(float, st.floats(allow_nan=False))
st.register_type_strategy(Schedule, SCHEDULES)


def there_and_back(settings: Settings) -> Settings:
    return made(json.loads(json.dumps(plain(settings, secret=str))), secret=str)


def types_of(value: Any) -> Any:
    """The types of everything in a value: 5 and 5.0 and True are equal to Python."""
    if is_section(type(value)):
        return type(value), [types_of(getattr(value, name)) for name in keys(type(value))]
    if isinstance(value, Mapping):
        return dict, [(key, types_of(part)) for key, part in value.items()]
    if isinstance(value, tuple):
        return tuple, [types_of(part) for part in value]
    return type(value)


def test_the_whole_example_comes_back() -> None:
    settings = load(WHOLE, environ={}, secrets=False).settings
    again = there_and_back(settings)
    assert again == settings
    assert types_of(again) == types_of(settings)
    assert list(again.schedules) == list(settings.schedules)


@limits(suppress_health_check=list(HealthCheck), max_examples=60, deadline=None)
@given(settings=st.from_type(Settings))
def test_whatever_the_definitions_can_hold_comes_back(settings: Settings) -> None:
    again = there_and_back(settings)
    assert again == settings
    assert types_of(again) == types_of(settings)


@given(settings=any_settings())
def test_what_home_assistant_is_told_comes_back(settings: Settings) -> None:
    assert there_and_back(settings) == settings


@pytest.mark.parametrize(
    "part",
    [
        {"outputs": (OutputSettings(id="a", on_broker_loss=StopAfter(stop_after_s=5.0)),)},
        {"outputs": (OutputSettings(id="a", line=LineByName(name="A")), OutputSettings(id="b"))},
        {"inputs": (InputSettings(id="a", line=LineByOffset(chip="c", offset=1), schedule="nights"),)},
        {"outputs": (OutputSettings(id="a", timing=TimingSettings(schedule=read_schedule({"mon": ["22:00-06:00"]}))),)},
        {"schedules": {"x": Schedule(week=((),) * 7, special={date(2026, 12, 24): ((0, 5),)})}},
        {"mqtt": MqttSettings(password=Secret("ümlaut \ud800 half"), password_file=Path("/x"))},
    ],
)
def test_each_member_of_a_union_comes_back_as_itself(part: dict[str, Any]) -> None:
    settings = Settings(**part)
    assert there_and_back(settings) == settings
    assert types_of(there_and_back(settings)) == types_of(settings)


def test_secrets_and_addresses_of_cameras_pass_through_the_callers_function() -> None:
    secrets = ["broker-secret", "camera-secret", "http://a:picture-secret@b/", "rtsp://stream-secret"]
    settings = Settings(
        mqtt=MqttSettings(password=Secret(secrets[0])),
        cameras={"gate": CameraSettings(password=Secret(secrets[1]), snapshot=secrets[2], stream=secrets[3])},
    )
    seen: list[str] = []
    text = json.dumps(plain(settings, secret=lambda secret: seen.append(secret) or len(seen)))
    assert sorted(seen) == secrets
    assert "secret" not in text
    bare = made(json.loads(text), secret=lambda _: None)
    assert (bare.mqtt.password, bare.cameras["gate"].snapshot, bare.cameras["gate"].password) == (None, None, None)


SPOILED = {
    "a number as text": lambda values: values["web"].update(port="8099"),
    "true as a number": lambda values: values["web"].update(port=True),
    "a whole number for one with a fraction": lambda values: values["device"].update(startup_grace_s=5),
    "a key too many": lambda values: values["web"].update(nonsense=1),
    "a key missing": lambda values: values["inputs"][0].pop("bias"),
    "another class": lambda values: values["web"].update({CLASS: "Settings"}),
    "a word that is no choice": lambda values: values["log"].update(level="loud"),
    "a word that is no level": lambda values: values["inputs"][0].update(connected_level="middle"),
    "keys instead of a list": lambda values: values.update(inputs={}),
    "a list instead of keys": lambda values: values.update(cameras=[]),
    "nothing where something must be": lambda values: values["device"].update(id=None),
    "no schedule": lambda values: values["inputs"][0].update(schedule={CLASS: "Schedule", "week": [[[1]]]}),
    "no section": lambda values: values.update(mqtt=5),
}


@pytest.mark.parametrize("how", SPOILED)
def test_what_is_not_exactly_the_plain_values_of_settings_is_refused(how: str) -> None:
    values = json.loads(json.dumps(plain(BIG, secret=str)))
    assert made(values, secret=str) == BIG
    SPOILED[how](values)
    with pytest.raises(NotPlain):
        made(values, secret=str)


@pytest.mark.parametrize("values", [None, 5, [], {}, "text"])
def test_what_is_no_object_at_all_is_refused(values: Any) -> None:
    with pytest.raises(NotPlain):
        made(values, secret=str)
