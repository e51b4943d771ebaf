"""The entities of an output (`mqtt.md` 4)."""

from __future__ import annotations

from bridge.mqtt.discovery.row import ALL_ATTRIBUTES, DIAGNOSTIC, CommonFields, OutputPart, Row, field
from bridge.mqtt.payloads import OFF, OFFLINE, ON, ONLINE
from bridge.mqtt.topics import CommandKind, OutputTopics
from ha_discovery import BinarySensor, Button, Entity, Sensor, Siren, Switch

REASONS = (
    "manual",
    "alarm",
    "timing",
    "stop",
    "time",
    "cut_off",
    "restored",
    "broker_loss",
    "fault",
    "settings",
)
"""The reasons for an output's begin or end: `OutputView.reason`."""
TONES = ("switch", "pulse")
"""A siren's tones are the output's modes."""

_ICONS = {
    "generic": "mdi:electric-switch",
    "siren": "mdi:bullhorn",
    "strobe": "mdi:alarm-light",
    "lock": "mdi:lock",
}


def _own(part: OutputPart) -> OutputTopics:
    return part.topics.output(part.id)


def _set(part: OutputPart) -> str:
    return part.topics.command_topic(CommandKind.OUTPUT_SET, part.id)


def _switch(part: OutputPart, common: CommonFields) -> Entity:
    """Returns a switch that always has a class: selectors of Home Assistant tell it by that from those of settings."""
    own = _own(part)
    return Switch(
        **common,
        command_topic=_set(part),
        state_topic=own.state,
        json_attributes_topic=own.attributes,
        json_attributes_template=ALL_ATTRIBUTES,
        device_class=part.output.device_class or "switch",
    )


def _siren(part: OutputPart, common: CommonFields) -> Entity:
    """Returns a siren without attributes: the list among them raises in Home Assistant's siren (see `Siren`)."""
    return Siren(
        **common,
        command_topic=_set(part),
        state_topic=_own(part).state,
        available_tones=TONES,
        support_volume_set=False,
    )


def _start(part: OutputPart, common: CommonFields) -> Entity:
    return Button(**common, command_topic=_set(part), payload_press=ON.decode())


def _stop(part: OutputPart, common: CommonFields) -> Entity:
    return Button(**common, command_topic=_set(part), payload_press=OFF.decode())


def _reason(part: OutputPart, common: CommonFields) -> Entity:
    """Returns a sensor with the reason for the last begin or end; unknown before the first run."""
    return Sensor(
        **common,
        state_topic=_own(part).attributes,
        value_template=field("reason"),
        device_class="enum",
        options=REASONS,
    )


def _problem(part: OutputPart, common: CommonFields) -> Entity:
    """Returns a sensor that is on while the line is lost, an output's one problem; the output is then unavailable."""
    return BinarySensor(
        **common,
        state_topic=_own(part).availability,
        payload_on=OFFLINE.decode(),
        payload_off=ONLINE.decode(),
        device_class="problem",
    )


def _is_siren(part: OutputPart) -> bool:
    return part.output.kind == "siren"


def _icon_without_class(part: OutputPart) -> str | None:
    return None if part.output.device_class else _ICONS[part.output.kind]


def _is_none(part: OutputPart) -> bool:
    return not _is_siren(part)


OUTPUT_ROWS: tuple[Row[OutputPart], ...] = (
    Row(what="siren", name="", make=_siren, main=True, needs_line=True, exists=_is_siren),
    Row(what="switch", name="", make=_switch, main=True, needs_line=True, icon=_icon_without_class, exists=_is_none),
    Row(
        what="switch",
        name="switch",
        make=_switch,
        main=True,
        needs_line=True,
        disabled=True,
        icon=_icon_without_class,
        exists=_is_siren,
    ),
    Row(what="start", name="start", make=_start, needs_line=True, icon="mdi:play", disabled=True),
    Row(what="stop", name="stop", make=_stop, icon="mdi:stop", disabled=True),
)
"""Entities of daily use; those of settings follow."""
OUTPUT_DIAGNOSTICS: tuple[Row[OutputPart], ...] = (
    Row(what="reason", name="reason", make=_reason, category=DIAGNOSTIC, icon="mdi:comment-question-outline"),
    Row(what="problem", name="problem", make=_problem, category=DIAGNOSTIC),
)
