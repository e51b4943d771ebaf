"""What people write is made ready for the check, and nothing else of it is changed."""

from __future__ import annotations

from typing import Any

import pytest

from bridge.core.definitions.settings import Settings
from bridge.settings.checks.tidy import tidy, with_host_id
from bridge.settings.checks.validator import validated


def an_output(**settings: Any) -> dict[str, Any]:
    return {"outputs": [settings]}


@pytest.mark.parametrize(
    ("written", "ready"),
    [
        ({"mqtt": {"client_id": "", "host": "a", "port": None}}, {"mqtt": {"host": "a"}}),
        ({"mqtt": {"host": ""}}, {"mqtt": {"host": ""}}),
        ({"mqtt": None}, {}),
        ({"email": {"sender": None, "port": True}}, {"email": {"port": "True"}}),
        ({"web": {"enabled": True}}, {"web": {"enabled": True}}),
        (an_output(max_active_s=False, follow_source=False), an_output(max_active_s="False", follow_source=False)),
        (an_output(line={"kind": "gpio", "name": "A", "chip": ""}), an_output(line={"name": "A"})),
        (an_output(line={"kind": "gpoi", "name": "A"}), an_output(line={"kind": "gpoi", "name": "A"})),
        (an_output(on_broker_loss={"stop_after_s": True}), an_output(on_broker_loss={"stop_after_s": "True"})),
        (an_output(on_broker_loss="keep"), an_output(on_broker_loss="keep")),
        ({"cameras": {"gate": {"ring": {"keep_s": None}}}}, {"cameras": {"gate": {"ring": {}}}}),
        ({"schedules": {"nights": {"mon": None}}}, {"schedules": {"nights": {"mon": None}}}),
        ({"inputs": "door", "no setting": None, "lines": 5}, {"inputs": "door", "no setting": None, "lines": 5}),
    ],
)
def test_empty_keys_are_left_out_and_truth_values_are_no_numbers(written, ready):
    before = repr(written)
    assert tidy(written, Settings) == ready
    assert repr(written) == before


@pytest.mark.parametrize("written", [{}, {"device": None}, {"device": {}}, {"device": {"id": None}}])
def test_a_device_without_an_id_is_called_like_its_host(written):
    assert with_host_id(written, "Front_Gate.local")["device"]["id"] == "front-gate-local"


@pytest.mark.parametrize("written", [{"device": {"id": "gate"}}, {"device": {"id": ""}}, {"device": 5}])
def test_an_id_that_is_written_stays_right_or_wrong(written):
    assert with_host_id(written, "host") == written


def test_what_is_left_out_is_a_default_of_the_definitions_own():
    settings = validated(Settings, {"device": {"id": "gate"}})
    assert settings.mqtt is Settings().mqtt
