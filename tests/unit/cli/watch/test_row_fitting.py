"""What is shown where there is no room for all."""

from __future__ import annotations

from bridge.cli.watch.row_fitting import fitting
from bridge.cli.watch.rows import Row


def rows(*moods):
    return [Row(cells=(f"{mood} {number}",), mood=mood) for number, mood in enumerate(moods)]


def shown(fits):
    return [row.cells[0] for row in fits.shown]


def test_all_is_shown_where_there_is_room():
    inputs, outputs = fitting(9, rows("normal", "alarm", "normal"), rows("off", "on"))
    assert shown(inputs) == ["normal 0", "alarm 1", "normal 2"]
    assert shown(outputs) == ["off 0", "on 1"]
    assert inputs.left_out == outputs.left_out == 0


def test_what_is_not_quiet_comes_first_and_stays_in_its_order():
    inputs, outputs = fitting(7, rows("normal", "normal", "fault", "alarm"), rows("off", "off", "on"))
    assert shown(inputs) == ["fault 2", "alarm 3"]
    assert shown(outputs) == ["on 2"]
    assert (inputs.left_out, outputs.left_out) == (2, 2)


def test_an_empty_table_takes_no_room():
    inputs, outputs = fitting(4, rows("normal", "normal"), [])
    assert len(inputs.shown) == 2
    assert outputs.shown == ()


def test_however_small_the_window_one_row_is_shown():
    inputs, outputs = fitting(0, rows("normal", "normal"), rows("on"))
    assert shown(outputs) == ["on 0"]
    assert inputs.left_out == 2
