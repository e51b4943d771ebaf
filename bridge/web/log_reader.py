"""The journal as the log shows it: alarms as cards, other entries as rows. It reads the disk, off the event loop."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bridge.core.incidents import Incident, entries_of, incidents, shown
from bridge.core.journal import KINDS, JournalEntry
from bridge.errors import ActionError
from bridge.text.incident_words import incident_words
from bridge.web.live import Live
from bridge.web.pages.incident_card import Card
from bridge.web.pages.log_page import Filter, Unit
from bridge.web.ports import JournalQuery, Ports

BEFORE = 300
"""Older entries that are read as well, so that no alarm at the edge of a page lacks its begin."""
AROUND = 100
"""Entries shown before and after one that was looked up."""
LONGEST = 2000
"""Entries read for one card; an alarm of whose entries some are younger shows the first ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogContent:
    """The units of a page, oldest first; `more` if there are older ones."""

    units: Sequence[Unit]
    more: bool


class LogReader:
    """Reads units of the log, in words of the present settings and time."""

    def __init__(self, live: Live, ports: Ports) -> None:
        self._live = live
        self._ports = ports

    def content(self, chosen: Filter) -> LogContent:
        """Returns the units that match `chosen`.

        Entries of one kind are single entries: that is a question about the kind, not about alarms.
        """
        kind = chosen.kind if chosen.kind in KINDS else None
        if kind is not None:
            found = self._ports.entries(JournalQuery(limit=chosen.limit, kind=kind))
            return self._matching(found, chosen, more=len(found) == chosen.limit)
        if chosen.at is not None:
            first = chosen.at - AROUND
            query = JournalQuery(limit=BEFORE + 2 * AROUND + LONGEST, after_seq=max(first - BEFORE, 0) - 1)
            found = self._ports.entries(query)
            around = [
                unit for unit in shown(incidents(found), since=first) if entries_of(unit)[0].seq < chosen.at + AROUND
            ]
            return self._matching(around, chosen, more=False)
        found = self._ports.entries(JournalQuery(limit=chosen.limit + BEFORE))
        more = len(found) > chosen.limit
        units = shown(incidents(found), since=found[-chosen.limit].seq if more else 0)
        return self._matching(units, chosen, more=more)

    def card(self, seq: int, chosen: Filter) -> Card | None:
        """Returns the alarm whose first entry has the number `seq`; None if there is none, or it does not match."""
        found = self._ports.entries(JournalQuery(limit=LONGEST, after_seq=seq - 1))
        unit = next(iter(incidents(found)), None)
        if not isinstance(unit, Incident) or unit.seq != seq:
            return None
        card = self._card(unit, self._clips([unit]))
        return card if chosen.fits_unit(card) else None

    def _matching(self, units: Sequence[Incident | JournalEntry], chosen: Filter, *, more: bool) -> LogContent:
        clips = self._clips(units)
        made = [
            self._card(unit, clips) if isinstance(unit, Incident) else self._live.entry_event(unit) for unit in units
        ]
        return LogContent(units=[unit for unit in made if chosen.fits_unit(unit)], more=more)

    def _card(self, incident: Incident, clips: Collection[str]) -> Card:
        live = self._live
        began = incident.began or incident.entries[0].time
        return Card(
            incident=incident,
            name=live.name_of(incident.input),
            words=incident_words(incident, live.name_of),
            began=began.astimezone(self._ports.now().zone).isoformat(),
            rows=[live.entry_event(entry) for entry in incident.entries],
            clips=clips,
            has_picture=incident.alarm in live.alarm_pictures,
        )

    def _clips(self, units: Sequence[Incident | JournalEntry]) -> Collection[str]:
        """Returns the names of the clips that exist, if an alarm among the units has recorded any; else nothing."""
        shelf = self._ports.clips()
        if shelf is None or not any(entry.kind == "clip" for unit in units for entry in entries_of(unit)):
            return ()
        try:
            return {clip.name for clip in shelf.clips()}
        except ActionError:
            return ()  # the card is gone: its problem is on System, and no clip can be played
