"""MQTT lines that would hear or command this very device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.core.definitions.device import MqttSettings
from bridge.settings.location import Finding, Loc

Items = Sequence[tuple[int, Mapping[str, object]]]
TOPICS: tuple[tuple[str, ...], ...] = (("topic",), ("availability",), ("state", "topic"), ("ask", "topic"))


def loop_findings(
    mqtt: Mapping[str, object], device: Mapping[str, object], terminals: Mapping[str, Items]
) -> Iterator[Finding]:
    """Yields topics of `mqtt` lines below this device's own: an alarm would begin itself, or a siren silence itself."""
    base, own = mqtt.get("base_topic") or MqttSettings().base_topic, device.get("id")
    if not isinstance(own, str):
        return
    for section, items in terminals.items():
        for index, item in items:
            line = item.get("line")
            if not isinstance(line, Mapping) or line.get("kind") != "mqtt":
                continue
            for path in TOPICS:
                topic = _at(line, path)
                if isinstance(topic, str) and f"{topic}/".startswith(f"{base}/{own}/"):
                    loc: Loc = (section, index, "line", *path)
                    yield Finding(
                        loc=loc,
                        message="is a topic of this very device, which would follow itself",
                        allowed="a topic of another device",
                    )


def _at(line: Mapping[str, object], path: tuple[str, ...]) -> object:
    value: object = line
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
