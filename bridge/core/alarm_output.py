"""One alarm output: its demand with reason and end, its cut-off and its pulse (`behaviour.md` 4 and 5).

Above 300 lines, since it is one state machine: manual start, alarm, timing and cut-off compete for the
same demand, and the formula, its end and the table of changed settings have to be read together.

Demand is the logical on/off; what is driven is the contact that Valid Signal and the pulse's phase
make of it. State changes by the methods named after facts, and `settle` draws the conclusions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bridge.core.confirmation import Confirmation
from bridge.core.contact import Contact, Level, demanded_contact, idle_level, level_of
from bridge.core.facts import Now, Origin
from bridge.core.pulse import phase
from bridge.core.schedule_gate import ScheduleGate

if TYPE_CHECKING:
    from bridge.core.definitions.settings import OutputSettings
    from bridge.core.schedule import Schedule

OVER_MQTT = "mqtt"


@dataclass(frozen=True, slots=True)
class TurnedOn:
    """Demand rose, for `reason`; `by` is the source, or None for a schedule."""

    reason: str
    by: str | None


@dataclass(frozen=True, slots=True)
class TurnedOff:
    """Demand fell after `seconds`, for `reason`; `by` is who stopped it, or None."""

    reason: str
    by: str | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _Manual:
    until: float  # math.inf: for ever
    by: str
    mode: str | None  # None: the setting's


class AlarmOutput:
    """State of one output; after changes the caller calls `settle`, also at `due`."""

    def __init__(self, settings: OutputSettings, schedule: Schedule) -> None:
        self.settings = settings
        self.schedule_gate = ScheduleGate(schedule, open_unset=False)
        self.sources: dict[str, None] = {}  # in the order in which they began
        self.lost: str | None = None
        self.unreachable: str | None = None
        """The problem of a far output's device that cannot be commanded; it clears nothing."""
        self.confirmation = Confirmation()
        self.latched = False
        self.on = False
        self.reason: str | None = None
        self.by: str | None = None
        self.until: float | None = None
        """The end of demand (monotonic), as far as it is known."""
        self.spent: set[str] = set()
        """Sources silenced by a stop, those of before a restart among them."""
        self._manual: _Manual | None = None
        self._deadline: float | None = None
        self._triggered = 0.0
        self._triggered_by: str | None = None
        self._window_stopped = False
        self._broker_lost: float | None = None
        self._since = 0.0
        self._phase_mode: str = settings.mode
        self._pulse_start = 0.0
        self._pulse_edge: float | None = None
        self._active = False  # the contact's phase: on, and not in a pulse's pause
        self._ending: tuple[str, str | None] | None = None

    @property
    def mode(self) -> str:
        """`switch` or `pulse`: the mode of the manual start as long as that lasts, else of the settings."""
        return (self._manual and self._manual.mode) or self.settings.mode

    @property
    def contact(self) -> Contact:
        """The contact that demand makes, or unknown while the line is lost; a pulse's pause does not show here."""
        return (
            Contact.UNKNOWN if self.lost else demanded_contact(active=self.on, valid_signal=self.settings.valid_signal)
        )

    @property
    def level(self) -> Level:
        """The level to drive now, in a pulse's pause the idle one."""
        return level_of(self._phase_contact, self.settings.connected_level)

    @property
    def driven_until(self) -> float | None:
        """The end of the demand that a far output's device is to know; None without demand or end."""
        return self.until if self._active and self.settings.is_far else None

    @property
    def idle_level(self) -> Level:
        """The level of an output without demand."""
        settings = self.settings
        return idle_level(valid_signal=settings.valid_signal, connected_level=settings.connected_level)

    @property
    def live(self) -> tuple[str, ...]:
        """Ids of the inputs in alarm that have not been silenced here by a stop, in the order of their alarms."""
        return tuple(source for source in self.sources if source not in self.spent)

    @property
    def due(self) -> float | None:
        """Monotonic time at which `settle` has to be called next; None if time alone changes nothing."""
        broker = self._broker_limit()
        dues = (
            self.schedule_gate.due if self.settings.timing.enabled else None,
            self._manual.until if self._manual and self._manual.until < math.inf else None,
            self._deadline,
            self._pulse_edge,
            self._cut_off_at(),
            broker if self._manual and self._manual.by == OVER_MQTT else None,
            self.confirmation.due,
        )
        return min((due for due in dues if due is not None), default=None)

    def seconds(self, now: float) -> float:
        """Returns the seconds since demand last rose."""
        return now - self._since

    # Facts

    def source_began(self, source: str, now: float) -> None:
        """Makes the input `source`, whose alarm has begun or was re-triggered at `now`, a cause of demand.

        Alarm Time and re-triggering decide how long the demand lasts.
        """
        self.sources.setdefault(source)
        self.spent.discard(source)
        settings = self.settings
        if settings.timing.enabled or settings.follow_source or self.lost:
            return
        running = self._deadline is not None and now < self._deadline
        if settings.alarm_time_ms == 0:
            self.latched = True
        elif not (running and settings.retrigger == "ignore"):
            self._deadline = max(now + settings.alarm_time_ms / 1000, self._deadline or 0)
        else:
            return
        self._triggered, self._triggered_by = now, source

    def source_resumed(self, source: str) -> None:
        """Adds an alarm that goes on (from before the stop, or newly linked) to the sources; it triggers nothing."""
        self.sources.setdefault(source)

    def source_ended(self, source: str) -> None:
        """Removes the input `source`, whose alarm ended or whose link was removed.

        No deadline or latch is shortened.
        """
        self.sources.pop(source, None)
        self.spent.discard(source)

    def start(self, origin: Origin, now: float, *, duration_ms: int | None, mode: str | None) -> None:
        """Starts the output by hand for `duration_ms`, in `mode` (None: as the settings say, or as it runs).

        `duration_ms` None means the Alarm Time, or without end if that is 0 or the output follows its sources.
        """
        if duration_ms is not None:
            until = now + duration_ms / 1000
        elif self.settings.follow_source or self.settings.alarm_time_ms == 0:
            until = math.inf
        else:
            until = max(now + self.settings.alarm_time_ms / 1000, self._manual.until if self._manual else 0)
        self._manual = _Manual(until, origin.by, mode or (self._manual.mode if self._manual else None))
        self._window_stopped = False
        if origin.by == OVER_MQTT and self._broker_lost is not None:
            self._broker_lost = now  # it was there just now, whatever else was said

    def source_silenced(self, source: str) -> None:
        """Marks the input `source` as silenced here although its alarm goes on, or may yet resume."""
        self.spent.add(source)

    def stop(self, reason: str, by: str | None) -> None:
        """Ends all demand now; `reason` and `by` go into its end.

        Only a new alarm, start or window turns the output on again.
        """
        self._clear()
        self.spent.update(self.sources)
        self._window_stopped = self.settings.timing.enabled and self.schedule_gate.open
        self._ending = (reason, by)

    def restore_latch(self) -> None:
        """Latches again after a restart if `restore_latched` is set and the settings still latch; else does nothing."""
        settings = self.settings
        latches = settings.alarm_time_ms == 0 and not settings.follow_source and not settings.timing.enabled
        self.latched = settings.restore_latched and latches

    def lose(self, problem: str) -> None:
        """Marks the line as lost, with the reason `problem`; deadline, latch and manual start end."""
        self.lost = problem
        self._clear()
        self._ending = ("fault", None)

    @property
    def problem(self) -> str | None:
        """`line_fault` for a lost line or a device out of reach, `not_confirmed`, or None if all is well."""
        if self.lost or self.unreachable:
            return "line_fault"
        return "not_confirmed" if self.confirmation.is_missing else None

    def rewire(self) -> None:
        """Forgets all that was known of the line, which has changed."""
        self.lost = self.unreachable = None
        self.confirmation = Confirmation()

    def find(self) -> None:
        """Marks the line as usable again."""
        self.lost = None

    def broker_lost(self, now: float) -> None:
        """Notes that the broker, over which manual starts may have come, is lost since `now`.

        A second call changes nothing.
        """
        if self._broker_lost is None:
            self._broker_lost = now

    def broker_found(self) -> None:
        """Notes that the broker is connected again, so manual starts over MQTT are not limited any longer."""
        self._broker_lost = None

    def apply(self, settings: OutputSettings, schedule: Schedule, now: float) -> None:
        """Puts new settings in force by the table of `behaviour.md` 5; the caller calls `settle` next."""
        old, self.settings = self.settings, settings
        self.schedule_gate.follow(schedule)
        if (settings.mode, settings.pulse) != (old.mode, old.pulse):
            self._pulse_start = now
            self._manual = replace(self._manual, mode=None) if self._manual else None
        if settings.timing.enabled and not old.timing.enabled:
            self._deadline, self.latched, self._window_stopped = None, False, False
        elif settings.follow_source != old.follow_source:
            self._deadline, self.latched = None, False
            if not settings.follow_source and not settings.timing.enabled and self.live and not self.lost:
                self._arm(now, from_now=True)
        elif settings.alarm_time_ms != old.alarm_time_ms and (self.latched or self._deadline is not None):
            self._arm(now, from_now=self.latched)
        self._ending = ("settings", None)

    # Conclusions

    def settle(self, now: Now, *, clock_set: bool) -> list[TurnedOn | TurnedOff]:
        """Recomputes demand, end and level from what changed and from the time.

        Returns the rise or the fall of the demand, or an empty list. `clock_set` is whether the wall clock can be
        trusted.
        """
        at = now.monotonic
        if self.schedule_gate.update(now, clock_set=clock_set):
            self._window_stopped = False
        changes: list[TurnedOn | TurnedOff] = []
        cut_off_at = self._cut_off_at()
        if cut_off_at is None or at < cut_off_at:
            self._expire(at)
        else:
            self._expire(cut_off_at)  # what had ended by then was not cut off, however late this is
            if self._demand():
                self.stop("cut_off", None)
        demand = self._demand()
        if demand and not self.on:
            self._since = self._pulse_start = at
            changes.append(TurnedOn(*demand))
        elif self.on and not demand:
            ending = self._ending or ("restored" if self._by_following() else "time", None)
            changes.append(TurnedOff(*ending, seconds=self.seconds(at)))
            self.reason, self.by = ending
        if demand:
            self.reason, self.by = demand
        self.on, self._ending = demand is not None, None
        if self.mode != self._phase_mode:
            self._phase_mode, self._pulse_start = self.mode, at
        self.until = self._until()
        self._pulse(at)
        self.confirmation.compare(self._phase_contact, at)
        return changes

    def _demand(self) -> tuple[str, str | None] | None:
        """Returns the reason for demand and its source (None for a schedule), or None without demand.

        The order of reasons is that of `behaviour.md` 4.
        """
        if self.lost:
            return None
        if self._manual:
            return "manual", self._manual.by
        if self.settings.timing.enabled:
            return ("timing", None) if self.schedule_gate.open and not self._window_stopped else None
        if self.settings.follow_source:
            return ("alarm", self.live[0]) if self.live else None
        return ("alarm", self._triggered_by) if self.latched or self._deadline is not None else None

    def _expire(self, at: float) -> None:
        """Ends the manual start and the deadline that are over at `at`, by time or by the loss of the broker."""
        if self._manual and at >= self._manual.until:
            self._manual = None
        limit = self._broker_limit()
        if self._manual and self._manual.by == OVER_MQTT and limit is not None and at >= limit:
            self._manual, self._ending = None, ("broker_loss", None)
        if self._deadline is not None and at >= self._deadline:
            self._deadline = None

    @property
    def _phase_contact(self) -> Contact:
        """The contact to drive now; in a pulse's pause it is the idle one."""
        return demanded_contact(active=self._active, valid_signal=self.settings.valid_signal)

    def _by_following(self) -> bool:
        """Returns whether demand, as of the last `settle`, follows an alarm."""
        return self.reason == "alarm" and self.settings.follow_source

    def _clear(self) -> None:
        """Ends manual start, deadline and latch."""
        self._manual, self._deadline, self.latched = None, None, False

    def _arm(self, now: float, *, from_now: bool) -> None:
        """Sets a latch (Alarm Time 0) or a deadline by the Alarm Time, counted from now or from the last trigger."""
        seconds = self.settings.alarm_time_ms / 1000
        self.latched = seconds == 0
        self._deadline = None if seconds == 0 else (now if from_now else self._triggered) + seconds
        if from_now:
            self._triggered = now
            self._triggered_by = self.live[0] if self.live else self._triggered_by

    def _cut_off_at(self) -> float | None:
        """Returns the instant at which the output is cut off; None while it is off or has no limit."""
        limit = self.settings.cut_off_s
        return self._since + limit if self.on and limit is not None else None

    def _broker_limit(self) -> float | None:
        """Returns the instant at which the loss of the broker ends a manual start over MQTT; None if it does not."""
        policy = self.settings.on_broker_loss
        if isinstance(policy, str) or self._broker_lost is None:  # keep, or nothing lost
            return None
        return self._broker_lost + policy.stop_after_s

    def _until(self) -> float | None:
        """Returns the instant at which demand ends, by its cause or by the cut-off.

        None while off, or if no end is known.
        """
        if not self.on:
            return None
        ends = [self._manual.until] if self._manual else []
        if self.settings.timing.enabled:
            if self.schedule_gate.open and not self._window_stopped:
                ends.append(math.inf if self.schedule_gate.changes is None else self.schedule_gate.changes)
        elif self.settings.follow_source:
            ends += [math.inf] if self.live else []
        else:
            ends += [math.inf] if self.latched else []
            ends += [] if self._deadline is None else [self._deadline]
        end = min(max(ends), self._cut_off_at() or math.inf)
        return end if end < math.inf else None

    def _pulse(self, at: float) -> None:
        """Sets the phase of the contact at `at`, and the instant of the next pulse edge."""
        self._active, self._pulse_edge = self.on, None
        if self.on and self.mode == "pulse":
            pulse = self.settings.pulse
            self._active, self._pulse_edge = phase(
                start=self._pulse_start, now=at, on_s=pulse.on_ms / 1000, off_s=pulse.off_ms / 1000
            )
