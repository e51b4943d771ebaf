"""What a terminal may not say when its line is in another device."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.core.definitions.lines import KINDS, Far
from bridge.settings.checks.far_lines import far_line_findings


class Contact(Far):
    for_outputs = False


class Plug(Far):
    for_inputs = False


class Lamp(Plug):
    shortest_phase_ms = None


MADE_UP = {**KINDS, "contact": Contact, "plug": Plug, "lamp": Lamp}


def findings(section: str, kind: str | None, **item: Any) -> dict[tuple[Any, ...], str]:
    line = {"name": "A"} if kind is None else {"kind": kind}
    found = far_line_findings({section: [(0, {"id": "a", "line": line, **item})]}, MADE_UP)
    return {finding.loc[2:]: finding.message for finding in found}


@pytest.mark.parametrize(
    ("section", "kind", "allowed"), [("inputs", "plug", "contact"), ("outputs", "contact", "plug")]
)
def test_a_kind_of_line_serves_inputs_or_outputs_as_it_can(section: str, kind: str, allowed: str) -> None:
    (found,) = far_line_findings({section: [(3, {"line": {"kind": kind}})]}, MADE_UP)
    assert (found.loc, found.message) == ((section, 3, "line", "kind"), f"is no kind of line for {section}")
    assert found.allowed is not None
    assert allowed in found.allowed.split(", ")


@pytest.mark.parametrize(
    ("section", "kind", "key", "value", "default"),
    [
        ("inputs", "contact", "connected_level", "high", "low"),
        ("inputs", "contact", "bias", "disabled", "pull_up"),
        ("outputs", "plug", "connected_level", "low", "high"),
        ("outputs", "plug", "drive", "open_drain", "push_pull"),
    ],
)
def test_a_setting_of_an_electrical_line_is_an_error_unless_it_is_the_default(
    section: str, kind: str, key: str, value: str, default: str
) -> None:
    assert list(findings(section, kind, **{key: value})) == [(key,)]
    assert findings(section, kind, **{key: default}) == {}
    assert findings(section, None, **{key: value}) == {}


def test_pulses_are_to_be_slow_enough_for_the_line() -> None:
    assert list(findings("outputs", "plug", mode="pulse")) == [("pulse", "on_ms"), ("pulse", "off_ms")]
    assert list(findings("outputs", "plug", mode="pulse", pulse={"on_ms": 1000})) == [("pulse", "off_ms")]
    assert findings("outputs", "plug", mode="pulse", pulse={"on_ms": 1000, "off_ms": 5000}) == {}
    assert findings("outputs", "plug", pulse={"on_ms": 50}) == {}
    assert findings("outputs", None, mode="pulse", pulse={"on_ms": 50}) == {}


def test_a_line_that_takes_no_pulses_says_so() -> None:
    slow = {"on_ms": 5000, "off_ms": 5000}
    assert findings("outputs", "lamp", mode="pulse", pulse=slow) == {("mode",): "is no mode of a line of this kind"}


@pytest.mark.parametrize("line", [None, "", 5, {"kind": "tin can"}, {"kind": None}])
def test_what_is_malformed_is_left_to_others(line: object) -> None:
    assert list(far_line_findings({"outputs": [(0, {"line": line, "mode": "pulse"})]}, MADE_UP)) == []
