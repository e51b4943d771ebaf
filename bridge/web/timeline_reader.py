"""The last day of every input and output, for the timeline. Reads the disk: never on the event loop."""

from __future__ import annotations

from datetime import datetime, timedelta

from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.core.effects import InputView, OutputView
from bridge.core.timeline import SpanKind, spans
from bridge.web.live import Live
from bridge.web.pages.timeline_part import Lane, Timeline
from bridge.web.ports import JournalQuery, Ports

DAY = timedelta(days=1)
MOST_ENTRIES = 5000
MOST_SPANS = 1000
"""Spans that a browser draws; of more, the newest."""


class TimelineReader:
    """Reads timelines of the last 24 hours."""

    def __init__(self, live: Live, ports: Ports) -> None:
        self._live = live
        self._ports = ports

    def timeline(self, of: str | None) -> Timeline:
        """Returns the timeline of the input or output `of`, or for None of all of them."""
        settings, now = self._live.settings, self._ports.now().local
        parts: list[InputSettings | OutputSettings] = [*settings.inputs, *settings.outputs]
        lanes = tuple(_lane(part) for part in parts if of is None or part.id == of)
        since = now - DAY
        found = self._ports.entries(JournalQuery(limit=MOST_ENTRIES, since=since))
        first = found[0].time if len(found) == MOST_ENTRIES else since
        shown = {lane.id for lane in lanes}
        drawn = [
            span for span in spans(found, since=since, until=now, lasting=self._lasting()) if span.terminal in shown
        ]
        return Timeline(
            lanes=lanes,
            spans=drawn[-MOST_SPANS:],
            since=since,
            until=now,
            known_since=max(since, first.astimezone(now.tzinfo)),
            offset_changed=_offset_change(since, now),
            left_out=max(len(drawn) - MOST_SPANS, 0),
        )

    def _lasting(self) -> set[tuple[str, SpanKind]]:
        """Returns the terminals that are in alarm, on or faulty now."""
        live = self._live
        lasting: set[tuple[str, SpanKind]] = {(key, "alarm") for key, view in live.inputs.items() if view.alarm}
        lasting |= {(key, "on") for key, view in live.outputs.items() if view.on}
        views: list[InputView | OutputView] = [*live.inputs.values(), *live.outputs.values()]
        lasting |= {(view.id, "fault") for view in views if view.problem}
        return lasting


def _lane(part: InputSettings | OutputSettings) -> Lane:
    return Lane(id=part.id, name=part.label, kind="input" if isinstance(part, InputSettings) else "output")


def _offset_change(since: datetime, until: datetime) -> datetime | None:
    """Returns the instant at which the offset of the zone changed between both, to the minute; None if it did not."""
    zone = until.tzinfo
    early, late = since.timestamp(), until.timestamp()
    offset = until.utcoffset()
    if datetime.fromtimestamp(early, zone).utcoffset() == offset:
        return None
    while late - early > 60:  # noqa: PLR2004 - a minute
        middle = (early + late) / 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            late = middle
        else:
            early = middle
    return datetime.fromtimestamp(late, zone)
