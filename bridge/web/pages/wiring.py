"""The fields of a terminal's wiring, for inputs and outputs."""

from __future__ import annotations

from typing import Literal

from bridge.core.definitions.lines import GPIO
from bridge.web.html import Html, el
from bridge.web.pages.fields import Form

LEVELS = (("low", "Low"), ("high", "High"))
BIAS = (("pull_up", "Pull-up"), ("pull_down", "Pull-down"), ("disabled", "Disabled"), ("as_is", "As it is"))
DRIVE = (("push_pull", "Push-pull"), ("open_drain", "Open drain"), ("open_source", "Open source"))


def wiring(edited: Form, kind: Literal["inputs", "outputs"], *, simulated: bool) -> list[Html]:
    """Returns the fields of line, level, and bias or drive; a line that is no GPIO line is a note only."""
    fields = [
        edited.choice(
            "connected_level",
            "Level when connected",
            LEVELS,
            "Electrical level of a terminal that is connected with G.",
        )
    ]
    if kind == "inputs":
        fields.append(edited.choice("bias", "Bias", BIAS))
    else:
        fields.append(edited.choice("drive", "Drive", DRIVE))
    if simulated:
        return [*fields, el("p", "A terminal of the simulated board.", class_="note")]
    if edited.at("line.kind") not in (None, GPIO):
        kind_of_line = f"A line of kind {edited.at('line.kind')}; it is changed in the settings file."
        return [*fields, el("p", kind_of_line, class_="note")]
    if edited.at("line.name") is not None:
        return [edited.text("line.name", "Line's name", maxlength=128), *fields]
    return [edited.text("line.chip", "Chip", maxlength=128), edited.number("line.offset", "Line of the chip"), *fields]
