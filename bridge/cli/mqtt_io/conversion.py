"""mqtt-io's settings document as one of ours, with faults and remarks (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.cli.mqtt_io.broker import MovedBroker, move_broker
from bridge.cli.mqtt_io.draft import Draft
from bridge.cli.mqtt_io.source import Notes, Part
from bridge.cli.mqtt_io.terminals import Moved, move_input, move_output

_NO_COUNTERPART = "has no counterpart: alarm2mqtt has contacts and outputs, no {}"
_ABSENT = {
    "sensor_modules": "sensors",
    "sensor_inputs": "sensors",
    "stream_modules": "streams",
    "stream_reads": "streams",
    "stream_writes": "streams",
}
_WORDS = {
    "logging": "has no counterpart: log.level and log.format set the program's own log",
    "reporting": "has no counterpart: nothing is reported to anybody",
    "options": "",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """The settings that mqtt-io's become, for what has a counterpart."""

    document: dict[str, Any]
    """Without the password, and only right if there are no faults."""
    broker: MovedBroker
    terminals: tuple[Moved, ...]


def convert(given: Mapping[Any, Any], *, host: str, folder: Path) -> tuple[Conversion, Notes]:
    """Returns the settings, and the notes about them.

    `host` is this machine's name, `folder` the folder of mqtt-io's file.
    """
    notes, draft = Notes(), Draft()
    whole = Part(given, (), notes)
    broker = move_broker(draft, whole.part("mqtt") or Part({}, ("mqtt",), notes), host=host, folder=folder)
    modules = {module.required("name"): module for module in whole.parts("gpio_modules")}
    for module in modules.values():
        if not module.flag("cleanup", default=True):
            notes.remark(module.at("cleanup"), "has no counterpart: here outputs are off when the program ends")
    draft.document |= {"inputs": [], "outputs": []}
    moved = [move_input(draft, modules, one) for one in whole.parts("digital_inputs")]
    moved += [move_output(draft, modules, one) for one in whole.parts("digital_outputs")]
    for key, what in _ABSENT.items():
        for part in whole.parts(key):
            notes.remark(part.loc, _NO_COUNTERPART.format(what))
    whole.leave(_WORDS)
    if not notes.faults:
        draft.hold_to_the_rules(notes)
    return Conversion(
        document=draft.document, broker=broker, terminals=tuple(one for one in moved if one is not None)
    ), notes
