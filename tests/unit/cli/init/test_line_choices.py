"""GPIO lines to choose from."""

from __future__ import annotations

import pytest

from bridge.cli.init.line_choices import chosen_lines, listed
from bridge.lines.gpio.line_lookup import SeenChip, SeenLine
from bridge.lines.gpio.listing import ListedChip
from bridge.lines.gpio.offered_lines import likely_inputs, offered_lines


def a_chip(name, label, *lines, used=()):
    return ListedChip(
        chip=SeenChip(path=f"/dev/{name}", name=name, label=label, lines=len(lines)),
        lines=tuple(
            SeenLine(offset=offset, name=line, direction="input", bias="unknown", used=offset in used, consumer="")
            for offset, line in enumerate(lines)
        ),
    )


BOARD = (
    a_chip("gpiochip0", "pinctrl", "ALARM_IN1", "ALARM_OUT1", "", "LED", used=(3,)),
    a_chip("gpiochip1", "expander", "", "NC", "NC"),
)


def test_only_free_lines_are_offered():
    assert [line.label for line in offered_lines(BOARD)] == [
        "ALARM_IN1", "ALARM_OUT1", "gpiochip0:2", "gpiochip1:0", "NC", "NC",
    ]  # fmt: skip


def test_a_line_is_written_by_a_name_that_is_unique_else_by_its_chip_and_offset():
    assert [line.written for line in offered_lines(BOARD)] == [
        {"name": "ALARM_IN1"},
        {"name": "ALARM_OUT1"},
        {"chip": "pinctrl", "offset": 2},
        {"chip": "expander", "offset": 0},
        {"chip": "expander", "offset": 1},
        {"chip": "expander", "offset": 2},
    ]


def test_a_label_that_means_several_chips_is_not_used():
    twins = (a_chip("gpiochip0", "usb", ""), a_chip("gpiochip1", "usb", ""), a_chip("gpiochip2", "pins[0]", ""))
    assert [line.written["chip"] for line in offered_lines(twins)] == ["gpiochip0", "gpiochip1", "gpiochip2"]


def test_inputs_are_guessed_by_their_makers_name_and_outputs_never():
    assert [line.name for line in likely_inputs(offered_lines(BOARD))] == ["ALARM_IN1"]


def test_a_line_is_named_by_name_by_chip_and_number_or_by_number_alone_where_that_is_clear():
    lines = offered_lines(BOARD)
    assert [line.label for line in chosen_lines(["alarm_in1", "gpiochip1:0"], lines)] == ["ALARM_IN1", "gpiochip1:0"]
    assert [line.offset for line in chosen_lines(["2"], offered_lines(BOARD[:1]))] == [2]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["2"], "2 is no line that is free"),
        (["gpiochip0:3"], "is no line that is free"),
        (["LED"], "is no line that is free"),
        (["nc"], "nc is the name of several lines"),
        (["ALARM_IN1", "gpiochip0:0"], "gpiochip0:0 is there twice"),
    ],
)
def test_a_word_that_names_no_one_line_is_refused(words, told):
    with pytest.raises(ValueError, match=told):
        chosen_lines(words, offered_lines(BOARD))


def test_the_listing_fits_a_terminal_of_80_columns():
    lines = offered_lines((a_chip("gpiochip0", "pinctrl", *(f"GPIO{number}" for number in range(54))),))
    rows = list(listed(lines))
    assert all(len(row) <= 78 for row in rows)
    assert "".join(rows).count("GPIO") == 54
