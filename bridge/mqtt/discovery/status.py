"""The state of the bridge itself, from `<d>/status`: the device's diagnostic entities (`mqtt.md` 4)."""

from __future__ import annotations

from bridge.core.definitions.channels import CHANNELS, Channel, server_of
from bridge.mqtt.discovery.row import (
    DIAGNOSTIC,
    LONGEST_STATE,
    CommonFields,
    Part,
    Row,
    cut,
    field,
    flag,
    nested,
    nested_object,
)
from ha_discovery import BinarySensor, Entity, Sensor


def _queue(part: Part, common: CommonFields, queue: str) -> Entity:
    """Returns a sensor with the number of queued jobs; the time of the last success is among its attributes."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=nested(queue, "queued"),
        json_attributes_topic=part.topics.status,
        json_attributes_template=nested_object(queue),
        state_class="measurement",
    )


def _last_error(part: Part, common: CommonFields, queue: str) -> Entity:
    """Returns a sensor that says `none` while the last attempt succeeded; unknown before the first status."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=nested(queue, "last_error", lambda error: cut(f"({error} or 'none')", LONGEST_STATE)),
    )


def _free_space(part: Part, common: CommonFields) -> Entity:
    """Returns a sensor in MB that is unknown while the card cannot be read; its problem is among the attributes."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=nested("recording", "free_mb"),
        json_attributes_topic=part.topics.status,
        json_attributes_template=nested_object("recording"),
        device_class="data_size",
        unit_of_measurement="MB",
        state_class="measurement",
    )


def _rejected_commands(part: Part, common: CommonFields) -> Entity:
    """Returns a counter from the start of the bridge, which Home Assistant allows for an increasing total."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=field("rejected_commands"),
        state_class="total_increasing",
    )


def _journal_unsent(part: Part, common: CommonFields) -> Entity:
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=field("journal_unsent"),
        state_class="measurement",
    )


def _clock(part: Part, common: CommonFields) -> Entity:
    return BinarySensor(
        **common,
        state_topic=part.topics.status,
        value_template=flag("clock_synchronised"),
    )


def _problem(part: Part, common: CommonFields) -> Entity:
    """Returns a sensor that is on while store, card or rights on the broker have a problem.

    Its attributes say which.
    """
    return BinarySensor(
        **common,
        device_class="problem",
        state_topic=part.topics.status,
        value_template=flag("problems"),
        json_attributes_topic=part.topics.status,
        json_attributes_template=nested_object("problems"),
    )


def _records(part: Part) -> bool:
    return part.settings.recording is not None


def _channel_rows(channel: Channel) -> tuple[Row[Part], Row[Part]]:
    """Returns the rows of a channel's queue and of its last error."""

    def exists(part: Part) -> bool:
        return server_of(part.settings, channel) is not None

    def queue(part: Part, common: CommonFields) -> Entity:
        return _queue(part, common, channel.key)

    def error(part: Part, common: CommonFields) -> Entity:
        return _last_error(part, common, channel.key)

    return (
        Row(
            what=f"{channel.key}_queue",
            name=f"{channel.words.many} waiting",
            make=queue,
            category=DIAGNOSTIC,
            icon=channel.icons.queue,
            exists=exists,
        ),
        Row(
            what=f"{channel.key}_error",
            name=f"{channel.words.one} last error",
            make=error,
            category=DIAGNOSTIC,
            icon=channel.icons.error,
            exists=exists,
        ),
    )


STATUS_ROWS: tuple[Row[Part], ...] = (
    *(row for channel in CHANNELS for row in _channel_rows(channel)),
    Row(
        what="free_space",
        name="card free space",
        make=_free_space,
        category=DIAGNOSTIC,
        icon="mdi:sd",
        exists=_records,
    ),
    Row(
        what="rejected_commands",
        name="rejected commands",
        make=_rejected_commands,
        category=DIAGNOSTIC,
        icon="mdi:message-alert-outline",
    ),
    Row(
        what="journal_unsent",
        name="unsent journal entries",
        make=_journal_unsent,
        category=DIAGNOSTIC,
        icon="mdi:tray-full",
    ),
    Row(
        what="clock",
        name="clock synchronised",
        make=_clock,
        category=DIAGNOSTIC,
        icon="mdi:clock-check-outline",
    ),
    Row(what="problem", name="problem", make=_problem, category=DIAGNOSTIC),
)
