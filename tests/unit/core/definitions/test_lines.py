"""The form that a line is meant to be is chosen before anything of it is checked."""

from __future__ import annotations

import pytest

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import OneOf, Refused
from bridge.core.definitions.introspection import mark_at
from bridge.core.definitions.lines import SINKS, LineByName, LineByOffset
from bridge.core.definitions.outputs import OutputSettings

CHOOSE = mark_at(OutputSettings, "line", OneOf).choose


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ({"chip": "gpiochip0", "offset": 17}, LineByOffset),
        ({"name": "ALARM_IN1"}, LineByName),
        ({"name": "ALARM_IN1", "chip": "gpiochip0"}, LineByName),
        ({"name": "ALARM_IN1", "offset": 17}, LineByOffset),
        ({"kind": "gpio", "name": "ALARM_IN1"}, LineByName),
        ({"kind": None, "name": "ALARM_IN1"}, LineByName),
        ({"kind": "", "name": "ALARM_IN1"}, LineByName),
        ({"kind": "gpio"}, None),
        ({}, None),
        ("GPIO17", None),
    ],
)
def test_a_line_without_a_kind_is_a_gpio_line_by_offset_or_by_name(written, form):
    assert CHOOSE(written) is form


@pytest.mark.parametrize("kind", ["gpoi", 5, ["gpio"], {}, False])
def test_a_kind_that_there_is_not_is_refused_with_those_there_are(kind):
    with pytest.raises(Refused) as refused:
        CHOOSE({"kind": kind, "name": "A"})
    assert (refused.value.key, refused.value.allowed) == ("kind", ", ".join(SINKS))


def test_no_payload_names_the_kind_of_a_gpio_line():
    line = LineByOffset(chip="gpiochip0", offset=17)
    assert line.kind == "gpio"
    assert as_document(line) == {"chip": "gpiochip0", "offset": 17}
