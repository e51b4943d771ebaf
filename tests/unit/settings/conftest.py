from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import Fault, SettingsError
from bridge.settings.load import Loaded, load, validate

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts a text into the settings file, which only its owner may read."""

    def to_file(text: str) -> Path:
        path = tmp_path / "alarm2mqtt.yaml"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return path

    return to_file


@pytest.fixture
def loaded(write: Write, tmp_path: Path) -> Callable[..., Loaded]:
    """Loads a text; nothing of the machine's own environment or secrets takes part."""

    def from_text(text: str, *, environ: dict[str, str] | None = None, **layers: Any) -> Loaded:
        nowhere = tmp_path / "no-secrets"
        nowhere.mkdir(exist_ok=True)
        return load(write(text), environ={"ALARM2MQTT_SECRETS_DIR": str(nowhere), **(environ or {})}, **layers)

    return from_text


@pytest.fixture
def faults_of_file(loaded: Callable[..., Loaded]) -> Callable[..., tuple[Fault, ...]]:
    """The faults of a text, of which there must be some."""

    def from_text(text: str, **layers: Any) -> tuple[Fault, ...]:
        with pytest.raises(SettingsError) as refused:
            loaded(text, **layers)
        return refused.value.faults

    return from_text


@pytest.fixture
def faults_of() -> Callable[[object], dict[str, Fault]]:
    """The faults of a document by their paths; empty when there are none."""

    def from_document(document: object) -> dict[str, Fault]:
        faults: tuple[Fault, ...] = ()
        try:
            validate(document)
        except SettingsError as error:
            faults = error.faults
        assert len({fault.path for fault in faults}) == len(faults), "one fault a place"
        return {fault.path: fault for fault in faults}

    return from_document
