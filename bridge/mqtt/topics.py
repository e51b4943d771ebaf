"""Every topic of the bridge (`mqtt.md` 1 and 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bridge.core.definitions.settings import Settings

ACTION_KINDS = ("snapshot", "email", "ftp", "record", "audible")
"""Kinds of `action/<kind>/run`."""
LONGEST_ID = 32
"""Characters of the id of an input or output."""
_ID = re.compile(rf"[a-z0-9-]{{1,{LONGEST_ID}}}")


def is_id(text: str) -> bool:
    """Returns whether the text is a valid id of an input or output."""
    return _ID.fullmatch(text) is not None


class CommandKind(StrEnum):
    """The kinds of command topics."""

    OUTPUT_SET = "output/set"
    INPUT_TRIGGER = "input/trigger"
    ACTION_RUN = "action/run"
    SILENCE = "silence"
    JOURNAL_GET = "journal/get"
    ARMED_SET = "armed/set"
    DEVICE_SETTINGS = "settings/set"
    INPUT_SETTINGS = "input/settings/set"
    OUTPUT_SETTINGS = "output/settings/set"


_SHAPES = {
    CommandKind.OUTPUT_SET: ("output", "+", "set"),
    CommandKind.INPUT_TRIGGER: ("input", "+", "trigger"),
    CommandKind.ACTION_RUN: ("action", "+", "run"),
    CommandKind.SILENCE: ("silence",),
    CommandKind.JOURNAL_GET: ("journal", "get"),
    CommandKind.ARMED_SET: ("armed", "set"),
    CommandKind.DEVICE_SETTINGS: ("settings", "set"),
    CommandKind.INPUT_SETTINGS: ("input", "+", "settings", "set"),
    CommandKind.OUTPUT_SETTINGS: ("output", "+", "settings", "set"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTopic:
    """A parsed command topic. `target` is the id of the input or output, or the action's kind.

    The target is the topic's segment unchanged: an invalid id is refused by the receiver.
    """

    kind: CommandKind
    target: str = ""

    @property
    def names_an_id(self) -> bool:
        """Whether the target is a valid id."""
        return is_id(self.target)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputTopics:
    """The topics of one input; all retained but the event."""

    state: str
    alarm: str
    attributes: str
    availability: str
    settings: str
    picture: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputTopics:
    """The topics of one output; all retained."""

    state: str
    attributes: str
    availability: str
    settings: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The topics of one device, and its two topics at Home Assistant."""

    base: str
    device_id: str
    prefix: str

    @classmethod
    def of(cls, settings: Settings) -> Topics:
        """Returns the topics of these settings."""
        return cls(base=settings.mqtt.base_topic, device_id=settings.device.id, prefix=settings.home_assistant.prefix)

    @property
    def device(self) -> str:
        """`<d>`, the prefix of all topics of the device."""
        return f"{self.base}/{self.device_id}"

    @property
    def availability(self) -> str:
        """Retained: `online` or `offline`; also the topic of the will."""
        return f"{self.device}/availability"

    @property
    def settings(self) -> str:
        """Retained: the settings besides inputs and outputs."""
        return f"{self.device}/settings"

    @property
    def status(self) -> str:
        """Retained: the state of the bridge itself."""
        return f"{self.device}/status"

    @property
    def armed(self) -> str:
        """Retained: the device's armed switch."""
        return f"{self.device}/armed"

    @property
    def journal(self) -> str:
        """Not retained: journal entries."""
        return f"{self.device}/journal"

    @property
    def journal_entries(self) -> str:
        """Not retained: past entries, for questions without a response topic of their own."""
        return f"{self.device}/journal/entries"

    @property
    def response(self) -> str:
        """Not retained: answers to commands without a response topic of their own."""
        return f"{self.device}/response"

    @property
    def birth(self) -> str:
        """The topic of Home Assistant's birth message."""
        return f"{self.prefix}/status"

    @property
    def discovery(self) -> str:
        """Retained: the description of the device itself for Home Assistant."""
        return f"{self.prefix}/device/{self.device_id}/config"

    def part_discovery(self, part_id: str) -> str:
        """Retained: the description of an input or output for Home Assistant, a device of its own."""
        return f"{self.prefix}/device/{self.device_id}_{part_id}/config"

    def camera_discovery(self, camera_id: str) -> str:
        """Retained: the description of a camera for Home Assistant; no input or output has an underscore in its id."""
        return self.part_discovery(f"camera_{camera_id}")

    def is_description(self, topic: str) -> bool:
        """Returns whether this is the topic of a description of the device, or of an input or output of it."""
        return topic == self.discovery or topic.startswith(f"{self.prefix}/device/{self.device_id}_")

    def descriptions(self, settings: Settings) -> Iterator[str]:
        """Yields the topics of all descriptions for Home Assistant, whether discovery is on or not."""
        yield self.discovery
        yield from (self.camera_discovery(name) for name in settings.onvif_cameras)
        yield from (self.part_discovery(one.id) for one in settings.inputs)
        yield from (self.part_discovery(one.id) for one in settings.outputs)

    def snapshot(self, input_id: str | None = None) -> str:
        """Returns the retained topic of the last picture of an input's alarm; of any alarm without `input_id`."""
        return f"{self.device}/snapshot/{input_id}" if input_id else f"{self.device}/snapshot"

    def camera_availability(self, camera_id: str) -> str:
        """Returns the retained topic of whether a camera answers: `online` or `offline`."""
        return f"{self.device}/camera/{camera_id}/availability"

    def input(self, input_id: str) -> InputTopics:
        """Returns the topics of one input."""
        stem = f"{self.device}/input/{input_id}"
        return InputTopics(
            state=f"{stem}/state",
            alarm=f"{stem}/alarm",
            attributes=f"{stem}/attributes",
            availability=f"{stem}/availability",
            settings=f"{stem}/settings",
            picture=f"{stem}/picture",
            event=f"{stem}/event",
        )

    def output(self, output_id: str) -> OutputTopics:
        """Returns the topics of one output."""
        stem = f"{self.device}/output/{output_id}"
        return OutputTopics(
            state=f"{stem}/state",
            attributes=f"{stem}/attributes",
            availability=f"{stem}/availability",
            settings=f"{stem}/settings",
        )

    def retained(self, settings: Settings) -> Iterator[str]:
        """Yields every retained topic below `<d>` that these settings may publish."""
        yield from (self.availability, self.settings, self.status, self.armed, self.snapshot())
        yield from (self.camera_availability(name) for name in settings.onvif_cameras)
        for one in settings.inputs:
            own = self.input(one.id)
            yield from (own.state, own.alarm, own.attributes, own.availability, own.settings)
            yield from (self.snapshot(one.id), own.picture)
        for other in settings.outputs:
            outs = self.output(other.id)
            yield from (outs.state, outs.attributes, outs.availability, outs.settings)

    def command_filters(self) -> tuple[str, ...]:
        """Returns the subscriptions for commands; they cover inputs and outputs added later."""
        return tuple(f"{self.device}/{'/'.join(shape)}" for shape in _SHAPES.values())

    def exact_command_filters(self, settings: Settings) -> tuple[str, ...]:
        """Returns the topics of all commands by name, where the broker takes no wildcards.

        They change with the terminals.
        """
        ids = {"input": [one.id for one in settings.inputs], "output": [one.id for one in settings.outputs]}
        ids["action"] = list(ACTION_KINDS)
        return tuple(
            self.command_topic(kind, target)
            for kind, shape in _SHAPES.items()
            for target in (ids[shape[0]] if "+" in shape else ("",))
        )

    def command_topic(self, kind: CommandKind, target: str = "") -> str:
        """Returns the topic of a command to `target`; the reverse of `command`."""
        return "/".join((self.device, *(target if part == "+" else part for part in _SHAPES[kind])))

    def command(self, topic: str) -> CommandTopic | None:
        """Returns a parsed command topic, or None for any other topic."""
        stem = f"{self.device}/"
        if not topic.startswith(stem):
            return None
        segments = topic.removeprefix(stem).split("/")
        for kind, shape in _SHAPES.items():
            if len(shape) == len(segments) and all(
                want in ("+", got) for want, got in zip(shape, segments, strict=True)
            ):
                return CommandTopic(kind=kind, target=segments[shape.index("+")] if "+" in shape else "")
        return None
