"""What can be taken of a broken file to put its outputs to idle.

A file that was edited wrongly while the daemon ran on with the good settings must not keep the stop
hook from turning a siren off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bridge.errors import Fault, SettingsError
from bridge.settings.addon import Supervisor, options_layer
from bridge.settings.layers import environment, merged
from bridge.settings.load import load
from bridge.settings.model import OutputSettings, Settings
from bridge.settings.yaml_text import parse, read_text

DRIVING = ("id", "line", "connected_level", "drive", "valid_signal")
"""What decides the level at which an output is idle; an output with a fault in one of them is left alone."""


def load_outputs(
    path: Path | str,
    *,
    environ: Mapping[str, str] | None = None,
    supervisor: Supervisor | None = None,
) -> tuple[Settings, tuple[Fault, ...]]:
    """The settings, and the faults; of a file that has some, only driver, store and the outputs that are sound.

    Raises:
        SettingsError: when the file cannot be read or is no YAML, so that nothing is known of its outputs.
    """
    environ = os.environ if environ is None else environ
    options = options_layer(environ, supervisor or Supervisor()).values
    # These are given, so nobody is asked for a broker: nothing may delay this.
    try:
        # A stop hook of systemd has no credentials any more, and a line needs none.
        return load(path, environ=environ, options=options, secrets=False).settings, ()
    except SettingsError as error:
        document, _ = parse(read_text(Path(path)), Path(path))
        written = merged(options, document if isinstance(document, Mapping) else {})
        return _sound(merged(written, environment(environ).values)), error.faults


def _sound(document: Mapping[Any, Any]) -> Settings:
    """Each part alone, left out when it is wrong."""
    parts: dict[str, Any] = {}
    for name in ("device", "lines", "store"):
        try:
            parts[name] = getattr(Settings.model_validate({name: document.get(name)}), name)
        except ValidationError:
            continue
    written = document.get("outputs")
    outputs = [_output(one) for one in written] if isinstance(written, list | tuple) else []
    known = {output.id: output for output in reversed(outputs) if output is not None}
    return Settings(**parts, outputs=tuple(reversed(known.values())))


def _output(written: object) -> OutputSettings | None:
    if not isinstance(written, Mapping):
        return None
    try:
        return OutputSettings.model_validate({key: written[key] for key in DRIVING if key in written})
    except ValidationError:
        return None
