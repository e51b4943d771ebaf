"""Alarm inputs, and what they do when their alarm begins."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from bridge.core.contact import Level, TriggerMode
from bridge.core.definitions import vocabulary
from bridge.core.definitions.actions import LONGEST_SOUND_NAME_BYTES, REPEAT, SOUND_NAME, VOLUME
from bridge.core.definitions.field_types import Id, Length, Matches, Name, Range, Read, Refused, ScheduleRef
from bridge.core.definitions.lines import InputLine
from bridge.core.numbers import whole_number
from bridge.core.schedule import ALWAYS

WHILE_ACTIVE: Final = "while_active"
MOST_REPEATS = REPEAT.most

ClipName = Annotated[
    str,
    Length(1, LONGEST_SOUND_NAME_BYTES),
    Matches(SOUND_NAME, "is no clip", "a file's name without its folder and without a dot in front"),
]


def _repeat(value: object) -> int | Literal["while_active"]:
    """Returns 1 to `MOST_REPEATS`, or `while_active`. Raises Refused for anything else."""
    if value == WHILE_ACTIVE:
        return WHILE_ACTIVE
    times = whole_number(value)
    if times is not None and 1 <= times <= MOST_REPEATS:
        return times
    message = "is no number of times"
    raise Refused(message, f"1 to {MOST_REPEATS}, or {WHILE_ACTIVE}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AudibleLink:
    """The sound of an alarm."""

    enabled: bool = True
    """Whether it sounds; off keeps the clips for later."""
    clips: Annotated[tuple[ClipName, ...], Length(1)]
    """Files of audio.folder, played in this order."""
    repeat: Annotated[Annotated[int, Range(1, MOST_REPEATS)] | Literal["while_active"], Read(_repeat)] = 1
    """Number of times, or while_active: as long as the alarm lasts."""
    volume: Annotated[int, Range(VOLUME.least, VOLUME.most)] = VOLUME.most
    """Per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkageSettings:
    """The actions that the begin of the input's alarm starts."""

    camera: Id | None = None
    """Camera of pictures and clips; default: the first."""
    outputs: tuple[Id, ...] = ()
    """Ids of outputs that the alarm wants on."""
    audible: AudibleLink | None = None
    """Sound to play."""
    record: bool = False
    """Whether a clip is recorded."""
    email: bool = False
    """Whether mail is sent."""
    ftp: bool = False
    """Whether pictures are uploaded."""
    silence: bool = False
    """Whether its alarm stops every output and sound and starts nothing, as a wired stop button does."""
    disarm: bool = False
    """Whether its alarm disarms the device, and the end of its alarm arms it again, as a key switch does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSettings:
    """One alarm input."""

    id: Id
    """Topic segment and part of unique ids; no other input or output has it."""
    name: Name | None = None
    """The input's name for people; default: its id."""
    area: Name | None = None
    """Area that Home Assistant suggests for it; default: the device's."""
    line: InputLine | None = None
    """The line; a GPIO line unless its kind says otherwise, and the simulated driver needs none."""
    connected_level: Level = Level.LOW
    """The line's level when the contact is connected to the common ground."""
    bias: Literal["pull_up", "pull_down", "disabled", "as_is"] = "pull_up"
    """Pull resistor of the line."""
    debounce_ms: Annotated[int, Range(0, 10_000)] = 100
    """Milliseconds that a level must be stable to count."""
    trigger_mode: TriggerMode = TriggerMode.CONNECT
    """The contact that trips the input."""
    enabled: bool = True
    """Whether it can alarm; its contact is published all the same."""
    schedule: ScheduleRef = ALWAYS
    """The times at which the input is armed: a schedule's name, always, never, or days with their periods."""
    quiet_s: Annotated[float, Range(0, 600)] = 5.0
    """Seconds from an alarm in which another one sends no mail, upload or sound."""
    when_schedule_opens: Literal["trigger", "wait"] = "trigger"
    """The begin of an alarm, or none, when the schedule opens, or the device is armed, while the input is tripped."""
    always_armed: bool = False
    """Whether it alarms also while the device is disarmed; stop buttons and key switches always do."""
    device_class: Literal[vocabulary.BINARY_SENSOR_CLASSES] | None = None  # type: ignore[valid-type]
    """Home Assistant's binary_sensor class."""
    linkage: LinkageSettings = LinkageSettings()
    """The actions that the begin of its alarm starts."""

    @property
    def label(self) -> str:
        """The name for people: `name`, else the id."""
        return self.name or self.id

    @property
    def is_far(self) -> bool:
        """Whether its line is in another device."""
        return self.line is not None and self.line.is_far

    @property
    def ignores_arming(self) -> bool:
        """Whether the input alarms also while the device is disarmed."""
        return self.always_armed or self.linkage.silence or self.linkage.disarm
