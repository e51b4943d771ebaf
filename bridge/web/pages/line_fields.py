"""The fields of a terminal's line: its kind, and the keys of that kind, all made of the definitions."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bridge.core.definitions.field_types import Offered
from bridge.core.definitions.introspection import mark
from bridge.core.definitions.lines import GPIO, SINK_FORMS, SOURCE_FORMS
from bridge.text.line_words import kind_words
from bridge.web.html import Html, el
from bridge.web.pages.fields import Form, Options, select, tied
from bridge.web.pages.key_controls import Around
from bridge.web.pages.key_fields import key_field, shown_keys

Section = Literal["inputs", "outputs"]
FORMS: Mapping[str, Mapping[str, tuple[type, ...]]] = {"inputs": SOURCE_FORMS, "outputs": SINK_FORMS}
PATH = "line"
LEVELS = (("low", "Low"), ("high", "High"))
BIAS = (("pull_up", "Pull-up"), ("pull_down", "Pull-down"), ("disabled", "Disabled"), ("as_is", "As it is"))
DRIVE = (("push_pull", "Push-pull"), ("open_drain", "Open drain"), ("open_source", "Open source"))
ELECTRICAL = {"inputs": ("connected_level", "bias"), "outputs": ("connected_level", "drive")}
"""The settings of a terminal that only a line with an electrical level has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineForm:
    """The line that is shown: its kind, and whether it is not written yet.

    `simulated`: GPIO lines are terminals of the simulated board.
    """

    section: Section
    kind: str
    is_fresh: bool
    simulated: bool
    around: Around


def known_kind(section: Section, asked: str | None, present: str) -> str:
    """Returns the kind to show: the one that was asked for, if there is such a kind."""
    return asked if asked is not None and asked in FORMS[section] else present


def line_fields(edited: Form, line: LineForm) -> list[Html]:
    """Returns the choice of the kind, and the fields of the chosen one, which the page's script exchanges."""
    forms = FORMS[line.section]
    board = {GPIO: "Terminal of the simulated board"} if line.simulated else {}
    options: Options = [(kind, board.get(kind, kind_words(kind))) for kind in forms]
    choice = select(options, line.kind, **tied(f"{PATH}.kind", "line_kind"))
    is_local = not any(form.is_far for form in forms[line.kind])  # type: ignore[attr-defined]
    fields = el(
        "div",
        None if is_local else el("p", _sentence(forms[line.kind][0]), class_="help"),
        *_keys(edited, line, forms[line.kind]),
        *(_electrical(edited, line.section) if is_local else ()),
        data_line=line.kind,
        data_fresh=line.is_fresh,
        data_unnamed=line.kind == GPIO,
        data_clears=None if is_local else " ".join(ELECTRICAL[line.section]),
    )
    return [edited.field(f"{PATH}.kind", "Kind of line", choice), fields]


def _keys(edited: Form, line: LineForm, forms: tuple[type, ...]) -> list[Html]:
    """Returns the fields of every key that a line of these forms can have; none for the simulated board's."""
    if line.kind == GPIO and line.simulated:
        return [el("p", "A terminal of the simulated board.", class_="note")]
    found: dict[str, Html] = {}
    is_asked = False
    for form in forms:
        for name, key in shown_keys(form, PATH).items():
            offered = mark(key.marks, Offered)
            is_asked = is_asked or (offered is not None and offered.is_asked)
            if name not in found:
                found[name] = key_field(edited, form, key, line.around, is_fresh=line.is_fresh)
    return [*found.values(), *([_question()] if is_asked else [])]


def _question() -> Html:
    """Returns the button by which the camera is asked what it offers; the page's script fills it into the fields."""
    return el(
        "div",
        el("button", "Ask the camera", type="button", class_="quiet", data_ask_camera=True),
        el("span", class_="note", role="status", data_asked=True),
        class_="field",
    )


def _electrical(edited: Form, section: Section) -> list[Html]:
    """Returns the fields of the level of a line of this machine; a new terminal begins with their defaults."""
    if edited.at("connected_level") is None:
        return []
    level = "Electrical level of a terminal that is connected with G."
    return [
        edited.choice("connected_level", "Level when connected", LEVELS, level),
        edited.choice("bias", "Bias", BIAS) if section == "inputs" else edited.choice("drive", "Drive", DRIVE),
    ]


def _sentence(form: type) -> str:
    """Returns what a definition says of itself."""
    return inspect.cleandoc(form.__doc__ or "").partition("\n\n")[0]
