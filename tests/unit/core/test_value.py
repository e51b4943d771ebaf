from __future__ import annotations

from dataclasses import fields

import pytest

from bridge.core import effects, facts
from bridge.core.journal import JournalEntry
from bridge.core.value import value
from bridge.mqtt.messages import Outgoing


@value
class Point:
    x: int
    y: int = 0


def test_a_value_is_named_compared_and_hashed_by_what_it_holds():
    assert Point(x=1) == Point(x=1, y=0) != Point(x=2)
    assert len({Point(x=1), Point(x=1), Point(x=2)}) == 2
    assert repr(Point(x=1)).endswith("Point(x=1, y=0)")
    with pytest.raises(TypeError):
        Point(1)
    with pytest.raises(AttributeError):
        Point(x=1).z = 3


def test_the_type_checker_is_told_that_nobody_changes_one():
    said = value.__dataclass_transform__
    said = {**said, **said["kwargs"]}  # Python 3.11 does not know the first yet
    assert said["frozen_default"]
    assert said["kw_only_default"]


@pytest.mark.parametrize("made", [facts.LineChanged, facts.Now, JournalEntry, effects.InputView, Outgoing])
def test_what_an_edge_makes_can_stand_in_a_set_and_takes_no_field_that_it_has_not(made):
    one = made(**{field.name: 0 for field in fields(made)})
    assert len({one, made(**{field.name: 0 for field in fields(made)})}) == 1
    with pytest.raises(AttributeError):
        one.more = 1
