"""The state of the bridge itself, from `<d>/status`: the device's diagnostic entities (`mqtt.md` 4)."""

from __future__ import annotations

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


def _email_queue(part: Part, common: CommonFields) -> Entity:
    return _queue(part, common, "email")


def _email_error(part: Part, common: CommonFields) -> Entity:
    return _last_error(part, common, "email")


def _ftp_queue(part: Part, common: CommonFields) -> Entity:
    return _queue(part, common, "ftp")


def _ftp_error(part: Part, common: CommonFields) -> Entity:
    return _last_error(part, common, "ftp")


def _queue(part: Part, common: CommonFields, queue: str) -> Entity:
    """The number of queued jobs; the time of the last success is among its attributes."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=nested(queue, "queued"),
        json_attributes_topic=part.topics.status,
        json_attributes_template=nested_object(queue),
        state_class="measurement",
    )


def _last_error(part: Part, common: CommonFields, queue: str) -> Entity:
    """`none` while the last attempt succeeded; unknown before the first status."""
    return Sensor(
        **common,
        state_topic=part.topics.status,
        value_template=nested(queue, "last_error", lambda error: cut(f"({error} or 'none')", LONGEST_STATE)),
    )


def _free_space(part: Part, common: CommonFields) -> Entity:
    """Unknown while the card cannot be read; its problem is among the attributes."""
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
    """Counted from the start of the bridge, which Home Assistant allows for an increasing total."""
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


def _problem(part: Part, said: CommonFields) -> Entity:
    """On while something is wrong with store, card or rights on the broker; its attributes say what."""
    return BinarySensor(
        **said,
        device_class="problem",
        state_topic=part.topics.status,
        value_template=flag("problems"),
        json_attributes_topic=part.topics.status,
        json_attributes_template=nested_object("problems"),
    )


def _mails(part: Part) -> bool:
    return part.settings.email is not None


def _uploads(part: Part) -> bool:
    return part.settings.ftp is not None


def _records(part: Part) -> bool:
    return part.settings.recording is not None


STATUS_ROWS: tuple[Row[Part], ...] = (
    Row(
        what="email_queue",
        name="e-mails waiting",
        make=_email_queue,
        category=DIAGNOSTIC,
        icon="mdi:email-fast-outline",
        exists=_mails,
    ),
    Row(
        what="email_error",
        name="e-mail last error",
        make=_email_error,
        category=DIAGNOSTIC,
        icon="mdi:email-alert-outline",
        exists=_mails,
    ),
    Row(
        what="ftp_queue",
        name="uploads waiting",
        make=_ftp_queue,
        category=DIAGNOSTIC,
        icon="mdi:cloud-upload-outline",
        exists=_uploads,
    ),
    Row(
        what="ftp_error",
        name="upload last error",
        make=_ftp_error,
        category=DIAGNOSTIC,
        icon="mdi:cloud-alert-outline",
        exists=_uploads,
    ),
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
