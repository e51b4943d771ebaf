"""The settings of an output that can be changed in Home Assistant (`mqtt.md` 4, category config)."""

from __future__ import annotations

from bridge.core.definitions.settings import OutputSettings, PulseSettings, Settings
from bridge.mqtt.discovery.row import CommonFields, OutputPart, Row
from bridge.mqtt.discovery.setting_entity import CONFIG, SettingPath, milliseconds, schedule, seconds, switch, words
from ha_discovery import Entity


def output_setting_rows(settings: Settings) -> tuple[Row[OutputPart], ...]:
    """Returns the rows of every output; none if settings are not to be entities."""
    return _ROWS if settings.home_assistant.settings_entities else ()


def _place(part: OutputPart, *keys: str) -> SettingPath:
    return SettingPath(topic=part.topics.output(part.id).settings, keys=keys)


def _valid_signal(part: OutputPart, common: CommonFields) -> Entity:
    return words(_place(part, "valid_signal"), common, ("close", "disconnect"))


def _mode(part: OutputPart, common: CommonFields) -> Entity:
    return words(_place(part, "mode"), common, ("switch", "pulse"))


def _timing_schedule(part: OutputPart, common: CommonFields) -> Entity:
    return schedule(_place(part, "timing", "schedule"), common, part.settings, part.output.timing.schedule)


def _follow_source(part: OutputPart, common: CommonFields) -> Entity:
    return switch(_place(part, "follow_source"), common)


def _timing(part: OutputPart, common: CommonFields) -> Entity:
    return switch(_place(part, "timing", "enabled"), common)


def _alarm_time(part: OutputPart, common: CommonFields) -> Entity:
    """0 is continuous. A value below the shortest time is refused, and the state reverts."""
    return seconds(_place(part, "alarm_time_ms"), common, OutputSettings, "alarm_time_ms")


def _pulse_on(part: OutputPart, common: CommonFields) -> Entity:
    return milliseconds(_place(part, "pulse", "on_ms"), common, PulseSettings, "on_ms")


def _pulse_off(part: OutputPart, common: CommonFields) -> Entity:
    return milliseconds(_place(part, "pulse", "off_ms"), common, PulseSettings, "off_ms")


_ROWS: tuple[Row[OutputPart], ...] = (
    Row(what="mode", name="output mode", make=_mode, category=CONFIG, icon="mdi:square-wave"),
    Row(what="follow_source", name="follow source", make=_follow_source, category=CONFIG, icon="mdi:arrow-decision"),
    Row(what="alarm_time", name="alarm time", make=_alarm_time, category=CONFIG, icon="mdi:timer-outline"),
    Row(
        what="valid_signal",
        name="valid signal",
        make=_valid_signal,
        category=CONFIG,
        icon="mdi:electric-switch",
        disabled=True,
    ),
    Row(
        what="timing_schedule",
        name="timing schedule",
        make=_timing_schedule,
        category=CONFIG,
        icon="mdi:calendar-clock",
        disabled=True,
    ),
    Row(what="timing", name="timing", make=_timing, category=CONFIG, icon="mdi:timer-cog", disabled=True),
    Row(what="pulse_on", name="pulse on", make=_pulse_on, category=CONFIG, icon="mdi:pulse", disabled=True),
    Row(what="pulse_off", name="pulse off", make=_pulse_off, category=CONFIG, icon="mdi:pulse", disabled=True),
)
