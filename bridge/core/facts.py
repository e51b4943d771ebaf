"""What happened, in the past tense: all that the engine is ever told.

Ids of inputs and outputs name their terminals; an input and an output never share one. Instants
(`at`) and durations are seconds of the monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.contact import Level

if TYPE_CHECKING:
    from bridge.settings.model import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """The time a step happens at: the monotonic clock, and the local wall time with its zone."""

    monotonic: float
    local: datetime

    def wall(self, at: float) -> datetime:
        """The local time of an instant of the monotonic clock, by what the wall clock says now."""
        return datetime.fromtimestamp(self.local.timestamp() + at - self.monotonic, self.local.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who asked: `by` is shown and kept (`mqtt`, `page`, `file`); `request` is the asker's own.

    A request that is not None gets exactly one `Answer`.
    """

    by: str
    request: object | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChanged:
    """An input's line was seen at a level: an edge, or a reading after its request or a gap."""

    terminal: str
    level: Level
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgesLost:
    """So many edges of an input's line were never seen; a reading of its level follows."""

    terminal: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLost:
    """A terminal's line cannot be used; `problem` says why, for a person."""

    terminal: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFound:
    """A terminal's line is requested, at first or again. An output is at the level last driven."""

    terminal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInput:
    """What was kept of an input before the stop."""

    alarm: bool
    last_alarm: datetime | None = None
    held_back: int = 0
    silenced: frozenset[str] = frozenset()
    """The outputs at which its alarm was silenced by a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRestored:
    """What the store knew: inputs, latched outputs, and the next free sequence number."""

    inputs: Mapping[str, StoredInput]
    latched: frozenset[str]
    next_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsChanged:
    """New settings, valid as a whole, are in force."""

    settings: Settings
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStartRequested:
    """Manual start; `duration_ms` and `mode` (`switch` or `pulse`) are for this run only."""

    output: str
    origin: Origin
    duration_ms: int | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputStopRequested:
    """Manual stop."""

    output: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputToggleRequested:
    """Manual stop of an output that is on, manual start of one that is off."""

    output: str
    origin: Origin
    duration_ms: int | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InputTriggerRequested:
    """An alarm of this input by command."""

    input: str
    origin: Origin
    duration_ms: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceRequested:
    """Every output and sound is to stop."""

    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRequested:
    """One action is to run now: `snapshot`, `email`, `ftp`, `record` or `audible`.

    `input` names an input whose camera and topic are meant. `text` goes with a mail; `duration_s`
    with a clip or a sound; `clip`, `repeat` (1 to 50) and `volume` (0 to 100) with a sound, which
    `stop` ends instead.
    """

    kind: str
    origin: Origin
    input: str | None = None
    text: str | None = None
    duration_s: float | None = None
    clip: str | None = None
    repeat: int | None = None
    volume: int | None = None
    stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionEnded:
    """An action, or one try of it, is over; `kind` is a journal kind: snapshot email ftp clip audible.

    `reason` says in a word how (`taken`, `sent`, `failed`, `refused`, `dropped`, ...), `error` what was
    wrong, for a person.
    """

    kind: str
    reason: str
    input: str | None = None
    by: str | None = None
    error: str | None = None
    path: str | None = None
    seconds: float | None = None
    held_back: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRejected:
    """A command was refused before it could become a fact; `topic` says where it came in."""

    origin: Origin
    topic: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerLost:
    """The connection over which manual starts may have come is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerFound:
    """The broker is connected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockStepped:
    """The wall clock jumped by `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChecked:
    """Whether the kernel says that the wall clock is synchronised."""

    synchronised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBegun:
    """The program is ending: every output goes idle and stays so."""


Command = (
    OutputStartRequested | OutputStopRequested | OutputToggleRequested | InputTriggerRequested | SilenceRequested
    | ActionRequested
)  # fmt: skip
Fact = (
    LineChanged | EdgesLost | LineLost | LineFound | StateRestored | SettingsChanged | Command | CommandRejected
    | ActionEnded | BrokerLost | BrokerFound | ClockStepped | ClockChecked | StopBegun
)  # fmt: skip
