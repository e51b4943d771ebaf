"""The fields of a terminal's wiring, for each way in which its line is named."""

from __future__ import annotations

import re

import pytest

from bridge.web.html import some
from bridge.web.pages.fields import Form
from bridge.web.pages.wiring import wiring

GPIO = ["line.chip", "line.offset"]


def shown(kind, line, *, simulated=False):
    """The names of the fields, and the note."""
    text = str(some(*wiring(Form(values={"line": line}, target="api/x"), kind, simulated=simulated)))
    note = re.search(r'class="note">([^<]*)<', text)
    return re.findall(r'data-field="([^"]*)"', text) or re.findall(r'name="([^"]*)"', text), note and note[1]


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ({"name": "ALARM_IN1"}, ["line.name"]),
        ({"chip": "gpiochip0", "offset": 17}, GPIO),
        ({"kind": "gpio", "chip": "gpiochip0", "offset": 17}, GPIO),
        (None, GPIO),
    ],
)
@pytest.mark.parametrize(("kind", "of_kind"), [("inputs", "bias"), ("outputs", "drive")])
def test_a_gpio_line_is_edited_by_its_name_or_its_place(line, fields, kind, of_kind):
    names, note = shown(kind, line)
    assert names == [*fields, "connected_level", of_kind]
    assert note is None


def test_a_terminal_of_the_simulated_board_has_no_line_to_edit():
    assert shown("inputs", None, simulated=True) == (
        ["connected_level", "bias"],
        "A terminal of the simulated board.",
    )


def test_a_line_of_another_kind_is_named_and_changed_in_the_file():
    names, note = shown("outputs", {"kind": "far", "host": "nvr"})
    assert names == ["connected_level", "drive"]
    assert note == "A line of kind far; it is changed in the settings file."
