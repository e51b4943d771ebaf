"""Which entities the device itself has (`mqtt.md` 4)."""

from __future__ import annotations

from bridge.mqtt.entity_rows import DIAGNOSTIC, Part, Row, Said, field, flag
from bridge.mqtt.topics import CommandKind
from ha_discovery import BinarySensor, Button, Entity, Sensor


def _silence(part: Part, said: Said) -> Entity:
    return Button(**said, command_topic=part.topics.command_topic(CommandKind.SILENCE))


def _rejected_commands(part: Part, said: Said) -> Entity:
    """Counted from the start of the bridge, which a total that only increases may be."""
    return Sensor(
        **said,
        state_topic=part.topics.status,
        value_template=field("rejected_commands"),
        state_class="total_increasing",
    )


def _journal_unsent(part: Part, said: Said) -> Entity:
    return Sensor(
        **said,
        state_topic=part.topics.status,
        value_template=field("journal_unsent"),
        state_class="measurement",
    )


def _clock(part: Part, said: Said) -> Entity:
    return BinarySensor(
        **said,
        state_topic=part.topics.status,
        value_template=flag("clock_synchronised"),
    )


DEVICE_ROWS: tuple[Row[Part], ...] = (
    Row(what="silence", name="silence", make=_silence, icon="mdi:bell-off"),
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
)
