"""Cameras, inputs and outputs added in one edit."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.errors import SettingsError
from bridge.settings.edits.edits import take_over

GATE: dict[str, Any] = {"onvif": "http://10.0.0.2/onvif"}


def test_what_is_there_stays_and_what_is_new_comes_behind_it() -> None:
    document = {"device": {"id": "a"}, "cameras": {"yard": {}}, "inputs": [{"id": "door"}]}
    found = {"cameras": {"gate": GATE}, "inputs": [{"id": "moves"}], "outputs": [{"id": "siren"}]}
    made = take_over(found).make(document)
    assert made.document == {
        "device": {"id": "a"},
        "cameras": {"yard": {}, "gate": GATE},
        "inputs": [{"id": "door"}, {"id": "moves"}],
        "outputs": [{"id": "siren"}],
    }
    assert document["inputs"] == [{"id": "door"}]
    assert made.touched == (("cameras",), ("inputs",), ("outputs",))


@pytest.mark.parametrize(
    ("found", "path"),
    [
        ({"cameras": {"yard": GATE}}, "cameras.yard"),
        ({"mqtt": {"host": "a"}}, "mqtt"),
        ({"cameras": []}, "cameras"),
        ({"inputs": {"id": "a"}}, "inputs"),
    ],
)
def test_a_camera_that_is_there_and_anything_else_is_refused(found: dict[str, Any], path: str) -> None:
    with pytest.raises(SettingsError) as refused:
        take_over(found).make({"cameras": {"yard": {}}})
    assert [fault.path for fault in refused.value.faults] == [path]
