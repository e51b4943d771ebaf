"""Log: the journal, its alarms as cards, with filter, follow and export."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.text.journal_words import WORDS
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import select
from bridge.web.pages.incident_card import Card, incident_card
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.log_rows import row

Unit = Card | Mapping[str, Any]
"""An alarm, or the event of a single entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The filter; empty means everything. `limit` is the number of entries searched.

    `at` is the number of an entry that is looked up; the page shows those around it. None: the newest.
    """

    kind: str = ""
    part: str = ""
    text: str = ""
    limit: int = 200
    at: int | None = None

    def fits(self, entry: Mapping[str, Any]) -> bool:
        """Returns whether an entry matches; the page's script does the same with new ones."""
        words = entry["words"]
        line = f"{words['time']} {words['what']} {words['who']} {words['notes']}".lower()
        return (
            self.kind in ("", entry["kind"])
            and self.part in ("", entry.get("input"), entry.get("output"))
            and self.text.lower() in line
        )

    def fits_unit(self, unit: Unit) -> bool:
        """Returns whether an entry matches, or any entry of an alarm."""
        return any(map(self.fits, unit.rows)) if isinstance(unit, Card) else self.fits(unit)


STEPS = (200, 1000, 5000)


def log_page(frame: Frame, settings: Settings, chosen: Filter, units: Sequence[Unit], *, more: bool, last: int) -> str:
    """Returns the page. `units` match `chosen` and are oldest first.

    `more`: older entries exist. `last` is the number of the newest entry of all, after which scripts add.
    """
    body = some(
        el("div", _filter(settings, chosen), _controls(chosen), class_="card"),
        el(
            "section",
            el("h2", "Entries", id="entries"),
            el("button", "Show new entries", type="button", id="show-new", hidden=True),
            el(
                "ol",
                *_items(reversed(units), chosen),
                class_="log days",
                aria_labelledby="entries",
                data_last=last,
            ),
            el("p", "Nothing fits.", class_="note", id="nothing", hidden=bool(units)),
            _older(chosen) if more and chosen.at is None else None,
            class_="card",
        ),
    )
    return page(frame, here="log", title="Log", scripts=("log.js",), body=body)


def _items(units: Iterable[Unit], chosen: Filter) -> Iterable[Html]:
    """Yields units, given newest first, as items of the list, with a heading wherever the day changes."""
    shown = ""
    for unit in units:
        day = unit.began[:10] if isinstance(unit, Card) else unit["words"]["time"][:10]
        if day != shown:
            yield el("li", el("h3", _title(day)), class_="day")
            shown = day
        if isinstance(unit, Card):
            yield incident_card(unit, looked_up=chosen.at)
        else:
            yield row(unit, short=True, marked=unit["seq"] == chosen.at)


def _title(day: str) -> str:
    """Returns a date (ISO 8601) as the heading of its day; the page's script writes the same."""
    found = date.fromisoformat(day)
    return f"{found:%A} {found.day} {found:%B %Y}"


def _filter(settings: Settings, chosen: Filter) -> Html:
    """Returns the form that filters the entries, with what is `chosen` now."""
    parts = [(one.id, one.label) for one in settings.inputs] + [(one.id, one.label) for one in settings.outputs]
    return el(
        "form",
        _labelled(
            "Kind",
            select(
                [("", "Every kind"), *((kind, words.title) for kind, words in WORDS.items())],
                chosen.kind,
                id="kind",
                name="kind",
            ),
            "kind",
        ),
        _labelled("Input or output", select([("", "All"), *parts], chosen.part, id="part", name="part"), "part"),
        _labelled("Text", el("input", type="search", id="text", name="text", value=chosen.text, maxlength=100), "text"),
        el("button", "Filter", type="submit"),
        method="get",
        class_="filter",
        role="search",
    )


def _labelled(label: str, control: Html, name: str) -> Html:
    """Returns a control with its label; `name` is the control's id."""
    return el("p", el("label", label, for_=name), control)


def _controls(chosen: Filter) -> Html:
    """Returns the switch that follows new entries, and the links that export.

    Around an entry that was looked up nothing new is followed, so a link leads to the newest.
    """
    following = el("label", el("input", type="checkbox", id="follow", checked=True), "Follow")
    return el(
        "p",
        following if chosen.at is None else el("a", "The newest entries", href="log", class_="button"),
        " ",
        el("a", "Export as CSV", href="api/journal.csv", class_="button", download=True),
        " ",
        el("a", "Export as JSON lines", href="api/journal.jsonl", class_="button", download=True),
        class_="buttons",
    )


def _older(chosen: Filter) -> Html:
    """Returns the button that searches more entries, or a note if the limit is reached."""
    limit = next((step for step in STEPS if step > chosen.limit), None)
    if limit is None:
        return el("p", "There are older ones: export them.", class_="note")
    return el(
        "form",
        *(
            el("input", type="hidden", name=name, value=value)
            for name, value in (("kind", chosen.kind), ("part", chosen.part), ("text", chosen.text), ("limit", limit))
        ),
        el("button", f"Look at {limit} entries", type="submit"),
        method="get",
    )
