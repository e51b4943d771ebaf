"""The timeline of the last day: a list of what was when, from which the page's script draws a picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from bridge.core.timeline import Span
from bridge.text.incident_words import duration
from bridge.text.state_words import clock_time
from bridge.web.html import Html, el, some

KIND = {"alarm": "in alarm", "on": "on", "fault": "fault"}
ZOOMS = (("86400", "24 h"), ("21600", "6 h"), ("3600", "1 h"), ("600", "10 min"))
"""Width of the picture in seconds, and its button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """The row of one input or output."""

    id: str
    name: str
    kind: Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Spans of these lanes between `since` and `until`, oldest first.

    Before `known_since` there are more entries than are read. `offset_changed` is the instant at which daylight saving
    began or ended in between, else None. `left_out` is the number of spans that are too many.
    """

    lanes: Sequence[Lane]
    spans: Sequence[Span]
    since: datetime
    until: datetime
    known_since: datetime
    offset_changed: datetime | None
    left_out: int


def timeline_section(of: str | None) -> Html:
    """Returns the section that the page's script fills: for the input or output `of`, or None for all of them."""
    return el(
        "section",
        el("h2", "The last day", id="timeline"),
        el(
            "div",
            el("button", "Earlier", type="button", data_pan="-1"),
            *(
                el("button", text, type="button", data_zoom=seconds, aria_pressed="true" if text == "24 h" else "false")
                for seconds, text in ZOOMS
            ),
            el("button", "Later", type="button", data_pan="1"),
            el("button", "Now", type="button", data_pan="now"),
            class_="buttons zoom",
            role="group",
            aria_label="Part of the day",
        ),
        el("div", class_="chart", tabindex="0", role="img", aria_labelledby="timeline", aria_describedby="chart-help"),
        el(
            "p",
            some(
                el("span", class_="key", data_kind="alarm"),
                " in alarm ",
                el("span", class_="key", data_kind="on"),
                " on ",
                el("span", class_="key", data_kind="fault"),
                " fault",
            ),
            class_="note keys",
        ),
        el(
            "p",
            "Tap a bar to see when it was. Keyboard: arrows choose, plus and minus zoom, Page Up and Page Down move.",
            class_="help",
            id="chart-help",
        ),
        el("p", class_="chosen", role="status"),
        el("details", el("summary", "As a list"), el("div", data_list=True)),
        class_="card timeline",
        data_timeline=f"timeline?of={quote(of)}" if of else "timeline",
    )


def timeline_list(timeline: Timeline) -> Html:
    """Returns the list of spans, newest first, with all that the script needs to draw them."""
    names = {lane.id: lane.name for lane in timeline.lanes}
    changed = timeline.offset_changed
    items = [_item(span, names[span.terminal], timeline.until) for span in reversed(timeline.spans)]
    notes = []
    if timeline.known_since > timeline.since:
        notes.append(
            f"Known since {clock_time(timeline.known_since, timeline.until)}: before it there are too many entries."
        )
    if timeline.left_out:
        notes.append(f"{timeline.left_out} older ones are left out.")
    return el(
        "div",
        el("ol", *items, class_="spans", aria_labelledby="timeline") if items else el("p", "Nothing.", class_="note"),
        *(el("p", note, class_="note") for note in notes),
        data_lanes=json.dumps([[lane.id, lane.name, lane.kind] for lane in timeline.lanes]),
        data_since=timeline.since.isoformat(),
        data_until=timeline.until.isoformat(),
        data_known=timeline.known_since.isoformat(),
        data_changed=None if changed is None else changed.isoformat(),
    )


def _item(span: Span, name: str, now: datetime) -> Html:
    """Returns one span in words, with the links to its entry and its clip."""
    begin = "before" if span.begin is None else clock_time(span.begin, now)
    end = "now" if span.end is None else clock_time(span.end, now)
    lasted = (span.end or now) - span.begin if span.begin is not None else None
    took = "" if lasted is None else f" ({duration(max(lasted.total_seconds(), 0.0))})"
    what = f"{name}: {KIND[span.kind]}, {begin} to {end}{took}"
    return el(
        "li",
        el("span", what, class_="what"),
        el("a", "In the log", href=f"log?at={span.seq}", aria_label=f"{what}: in the log") if span.seq else None,
        el("a", "Clip", href=f"api/clips/{quote(span.clip)}", aria_label=f"{what}: clip") if span.clip else None,
        data_lane=span.terminal,
        data_kind=span.kind,
        data_begin=None if span.begin is None else span.begin.isoformat(),
        data_end=None if span.end is None else span.end.isoformat(),
    )
