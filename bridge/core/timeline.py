"""The timeline: alarms of inputs, runs of outputs and faults of both as spans of time, from the journal's entries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from bridge.core.incidents import AlarmSorter
from bridge.core.journal import JournalEntry

SpanKind = Literal["alarm", "on", "fault"]
OFF_BY_S = 5.0
"""Difference between a duration and its two times above which the clock must have been set in between."""
BEGINS = {"alarm_begin": "alarm", "retrigger": "alarm", "resumed": "alarm", "output_on": "on", "fault": "fault"}
ENDS = {"alarm_end": "alarm", "output_off": "on", "healed": "fault"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One alarm, one run of an output or one fault of the input or output `terminal`.

    `begin` None: before the entries. `end` None: it lasts still. `seq` is the number of the entry to look up, None if
    there is none. `clip` is the name of the clip of the alarm that it belongs to, if one was recorded.
    """

    terminal: str
    kind: SpanKind
    begin: datetime | None
    end: datetime | None
    seq: int | None
    clip: str | None = None


@dataclass(slots=True)
class _Open:
    """A span whose end has not come yet, and the number of its alarm's first entry."""

    span: Span
    alarm: int | None


def spans(
    entries: Sequence[JournalEntry], *, since: datetime, until: datetime, lasting: Collection[tuple[str, SpanKind]]
) -> tuple[Span, ...]:
    """Returns the spans between `since` and `until`, in the order of their entries; entries are given oldest first.

    `lasting` are the terminals that are in alarm, on or faulty now. What has begun by the journal and does not last has
    an end that nobody saw, such as that of an alarm that a kill interrupted, and is shown as an instant.
    """
    drawing = _Drawing(lasting)
    for entry in entries:
        drawing.take(entry)
    return tuple(each for each in drawing.finish() if _is_within(each, since, until))


class _Drawing:
    """Takes entries in their order, and collects spans."""

    def __init__(self, lasting: Collection[tuple[str, SpanKind]]) -> None:
        self._lasting = lasting
        self._sorter = AlarmSorter()
        self._open: dict[tuple[str, SpanKind, str], _Open] = {}
        """By terminal, kind and, of a fault, its cause."""
        self._done: list[_Open] = []
        self._clips: dict[int, str] = {}
        self._last: datetime | None = None
        """The time of the entry before."""

    def take(self, entry: JournalEntry) -> None:
        """Begins or ends the span that an entry is about."""
        placed = self._sorter.place(entry)
        alarm = None if placed is None else placed.seq
        terminal = entry.input or entry.output
        if entry.kind == "clip" and alarm is not None and entry.path is not None and entry.reason == "recorded":
            self._clips[alarm] = entry.path
        elif entry.kind in ("start", "stop"):
            self._break_off(entry)
        elif terminal is not None and (kind := _kind(BEGINS, entry)) is not None:
            key = (terminal, kind, entry.cause or "" if kind == "fault" else "")
            span = Span(terminal=terminal, kind=kind, begin=entry.time, end=None, seq=entry.seq)
            if entry.kind == "alarm_begin":
                self._lose(key)
            if key not in self._open:
                self._open[key] = _Open(span, alarm)
        elif terminal is not None and (kind := _kind(ENDS, entry)) is not None:
            self._end(entry, terminal, kind, alarm)
        self._last = entry.time

    def finish(self) -> Iterable[Span]:
        """Yields all spans, those that last included."""
        known = {(terminal, kind) for terminal, kind, _ in self._open}
        for terminal, kind in sorted(set(self._lasting) - known):
            self._done.append(_Open(Span(terminal=terminal, kind=kind, begin=None, end=None, seq=None), None))
        for key in list(self._open):
            if key[:2] in self._lasting:
                self._done.append(self._open.pop(key))
            else:
                self._lose(key)
        self._done.sort(key=lambda each: each.span.seq or 0)
        for each in self._done:
            clip = None if each.alarm is None else self._clips.get(each.alarm)
            yield replace(each.span, clip=clip)

    def _end(self, entry: JournalEntry, terminal: str, kind: SpanKind, alarm: int | None) -> None:
        """Ends the span of an entry; one that has no begin among the entries began before them."""
        all_causes = kind == "fault" and entry.cause == "settings"
        keys = [
            key
            for key in self._open
            if key[:2] == (terminal, kind) and (kind != "fault" or all_causes or key[2] == entry.cause)
        ]
        for key in keys:
            opened = self._open.pop(key)
            begin = _begin(opened.span.begin, entry)
            self._done.append(_Open(replace(opened.span, begin=begin, end=entry.time), opened.alarm))
        if not keys and not all_causes:
            span = Span(terminal=terminal, kind=kind, begin=_begin(None, entry), end=entry.time, seq=entry.seq)
            self._done.append(_Open(span, alarm))

    def _break_off(self, entry: JournalEntry) -> None:
        """Ends runs and faults at a stop, or at the last sign of life before a start; an alarm can go on over both."""
        end = entry.time if entry.kind == "stop" or self._last is None else self._last
        for key in [key for key in self._open if key[1] != "alarm"]:
            opened = self._open.pop(key)
            begin = opened.span.begin
            end_of_it = end if begin is None else max(begin, end)
            self._done.append(_Open(replace(opened.span, end=end_of_it), opened.alarm))

    def _lose(self, key: tuple[str, SpanKind, str]) -> None:
        """Ends a span whose end nobody saw, as an instant; does nothing if there is none."""
        opened = self._open.pop(key, None)
        if opened is not None:
            self._done.append(_Open(replace(opened.span, end=opened.span.begin), opened.alarm))


def _kind(table: dict[str, str], entry: JournalEntry) -> SpanKind | None:
    """Returns the kind of span that an entry begins or ends, or None for an entry that does neither."""
    kinds: dict[str, SpanKind] = {"alarm": "alarm", "on": "on", "fault": "fault"}
    return kinds.get(table.get(entry.kind, ""))


def _begin(begin: datetime | None, end: JournalEntry) -> datetime | None:
    """Returns the begin of what `end` ends, on the clock as it was at the end; None if it is not known."""
    if end.seconds is None:
        return begin if begin is None or begin <= end.time else end.time
    reckoned = end.time - timedelta(seconds=end.seconds)
    return reckoned if begin is None or abs((begin - reckoned).total_seconds()) > OFF_BY_S else begin


def _is_within(span: Span, since: datetime, until: datetime) -> bool:
    """Returns whether any part of a span lies between `since` and `until`."""
    return (span.end is None or span.end >= since) and (span.begin is None or span.begin <= until)
