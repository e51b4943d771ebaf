"""Presets of lines filled in: what is written beside a preset wins (`behaviour.md` 10).

A file in `settings/presets/` has the keys of one device. In those of MQTT `{topic}` is the topic that is written,
`{parent}` that without its last part, and `{grandparent}` without the last two; in those of HTTP `{address}` is the
address that is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.settings.location import Finding
from bridge.settings.presets.known_devices import presets

SECTIONS = ("inputs", "outputs")
BASES = {"mqtt": "topic", "http": "address"}
"""The key of a line from which its preset fills in the others, by the kind."""


def with_presets(document: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Returns a document in which every line with a preset has its keys; an unknown preset fills in nothing."""
    filled = dict(document)
    for section in SECTIONS:
        terminals = document.get(section)
        if isinstance(terminals, list | tuple) and any(_preset_of(each) is not None for each in terminals):
            filled[section] = [with_preset(each, section) for each in terminals]
    return filled


def with_preset(terminal: Any, section: str) -> Any:
    """Returns an input or output (`section`) with the keys of its line's preset; without one as it is."""
    name = _preset_of(terminal)
    preset = presets(section).get(name) if name is not None else None
    if preset is None:
        return terminal
    written = terminal["line"]
    base = BASES[preset["kind"]]
    value = written.get(base)
    if not isinstance(value, str) or not value:
        return terminal
    places = _places(value) if base == "topic" else {"{address}": value.rstrip("/")}
    others = {key: part for key, part in written.items() if key != "topic"}
    return {**terminal, "line": {"kind": preset["kind"], **_filled(preset["line"], places), **others}}


def preset_findings(document: Mapping[Any, Any]) -> Iterator[Finding]:
    """Yields a finding for each preset that does not exist, or is one for the other kind of terminal."""
    for section in SECTIONS:
        terminals = document.get(section)
        for index, each in enumerate(terminals if isinstance(terminals, list | tuple) else ()):
            name, known = _preset_of(each), tuple(presets(section))
            if name is not None and name not in known:
                from bridge.settings.checks.allowed_values import nearest  # noqa: PLC0415 - for a fault alone

                near = nearest(name, known)
                yield Finding(
                    loc=(section, index, "line", "preset"),
                    message="is no preset" + (f"; did you mean {near}?" if near else f" for {section}"),
                    allowed=", ".join(known),
                )
            elif name is not None and not each["line"].get(base := BASES[presets(section)[name]["kind"]]):
                yield Finding(
                    loc=(section, index, "line", base), message="is missing", allowed="that of the device", shown=False
                )


def _preset_of(terminal: Any) -> str | None:
    line = terminal.get("line") if isinstance(terminal, Mapping) else None
    name = line.get("preset") if isinstance(line, Mapping) else None
    return name if isinstance(name, str) and name else None


def _filled(part: Any, places: Mapping[str, str]) -> Any:
    """Returns a part of a preset with what is written in its places."""
    if isinstance(part, Mapping):
        return {key: _filled(value, places) for key, value in part.items()}
    if isinstance(part, str):
        for place, value in places.items():
            part = part.replace(place, value)
    return part


def _places(topic: str) -> dict[str, str]:
    above = topic.rpartition("/")[0] or topic
    return {"{topic}": topic, "{parent}": above, "{grandparent}": above.rpartition("/")[0] or above}
