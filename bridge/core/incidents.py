"""Incidents: the journal's entries, sorted by the alarm that they belong to.

An alarm's own entries name its input, its actions name its id, and outputs name the input that turned them on. So an
incident holds the begin, every begin again within the quiet period, the outputs from on to off, pictures, clips, mails,
uploads and sounds, and the end. Every other entry stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.journal import JournalEntry

MOST_KEPT = 1000
"""Alarms whose late entries are recognised: a mail may go out a day after its alarm."""
BEGINS = ("alarm_begin", "retrigger")
OWN = (*BEGINS, "resumed", "alarm_end")
"""Entries of the alarm itself, which name its input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One alarm of the input `input`: its entries in the journal's order, at least one.

    `alarm` is the id of its begin, None if no entry names it. `is_lost`: another alarm of the input began without an
    end of this one, since the program was killed.
    """

    input: str
    alarm: str | None
    entries: tuple[JournalEntry, ...]
    is_lost: bool = False

    @property
    def seq(self) -> int:
        """The number of its first entry, by which it stands among other incidents and entries."""
        return self.entries[0].seq

    @property
    def begin(self) -> JournalEntry | None:
        """The entry of its begin; None if that is older than the entries that were sorted."""
        return self.entries[0] if self.entries[0].kind in BEGINS else None

    @property
    def end(self) -> JournalEntry | None:
        """The entry of its end; None while it goes on, or if its end is not known."""
        found = None
        for entry in self.entries:
            if entry.kind == "alarm_end":
                found = entry
            elif entry.kind in (*BEGINS, "resumed"):
                found = None
        return found

    @property
    def began(self) -> datetime | None:
        """The time of its begin, reckoned from its end if the begin is older than the entries; None if unknown."""
        if self.begin is not None:
            return self.begin.time
        ends = [entry for entry in self.entries if entry.kind == "alarm_end"]
        if not ends or ends[0].seconds is None:
            return None
        return ends[0].time - timedelta(seconds=ends[0].seconds)

    @property
    def seconds(self) -> float | None:
        """Its duration; None while it goes on, or if it is not known.

        An alarm that came again within its quiet period lasts from its first begin to its last end, by the wall clock;
        where that was set back meanwhile, its parts are added up.
        """
        end = self.end
        if end is None:
            return None
        parts = [entry.seconds for entry in self.entries if entry.kind == "alarm_end"]
        if len(parts) == 1:
            return parts[0]
        known = [part for part in parts if part is not None]
        began = self.began
        whole = sum(known) if began is None else (end.time - began).total_seconds()
        return max(whole, sum(known))


class AlarmSorter:
    """Finds the incident of each entry; entries come in the order of the journal, none twice."""

    def __init__(self) -> None:
        self._last: dict[str, SortedAlarm] = {}
        """The last alarm of each input."""
        self._by_id: dict[str, SortedAlarm] = {}
        self._turned_on: dict[str, SortedAlarm] = {}
        """The alarm that each output is on for."""

    def place(self, entry: JournalEntry) -> SortedAlarm | None:
        """Returns the alarm that an entry belongs to; None for an entry that belongs to none."""
        if entry.kind == "start":
            self._turned_on.clear()  # every output is idle after a start, however the run before ended
        if entry.alarm is not None and entry.kind not in OWN:
            return self._of_action(entry, entry.alarm)
        if entry.output is not None:
            return self._of_output(entry, entry.output)
        return None if entry.input is None else self._of_input(entry, entry.input)

    def _of_input(self, entry: JournalEntry, input_id: str) -> SortedAlarm | None:
        """Returns the alarm that an input's own entry begins, goes on with or ends; None for faults and commands."""
        last = self._last.get(input_id)
        if entry.kind == "alarm_begin" or (entry.kind == "retrigger" and last is None):
            return self._begin(entry, input_id)
        if entry.kind == "retrigger" and last is not None:
            last.is_live = True
            self._name(last, entry.id)
            return last
        if entry.kind in ("resumed", "alarm_end"):
            alarm = last if last is not None and last.is_live else self._torn(entry, input_id)
            alarm.is_live = entry.kind == "resumed"
            return alarm
        return None

    def _begin(self, entry: JournalEntry, input_id: str) -> SortedAlarm:
        """Returns the new alarm that an entry begins; one of the same input that goes on is lost."""
        before = self._last.get(input_id)
        if before is not None:
            before.is_lost, before.is_live = before.is_live and not before.is_torn, False
        alarm = SortedAlarm(seq=entry.seq, input=input_id, id=entry.id)
        _keep(self._last, input_id, alarm)
        self._name(alarm, entry.id)
        return alarm

    def _torn(self, entry: JournalEntry, input_id: str) -> SortedAlarm:
        """Returns a new alarm whose begin was not among the entries."""
        alarm = SortedAlarm(seq=entry.seq, input=input_id, id=None, is_torn=True)
        _keep(self._last, input_id, alarm)
        return alarm

    def _of_action(self, entry: JournalEntry, alarm_id: str) -> SortedAlarm | None:
        """Returns the alarm of an action's outcome, by its id; None if the entry names no input either."""
        alarm = self._by_id.get(alarm_id)
        if alarm is not None or entry.input is None:
            return alarm
        last = self._last.get(entry.input)
        if last is None:
            last = self._torn(entry, entry.input)
        if last.id is not None:  # a late outcome of an older alarm, whose begin was not among the entries
            last = SortedAlarm(seq=entry.seq, input=entry.input, id=alarm_id, is_torn=True)
        last.id = alarm_id
        self._name(last, alarm_id)
        return last

    def _of_output(self, entry: JournalEntry, output_id: str) -> SortedAlarm | None:
        """Returns the alarm that an output's entry belongs to; None for other reasons of the output, and its faults."""
        if entry.kind == "output_on" and entry.reason == "alarm" and entry.by is not None:
            alarm = self._last.get(entry.by) or self._torn(entry, entry.by)
            _keep(self._turned_on, output_id, alarm)
            return alarm
        if entry.kind == "cut_off":
            return self._turned_on.get(output_id)
        if entry.kind == "output_off":
            return self._turned_on.pop(output_id, None)
        return None

    def _name(self, alarm: SortedAlarm, alarm_id: str) -> None:
        _keep(self._by_id, alarm_id, alarm)


@dataclass(slots=True, kw_only=True)
class SortedAlarm:
    """An alarm while its entries are sorted; `seq` is the number of its first entry.

    `is_live` until its end. `is_torn`: its begin was not among the entries. `is_lost` as of an incident.
    """

    seq: int
    input: str
    id: str | None
    is_live: bool = True
    is_torn: bool = False
    is_lost: bool = False


def incidents(entries: Sequence[JournalEntry]) -> tuple[Incident | JournalEntry, ...]:
    """Returns entries, given oldest first, as incidents and single entries, in the order of their first entries."""
    sorter = AlarmSorter()
    alarms: dict[int, SortedAlarm] = {}
    members: dict[int, list[JournalEntry]] = {}
    for entry in entries:
        alarm = sorter.place(entry)
        seq = entry.seq if alarm is None else alarm.seq
        if alarm is not None:
            alarms[seq] = alarm
        members.setdefault(seq, []).append(entry)
    return tuple(
        Incident(input=alarm.input, alarm=alarm.id, entries=tuple(found), is_lost=alarm.is_lost)
        if (alarm := alarms.get(seq)) is not None
        else found[0]
        for seq, found in members.items()
    )


def entries_of(unit: Incident | JournalEntry) -> tuple[JournalEntry, ...]:
    """Returns the entries of an incident, or the single entry."""
    return unit.entries if isinstance(unit, Incident) else (unit,)


def shown(units: Iterable[Incident | JournalEntry], *, since: int) -> tuple[Incident | JournalEntry, ...]:
    """Returns the units that have an entry with the number `since` or a higher one, whole."""
    return tuple(unit for unit in units if entries_of(unit)[-1].seq >= since)


def _keep(kept: dict[str, SortedAlarm], key: str, alarm: SortedAlarm) -> None:
    """Sets an alarm; above `MOST_KEPT` the one set longest ago is forgotten."""
    kept.pop(key, None)
    kept[key] = alarm
    if len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]
