"""A validator does what the definition says: shown on a union with a second kind, which has a field of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic_core import ValidationError

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import OneOf, Range, Text
from bridge.core.definitions.lines import LineByName, LineByOffset
from bridge.settings.checks.allowed_values import Shape
from bridge.settings.checks.validator import if_sound, validated


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    kind: Literal["topic"] = "topic"
    topic: Text
    offset: Annotated[int, Range(0, 5)] = 0


def choose(value: Any) -> type | None:
    if not isinstance(value, Mapping):
        return None
    return Topic if value.get("kind") == "topic" else LineByOffset


CHOICE = OneOf(choose, "is no line", "a line", tag="kind")
FORMS = LineByOffset | LineByName | Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminal:
    line: Annotated[FORMS, CHOICE]
    folder: Path = Path("/")


LINES = Shape((LineByOffset, LineByName, Topic), (CHOICE,))


def test_each_kind_becomes_its_own_definition_and_is_written_as_it_was():
    one = validated(Terminal, {"line": {"kind": "topic", "topic": "a/b"}})
    assert one.line == Topic(topic="a/b")
    assert as_document(one.line) == {"kind": "topic", "topic": "a/b", "offset": 0}
    other = validated(Terminal, {"line": {"kind": "gpio", "chip": "a", "offset": 9}, "folder": "/mnt"})
    assert other == Terminal(line=LineByOffset(chip="a", offset=9), folder=Path("/mnt"))


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ({"kind": "topic", "topic": "", "offset": 6}, {"topic", "offset"}),
        ({"kind": "topic", "name": "A"}, {"topic", "name"}),
        ({"chip": "a", "offset": 1024}, {"offset"}),
        ("GPIO17", {"line"}),
    ],
)
def test_only_the_faults_of_the_kind_that_is_meant_are_reported(line, faults):
    with pytest.raises(ValidationError) as refused:
        validated(Terminal, {"line": line})
    assert {error["loc"][-1] for error in refused.value.errors()} == faults
    assert if_sound(Terminal, {"line": line}) is None


def test_what_is_allowed_is_that_of_the_kind_that_is_meant():
    topic, gpio = LINES.meant_by({"kind": "topic"}), LINES.meant_by({"kind": "gpio"})
    assert topic.keys == ("kind", "topic", "offset")
    assert topic.below("offset").range == "0 to 5"
    assert gpio.keys == ("chip", "offset", "name")
    assert gpio.below("offset").range == "0 to 1023"
    assert LINES.meant_by("GPIO17") is LINES
