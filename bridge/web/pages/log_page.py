"""Log: the journal, to be filtered, followed and taken away."""

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
    """What is looked for; empty means everything. `limit` is how many entries are looked at."""

    kind: str = ""
    part: str = ""
    text: str = ""
    limit: int = 200

    def fits(self, entry: Mapping[str, Any]) -> bool:
        """Whether an entry is shown; the page's script does the same with new ones."""
        words = entry["words"]
        told = f"{words['time']} {words['what']} {words['who']} {words['notes']}".lower()
        return (
            self.kind in ("", entry["kind"])
            and self.part in ("", entry.get("input"), entry.get("output"))
            and self.text.lower() in told
        )


STEPS = (200, 1000, 5000)


def log_page(
    frame: Frame, settings: Settings, wanted: Filter, entries: Sequence[Mapping[str, Any]], *, more: bool, last: int
) -> str:
    """The page; `entries` fit already, oldest first; `more`: there are older ones; `last`: the newest of all."""
    body = some(
        el("div", _filter(settings, wanted), _doing(), class_="card"),
        el(
            "section",
            el("h2", "Entries", id="entries"),
            el("button", "Show new entries", type="button", id="show-new", hidden=True),
            log_list(entries, newest_first=True, label="entries", last=last),
            el("p", "Nothing fits.", class_="note", id="nothing", hidden=bool(entries)),
            _older(wanted) if more else None,
            class_="card",
        ),
    )
    return page(frame, here="log", title="Log", scripts=("log.js",), body=body)


def _filter(settings: Settings, wanted: Filter) -> Html:
    parts = [(one.id, one.label) for one in settings.inputs] + [(one.id, one.label) for one in settings.outputs]
    return el(
        "form",
        _labelled(
            "Kind",
            select(
                [("", "Every kind"), *((kind, words.title) for kind, words in WORDS.items())],
                wanted.kind,
                id="kind",
                name="kind",
            ),
            "kind",
        ),
        _labelled("Input or output", select([("", "All"), *parts], wanted.part, id="part", name="part"), "part"),
        _labelled("Text", el("input", type="search", id="text", name="text", value=wanted.text, maxlength=100), "text"),
        el("button", "Filter", type="submit"),
        method="get",
        class_="filter",
        role="search",
    )


def _labelled(label: str, control: Html, name: str) -> Html:
    return el("p", el("label", label, for_=name), control)


def _doing() -> Html:
    return el(
        "p",
        el("label", el("input", type="checkbox", id="follow", checked=True), "Follow"),
        " ",
        el("a", "Export as CSV", href="api/journal.csv", class_="button", download=True),
        " ",
        el("a", "Export as JSON lines", href="api/journal.jsonl", class_="button", download=True),
        class_="buttons",
    )


def _older(wanted: Filter) -> Html | None:
    limit = next((step for step in STEPS if step > wanted.limit), None)
    if limit is None:
        return el("p", "There are older ones: export them.", class_="note")
    return el(
        "form",
        *(
            el("input", type="hidden", name=name, value=value)
            for name, value in (("kind", wanted.kind), ("part", wanted.part), ("text", wanted.text), ("limit", limit))
        ),
        el("button", f"Look at {limit} entries", type="submit"),
        method="get",
    )
