"""Alarm inputs and alarm outputs, and what links them; the core reads these very models."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, PlainValidator, Tag, WithJsonSchema

from bridge.core.contact import Level, TriggerMode, ValidSignal
from bridge.core.schedule import ALWAYS
from bridge.settings.definitions import vocabulary
from bridge.settings.definitions.field_types import Id, Model, Name, ScheduleRef, refused


class LineByOffset(Model):
    """A line of a chip: its name, path or label, and the offset."""

    chip: str = Field(min_length=1)
    offset: int = Field(ge=0, le=1023)


class LineByName(Model):
    """A line by the name the board gives it; a chip narrows the search."""

    name: str = Field(min_length=1)
    chip: str | None = Field(None, min_length=1)


def _which_line(value: object) -> str | None:
    """Which of the two forms of a line is meant; None for neither."""
    if isinstance(value, Model):
        return "(by offset)" if isinstance(value, LineByOffset) else "(by name)"
    if not isinstance(value, Mapping) or not value.keys() & {"chip", "offset", "name"}:
        return None
    return "(by name)" if "name" in value and "offset" not in value else "(by offset)"


LineSettings = Annotated[
    Annotated[LineByOffset, Tag("(by offset)")] | Annotated[LineByName, Tag("(by name)")],
    Discriminator(_which_line, custom_error_type="line", custom_error_message="is no line"),
]


def _repeat(value: object) -> int | Literal["while_active"]:
    if value == "while_active":
        return "while_active"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 50:  # noqa: PLR2004 - behaviour.md 7
        return value
    message = "is no number of times"
    raise refused(message, "1 to 50, or while_active")


class AudibleLink(Model):
    """The sound of an alarm; one that is not enabled is kept for when it is again."""

    enabled: bool = True
    clips: tuple[Annotated[str, Field(min_length=1, pattern=r"^[^/\x00-\x1f]+$")], ...] = Field(min_length=1)
    repeat: Annotated[
        int | Literal["while_active"],
        PlainValidator(_repeat),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 50}, {"const": "while_active"}]}),
    ] = 1
    volume: int = Field(100, ge=0, le=100)


class LinkageSettings(Model):
    """What an input does when its alarm begins."""

    camera: Id | None = None
    outputs: tuple[Id, ...] = ()
    audible: AudibleLink | None = None
    record: bool = False
    email: bool = False
    ftp: bool = False


class InputSettings(Model):
    """One alarm input."""

    id: Id
    name: Name | None = None
    line: LineSettings | None = None
    connected_level: Level = Level.LOW
    bias: Literal["pull_up", "pull_down", "disabled", "as_is"] = "pull_up"
    debounce_ms: int = Field(100, ge=0, le=10_000)
    trigger_mode: TriggerMode = TriggerMode.CONNECT
    enabled: bool = True
    schedule: ScheduleRef = ALWAYS
    quiet_s: float = Field(5, ge=0, le=600)
    when_schedule_opens: Literal["trigger", "wait"] = "trigger"
    device_class: Literal[vocabulary.BINARY_SENSOR_CLASSES] | None = None  # type: ignore[valid-type]
    linkage: LinkageSettings = LinkageSettings.model_construct()

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id


class PulseSettings(Model):
    """The two phases of pulse mode."""

    on_ms: int = Field(500, ge=50, le=60_000)
    off_ms: int = Field(500, ge=50, le=60_000)


class TimingSettings(Model):
    """Timing alarm output: on by the schedule rather than by events."""

    enabled: bool = False
    schedule: ScheduleRef = ALWAYS


class StopAfter(Model):
    """What a manual start over MQTT does without its commander: end after so long."""

    stop_after_s: float = Field(ge=0, le=86_400)


def _keep_or_stop(value: object) -> str | None:
    if isinstance(value, Mapping | StopAfter):
        return "(stop)"
    return "(keep)" if value == "keep" else None


BrokerLoss = Annotated[
    Annotated[Literal["keep"], Tag("(keep)")] | Annotated[StopAfter, Tag("(stop)")],
    Discriminator(_keep_or_stop, custom_error_type="broker_loss", custom_error_message="is not understood"),
]

SIREN_CUT_OFF_S = 900


def _continuous_or_perceptible(alarm_time_ms: int) -> int:
    if 0 < alarm_time_ms < 100:  # noqa: PLR2004 - the shortest there is
        message = "is too short"
        raise refused(message, "0 (continuous), or 100 to 86400000")
    return alarm_time_ms


class OutputSettings(Model):
    """One alarm output."""

    id: Id
    name: Name | None = None
    line: LineSettings | None = None
    connected_level: Level = Level.HIGH
    drive: Literal["push_pull", "open_drain", "open_source"] = "push_pull"
    kind: Literal["generic", "siren", "strobe", "lock"] = "generic"
    valid_signal: ValidSignal = ValidSignal.CLOSE
    mode: Literal["switch", "pulse"] = "switch"
    pulse: PulseSettings = PulseSettings.model_construct()
    follow_source: bool = False
    alarm_time_ms: Annotated[int, Field(ge=0, le=86_400_000), AfterValidator(_continuous_or_perceptible)] = 0
    retrigger: Literal["extend", "ignore"] = "extend"
    max_active_s: float | None = Field(None, ge=0, le=604_800)
    timing: TimingSettings = TimingSettings.model_construct()
    restore_latched: bool = False
    on_broker_loss: BrokerLoss = "keep"
    device_class: Literal["outlet", "switch"] | None = None

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id

    @property
    def cut_off_s(self) -> float | None:
        """The longest it may be active; a siren has a limit unless told otherwise."""
        seconds = self.max_active_s
        if seconds is None:
            seconds = SIREN_CUT_OFF_S if self.kind == "siren" else 0
        return seconds or None
