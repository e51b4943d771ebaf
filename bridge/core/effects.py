"""Effects: commands of the engine to the adapters, in the imperative; and the views that it publishes."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.contact import Contact, Level
from bridge.core.facts import ActionRequested, Origin, StoredInput
from bridge.core.journal import JournalEntry
from bridge.core.value import value

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
    from bridge.errors import Fault


@value
class RequestInput:
    """Request an input's line; the facts `LineFound` and a first `LineChanged`, or `LineLost`, follow."""

    settings: InputSettings


@value
class RequestOutput:
    """Request an output's line with this level, which is set in the request itself."""

    settings: OutputSettings
    level: Level


@value
class ReleaseLine:
    """Release a terminal's line; an output has been driven idle before."""

    terminal: str


@value
class DriveLine:
    """Drive an output's line to a level.

    `until` is the end of the demand (monotonic), for a far output alone, whose device may end it by itself;
    None has no end in sight, or is no demand. A new end is driven anew.
    """

    terminal: str
    level: Level
    until: float | None = None


@value
class InputView:
    """The published state of an input. `alarms`, `held_back`, `glitches` and `ignored` are counts."""

    id: str
    contact: Contact
    tripped: bool | None
    """None while the contact is unknown."""
    alarm: bool
    enabled: bool
    armed: bool
    armed_until: datetime | None
    """The instant at which the schedule closes; None while it is closed or has no end in sight."""
    since: datetime | None
    """The instant of the contact's last change."""
    last_alarm: datetime | None
    alarms: int
    held_back: int
    glitches: int
    ignored: int = 0
    """Messages of a far input's source that mean nothing."""
    cause: str | None = None
    """The cause of the alarm's begin; None without one."""
    decided: bool = True
    """Whether the start-up table has been gone through since the line was requested."""
    problem: str | None
    """`line_fault`, `chatter` or None."""
    available: bool


@value
class OutputView:
    """The published state of an output; `on` is demand, never a single pulse."""

    id: str
    on: bool
    contact: Contact
    mode: str
    reason: str | None
    """The reason for being on (manual, alarm, timing) or for having ended (stop, time, cut_off, restored,
    broker_loss, fault, settings). None before its first run."""
    by: str | None
    sources: tuple[str, ...]
    until: datetime | None
    remaining_ms: int | None = field(compare=False)
    confirmed: bool | None = None
    """Whether the device of a far output did as it was commanded; None where nothing tells."""
    problem: str | None
    """`line_fault`, `not_confirmed` or None."""
    available: bool


@value
class PublishTripped:
    """Publish an input's state, which has changed, ahead of the view of which it is a part."""

    input: str
    tripped: bool | None
    """None while the contact is unknown."""


@value
class PublishInput:
    """Publish an input's view, which has changed."""

    view: InputView


@value
class PublishOutput:
    """Publish an output's view, which has changed."""

    view: OutputView


@value
class PublishEvent:
    """Publish a live event of an input: alarm_begin, alarm_end, retrigger or fault."""

    input: str
    event_type: str
    id: str
    seq: int
    cause: str
    time: datetime
    contact: Contact
    picture: str | None = None
    """`taking` if a picture of this alarm follows."""


@value
class PublishArmed:
    """Publish the device's armed switch, which has moved or was just restored."""

    armed: bool


@value
class PublishClock:
    """Publish whether the wall clock, and with it every schedule, can be trusted."""

    synchronised: bool


@value
class PublishSettings:
    """Publish new settings, which are in force: discovery, settings topics and subscriptions follow them."""

    settings: Settings


@value
class RunLinkage:
    """Run the actions of an input's linkage: its alarm began. Outputs are not among them: the core drives those.

    `at` is its instant on the monotonic clock. `channels` are the keys of those that deliver a
    message of it, by the linkage and the limits of `behaviour.md` 7; `held_back` is how many begins
    before this one were held back by those limits.
    """

    input: str
    cause: str
    seq: int
    alarm: str
    """The id of the alarm's journal entry."""
    time: datetime
    at: float
    channels: tuple[str, ...]
    held_back: int


@value
class ExtendLinkage:
    """Extend the recordings of an input's linkage: a re-trigger. No other action runs."""

    input: str


@value
class EndLinkage:
    """End the linkage of an input: recording goes into post-roll, a sound that plays while in alarm stops."""

    input: str


@value
class RunAction:
    """Run one action by command, accepted and numbered."""

    request: ActionRequested
    seq: int
    time: datetime
    at: float


@value
class SilenceSound:
    """Stop every sound."""


@value
class KeepInput:
    """Store the state that an input needs after a restart; None deletes it."""

    input: str
    state: StoredInput | None


@value
class KeepLatched:
    """Store whether an output is latched."""

    output: str
    latched: bool


@value
class DeleteJob:
    """Delete a job of the outbox, whose last outcome is an entry before this."""

    job: str


@value
class KeepArmed:
    """Store the device's armed switch."""

    armed: bool


@value
class Answer:
    """Answer a request, once; the command was done if there are no faults."""

    origin: Origin
    faults: tuple[Fault, ...] = ()
    after_store: bool = False
    """Whether the answer waits until all effects before it are durable."""


LineEffect = RequestInput | RequestOutput | ReleaseLine | DriveLine
PublishEffect = (
    PublishTripped
    | PublishInput
    | PublishOutput
    | PublishEvent
    | PublishArmed
    | PublishClock
    | PublishSettings
    | Answer
)
LinkageEffect = RunLinkage | ExtendLinkage | EndLinkage | RunAction | SilenceSound
StoreEffect = JournalEntry | KeepInput | KeepLatched | KeepArmed | DeleteJob
Effect = LineEffect | PublishEffect | LinkageEffect | StoreEffect
