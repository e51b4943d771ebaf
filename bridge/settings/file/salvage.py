"""Salvages the outputs of a broken file, to drive them to idle.

A file that was edited wrongly, emptied or removed while the daemon ran on with the good settings must
not keep the stop hook from turning a siren off.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bridge.core.definitions.lines import InputLine
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.errors import Fault, SettingsError
from bridge.settings.checks.presets import with_preset
from bridge.settings.checks.validator import if_sound
from bridge.settings.file.versioned_file import version_of
from bridge.settings.load import load
from bridge.settings.sources.addon import Supervisor, options_layer
from bridge.settings.sources.layers import environment, merged
from bridge.settings.yaml.parse import parse, read_text

DRIVING = ("id", "line", "connected_level", "drive", "valid_signal")
"""The keys that decide the idle level of an output; an output with a fault in one of them is left alone."""


def load_outputs(
    path: Path | str,
    *,
    environ: Mapping[str, str] | None = None,
    supervisor: Supervisor | None = None,
) -> tuple[Settings, tuple[Fault, ...]]:
    """Returns the settings without faults, or the faultless outputs of a faulty file together with its faults.

    Of a faulty file only driver, store and outputs are taken. The outputs of version 1 come first: a daemon that
    refused the file still runs with them.

    Raises:
        SettingsError: neither the file nor version 1 can be read, so no output is known.
    """
    environ, path = os.environ if environ is None else environ, Path(path)
    options = options_layer(environ, supervisor or Supervisor()).values
    # With explicit options the Supervisor is not asked for its broker, which could delay this.
    try:
        # A stop hook of systemd has no credentials any more, and a line needs none.
        loaded = load(path, environ=environ, options=options, secrets=False)
    except SettingsError as error:
        faults = error.faults
    else:
        if loaded.document or loaded.settings.outputs:
            return loaded.settings, ()
        faults = (Fault(path="", message="is empty", file=str(path)),)
    before, now = (_document(file, options=options, environ=environ) for file in (version_of(path.resolve(), 1), path))
    if before is None and now is None:
        raise SettingsError(faults)
    return _both(before or {}, now or {}), faults


def _document(file: Path, *, options: Mapping[str, Any], environ: Mapping[str, str]) -> Mapping[Any, Any] | None:
    """Returns the document of a file with the options below and the environment above it; None if it cannot be read."""
    try:
        document, _ = parse(read_text(file), file)
    except SettingsError:
        return None
    written = merged(options, document if isinstance(document, Mapping) else {})
    return merged(written, environment(environ).values)


def _both(before: Mapping[Any, Any], now: Mapping[Any, Any]) -> Settings:
    """Returns the outputs of two versions, each terminal and each line once, without lines that are inputs now."""
    old, new = _sound(before), _sound(now)
    inputs = now.get("inputs")
    taken = [_line(one) for one in inputs] if isinstance(inputs, list | tuple) else []
    outputs: list[OutputSettings] = []
    for output in (*old.outputs, *new.outputs):
        known = any(output.id == one.id or (output.line is not None and output.line == one.line) for one in outputs)
        if not known and (output.line is None or output.line not in taken):
            outputs.append(output)
    whole = old if old.outputs else new
    return replace(whole, outputs=tuple(outputs))


def _sound(document: Mapping[Any, Any]) -> Settings:
    """Returns the parts of a document that are faultless when checked alone.

    An output's later duplicates are left out.
    """
    parts: dict[str, Any] = {}
    for name in ("device", "mqtt", "lines", "store"):
        alone = if_sound(Settings, {name: document.get(name)})
        if alone is not None:
            parts[name] = getattr(alone, name)
    written = document.get("outputs")
    outputs = [_output(one) for one in written] if isinstance(written, list | tuple) else []
    known = {output.id: output for output in reversed(outputs) if output is not None}
    return Settings(**parts, outputs=tuple(reversed(known.values())))


def _line(written: object) -> InputLine | None:
    """Returns the line of an input, whatever else is wrong with the input; None if its line is wrong or absent."""
    if not isinstance(written, Mapping):
        return None
    alone = if_sound(InputSettings, with_preset({"id": "any", "line": written.get("line")}, "inputs"))
    return None if alone is None else alone.line


def _output(written: object) -> OutputSettings | None:
    """Returns an output with its driving keys alone, or None if one of them is wrong."""
    if not isinstance(written, Mapping):
        return None
    driving = {key: written[key] for key in DRIVING if key in written}
    return if_sound(OutputSettings, with_preset(driving, "outputs"))
