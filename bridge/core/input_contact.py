"""The contact of one input, debounced, and the trip that its Trigger Mode makes of it (`behaviour.md` 1 and 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.core.contact import Contact, Level, contact_of, is_tripped
from bridge.core.debounce import Debouncer, Settled

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings

LONGEST_UNKNOWN_S = 600.0
"""So long an input whose contact is unknown stays tripped: cutting a cable must not silence a siren."""


class InputContact:
    """Contact and trip of one input.

    Levels that have become stable are returned by `saw` and `elapse`, and count from `count` on: the alarm is
    decided after each of them.
    """

    def __init__(self, settings: InputSettings) -> None:
        self._settings = settings
        self.debouncer = Debouncer(stable_for_s=settings.debounce_ms / 1000)
        self._last_level: Level | None = None  # the last that was stable, until it is unknown for too long
        self._unknown_until: float | None = None
        self._known_until: float | None = None  # while younger edges wait to be read
        self.lost: str | None = None
        """The problem of a lost line; None for one that can be read."""
        self.is_unheard = False
        """Whether a far source can be reached, and has said nothing that is a contact."""
        self.contact = Contact.UNKNOWN
        """The debounced contact."""
        self.tripped = False
        """Whether the contact matches the Trigger Mode, or the last known one did and is not unknown for too long."""
        self.since: float | None = None
        """The instant of the contact's last change; None before the first."""

    @property
    def is_read(self) -> bool:
        """Whether there has been a stable reading, and the line is not lost."""
        return self.lost is None and self.debouncer.level is not None

    @property
    def due(self) -> float | None:
        """Monotonic time of the next call of `elapse` and `expired`; None: no time changes anything."""
        stable_at = self.debouncer.due if self._known_until is None else None
        if stable_at is None or self._unknown_until is None:
            return self._unknown_until if stable_at is None else stable_at
        return min(stable_at, self._unknown_until)

    def saw(self, level: Level, at: float, *, more: bool) -> tuple[Settled, ...]:
        """Processes an edge or a reading. Returns the levels that have become stable by it, in order.

        `more`: younger edges wait to be read, so nothing is known yet of the time after this edge.
        """
        self._known_until = at if more else None
        return self.debouncer.saw(level, at)

    def elapse(self, seen_until: float) -> tuple[Settled, ...]:
        """Returns the levels that have become stable, in order; every edge before `seen_until` has been seen."""
        return self.debouncer.elapse(seen_until if self._known_until is None else min(seen_until, self._known_until))

    def count(self, settled: Settled) -> bool:
        """Makes a stable level the contact. Returns whether the input is tripped by it and was not before."""
        was_tripped, self.since, self.is_unheard = self.tripped, settled.at, False
        self._last_level, self._unknown_until = settled.level, None
        self._read()
        return self.tripped and not was_tripped

    def expired(self, at: float) -> float | None:
        """Ends a trip whose contact is unknown for too long. Returns the instant of its end, or None if it goes on."""
        if self._unknown_until is None or at < self._unknown_until:
            return None
        ended_at, self._unknown_until, self._last_level = self._unknown_until, None, None
        self._read()
        return ended_at

    def missed(self, edges: int) -> None:
        """Counts edges that were lost between the kernel and the bridge; the caller reads the level afterwards."""
        self.debouncer.missed(edges)

    def lose(self, problem: str, now: float) -> None:
        """Marks the line as lost, with the reason `problem`: the contact is unknown.

        A tripped input stays tripped for `LONGEST_UNKNOWN_S`, or until a level is stable again.
        """
        self.lost, self.is_unheard = problem, False
        self._forget_contact(now)

    def unhear(self, now: float) -> None:
        """Marks the contact as unknown though its source can be reached; a trip lasts on as when a line is lost."""
        self.is_unheard = True
        self._forget_contact(now)

    def _forget_contact(self, now: float) -> None:
        """Makes the contact unknown, and bounds the time that a trip outlives it."""
        if self.contact is not Contact.UNKNOWN or self.since is None:
            self.since = now
        if self._unknown_until is None and self._last_level is not None:
            self._unknown_until = now + LONGEST_UNKNOWN_S
        self.debouncer.forget()
        self._known_until = None
        self.contact = Contact.UNKNOWN

    def find(self) -> None:
        """Marks the line as usable again; the caller reports its level next."""
        self.lost = None

    def apply(self, settings: InputSettings, now: float) -> None:
        """Puts new settings in force; a contact that is another by them has changed at `now`."""
        contact = self.contact
        self._settings = settings
        self.debouncer.stable_for_s = settings.debounce_ms / 1000
        self._read()
        if self.contact is not contact:
            self.since = now

    def rewire(self, now: float) -> None:
        """Forgets all that was known of the line, since line or bias have changed."""
        self.lost, self.since, self.is_unheard = None, now, False
        self.debouncer.forget()
        self._known_until = self._last_level = self._unknown_until = None
        self._read()

    def _read(self) -> None:
        """Recomputes `contact` and `tripped` from the last levels and the settings."""
        wiring = self._settings.connected_level
        self.contact = contact_of(self.debouncer.level, wiring)
        self.tripped = is_tripped(contact_of(self._last_level, wiring), self._settings.trigger_mode)
