"""The stop hook needs no secrets: where they have been taken away already, its outputs are known all the same."""

from __future__ import annotations

import pytest

from bridge.errors import SettingsError
from bridge.settings.file.salvage import load_outputs
from bridge.settings.load import load

TEXT = """
mqtt: {password_file: /run/credentials/gone}
outputs: [{id: siren, line: {chip: a, offset: 1}}]
"""
GONE = {"ALARM2MQTT_SECRETS_DIR": "/run/credentials/gone"}


def test_secrets_that_are_gone_are_no_fault_for_the_stop_hook(write):
    settings, faults = load_outputs(write(TEXT), environ=GONE)
    assert [output.id for output in settings.outputs] == ["siren"]
    assert not faults


def test_for_the_daemon_they_are(write):
    with pytest.raises(SettingsError) as refused:
        load(write(TEXT), environ=GONE)
    assert len(refused.value.faults) == 2
