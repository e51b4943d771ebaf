"""What follows from the names that people give."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.init.names import kind_of, spoken
from bridge.core.definitions.settings import ID_PATTERN
from bridge.settings.free_id import id_of


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Garage door", "garage-door"),
        ("Größe links", "grosse-links"),
        ("Vorne Tür", "vorne-tur"),
        ("  --  ", "terminal"),
        ("門", "terminal"),
        ("Test", "test-2"),
        ("x" * 64, "x" * 32),
    ],
)
def test_an_id_looks_like_its_name(name, wanted):
    assert id_of(name, ()) == wanted


@given(st.lists(st.text(max_size=64), max_size=20))
def test_every_name_gives_an_id_that_is_one_and_that_nobody_has(names):
    taken: list[str] = []
    for name in names:
        made = id_of(name, taken)
        assert re.fullmatch(ID_PATTERN.strip("^$"), made)
        assert made not in (*taken, "test")
        taken.append(made)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Siren", "siren"), ("Fog HORN", "siren"), ("Flash light", "strobe"), ("Door opener", "lock"), ("Fan", "generic")],
)
def test_what_an_output_is_can_often_be_told_by_its_name(name, kind):
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    ("line", "said"),
    [("ALARM_IN1", "Alarm in1"), ("door-contact", "Door contact"), ("GPIO17", None), ("PA12", None), ("", None)],
)
def test_a_lines_name_is_taken_where_it_says_something(line, said):
    assert spoken(line) == said


def test_each_of_many_namesakes_gets_an_id_of_its_own_that_settings_take():
    taken = set()
    for _ in range(1_100):
        made = id_of("The longest corridor beside the kitchen", taken)
        assert re.fullmatch(ID_PATTERN, made)
        assert made not in taken
        taken.add(made)
