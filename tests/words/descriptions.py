"""The messages that bring Home Assistant from one state of the settings to another, as the bridge publishes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.mqtt.discovery.description import Step, fitted, gone, parts, removals
from ha_discovery import DEVICE_REMOVAL


def steps(
    settings: Settings, previous: Settings | None = None, *, at_most: int | None = None, clips: tuple[str, ...] = ()
) -> tuple[Step, ...]:
    """Topic and payload of each, in order: removed devices, then each part, what is removed of it before the rest."""
    before = dict(_made(previous, None, ())) if previous is not None else {}
    return tuple(_steps(settings, before, at_most, clips))


def _steps(settings: Settings, before: dict[str, Any], at_most: int | None, clips: tuple[str, ...]) -> Iterator[Step]:
    now = dict(_made(settings, at_most, clips))
    yield from ((topic, DEVICE_REMOVAL) for topic in before if topic not in now)
    for part in parts(settings, clips):
        made = now.get(part.topic)
        if made is None:
            continue
        lost = gone(before[made.topic].platforms, made.platforms) if made.topic in before else {}
        if lost:
            yield from ((made.topic, payload) for payload in removals(part, lost))
        yield made.topic, made.payload


def _made(settings: Settings, at_most: int | None, clips: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if settings.home_assistant.discovery:
        for part in parts(settings, clips):
            made = fitted(part, at_most)
            if made is not None:
                yield made.topic, made


def payloads(settings: Settings, **more: Any) -> dict[str, dict[str, Any]]:
    """Topic → payload of each device."""
    return {topic: json.loads(body) for topic, body in steps(settings, **more)}


def components(settings: Settings, **more: Any) -> dict[str, dict[str, Any]]:
    """The components of all devices, by key."""
    return {key: one for body in payloads(settings, **more).values() for key, one in body["components"].items()}
