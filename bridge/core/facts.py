"""Facts: events that adapters report to the engine, in the past tense.

Above 300 lines, since it is the one list of all that the engine takes.

Ids of inputs and outputs name their terminals; an input and an output never share one. Instants
(`at`) and durations are seconds of the monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, NamedTuple

from bridge.core.contact import Contact, Level
from bridge.core.value import value

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings


@value
class Now:
    """The time a step happens at: the monotonic clock, and the local wall time with its zone."""

    monotonic: float
    local: datetime

    @property
    def zone(self) -> tzinfo:
        """The time zone of `local`."""
        assert self.local.tzinfo is not None  # noqa: S101 - local times know their zone
        return self.local.tzinfo

    def wall(self, at: float) -> datetime:
        """Returns the local time of a monotonic instant, converted with the present offset between the clocks."""
        return datetime.fromtimestamp(self.local.timestamp() + at - self.monotonic, self.local.tzinfo)


@value
class Origin:
    """The source of a command or an edit: `by` (`mqtt`, `page`, `file`) goes into journal and views.

    `request` belongs to the adapter it came from.

    A request that is not None gets exactly one `Answer`.
    """

    by: str
    request: object | None = field(default=None, compare=False)


@value
class LineChanged:
    """An input's line was seen at a level: an edge, or a reading after its request or a gap."""

    terminal: str
    level: Level
    at: float


class SeenEdge(NamedTuple):
    """An edge of a line: its new level, and the kernel's stamp in seconds of the monotonic clock."""

    level: Level
    at: float


@value
class EdgesSeen:
    """Edges of an input's line that were read together, the oldest first.

    `more` is true while younger ones wait: another fact of the line follows, and until then nothing is
    known of the time after the last edge.
    """

    terminal: str
    edges: tuple[SeenEdge, ...]
    more: bool


@value
class EdgesLost:
    """`count` edges of an input's line were lost; a reading of its level follows."""

    terminal: str
    count: int


@value
class LineLost:
    """A terminal's line cannot be used; `problem` is the reason, for a person."""

    terminal: str
    problem: str


@value
class LineFound:
    """A terminal's line is requested, at first or again. An output is at the level last driven."""

    terminal: str


@value
class ContactReported:
    """The source of a far input reported its contact.

    `UNKNOWN` is a contact that cannot be known although the source can be reached: nothing was heard yet,
    or it was no answer. `is_event` says that it happened now; without it the contact was so before somebody
    listened, as a retained message is. `source_time` is the source's own time of it.
    """

    terminal: str
    contact: Contact
    at: float
    is_event: bool
    source_time: datetime | None = None


@value
class MessageIgnored:
    """The source of a far input sent a message that means nothing; it is counted."""

    terminal: str


@value
class SinkLost:
    """The device behind a far output cannot be commanded; `problem` says why, for a person.

    Unlike a lost line it clears nothing: demand, deadline and published state go on.
    """

    terminal: str
    problem: str


@value
class SinkFound:
    """The device behind a far output was commanded, at first or again."""

    terminal: str


@value
class SinkReported:
    """The device behind a far output reported its contact; `UNKNOWN` withdraws what it reported before."""

    terminal: str
    contact: Contact


@value
class StoredInput:
    """The stored state of an input from before the stop."""

    alarm: bool
    last_alarm: datetime | None = None
    held_back: int = 0
    silenced: frozenset[str] = frozenset()
    """The outputs at which its alarm was silenced by a stop."""


@value
class StateRestored:
    """The store was read: states of inputs, latched outputs, and the next free sequence number."""

    inputs: Mapping[str, StoredInput]
    latched: frozenset[str]
    next_seq: int
    armed: bool = True
    """The device's armed switch."""


@value
class SettingsChanged:
    """New settings, valid as a whole, are in force."""

    settings: Settings
    origin: Origin


@value
class OutputStartRequested:
    """A manual start was requested; `duration_ms` and `mode` (`switch` or `pulse`) are for this run only."""

    output: str
    origin: Origin
    duration_ms: int | None = None
    mode: str | None = None


@value
class OutputStopRequested:
    """A manual stop was requested."""

    output: str
    origin: Origin


@value
class OutputToggleRequested:
    """A manual stop of an output that is on, or a manual start of one that is off, was requested."""

    output: str
    origin: Origin
    duration_ms: int | None = None
    mode: str | None = None


@value
class InputTriggerRequested:
    """An alarm of this input was requested by command."""

    input: str
    origin: Origin
    duration_ms: int = 1000


@value
class SilenceRequested:
    """A stop of every output and sound was requested."""

    origin: Origin


@value
class ArmingRequested:
    """The device was requested to be armed, or disarmed."""

    armed: bool
    origin: Origin


@value
class ActionRequested:
    """One action was requested, to run now: `snapshot`, a channel's key, `record` or `audible`.

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


@value
class ActionEnded:
    """An action, or one try of it, is over; `kind` is a journal kind: snapshot, a channel's key, clip or audible.

    `reason` says in a word how (`taken`, `sent`, `failed`, `refused`, `dropped`, ...), `error` what was
    wrong, for a person. `alarm` is the id of the alarm's journal entry; None for an action by command.
    """

    kind: str
    reason: str
    input: str | None = None
    by: str | None = None
    error: str | None = None
    path: str | None = None
    seconds: float | None = None
    held_back: int | None = None
    alarm: str | None = None


@value
class JobClosed:
    """A job of the outbox has its last outcome, which was reported before."""

    job: str


@value
class CommandRejected:
    """A command was refused before it could become a fact; `topic` is the topic or path that it came to."""

    origin: Origin
    topic: str
    message: str


@value
class BrokerLost:
    """The connection to the broker, over which manual starts may have come, is lost."""


@value
class BrokerFound:
    """The connection to the broker is up."""


@value
class ClockStepped:
    """The wall clock jumped by `seconds`."""

    seconds: float


@value
class ClockChecked:
    """The kernel reported whether the wall clock is synchronised."""

    synchronised: bool


@value
class StopBegun:
    """The program is ending: every output goes idle and stays so."""


Command = (
    OutputStartRequested | OutputStopRequested | OutputToggleRequested | InputTriggerRequested | SilenceRequested
    | ArmingRequested | ActionRequested
)  # fmt: skip
Fact = (
    LineChanged | EdgesSeen | EdgesLost | LineLost | LineFound
    | ContactReported | MessageIgnored | SinkLost | SinkFound | SinkReported | StateRestored | SettingsChanged | Command
    | CommandRejected | ActionEnded | JobClosed | BrokerLost | BrokerFound | ClockStepped | ClockChecked | StopBegun
)  # fmt: skip
