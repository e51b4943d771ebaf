"""What to do, in the imperative: all that the engine ever asks for, and the views it shows."""

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
    """Watch an input's line; `LineFound` and a first `LineChanged`, or `LineLost`, will follow."""

    settings: InputSettings


@value
class RequestOutput:
    """Take an output's line, with this level from the very request on."""

    settings: OutputSettings
    level: Level


@value
class ReleaseLine:
    """Let go of a terminal's line; an output has been driven idle before."""

    terminal: str


@value
class DriveLine:
    """Put an output's line to a level."""

    terminal: str
    level: Level


@value
class InputView:
    """All that others see of an input. `alarms`, `held_back` and `glitches` are counts."""

    id: str
    contact: Contact
    tripped: bool | None
    """None while the contact is unknown."""
    alarm: bool
    enabled: bool
    armed: bool
    armed_until: datetime | None
    """When the schedule closes, or None when it is closed or has no end in sight."""
    since: datetime | None
    """When the contact became what it is."""
    last_alarm: datetime | None
    alarms: int
    held_back: int
    glitches: int
    problem: str | None
    """`line_fault` or `chatter`."""
    available: bool


@value
class OutputView:
    """All that others see of an output; `on` is demand, never a single pulse."""

    id: str
    on: bool
    contact: Contact
    mode: str
    reason: str | None
    """Why it is on: manual, alarm, timing; or why it ended: stop, time, cut_off, restored,
    broker_loss, fault, settings. None before its first run."""
    by: str | None
    sources: tuple[str, ...]
    until: datetime | None
    remaining_ms: int | None = field(compare=False)
    problem: str | None
    """`line_fault`."""
    available: bool


@value
class PublishInput:
    """An input's view has changed."""

    view: InputView


@value
class PublishOutput:
    """An output's view has changed."""

    view: OutputView


@value
class PublishEvent:
    """Something happened at an input, live: alarm_begin, alarm_end, retrigger, fault."""

    input: str
    event_type: str
    id: str
    seq: int
    cause: str
    time: datetime
    contact: Contact


@value
class PublishClock:
    """Whether schedules can be trusted has changed."""

    synchronised: bool


@value
class PublishSettings:
    """New settings are in force: discovery, settings topics and subscriptions follow them."""

    settings: Settings


@value
class RunLinkage:
    """An alarm began: the actions of its input's linkage, outputs apart, which are done already.

    `at` is its instant on the monotonic clock. `email` says whether a mail may go out, by the
    limits of `behaviour.md` 7; `held_back` is how many begins before this one sent none.
    """

    input: str
    cause: str
    seq: int
    time: datetime
    at: float
    email: bool
    held_back: int


@value
class ExtendLinkage:
    """A re-trigger: what records goes on; nothing starts."""

    input: str


@value
class EndLinkage:
    """The alarm ended: recording goes into post-roll, a sound that plays while in alarm stops."""

    input: str


@value
class RunAction:
    """One action by command, accepted and numbered."""

    request: ActionRequested
    seq: int
    time: datetime
    at: float


@value
class SilenceSound:
    """Whatever plays stops."""


@value
class KeepInput:
    """What has to be known of an input after a restart; None: forget it."""

    input: str
    state: StoredInput | None


@value
class KeepLatched:
    """Whether an output is latched."""

    output: str
    latched: bool


@value
class Answer:
    """The one answer to a request; done when there are no faults."""

    origin: Origin
    faults: tuple[Fault, ...] = ()


LineEffect = RequestInput | RequestOutput | ReleaseLine | DriveLine
PublishEffect = PublishInput | PublishOutput | PublishEvent | PublishClock | PublishSettings | Answer
LinkageEffect = RunLinkage | ExtendLinkage | EndLinkage | RunAction | SilenceSound
StoreEffect = JournalEntry | KeepInput | KeepLatched
Effect = LineEffect | PublishEffect | LinkageEffect | StoreEffect
