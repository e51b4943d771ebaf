"""Journal entries as list items of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.web.html import Html, el


def log_list(entries: Sequence[Mapping[str, Any]], *, label: str, last: int) -> Html:
    """Returns entries, given oldest first, as a list, newest first. Scripts add the entries after the number `last`."""
    return el("ol", *map(row, reversed(entries)), class_="log", aria_labelledby=label, data_last=last)


def row(entry: Mapping[str, Any], *, short: bool = False, marked: bool = False) -> Html:
    """Returns one entry as a list item; `short` leaves out the date, and a `marked` one was looked up."""
    words = entry["words"]
    return el(
        "li",
        el("time", words["time"][11:] if short else words["time"], datetime=entry["time"]),
        el("span", words["what"], class_="what"),
        el("span", words["who"], class_="who"),
        el("span", words["notes"], class_="notes"),
        id="looked-up" if marked else None,
        data_seq=entry["seq"],
        data_kind=entry["kind"],
        data_day=words["time"][:10],
        data_mood=words["mood"] or None,
    )
