"""The rules of `behaviour.md` 10 for inputs written down a second time, in the words of that page alone.

`FarModel` is the alarm of an input whose contact others report; `ContactModel` is that contact: the value that stands,
the reasons for which it cannot be known, and the times that run. Neither knows anything of drivers or of the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from words.alarm_model import TEN_MINUTES_S, ModelInput


@dataclass(slots=True)
class FarModel(ModelInput):
    """The alarm of one far input."""

    trips_on: str = "connected"
    """What its Trigger Mode trips on."""
    holding: bool = False
    """Whether the grace of the start is not over."""
    is_lost: bool = False
    newest: str | None = None
    """The contact that was heard last in a row."""
    by_event: bool = False
    last: str | None = None
    """The last contact that was known, for the ten minutes that it outlives itself."""

    def hears(self, contact: str, *, event: bool) -> None:
        """A state, which goes through the start-up table if it is the first, or an event, which begins as `input`."""
        was = self.tripped
        self.contact, self.tripped, self.unknown_since = contact, contact == self.trips_on, math.inf
        self.last = contact
        if contact != self.newest:
            self.newest, self.by_event = contact, event
        if self.tripped and not was:
            self.waiting = False
        if not self.decided:
            self.first_value()
        else:
            self.follow("input", "restored")

    def first_value(self) -> None:
        """Each far line is decided when its first value comes, not before the grace is over."""
        if self.holding or self.contact in (None, "unknown"):
            return
        if self.by_event and self.tripped and self.may_alarm and not self.alarm:
            self.decided = True
            if self.stored:
                self.told.append(("alarm_end", "restored"))
            self.begin("input")
        else:
            self.decide()

    def grace_ends(self) -> None:
        if self.holding:
            self.holding = False
            if not self.decided:
                self.first_value()

    def is_not_heard_of(self, now: float) -> None:
        """The contact cannot be known though the source can be reached: no fault; *tripped* stays for ten minutes."""
        self.is_unknown(now)
        self.is_lost = False

    def is_out_of_reach(self, now: float) -> None:
        """Row 7: a fault at once, and the alarm stays."""
        self.is_unknown(now)
        self.is_lost = True

    def is_unknown(self, now: float) -> None:
        self.newest = None
        if self.contact is not None:
            self.contact = "unknown"
        if self.last is not None and self.unknown_since == math.inf:
            self.unknown_since = now

    def time(self, now: float) -> None:
        if now >= self.unknown_since + TEN_MINUTES_S:
            self.last = None
        ModelInput.time(self, now)

    def has_trigger_mode(self, trips_on: str) -> None:
        """Row 8: recomputed, by the last contact that was known."""
        if trips_on == self.trips_on:
            return
        was_level = self.tripped and self.may_alarm
        self.trips_on = trips_on
        self.tripped = self.last == trips_on
        self.waiting = self.waits and self.decided and self.tripped and not was_level
        if self.decided:
            self.follow("settings", "settings")

    def has_another_line(self) -> FarModel:
        """Row 8 ends the alarm; the line is not heard of yet, and its first value is that of a new input."""
        if self.shown:
            self.told.append(("alarm_end", "settings"))
        return FarModel(
            started=self.started,
            enabled=self.enabled,
            waits=self.waits,
            trips_on=self.trips_on,
            holding=self.holding,
            told=self.told,
        )

    def starts_anew(self, now: float, *, grace_s: float) -> FarModel:
        """The same input after a kill: only what was stored is left, and its settings."""
        return FarModel(
            started=now,
            stored=self.kept,
            enabled=self.enabled,
            waits=self.waits,
            trips_on=self.trips_on,
            holding=grace_s > 0,
        )


@dataclass(slots=True)
class ContactModel:
    """The contact of one far input. `value` None: nothing was heard of it yet."""

    alarm: FarModel
    value: str | None = None
    reasons: set[str] = field(default_factory=set)
    """Why it cannot be known; a fault while there is any."""
    now: float = 1000.0
    timers: dict[str, tuple[float, Callable[[], None]]] = field(default_factory=dict)

    def says(self, contact: str | None, *, event: bool) -> None:
        """The source's word; None is a word that is no contact. Out of reach, it is only remembered."""
        self.value = contact
        if not self.reasons:
            self._stands(event=event)

    def cannot_be_known(self, reason: str) -> None:
        if not self.reasons:
            self.alarm.is_out_of_reach(self.now)
        self.reasons.add(reason)

    def can_be_known(self, reason: str) -> None:
        """After an absence the last value stands again, as a state."""
        if self.reasons:
            self.reasons.discard(reason)
            if not self.reasons:
                self.alarm.is_lost = False
                self._stands(event=False)

    def is_heard_again(self, reason: str, contact: str | None, *, event: bool) -> None:
        """The very word that ends an absence: nothing before it stands again."""
        if self.reasons == {reason}:
            self.alarm.is_lost = False
        self.reasons.discard(reason)
        self.says(contact, event=event)

    def after(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        self.timers[name] = self.now + seconds, then

    def not_after_all(self, name: str) -> None:
        self.timers.pop(name, None)

    @property
    def due(self) -> float:
        return min([self.alarm.due, *(at for at, _ in self.timers.values())])

    def time(self, now: float) -> None:
        """What the time alone brings, at `now`."""
        self.now = now
        for name in [name for name, (at, _) in self.timers.items() if at <= now]:
            self.timers.pop(name)[1]()
        self.alarm.time(now)

    def _stands(self, *, event: bool) -> None:
        if self.value is None:
            self.alarm.is_not_heard_of(self.now)
        else:
            self.alarm.hears(self.value, event=event)
