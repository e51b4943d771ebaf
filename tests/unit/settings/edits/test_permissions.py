"""What may be changed over MQTT: every setting there is was thought about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from bridge.core.definitions.introspection import is_section, keys
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.settings.edits.permissions import INPUT, ON_PAGE, OUTPUT, PUBLISHED, REST, not_changeable


def sections(annotation: Any) -> Iterator[type]:
    """The sections that an annotation may mean."""
    if is_section(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from sections(part)


def settings_of(model: type, *, below: str = "") -> Iterator[str]:
    """Every key there is, as far down as keys have names."""
    for name, field in keys(model).items():
        inner = [] if name in ("inputs", "outputs", "cameras", "schedules") else list(sections(field.type))
        for section in inner:
            yield from settings_of(section, below=f"{below}{name}.")
        if not inner:
            yield below + name


def refused(path: str, allowed: Any) -> bool:
    patch: Any = "anything"
    for key in reversed(path.split(".")):
        patch = {key: patch}
    return bool(list(not_changeable(patch, allowed)))


def test_of_an_input_all_but_its_wiring_its_id_its_area_its_class_and_whether_it_is_always_armed() -> None:
    closed = {path for path in settings_of(InputSettings) if refused(path, INPUT)}
    wiring = {path for path in settings_of(InputSettings) if path.startswith("line.")}
    assert {"line.chip", "line.topic"} <= wiring
    assert closed == wiring | {"id", "area", "connected_level", "bias", "device_class", "always_armed"}


def test_of_an_output_all_but_its_wiring_and_its_id() -> None:
    closed = {path for path in settings_of(OutputSettings) if refused(path, OUTPUT)}
    wiring = {path for path in settings_of(OutputSettings) if path.startswith("line.")}
    assert {"line.offset", "line.connected"} <= wiring
    assert closed == wiring | {"id", "connected_level", "drive"}


def test_of_the_rest_only_what_is_named() -> None:
    opened = {path for path in settings_of(Settings) if not refused(path, REST)}
    assert opened == {
        "device.name", "schedules", "email.min_gap_s", "email.pictures.count", "email.pictures.interval_s",
        "recording.pre_s", "recording.post_s",
    }  # fmt: skip


@pytest.mark.parametrize("section", ["device", "email", "recording", "ftp", "mqtt", "web", "inputs", "outputs"])
@pytest.mark.parametrize("value", [None, {}, "x", []])
def test_no_section_is_taken_away_or_put_there_as_a_whole(section: str, value: Any) -> None:
    assert list(not_changeable({section: value}, REST))


def test_every_refusal_has_its_place_and_a_reason_and_never_the_value() -> None:
    patch = {"mqtt": {"password": "s3cret"}, "email": {"recipients": ["x@y"], "host": "evil"}, "cameras": {"a": None}}
    told = {fault.path: fault.message for fault in not_changeable(patch, REST)}
    assert told == {
        "mqtt.password": "the broker cannot be changed over MQTT",
        "email.recipients": "addresses cannot be changed over MQTT",
        "email.host": "addresses cannot be changed over MQTT",
        "cameras.a": "cannot be changed over MQTT",
    }


def test_an_empty_patch_changes_nothing_and_is_no_fault() -> None:
    assert not list(not_changeable({}, REST))


def reached(path: str, parts: Any) -> bool:
    part, _, rest = path.partition(".")
    return part in parts and (parts[part] is None or rest.split(".")[0] in parts[part])


def test_what_may_be_changed_over_mqtt_may_be_changed_on_the_page_and_is_published() -> None:
    over_mqtt = {path for path in settings_of(Settings) if not refused(path, REST)}
    on_page = {path for path in settings_of(Settings) if reached(path, ON_PAGE)}
    published = {path for path in settings_of(Settings) if reached(path, PUBLISHED)}
    assert over_mqtt < on_page
    assert published < on_page


def test_nothing_of_the_set_up_is_changed_over_mqtt() -> None:
    closed = {"mqtt", "home_assistant", "lines", "cameras", "ftp", "audio", "store", "web", "metrics", "log"}
    for path in settings_of(Settings):
        if path.partition(".")[0] in closed or "password" in path:
            assert refused(path, REST), path
