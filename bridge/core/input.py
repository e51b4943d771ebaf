"""One alarm input: from edges to the begin and end of its alarm (`behaviour.md` 2).

alarm = (enabled and schedule open and tripped) or, while enabled, an alarm by command. It is a
level; what others act on are its two edges, which come out of here as transitions, on and off
strictly in turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.core.chatter import WINDOW_S, Chatter
from bridge.core.contact import Contact, Level, contact_of, is_tripped
from bridge.core.debounce import Debouncer, Settled
from bridge.core.facts import Now, StoredInput
from bridge.core.gate import Gate

if TYPE_CHECKING:
    from bridge.core.schedule import Schedule
    from bridge.settings.model import InputSettings


@dataclass(frozen=True, slots=True)
class Began:
    """An alarm began, inside the quiet period of the one before if it is a re-trigger.

    `linkage` is how much of it runs: `whole`, `extend`, `held` (by chatter), or `none`.
    """

    cause: str
    at: float
    linkage: str
    retrigger: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """An alarm ended after so many seconds; None for one that began before the program did."""

    cause: str
    at: float
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """An alarm from before the stop goes on as if nothing had been."""

    at: float


@dataclass(frozen=True, slots=True)
class LinkageDue:
    """The linkage that chatter held back may run now, and the alarm still lives."""

    cause: str
    at: float
    linkage: str


@dataclass(frozen=True, slots=True)
class Retriggered:
    """A command tripped an input that is in alarm already."""

    cause: str
    at: float
    linkage: str


Transition = Began | Ended | Resumed | LinkageDue | Retriggered


@dataclass(slots=True)
class _Alarm:
    cause: str
    at: float | None
    linked: bool


class AlarmInput:
    """State and transitions of one input.

    Every method that may change the alarm returns the transitions, in order. `settle` must be called
    after each step, and at `due`.
    """

    def __init__(self, settings: InputSettings, schedule: Schedule, *, stored: StoredInput | None) -> None:
        self.settings = settings
        self.gate = Gate(schedule, open_unset=True)
        self.debouncer = Debouncer(stable_for_s=settings.debounce_ms / 1000)
        self.chatter = Chatter()
        self.lost: str | None = None
        self.since: float | None = None
        self.alarms = 0
        self.held_back = stored.held_back if stored else 0
        self.last_alarm = stored.last_alarm if stored else None
        self.last_seq = 0
        """The number of the newest begin's journal entry."""
        self._stored = stored
        self._decided = False  # whether the start-up table has been gone through
        self._alarm: _Alarm | None = None
        self._waiting = False
        self._commanded_until: float | None = None
        self._asked_s: float | None = None  # an alarm by command that waits for the boot hold's end
        self._quiet_until: float | None = None
        self._linkage_ran: float | None = None

    # What others see

    @property
    def contact(self) -> Contact:
        """The debounced contact."""
        return contact_of(None if self.lost else self.debouncer.level, self.settings.connected_level)

    @property
    def tripped(self) -> bool:
        """Whether the contact matches the Trigger Mode."""
        return is_tripped(self.contact, self.settings.trigger_mode)

    @property
    def known(self) -> bool:
        """Whether there has been a stable reading, or it is known that there can be none."""
        return self.lost is not None or self.debouncer.level is not None

    @property
    def alarm(self) -> bool:
        """The alarm; until the start-up table is gone through, the one from before the stop."""
        if self._alarm is None and not self._decided and self.lost is None:
            return self._stored is not None and self._stored.alarm
        return self._alarm is not None

    @property
    def linked(self) -> bool:
        """Whether the alarm's linkage has reached the outputs."""
        return self._alarm is not None and self._alarm.linked

    @property
    def due(self) -> float | None:
        """When to settle next."""
        return min((due for due in self._dues() if due is not None), default=None)

    # Facts

    def saw(self, level: Level, at: float, *, holding: bool) -> list[Transition]:
        """An edge or a reading."""
        return self._count(self.debouncer.saw(level, at), holding=holding)

    def missed(self, edges: int) -> None:
        """Edges were lost between the kernel and us."""
        self.debouncer.missed(edges)

    def lose(self, problem: str, now: float) -> list[Transition]:
        """The line is lost: contact unknown, and an alarm ends."""
        self.lost, self.since = problem, now
        self.debouncer.forget()
        if self.alarm_before_stop and self._alarm is None:
            self._stored = StoredInput(alarm=False, last_alarm=self.last_alarm, held_back=self.held_back)
            return [Ended("fault", now, None)]
        return self._end("fault", now) if self._decided and self._commanded_until is None else []

    def find(self) -> None:
        """The line is back; its level follows."""
        self.lost = None

    def command(self, seconds: float, now: float, *, holding: bool) -> list[Transition]:
        """An alarm by command; during the boot hold, in which nothing begins, it waits for the end."""
        if holding:
            self._asked_s = max(seconds, self._asked_s or 0)
            return []
        self._commanded_until = max(now + seconds, self._commanded_until or 0)
        if self._alarm is None:
            return self._begin("command", now)
        linkage = self._linkage(now)
        self._count_linkage(linkage, now)
        return [Retriggered("command", now, linkage)]

    def apply(
        self, settings: InputSettings, schedule: Schedule, now: Now, *, clock_set: bool, holding: bool
    ) -> list[Transition]:
        """New settings: recomputed at once, at most one transition (`behaviour.md` 2, row 8)."""
        self.settings = settings
        self.debouncer.stable_for_s = settings.debounce_ms / 1000
        self.gate.follow(schedule)
        self.gate.look(now, clock_set=clock_set)
        self._waiting = settings.when_schedule_opens == "wait" and (
            self._waiting or (self._decided and self._alarm is None and self.tripped)
        )
        if not settings.enabled:
            self._commanded_until = self._asked_s = None
        return self._evaluate(
            "settings", "settings" if settings.enabled else "disabled", now.monotonic, holding=holding
        )

    def rewire(self) -> None:
        """Another line, or another bias: what was known of the old one does not count.

        The first stable reading is then an initial one, as that of a new input.
        """
        self.debouncer.forget()
        self.lost = None
        self._decided, self._stored = False, None
        self.chatter, self._quiet_until, self._linkage_ran = Chatter(), None, None

    def settle(self, now: Now, *, clock_set: bool, holding: bool) -> list[Transition]:
        """Re-evaluates everything that depends on the time."""
        at = now.monotonic
        transitions = self._count(self.debouncer.elapse(at), holding=holding)
        self.chatter.elapse(at)
        if self.gate.look(now, clock_set=clock_set):
            opened_while_tripped = self.gate.open and self.tripped and self._alarm is None
            if opened_while_tripped and self._decided and self.settings.when_schedule_opens == "wait":
                self._waiting = True
            transitions += self._evaluate("schedule", "schedule", at, holding=holding)
        if not holding:
            transitions += self._decide(at)
            if self._asked_s is not None:
                seconds, self._asked_s = self._asked_s, None
                transitions += self.command(seconds, at, holding=False)
        if self._commanded_until is not None and at >= self._commanded_until:
            self._commanded_until = None
            transitions += self._evaluate("input", "restored", at, holding=holding)
        transitions += self._held_linkage(at)
        return transitions

    # The rules

    @property
    def alarm_before_stop(self) -> bool:
        """Whether it was in alarm when the program stopped, and nothing has been decided since."""
        return not self._decided and self._stored is not None and self._stored.alarm

    def _dues(self) -> tuple[float | None, ...]:
        held = self._alarm is not None and not self._alarm.linked and self._alarm.cause != "initial"
        return (
            self.debouncer.due,
            self.gate.due,
            self.chatter.due,
            self._commanded_until,
            self._linkage_ran + WINDOW_S if held and self._linkage_ran is not None else None,
        )

    def _wanted(self) -> bool:
        if not self.settings.enabled:
            return False
        return self._commanded_until is not None or (self.gate.open and self.tripped and not self._waiting)

    def _count(self, settled: tuple[Settled, ...], *, holding: bool) -> list[Transition]:
        """Takes levels that have become stable; each is a contact, and may be a trip."""
        transitions: list[Transition] = []
        for change in settled:
            first = self.since is None or not self._decided
            self.since = change.at
            if self.tripped:
                self._waiting = False
                if not first:
                    self.chatter.tripped(change.at)
            transitions += self._evaluate("input", "restored", change.at, holding=holding)
        return transitions

    def _evaluate(self, begins: str, ends: str, at: float, *, holding: bool) -> list[Transition]:
        if not self._decided and self._alarm is None:
            return [] if holding else self._decide(at)
        if self._wanted():
            return [] if self._alarm else self._begin(begins, at)
        return self._end(ends, at)

    def _decide(self, at: float) -> list[Transition]:
        """The start-up table, once there is a stable reading and the boot hold is over."""
        if self._decided or self.lost is not None or self.debouncer.level is None:
            return []
        self._decided = True
        stored = self._stored
        if self._alarm is not None:  # begun by command before the line was first read
            return []
        if stored is not None and stored.alarm:
            if not self._wanted():
                return [Ended("restored", at, None)]
            self._alarm = _Alarm("resumed", None, linked=True)
            return [Resumed(at)]
        if not self._wanted():
            return []
        return self._begin("initial" if stored is None else "startup", at)

    def _begin(self, cause: str, at: float) -> list[Transition]:
        linkage = "none" if cause == "initial" else self._linkage(at)
        retrigger = self._is_quiet(at)
        self._alarm = _Alarm(cause, at, linked=linkage in ("whole", "extend"))
        self.alarms += 1
        self._count_linkage(linkage, at)
        return [Began(cause, at, linkage, retrigger)]

    def _linkage(self, at: float) -> str:
        """How much of its linkage a begin at this instant runs."""
        if self.chatter.raised and self._linkage_ran is not None and at < self._linkage_ran + WINDOW_S:
            return "held"
        return "extend" if self._is_quiet(at) else "whole"

    def _is_quiet(self, at: float) -> bool:
        return self._quiet_until is not None and at < self._quiet_until

    def _count_linkage(self, linkage: str, at: float) -> None:
        if linkage == "whole":
            self._linkage_ran = at
            self._quiet_until = at + self.settings.quiet_s
        elif linkage in ("extend", "held"):
            self.held_back += 1

    def _held_linkage(self, at: float) -> list[Transition]:
        """An alarm that outlives the minute in which chatter held its linkage back gets it then."""
        alarm, linkage = self._alarm, self._linkage(at)
        if alarm is None or alarm.linked or alarm.cause == "initial" or linkage == "held":
            return []
        alarm.linked = True
        self._count_linkage(linkage, at)
        return [LinkageDue(alarm.cause, at, linkage)]

    def _end(self, cause: str, at: float) -> list[Transition]:
        if self._alarm is None:
            return []
        began, self._alarm = self._alarm.at, None
        self._commanded_until = None
        return [Ended(cause, at, None if began is None else at - began)]
