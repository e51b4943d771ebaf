"""One alarm input: from edges to the begin and end of its alarm (`behaviour.md` 2).

Above 300 lines, since it is one state machine: contact, schedule, arming, command and start-up decide the
same alarm, and each of its methods reads the state of the others.

alarm = enabled and armed and ((schedule open and tripped) or an alarm by command); armed is the device,
or an input that always is. It is a level; what others act on are its two edges, which come out of here
as transitions, on and off strictly in turn. An unknown contact begins no alarm, and ends one only after
`LONGEST_UNKNOWN_S`: cutting a cable must not silence a siren.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.contact import Contact, Level, level_of
from bridge.core.debounce import Settled
from bridge.core.facts import Now, StoredInput
from bridge.core.input_contact import InputContact
from bridge.core.quiet_period import QuietPeriod
from bridge.core.schedule_gate import ScheduleGate
from bridge.core.start_up import StartUp
from bridge.core.transitions import (
    Began,
    DecidedNormal,
    Ended,
    LinkageDue,
    LinkageRun,
    Resumed,
    Retriggered,
    Transition,
)

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings
    from bridge.core.schedule import Schedule


@dataclass(slots=True)
class _Alarm:
    cause: str
    at: float | None
    linked: bool


class AlarmInput:
    """State and transitions of one input.

    Every method that may change the alarm returns the transitions, in order, or an empty list. The caller calls
    `settle` after each step, and at `due`. `holding` is whether the boot hold is on, in which nothing begins;
    `clock_set` is whether the wall clock can be trusted. An alarm in `stored` counts as an alarm until `stored_until`,
    unless the start-up table decides before.
    """

    def __init__(
        self,
        settings: InputSettings,
        schedule: Schedule,
        *,
        stored: StoredInput | None,
        stored_until: float = math.inf,
        device_armed: bool = True,
    ) -> None:
        self.settings = settings
        self.schedule_gate = ScheduleGate(schedule, open_unset=True)
        self.quiet_period = QuietPeriod()
        self.device_armed = device_armed
        """The device's armed switch."""
        self.alarms = 0
        self.held_back = stored.held_back if stored else 0
        self.last_alarm = stored.last_alarm if stored else None
        self.last_seq = 0
        self.last_id = ""
        """The id of the newest begin's journal entry, whose number is `last_seq`."""
        self.reading = InputContact(settings)
        self.ignored = 0
        """The number of messages that meant nothing."""
        self.source_time: datetime | None = None
        """The source's own time of the newest contact, where it gives one."""
        self._reported: Contact | None = None  # the newest contact of a far source
        self._start_up = StartUp(stored, until=stored_until)
        self._alarm: _Alarm | None = None
        self._waiting = False
        self._commanded_until: float | None = None
        self._asked_s: float | None = None  # an alarm by command that waits for the boot hold's end
        self._armed = self.is_armed  # as it was followed last

    # What others see

    @property
    def known(self) -> bool:
        """Whether a level has been stable, or there is none to wait for: the line is lost, or its source silent."""
        reading = self.reading
        return reading.lost is not None or reading.is_unheard or reading.is_read

    @property
    def lost(self) -> str | None:
        """The problem of a lost line; None for one that can be read."""
        return self.reading.lost

    @property
    def contact(self) -> Contact:
        """The debounced contact."""
        return self.reading.contact

    @property
    def is_armed(self) -> bool:
        """Whether the device is armed, or this input does not depend on that."""
        return self.device_armed or self.settings.ignores_arming

    @property
    def alarm(self) -> bool:
        """Whether the input is in alarm; until the start-up table has decided, whether it was before the stop."""
        return self._alarm is not None or self._start_up.in_alarm

    @property
    def cause(self) -> str | None:
        """The cause of the present alarm's begin; None without one, and until the start-up table has decided."""
        return None if self._alarm is None else self._alarm.cause

    @property
    def is_decided(self) -> bool:
        """Whether the start-up table has been gone through."""
        return self._start_up.decided

    @property
    def linked(self) -> bool:
        """Whether the input is in an alarm whose linkage has reached the outputs."""
        return self._alarm is not None and self._alarm.linked

    @property
    def undecided(self) -> bool:
        """Whether the alarm is the stored one from before the stop, which may still resume or end."""
        return self._start_up.in_alarm

    def to_keep(self, silenced: frozenset[str]) -> StoredInput | None:
        """Returns the state that the start-up table needs after a stop; None before anything has been decided.

        `silenced` has the ids of the outputs at which the alarm was silenced. The alarm of the first start counts as
        silenced everywhere, for resuming it must not sound sirens that it never sounded.
        """
        if not self._start_up.is_kept and self._alarm is None:
            return None
        if self._alarm is not None and self._alarm.cause == "initial" and not self._alarm.linked:
            silenced = frozenset(self.settings.linkage.outputs)
        return StoredInput(
            alarm=self.alarm,
            last_alarm=self.last_alarm,
            held_back=self.held_back,
            silenced=silenced if self.alarm else frozenset(),
        )

    @property
    def due(self) -> float | None:
        """Monotonic time at which `settle` has to be called next; None if time alone changes nothing."""
        of_all = (
            self.reading.due,
            self.schedule_gate.due,
            self.quiet_period.chatter.due,
            self._commanded_until,
            self._start_up.until if self._start_up.in_alarm else None,
            self.quiet_period.held_until if self._is_held else None,
        )
        dues = [due for due in of_all if due is not None]
        return min(dues) if dues else None

    # Facts

    def saw(self, level: Level, at: float, *, holding: bool, more: bool = False) -> list[Transition]:
        """Processes an edge or a reading: the line's `level` from `at` (monotonic) on. Returns the transitions.

        `more`: younger edges wait to be read, so nothing is known yet of the time after this edge.
        """
        settled = self.reading.saw(level, at, more=more)
        return self._count(settled, holding=holding) if settled else []

    def report(
        self, contact: Contact, at: float, *, is_event: bool, holding: bool, source_time: datetime | None = None
    ) -> list[Transition]:
        """Processes a contact that a far source reported at `at`. Returns the transitions.

        An event begins an alarm as `input`, even as the first contact after a start; without `is_event` the
        contact was so before, and the start-up table judges it. An unknown contact is none, and no fault either.
        """
        if contact is Contact.UNKNOWN:
            self._reported = None
            self.reading.unhear(at)
            return []
        if contact is not self._reported:
            self._reported, self._start_up.by_event, self.source_time = contact, is_event, source_time
        return self.saw(level_of(contact, self.settings.connected_level), at, holding=holding)

    def missed(self, edges: int) -> None:
        """Counts edges that were lost between the kernel and the bridge; the caller reads the level afterwards."""
        self.reading.missed(edges)

    def lose(self, problem: str, now: float) -> None:
        """Marks the line as lost, with the reason `problem`: the contact is unknown.

        A tripped input stays tripped for `LONGEST_UNKNOWN_S`, or until a level is stable again.
        """
        self._reported = None
        self.reading.lose(problem, now)

    def find(self) -> None:
        """Marks the line as usable again; the caller reports its level next."""
        self.reading.find()

    def command(self, seconds: float, now: float, *, holding: bool) -> list[Transition]:
        """Begins, prolongs or re-triggers an alarm by command that lasts `seconds`. Returns the transitions.

        During the boot hold the command waits for the hold's end, and the list is empty.
        """
        if holding:
            self._asked_s = max(seconds, self._asked_s or 0)
            return []
        self._commanded_until = max(now + seconds, self._commanded_until or 0)
        if self._alarm is None:
            return [*self._end_from_before_stop("restored", now), *self._begin("command", now)]
        linkage = self._linkage_at(now)
        self._alarm.linked |= linkage in ("whole", "extend")
        self._note_linkage(linkage, now)
        return [Retriggered("command", now, linkage)]

    def apply(
        self, settings: InputSettings, schedule: Schedule, now: Now, *, clock_set: bool, holding: bool
    ) -> list[Transition]:
        """Puts new settings in force and recomputes the alarm.

        Returns at most one transition (`behaviour.md` 2, row 8).
        """
        by_contact = self._by_contact
        by_switch = self.is_armed != self._armed  # a key moved it in the same edit
        self.settings = settings
        self.schedule_gate.follow(schedule)
        self.schedule_gate.update(now, clock_set=clock_set)
        self.reading.apply(settings, now.monotonic)
        self._waiting = self._waits and not by_contact
        if by_switch:
            return self._follow_arming(now.monotonic, holding=holding)
        self._armed = self.is_armed
        ends = "settings" if settings.enabled else "disabled"
        if not (settings.enabled and self.is_armed):
            self._commanded_until = self._asked_s = None
            if ended := self._end_from_before_stop(ends, now.monotonic):
                return ended
        return self._evaluate("settings", ends, now.monotonic, holding=holding)

    def rewire(self, now: float) -> list[Transition]:
        """Forgets all that was known of the line, since line or bias have changed; the caller calls `apply` next.

        The next stable reading counts as a new input's first one. Returns the end of an undecided alarm, or an empty
        list.
        """
        ended = self._end_from_before_stop("settings", now)
        self.reading.rewire(now)
        self._start_up, self._reported = StartUp(None), None
        self.quiet_period = QuietPeriod()
        return ended

    def remove(self, now: float) -> list[Transition]:
        """Ends the alarm of an input that was removed from the settings.

        Returns its end, or an empty list without an alarm.
        """
        return self._end_from_before_stop("settings", now) or self._end("settings", now)

    def settle(self, now: Now, *, clock_set: bool, holding: bool, seen_until: float | None = None) -> list[Transition]:
        """Re-evaluates everything that depends on the time. Returns the transitions.

        Levels become stable only up to `seen_until`, the time up to which every edge has been reported. None: that time
        is not known, and no level becomes stable.
        """
        at, stable_at = now.monotonic, self.reading.debouncer.due
        transitions = self._follow_arming(at, holding=holding)
        # What comes first counts first: a trip just after the schedule opened is one while it is open.
        gate_first = (
            stable_at is not None and self.schedule_gate.due is not None and self.schedule_gate.due <= stable_at
        )
        if gate_first:
            transitions += self._follow_schedule(now, clock_set=clock_set, holding=holding)
        if seen_until is not None:
            settled = self.reading.elapse(seen_until)
            transitions += self._count(settled, holding=holding) if settled else []
        if not gate_first:
            transitions += self._follow_schedule(now, clock_set=clock_set, holding=holding)
        self.quiet_period.chatter.elapse(at)
        transitions += self._overdue(at, holding=holding)
        if not holding:
            transitions += self._decide(at)
            if self._asked_s is not None:
                seconds, self._asked_s = self._asked_s, None
                transitions += self.command(seconds, at, holding=False)
        if self._commanded_until is not None and at >= self._commanded_until:
            ended_at, self._commanded_until = self._commanded_until, None
            transitions += self._evaluate("input", "restored", ended_at, holding=holding)
        return transitions + self._held_linkage(at)

    # The rules

    @property
    def _by_contact(self) -> bool:
        """Whether the contact alone keeps the input in alarm: enabled, armed, schedule open and tripped.

        False for an input that was tripped already when its schedule opened and is to wait.
        """
        may_alarm = self.settings.enabled and self._armed and self.schedule_gate.open
        return may_alarm and self.reading.tripped and not self._waiting

    @property
    def _waits(self) -> bool:
        """Whether an input that is tripped now, when its schedule opens or it is armed, waits for the next trip."""
        waits = self.settings.when_schedule_opens == "wait"
        return waits and self._start_up.decided and self.reading.tripped

    @property
    def _is_held(self) -> bool:
        """Whether the input is in an alarm whose linkage chatter has held back."""
        if self._alarm is None or self.settings.linkage.silence:
            return False
        return not self._alarm.linked and self._alarm.cause != "initial"

    def _follow_schedule(self, now: Now, *, clock_set: bool, holding: bool) -> list[Transition]:
        """Updates the schedule's gate.

        Returns the begin or end that its opening or closing causes, or an empty list.
        """
        if not self.schedule_gate.update(now, clock_set=clock_set):
            return []
        if self.schedule_gate.open:
            self._waiting = self._waits
        return self._evaluate("schedule", "schedule", now.monotonic, holding=holding)

    def _follow_arming(self, at: float, *, holding: bool) -> list[Transition]:
        """Follows a move of the armed switch. Returns the begin or end that it causes, or an empty list.

        Disarming acts as disabling does, arming as the opening of the schedule.
        """
        if self.is_armed == self._armed:
            return []
        self._armed = self.is_armed
        if not self.is_armed:
            self._commanded_until = self._asked_s = None
            if ended := self._end_from_before_stop("disarmed", at):
                return ended
        else:
            self._waiting = self._waits
        return self._evaluate("armed", "disarmed", at, holding=holding)

    def _count(self, settled: tuple[Settled, ...], *, holding: bool) -> list[Transition]:
        """Makes levels that have become stable the contact and, by the Trigger Mode, trips. Returns the transitions."""
        transitions: list[Transition] = []
        reading = self.reading
        for change in settled:
            first = reading.since is None or not self._start_up.decided
            if reading.count(change):
                self._waiting = False
                if not first:
                    self.quiet_period.chatter.tripped(change.at)
            transitions += self._evaluate("input", "restored", change.at, holding=holding)
        return transitions

    def _overdue(self, at: float, *, holding: bool) -> list[Transition]:
        """Ends a trip whose contact is unknown, or a stored alarm that is undecided, for too long.

        Returns the transitions.
        """
        transitions: list[Transition] = []
        if at >= self._start_up.until:
            transitions += self._end_from_before_stop("fault", self._start_up.until)
        if (ended_at := self.reading.expired(at)) is not None:
            transitions += self._evaluate("input", "fault", ended_at, holding=holding)
        return transitions

    def _evaluate(self, begins: str, ends: str, at: float, *, holding: bool) -> list[Transition]:
        """Compares the alarm with what it should be.

        Returns its begin (cause `begins`), its end (cause `ends`), or nothing.
        """
        if not self._start_up.decided and self._alarm is None:
            return [] if holding else self._decide(at)
        if self._by_contact or self._commanded_until is not None:
            return [] if self._alarm or self.contact is Contact.UNKNOWN else self._begin(begins, at)
        return self._end(ends, at)

    def _decide(self, at: float) -> list[Transition]:
        """Applies the start-up table.

        Returns its transition, or an empty list if it was applied or the level is not known yet.
        """
        if self._start_up.decided or not self.reading.is_read:
            return []
        decision = self._start_up.decide(alarm=self._by_contact)
        if self._alarm is not None:  # begun by command before the line was first read
            return []
        match decision:
            case "resumed":
                self._alarm = _Alarm("resumed", None, linked=True)
                return [Resumed(at)]
            case "ended":
                return [Ended("restored", at, None)]
            case "normal":
                return [DecidedNormal()]
        ended = self._end_from_before_stop("restored", at)  # an event begins what the table has not decided
        return [*ended, *self._begin("input" if decision == "event" else decision, at)]

    def _begin(self, cause: str, at: float) -> list[Transition]:
        """Begins an alarm at `at`. Returns its `Began`, with the share of the linkage that runs."""
        linkage: LinkageRun = "none" if cause == "initial" else self._linkage_at(at)
        retrigger = self.quiet_period.is_quiet(at)
        self._alarm = _Alarm(cause, at, linked=linkage in ("whole", "extend"))
        self.alarms += 1
        self._note_linkage(linkage, at)
        return [Began(cause, at, linkage, retrigger)]

    def _linkage_at(self, at: float) -> LinkageRun:
        """Returns the share of the linkage that a begin at `at` runs, by quiet period and chatter.

        `none` for a stop button.
        """
        return "none" if self.settings.linkage.silence else self.quiet_period.linkage(at)

    def _note_linkage(self, linkage: LinkageRun, at: float) -> None:
        """Counts a run of the linkage, or one held back, in the quiet period."""
        self.quiet_period.ran(linkage, at, quiet_s=self.settings.quiet_s)
        if linkage in ("extend", "held"):
            self.held_back += 1

    def _held_linkage(self, at: float) -> list[Transition]:
        """Returns `LinkageDue` for an alarm that outlives the chatter that held its linkage back.

        Else an empty list.
        """
        alarm = self._alarm
        if alarm is None or not self._is_held or (linkage := self.quiet_period.linkage(at)) == "held":
            return []
        alarm.linked = True
        self.held_back -= 1  # it was counted as held back when it began
        self._note_linkage(linkage, at)
        return [LinkageDue(alarm.cause, at, linkage)]

    def _end(self, cause: str, at: float) -> list[Transition]:
        """Ends the alarm. Returns its `Ended`, or an empty list if there is no alarm."""
        if self._alarm is None:
            return []
        began, self._alarm = self._alarm.at, None
        self._commanded_until = None
        return [Ended(cause, at, None if began is None else at - began)]

    def _end_from_before_stop(self, cause: str, at: float) -> list[Transition]:
        """Ends an undecided alarm from before the stop without a reading.

        Returns its `Ended`, or an empty list without one. The rest of the stored state stays.
        """
        return [Ended(cause, at, None)] if self._start_up.end() else []
