"""Alarm outputs: how they drive, how long they are on, and what happens when the broker is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from bridge.core.contact import Level, ValidSignal
from bridge.core.definitions.actions import LONGEST_MS
from bridge.core.definitions.field_types import Check, Id, Name, OneOf, Range, Refused, ScheduleRef
from bridge.core.definitions.lines import OutputLine
from bridge.core.schedule import ALWAYS

SIREN_CUT_OFF_S = 900
SHORTEST_ALARM_MS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PulseSettings:
    """The two phases of mode pulse."""

    on_ms: Annotated[int, Range(50, 60_000)] = 500
    """Milliseconds active."""
    off_ms: Annotated[int, Range(50, 60_000)] = 500
    """Milliseconds idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingSettings:
    """On by a schedule rather than by alarms."""

    enabled: bool = False
    """Whether the schedule alone turns it on; alarms are then only logged."""
    schedule: ScheduleRef = ALWAYS
    """The times at which the output is on: a schedule's name, always, never, or days with their periods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopAfter:
    """End a manual start that long after the broker was lost."""

    stop_after_s: Annotated[float, Range(0, 86_400)]
    """Seconds without the broker."""


_Keep = Literal["keep"]


def _keep_or_stop(value: object) -> Any:
    """Returns the member of the union that a written value is meant to be: StopAfter, `keep`, or None for neither."""
    if isinstance(value, Mapping):
        return StopAfter
    return _Keep if value == "keep" else None


BrokerLoss = Annotated[
    Literal["keep"] | StopAfter, OneOf(_keep_or_stop, "is not understood", "keep, or {stop_after_s: 60}")
]


def _continuous_or_perceptible(alarm_time_ms: int) -> int:
    """Returns the time as it is. Raises Refused if it is longer than 0 and too short to be perceived."""
    if 0 < alarm_time_ms < SHORTEST_ALARM_MS:
        message = "is too short"
        raise Refused(message, "0 (continuous), or 100 to 86400000")
    return alarm_time_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """One alarm output."""

    id: Id
    """Topic segment and part of unique ids; no other input or output has it."""
    name: Name | None = None
    """The output's name for people; default: its id."""
    area: Name | None = None
    """Area that Home Assistant suggests for it; default: the device's."""
    line: OutputLine | None = None
    """The line; a GPIO line unless its kind says otherwise, and the simulated driver needs none."""
    connected_level: Level = Level.HIGH
    """The line's level that makes the contact connected."""
    drive: Literal["push_pull", "open_drain", "open_source"] = "push_pull"
    """The electrical drive of the line."""
    kind: Literal["generic", "siren", "strobe", "lock"] = "generic"
    """The device that is connected to the output."""
    valid_signal: ValidSignal = ValidSignal.CLOSE
    """close: active is connected; disconnect: active is disconnected."""
    mode: Literal["switch", "pulse"] = "switch"
    """Steady or pulsed while active."""
    pulse: PulseSettings = PulseSettings()
    """The phases of mode pulse."""
    follow_source: bool = False
    """On exactly as long as an alarm that is linked to it."""
    alarm_time_ms: Annotated[int, Range(0, LONGEST_MS), Check(_continuous_or_perceptible)] = 0
    """Milliseconds on for each alarm: 0 until it is stopped, else 100 to 86400000."""
    retrigger: Literal["extend", "ignore"] = "extend"
    """Whether an alarm while it is on extends the time."""
    max_active_s: Annotated[float, Range(0, 604_800)] | None = None
    """Seconds after which it is cut off; 0: never. Default: 900 for a siren, else 0."""
    timing: TimingSettings = TimingSettings()
    """On by a schedule rather than by alarms."""
    restore_latched: bool = False
    """Whether a latched output comes back after a restart."""
    on_broker_loss: BrokerLoss = "keep"
    """The fate of a manual start over MQTT when the broker is lost."""
    device_class: Literal["outlet", "switch"] | None = None
    """Home Assistant's switch class; without one it is `switch`."""

    @property
    def label(self) -> str:
        """The name for people: `name`, else the id."""
        return self.name or self.id

    @property
    def is_far(self) -> bool:
        """Whether its line is in another device."""
        return self.line is not None and self.line.is_far

    @property
    def can_pulse(self) -> bool:
        """Whether its line takes the phases of `pulse`; a far one is slower than that, or takes no pulses."""
        if self.line is None:
            return True
        shortest_ms = self.line.shortest_phase_ms
        return (
            self.line.takes_pulses
            and shortest_ms is not None
            and min(self.pulse.on_ms, self.pulse.off_ms) >= shortest_ms
        )

    @property
    def cut_off_s(self) -> float | None:
        """Seconds that the output may be active at most; None if unlimited. A siren has a limit by default."""
        seconds = self.max_active_s
        if seconds is None:
            seconds = SIREN_CUT_OFF_S if self.kind == "siren" else 0
        return seconds or None
