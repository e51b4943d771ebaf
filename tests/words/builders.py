"""Settings in the words of a test: `an_input("door", outputs=["siren"])`."""

from __future__ import annotations

from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.settings.checks.validator import validated

LINKAGE = {"camera", "outputs", "audible", "record", "email", "ftp", "silence", "disarm"}


def an_input(input_id: str, **settings: Any) -> dict[str, Any]:
    """An input of the simulated board that settles at once; linkage keys may stand beside the others."""
    linkage = {key: settings.pop(key) for key in LINKAGE & settings.keys()}
    return {"id": input_id, "debounce_ms": 0, "linkage": linkage, **settings}


def an_output(output_id: str, **settings: Any) -> dict[str, Any]:
    """An output of the simulated board."""
    return {"id": output_id, **settings}


def settings_of(*parts: dict[str, Any], **top: Any) -> Settings:
    """Settings with these inputs and outputs (told apart by their linkage), no start-up grace, UTC."""
    device = {"id": "front-gate", "startup_grace_s": 0, "timezone": "UTC", **top.pop("device", {})}
    return validated(
        Settings,
        {
            "device": device,
            "lines": {"driver": "simulated"},
            "inputs": [part for part in parts if "linkage" in part],
            "outputs": [part for part in parts if "linkage" not in part],
            **top,
        },
    )
