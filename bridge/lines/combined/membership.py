"""One member of a combined input: whether it counts, and whether that can be known (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.core.contact import Contact

if TYPE_CHECKING:
    from bridge.core.effects import InputView

OF_A_START = frozenset({"initial", "startup", "resumed"})
"""Causes of alarms that the start-up table begins: they tell how things stood, and not what happened now."""


class Membership:
    """A member, by its views. It counts while it is in alarm, and for `within_s` after its alarm began."""

    def __init__(self, *, within_s: float) -> None:
        self._within_s = within_s
        self._view: InputView | None = None
        self._counts_until: float | None = None

    @property
    def is_known(self) -> bool:
        """Whether it was decided that the member is in alarm or not, and its contact is not unknown."""
        view = self._view
        return view is not None and view.decided and view.contact is not Contact.UNKNOWN

    @property
    def is_lost(self) -> bool:
        """Whether the member has a fault: its line is lost."""
        return self._view is not None and not self._view.available

    def follow(self, view: InputView, *, at: float) -> bool:
        """Takes the member's newest view. Returns whether something happened: not so for how things stood before."""
        before, self._view = self._view, view
        if before is None:
            return False
        begun = view.alarms > before.alarms or (view.alarm and not before.alarm)
        if begun:
            self._counts_until = at + self._within_s
        return view.cause not in OF_A_START if begun else before.decided

    def counts(self, now: float) -> bool:
        """Returns whether the member counts at an instant."""
        in_alarm = self._view is not None and self._view.alarm
        return in_alarm or (self._counts_until is not None and now < self._counts_until)

    def ceases_at(self, now: float) -> float | None:
        """Returns the instant at which the member ceases to count by time alone; None where none does."""
        if self._view is None or self._view.alarm or self._counts_until is None or now >= self._counts_until:
            return None
        return self._counts_until
