"""The alarm rules of `behaviour.md` 2 written down a second time, in the words of that page alone.

One input of a local line: contact, Trigger Mode `connect`, no debounce and no quiet period. The model
knows nothing of the engine: it is what the property test compares the engine with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

TEN_MINUTES_S = 600.0


@dataclass(slots=True)
class ModelInput:
    """One input, and the causes with which its alarm began, ended and resumed so far."""

    started: float
    stored: bool | None = None
    """The state stored before the stop: alarm, normal, or nothing."""
    contact: str | None = None
    """None until the first reading of this run."""
    tripped: bool = False
    enabled: bool = True
    schedule_open: bool = True
    waits: bool = False
    always: bool = False
    """Whether it is always armed."""
    armed: bool = True
    alarm: bool = False
    decided: bool = False
    waiting: bool = False
    unknown_since: float = math.inf
    commanded_until: float = math.inf
    told: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def by_command(self) -> bool:
        return self.commanded_until < math.inf

    @property
    def may_alarm(self) -> bool:
        return self.enabled and (self.armed or self.always) and self.schedule_open and not self.waiting

    @property
    def shown(self) -> bool:
        """A stored alarm is shown as one until it is decided."""
        return self.alarm or (not self.decided and self.stored is True)

    @property
    def kept(self) -> bool | None:
        """Whatever was decided last."""
        return self.shown if self.decided or self.alarm or self.stored is not None else None

    @property
    def due(self) -> float:
        """The next instant at which the time alone changes something."""
        undecided = not self.decided and not self.alarm and self.stored is True
        return min(
            self.unknown_since + TEN_MINUTES_S,
            self.commanded_until,
            self.started + TEN_MINUTES_S if undecided else math.inf,
        )

    # What happens

    def reads(self, contact: str) -> None:
        was = self.tripped
        self.contact, self.tripped, self.unknown_since = contact, contact == "connected", math.inf
        if self.tripped and not was:
            self.waiting = False
        if not self.decided:
            self.decide()
        else:
            self.follow("input", "restored")

    def decide(self) -> None:
        """The start-up table."""
        self.decided = True
        trips = self.tripped and self.may_alarm
        if self.alarm:  # by command, before the first reading
            self.follow("input", "restored")
        elif self.stored and trips:
            self.alarm = True
            self.told.append(("resumed", None))
        elif self.stored:
            self.told.append(("alarm_end", "restored"))
        elif trips:
            self.begin("initial" if self.stored is None else "startup")

    def loses_its_line(self, now: float) -> None:
        """Row 7: the alarm stays; the input stays tripped for ten minutes if it was."""
        if self.contact is not None and self.unknown_since == math.inf:
            self.unknown_since = now
        self.contact = "unknown" if self.contact is not None else None

    def is_enabled(self, *, enabled: bool) -> None:
        if not enabled:
            self.commanded_until = math.inf
            if self.shown and not self.alarm:
                self.stored = False
                self.told.append(("alarm_end", "disabled"))
        self.waiting = self.waiting or (
            self.waits and self.decided and self.tripped and enabled and not self.enabled and self.schedule_open
        )
        if not enabled:
            self.waiting = False
        self.enabled = enabled
        self.follow("settings", "settings" if enabled else "disabled")

    def is_armed(self, *, armed: bool) -> None:
        """The device's switch: off as row 5, on again as row 3."""
        if armed == self.armed:
            return
        self.armed = armed
        if self.always:
            return
        if not armed:
            self.commanded_until = math.inf
            if self.shown and not self.alarm:
                self.stored = False
                self.told.append(("alarm_end", "disarmed"))
        elif self.tripped and self.decided:
            self.waiting = self.waits
        self.follow("armed", "disarmed")

    def schedule(self, *, is_open: bool) -> None:
        """Rows 3 and 4."""
        if is_open == self.schedule_open:
            return
        self.schedule_open = is_open
        if is_open and self.tripped and self.decided:
            self.waiting = self.waits
        self.follow("schedule", "schedule")

    def is_triggered(self, now: float, seconds: float) -> None:
        if not (self.enabled and (self.armed or self.always)):
            return
        until = now + seconds
        self.commanded_until = max(until, self.commanded_until if self.by_command else until)
        if self.alarm:
            self.told.append(("retrigger", "command"))
            return
        if self.shown:
            self.stored = False
            self.told.append(("alarm_end", "restored"))
        self.begin("command")

    def time(self, now: float) -> None:
        """What the time alone brings, at `now`."""
        if not self.decided and not self.alarm and self.stored is True and now >= self.started + TEN_MINUTES_S:
            self.stored = False
            self.told.append(("alarm_end", "fault"))
        if now >= self.unknown_since + TEN_MINUTES_S:
            self.unknown_since, self.tripped = math.inf, False
            self.follow("input", "fault")
        if now >= self.commanded_until:
            self.commanded_until = math.inf
            self.follow("input", "restored")

    def follow(self, begins: str, ends: str) -> None:
        """The level: its edges begin and end the alarm. An unknown contact begins none."""
        if not self.decided and not self.alarm:
            return
        level = (self.tripped and self.may_alarm) or self.by_command
        if level and not self.alarm and self.contact not in (None, "unknown"):
            self.begin(begins)
        elif self.alarm and not level:
            self.alarm, self.commanded_until = False, math.inf
            self.told.append(("alarm_end", ends))

    def begin(self, cause: str) -> None:
        self.alarm = True
        self.told.append(("alarm_begin", cause))

    def starts_again(self, now: float) -> ModelInput:
        """The same input after a power cut: only what was stored is left, and its settings."""
        return ModelInput(
            started=now,
            stored=self.kept,
            enabled=self.enabled,
            schedule_open=self.schedule_open,
            waits=self.waits,
            always=self.always,
            armed=self.armed,
        )
