from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.numbers import whole_number


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_is_the_same_in_both_of_pythons_types(number):
    for written in (number, float(number)):
        found = whole_number(written)
        assert (found, type(found)) == (number, int)


@pytest.mark.parametrize("written", ["5000", "5000.0", "5e3", "5.0E+3", "500000e-2"])
def test_every_notation_of_json_is_the_same_number(written):
    assert whole_number(json.loads(written)) == 5000


@pytest.mark.parametrize("value", [1500.5, True, False, "5000", None, [5000], float("nan"), float("inf"), -0.5])
def test_nothing_else_is_a_whole_number(value):
    assert whole_number(value) is None
