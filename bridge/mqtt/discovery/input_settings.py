"""The settings of an input that can be changed in Home Assistant (`mqtt.md` 4, category config)."""

from __future__ import annotations

from bridge.core.definitions.channels import CHANNELS, Channel, server_of
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.mqtt.discovery.row import CommonFields, InputPart, Row
from bridge.mqtt.discovery.setting_entity import CONFIG, SettingPath, ids, milliseconds, schedule, switch, words
from bridge.text.printable import one_line
from ha_discovery import Entity

MOST_SWITCHES = 8
"""Outputs that have a switch each at an input; with more of them there is one text of ids."""


def input_setting_rows(settings: Settings) -> tuple[Row[InputPart], ...]:
    """Returns the rows of every input; none if settings are not to be entities."""
    if not settings.home_assistant.settings_entities:
        return ()
    outputs = settings.outputs
    links = (_LINKS,) if len(outputs) > MOST_SWITCHES else tuple(_link(output) for output in outputs)
    return (*_ROWS, *links, _DEBOUNCE)


def _place(part: InputPart, *keys: str) -> SettingPath:
    return SettingPath(topic=part.topics.input(part.id).settings, keys=keys)


def _enabled(part: InputPart, common: CommonFields) -> Entity:
    return switch(_place(part, "enabled"), common)


def _trigger_mode(part: InputPart, common: CommonFields) -> Entity:
    return words(_place(part, "trigger_mode"), common, ("connect", "disconnect"))


def _schedule(part: InputPart, common: CommonFields) -> Entity:
    return schedule(_place(part, "schedule"), common, part.settings, part.input.schedule)


def _debounce(part: InputPart, common: CommonFields) -> Entity:
    return milliseconds(_place(part, "debounce_ms"), common, InputSettings, "debounce_ms")


def _record(part: InputPart, common: CommonFields) -> Entity:
    return switch(_place(part, "linkage", "record"), common)


def _audible(part: InputPart, common: CommonFields) -> Entity:
    """Returns a switch; off keeps the clips for later. Its template also copes with a sound that is already removed."""
    place = _place(part, "linkage", "audible", "enabled")
    return switch(place, common, is_on="(value_json.linkage.audible or {'enabled': false}).enabled")


def _links(part: InputPart) -> bool:
    """Returns whether the input's alarm may start anything: that of a stop button only stops."""
    return not part.input.linkage.silence


def _records(part: InputPart) -> bool:
    """Returns whether the input's alarm can record a clip: its camera has a stream, and recording is configured."""
    cameras = part.settings.cameras
    camera = cameras.get(part.input.linkage.camera or next(iter(cameras), ""))
    return _links(part) and part.settings.recording is not None and camera is not None and camera.has_stream


def _sounds(part: InputPart) -> bool:
    """Returns whether the input's alarm has a sound and there is a loudspeaker."""
    return _links(part) and part.settings.audio is not None and part.input.linkage.audible is not None


def _link(output: OutputSettings) -> Row[InputPart]:
    """Returns the switch of one linked output.

    Its patch names that output alone, so that two switches do not undo each other.
    """

    def make(part: InputPart, common: CommonFields) -> Entity:
        place = _place(part, "linkage", "outputs", output.id)
        return switch(place, common, is_on=f"'{output.id}' in value_json.linkage.outputs")

    label = one_line(output.label) or output.id
    return Row(
        what=f"link_{output.id}",
        name=f"linked to {label}",
        make=make,
        category=CONFIG,
        icon="mdi:link-variant",
        exists=_links,
    )


def _linked(part: InputPart, common: CommonFields) -> Entity:
    """The ids of all linked outputs, to be written anew."""
    return ids(_place(part, "linkage", "outputs"), common)


def _channel(channel: Channel) -> Row[InputPart]:
    """Returns the row of the switch by which an input uses a channel."""

    def make(part: InputPart, common: CommonFields) -> Entity:
        return switch(_place(part, "linkage", channel.key), common)

    def exists(part: InputPart) -> bool:
        sends = bool(part.settings.cameras) or not channel.one_a_picture
        return _links(part) and sends and server_of(part.settings, channel) is not None

    return Row(
        what=channel.key,
        name=channel.words.does,
        make=make,
        category=CONFIG,
        icon=channel.icons.switch,
        exists=exists,
    )


_ROWS: tuple[Row[InputPart], ...] = (
    Row(what="enabled", name="status", make=_enabled, category=CONFIG, icon="mdi:shield-check"),
    Row(what="trigger_mode", name="trigger mode", make=_trigger_mode, category=CONFIG, icon="mdi:electric-switch"),
    Row(what="schedule", name="schedule", make=_schedule, category=CONFIG, icon="mdi:calendar-clock"),
    Row(what="record", name="records a clip", make=_record, category=CONFIG, icon="mdi:record-rec", exists=_records),
    *(_channel(channel) for channel in CHANNELS),
    Row(what="audible", name="sounds", make=_audible, category=CONFIG, icon="mdi:volume-high", exists=_sounds),
)
_LINKS: Row[InputPart] = Row(
    what="links", name="linked outputs", make=_linked, category=CONFIG, icon="mdi:link-variant", exists=_links
)
_DEBOUNCE: Row[InputPart] = Row(
    what="debounce", name="debounce", make=_debounce, category=CONFIG, icon="mdi:sine-wave", disabled=True
)
