"""Journal entries as list items of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.web.html import Html, el


def log_list(entries: Sequence[Mapping[str, Any]], *, newest_first: bool, label: str, last: int) -> Html:
    """Returns entries, given oldest first, as a list. Scripts add the entries after the number `last`."""
    rows = [_row(entry) for entry in entries]
    return el(
        "ol",
        *(reversed(rows) if newest_first else rows),
        class_="log",
        aria_labelledby=label,
        data_log="first" if newest_first else "last",
        data_last=last,
    )


def _row(entry: Mapping[str, Any]) -> Html:
    words = entry["words"]
    return el(
        "li",
        el("time", words["time"], datetime=entry["time"]),
        el("span", words["what"], class_="what"),
        el("span", words["who"], class_="who"),
        el("span", words["notes"], class_="notes"),
        data_seq=entry["seq"],
        data_kind=entry["kind"],
        data_mood=words["mood"] or None,
    )
