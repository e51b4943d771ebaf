"""One incident as a card of the log: its picture, what it set going, and its entries to unfold."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bridge.core.incidents import Incident
from bridge.text.incident_words import Deed, IncidentWords
from bridge.web.html import Html, el
from bridge.web.pages.log_rows import row


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An incident, ready to be shown. `rows` are its entries as events, `began` its begin in local time (ISO 8601).

    `clips` are the names of the clips that still exist. `has_picture`: the picture of its alarm is still kept.
    """

    incident: Incident
    name: str
    words: IncidentWords
    began: str
    rows: Sequence[Mapping[str, Any]]
    clips: Collection[str]
    has_picture: bool


def incident_card(card: Card, *, looked_up: int | None = None) -> Html:
    """Returns the card as a list item, unfolded and marked if it has the entry with the number `looked_up`."""
    alarm, count = card.incident.alarm, len(card.rows)
    has_it = any(entry["seq"] == looked_up for entry in card.rows)
    return el(
        "li",
        el(
            "div",
            el(
                "p",
                el("time", card.began[11:19], datetime=card.began),
                " ",
                el("span", card.words.state, class_="state"),
                class_="when",
            ),
            el("h4", card.name),
            el("p", card.words.why, class_="note") if card.words.why else None,
            class_="text",
        ),
        _picture(alarm, card.name) if card.has_picture and alarm is not None else None,
        el("ul", *(_deed(deed, card) for deed in card.words.deeds), class_="deeds") if card.words.deeds else None,
        el(
            "details",
            el("summary", f"{count} entries" if count > 1 else "1 entry"),
            el("ol", *(row(entry, short=True) for entry in card.rows), class_="entries"),
            open=has_it,
        ),
        id="looked-up" if has_it else None,
        class_="incident",
        data_seq=card.incident.seq,
        data_alarm=alarm,
        data_day=card.began[:10],
        data_mood=card.words.mood,
    )


def _deed(deed: Deed, card: Card) -> Html:
    """Returns one thing that the alarm set going; a clip that still exists is a link to it."""
    mood = "grave" if deed.is_grave else None
    if deed.clip is None:
        return el("li", deed.text, data_mood=mood)
    if deed.clip not in card.clips:
        return el("li", f"{deed.text}, deleted since", data_mood=mood)
    label = f"{deed.text}, {card.name}, {card.began[:10]} {card.began[11:19]}"
    return el("li", el("a", deed.text, href=f"api/clips/{quote(deed.clip)}", aria_label=label), data_mood=mood)


def _picture(alarm: str, name: str) -> Html:
    address = f"picture?alarm={quote(alarm)}"
    return el("a", el("img", src=address, alt=f"Picture of the alarm of {name}", loading="lazy"), href=address)
