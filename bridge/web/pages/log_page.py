"""Log: the journal, with filter, follow and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.text.journal_words import WORDS
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import select
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.log_rows import log_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """The filter; empty means everything. `limit` is the number of entries searched."""

    kind: str = ""
    part: str = ""
    text: str = ""
    limit: int = 200

    def fits(self, entry: Mapping[str, Any]) -> bool:
        """Returns whether an entry matches; the page's script does the same with new ones."""
        words = entry["words"]
        line = f"{words['time']} {words['what']} {words['who']} {words['notes']}".lower()
        return (
            self.kind in ("", entry["kind"])
            and self.part in ("", entry.get("input"), entry.get("output"))
            and self.text.lower() in line
        )


STEPS = (200, 1000, 5000)


def log_page(
    frame: Frame, settings: Settings, chosen: Filter, entries: Sequence[Mapping[str, Any]], *, more: bool, last: int
) -> str:
    """Returns the page. `entries` match `chosen` and are oldest first.

    `more`: older entries exist. `last` is the number of the newest entry of all, after which scripts add.
    """
    body = some(
        el("div", _filter(settings, chosen), _controls(), class_="card"),
        el(
            "section",
            el("h2", "Entries", id="entries"),
            el("button", "Show new entries", type="button", id="show-new", hidden=True),
            log_list(entries, newest_first=True, label="entries", last=last),
            el("p", "Nothing fits.", class_="note", id="nothing", hidden=bool(entries)),
            _older(chosen) if more else None,
            class_="card",
        ),
    )
    return page(frame, here="log", title="Log", scripts=("log.js",), body=body)


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


def _controls() -> Html:
    """Returns the switch that follows new entries, and the links that export."""
    return el(
        "p",
        el("label", el("input", type="checkbox", id="follow", checked=True), "Follow"),
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
