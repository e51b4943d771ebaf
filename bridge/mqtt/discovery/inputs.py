"""The entities of an input, and its triggers (`mqtt.md` 4)."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.mqtt.discovery.row import ALL_ATTRIBUTES, DIAGNOSTIC, CommonFields, InputPart, Row, field, flag
from bridge.mqtt.discovery.setting_entity import CONFIG
from bridge.mqtt.topics import CommandKind, InputTopics
from ha_discovery import BinarySensor, Button, DeviceTrigger, Entity, Event, Image, Sensor

EVENT_TYPES = ("alarm_begin", "alarm_end", "retrigger", "fault")
TRIGGERS = {"alarm_begins": "alarm_begin", "alarm_ends": "alarm_end"}
"""Triggers of an input in the automation editor, with the event of each. The words are part of automations."""


def _own(part: InputPart) -> InputTopics:
    return part.topics.input(part.id)


def _state(part: InputPart, common: CommonFields) -> Entity:
    own = _own(part)
    return BinarySensor(
        **common,
        state_topic=own.state,
        json_attributes_topic=own.attributes,
        json_attributes_template=ALL_ATTRIBUTES,
        device_class=part.input.device_class,
    )


def _alarm(part: InputPart, common: CommonFields) -> Entity:
    """Available with the bridge alone: an alarm outlives its line."""
    return BinarySensor(**common, state_topic=_own(part).alarm, device_class="safety")


def _event(part: InputPart, common: CommonFields) -> Entity:
    return Event(**common, state_topic=_own(part).event, event_types=EVENT_TYPES)


def _image(part: InputPart, common: CommonFields) -> Entity:
    """Returns the picture of this input's last alarm; a test or a command never replaces it.

    Its attribute `alarm` is the `id` of that alarm's event, and changes after the picture.
    """
    return Image(
        **common,
        image_topic=part.topics.snapshot(part.id),
        content_type="image/jpeg",
        json_attributes_topic=_own(part).picture,
        json_attributes_template=ALL_ATTRIBUTES,
    )


def _last_alarm(part: InputPart, common: CommonFields) -> Entity:
    """Returns a timestamp, unknown before the first alarm."""
    return Sensor(
        **common,
        state_topic=_own(part).attributes,
        value_template=field("last_alarm"),
        device_class="timestamp",
    )


def _problem(part: InputPart, common: CommonFields) -> Entity:
    """Returns a sensor that is on for a lost line or chatter; the state's attributes name the problem."""
    return BinarySensor(
        **common,
        state_topic=_own(part).attributes,
        value_template=flag("problem"),
        device_class="problem",
    )


def _test(part: InputPart, common: CommonFields) -> Entity:
    """Returns a button that triggers an alarm with the whole linkage. The payload must be empty or an object."""
    topic = part.topics.command_topic(CommandKind.INPUT_TRIGGER, part.id)
    return Button(**common, command_topic=topic, payload_press="{}")


def _icon_without_class(part: InputPart) -> str | None:
    return None if part.input.device_class else "mdi:electric-switch"


def triggers(part: InputPart) -> Iterator[tuple[str, DeviceTrigger]]:
    """Yields each trigger, with its component key. Events are never retained, so none fires on old news."""
    for what, event_type in TRIGGERS.items():
        trigger = DeviceTrigger(
            topic=_own(part).event,
            type=what.replace("_", " "),
            payload=event_type,
            value_template="{{ value_json.event_type }}",
        )
        yield f"{part.id}_{what}", trigger


INPUT_ROWS: tuple[Row[InputPart], ...] = (
    Row(what="state", name="", make=_state, main=True, needs_line=True, icon=_icon_without_class),
    Row(what="alarm", name="alarm", make=_alarm, icon="mdi:alarm-light"),
    Row(what="event", name="event", make=_event, icon="mdi:bell-ring-outline"),
    Row(what="image", name="picture", make=_image, exists=lambda part: bool(part.settings.cameras)),
)
"""Entities of daily use; those of settings follow."""
INPUT_TEST: Row[InputPart] = Row(
    what="test", name="test alarm", make=_test, icon="mdi:alarm-light-outline", category=CONFIG, disabled=True
)
INPUT_DIAGNOSTICS: tuple[Row[InputPart], ...] = (
    Row(what="last_alarm", name="last alarm", make=_last_alarm, category=DIAGNOSTIC),
    Row(what="problem", name="problem", make=_problem, category=DIAGNOSTIC),
)
