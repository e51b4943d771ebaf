"""Limits journal entries of refused commands, so that a flood of them does not fill the journal.

Of one source twenty in a minute are, and of all together two hundred in an hour; the others are counted,
and each minute of them is one entry.
Nothing else depends on this: every command is answered, and counted where it came in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.core.rate_limit import RateLimit

MINUTE_S = 60.0
TOLD_AT_MOST = 20
SOURCES_AT_MOST = 50
"""Of what comes from more sources in a minute, all the others are one: topics can be invented."""
HOUR_S = 3600.0
ALL_AT_MOST = 200
"""In an hour: with the minutes, topics invented for two weeks are less than the journal keeps."""

Fields = Mapping[str, Any]
"""The details of its journal entry: source and place, and `error`, the reason of this refusal."""
_Source = tuple[tuple[str, object], ...]
_OTHERS: _Source = ()


@dataclass(slots=True, kw_only=True)
class _Minute:
    end: float
    told: int = 0
    held_back: int = 0
    last: Fields = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """The refusals of one minute that were no entries of their own: their count, and the details of the last."""

    count: int
    last: Fields


class RefusalLog:
    """Selects the refusals that are journalled one by one, and counts the others by source and minute.

    A source's minute begins with its first refusal. All refusals of a source in the minute after one that held some
    back are counted too.
    """

    def __init__(self) -> None:
        self._minutes: dict[_Source, _Minute] = {}
        self._all = RateLimit(at_most=ALL_AT_MOST, within_s=HOUR_S)

    @property
    def due(self) -> float | None:
        """The instant at which to call `elapse`; None if no minute runs."""
        return min(minute.end for minute in self._minutes.values()) if self._minutes else None

    def takes(self, fields: Fields, at: float) -> bool:
        """Counts a refusal at `at`; its source is all of `fields` but `error`.

        Returns True if the caller journals it by itself, False if it is held back for `elapse`, which the caller calls
        first, with the same time.
        """
        source = tuple((name, value) for name, value in fields.items() if name != "error")
        used_up = self._all.is_used_up(at)
        if used_up or (source not in self._minutes and len(self._minutes) >= SOURCES_AT_MOST):
            source = _OTHERS
        minute = self._minutes.setdefault(source, _Minute(end=at + MINUTE_S))
        if minute.told < TOLD_AT_MOST and not used_up:
            minute.told += 1
            self._all.count(at)
            return True
        minute.held_back += 1
        minute.last = fields
        return False

    def elapse(self, at: float) -> list[HeldBack]:
        """Ends the minutes that are over at `at`.

        Returns the counts of those that held refusals back, or an empty list.
        """
        over = [(source, minute) for source, minute in self._minutes.items() if minute.end <= at]
        for source, minute in over:
            del self._minutes[source]
            if minute.held_back and at < minute.end + MINUTE_S:
                self._minutes[source] = _Minute(end=minute.end + MINUTE_S, told=TOLD_AT_MOST)
        return [HeldBack(count=minute.held_back, last=minute.last) for _, minute in over if minute.held_back]

    def end(self) -> list[HeldBack]:
        """Ends every minute, as the program ends.

        Returns the counts of those that held refusals back, or an empty list.
        """
        return self.elapse(float("inf"))
