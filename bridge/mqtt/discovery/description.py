"""The description of this device for Home Assistant, and the messages that publish a change of it.

The tables of `inputs`, `outputs`, `device` and `status`, and those of settings, list the entities;
this file combines them (`mqtt.md` 4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bridge import __version__
from bridge.core.definitions.settings import Settings
from bridge.mqtt.discovery.device import DEVICE_ROWS
from bridge.mqtt.discovery.input_settings import input_setting_rows
from bridge.mqtt.discovery.inputs import INPUT_ROWS
from bridge.mqtt.discovery.output_settings import output_setting_rows
from bridge.mqtt.discovery.outputs import OUTPUT_ROWS
from bridge.mqtt.discovery.row import DIAGNOSTIC, InputPart, OutputPart, Part, entities
from bridge.mqtt.discovery.setting_entity import CONFIG
from bridge.mqtt.discovery.status import STATUS_ROWS
from bridge.mqtt.topics import Topics
from bridge.text.printable import one_line
from ha_discovery import (
    DEVICE_REMOVAL,
    Availability,
    Device,
    Discovery,
    Entity,
    Origin,
    device_payload,
    encode,
    removal_payload,
)

Step = tuple[str, bytes]
"""A topic and its payload: retained, at QoS 1, one after the other."""

LEFT_OUT_FIRST = (CONFIG, DIAGNOSTIC, None)
"""Categories of entities, in the order in which a broker with a small limit for packets goes without them."""
_PROGRAM = "alarm2mqtt"
_QOS = 1
"""A lost command from Home Assistant would leave a siren sounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The last description published: its topic, and the platform of each component by its key."""

    topic: str
    components: Mapping[str, str]


def discovery_topic(settings: Settings) -> str:
    """Returns the topic of the description, whether discovery is on or not."""
    return Topics.of(settings).discovery


def describe(settings: Settings, clips: tuple[str, ...] = ()) -> Discovery:
    """Returns the whole device of these settings; `clips` are those in the folder of sounds."""
    topics = Topics.of(settings)
    device = settings.device
    return Discovery(
        device=Device(
            name=one_line(device.label) or device.id,
            identifiers=(device.id,),
            manufacturer=_PROGRAM,
            model=_PROGRAM,
            sw_version=__version__,
            suggested_area=one_line(device.area or "") or None,
        ),
        origin=Origin(name=_PROGRAM, sw_version=__version__),
        components=_components(settings, topics, clips),
        availability=Availability(topics=(topics.availability,)),
        qos=_QOS,
    )


def _components(settings: Settings, topics: Topics, clips: tuple[str, ...]) -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for one in settings.inputs:
        availability = topics.input(one.id).availability
        part = InputPart(
            settings=settings, topics=topics, id=one.id, label=one.label, availability=availability, input=one
        )
        found.update(entities((*INPUT_ROWS, *input_setting_rows(settings)), part))
    for other in settings.outputs:
        availability = topics.output(other.id).availability
        place = OutputPart(
            settings=settings, topics=topics, id=other.id, label=other.label, availability=availability, output=other
        )
        found.update(entities((*OUTPUT_ROWS, *output_setting_rows(settings)), place))
    found.update(entities((*DEVICE_ROWS, *STATUS_ROWS), Part(settings=settings, topics=topics, clips=clips)))
    return found


def fitting(whole: Discovery, at_most: int | None) -> Discovery | None:
    """Returns the description with as many entities as `at_most` bytes hold; None when they hold not even one.

    Settings are left out first, the last ones before others, then diagnostic entities, then the others.
    """
    if at_most is None or len(encode(device_payload(whole))) <= at_most:
        return whole
    kept = dict(whole.components)
    for category in LEFT_OUT_FIRST:
        for key in [key for key, entity in reversed(kept.items()) if entity.entity_category == category]:
            del kept[key]
            if not kept:
                return None
            smaller = replace(whole, components=dict(kept))
            if len(encode(device_payload(smaller))) <= at_most:
                return smaller
    return None


def announced(settings: Settings, at_most: int | None = None) -> Announced | None:
    """Returns the final description of `discovery` with these arguments; None when there is none."""
    if not settings.home_assistant.discovery:
        return None
    whole = fitting(describe(settings), at_most)
    if whole is None:
        return None
    components = {key: entity.platform for key, entity in whole.components.items()}
    return Announced(topic=discovery_topic(settings), components=components)


def read_announced(topic: str, payload: bytes) -> Announced | None:
    """Returns the description in a retained payload on the broker, or None if no component has a `unique_id`.

    It has the components of the settings before a restart, which are stored nowhere else.
    Another client's payload has no components to remove.
    """
    try:
        components = json.loads(payload)["components"].items()
        found = {key: part["platform"] for key, part in components if "unique_id" in part}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Announced(topic=topic, components=found) if found else None


def discovery(
    settings: Settings,
    previous: Settings | Announced | None = None,
    at_most: int | None = None,
    *,
    clips: tuple[str, ...] = (),
) -> tuple[Step, ...]:
    """Returns the messages, in order, after which Home Assistant has exactly this device.

    `previous` is the former state: settings, or the result of `read_announced`. A component that is removed,
    or whose platform changed, is first sent as platform only. Discovery that was turned off, and
    a changed device id or prefix, clear the old topic, which removes the device. A broker that takes `at_most` bytes
    gets a description with fewer entities, or none.
    """
    before = announced(previous) if isinstance(previous, Settings) else previous
    topic = discovery_topic(settings)
    if not settings.home_assistant.discovery:
        return ((before.topic, DEVICE_REMOVAL),) if before else ()
    whole = fitting(describe(settings, clips), at_most)
    if whole is None:
        return ()
    steps: list[Step] = []
    if before and before.topic != topic:
        steps.append((before.topic, DEVICE_REMOVAL))
    elif before:
        now = {key: entity.platform for key, entity in whole.components.items()}
        gone = {key: platform for key, platform in before.components.items() if now.get(key) != platform}
        if gone:
            steps.append((topic, encode(removal_payload(whole.device, whole.origin, gone))))
    steps.append((topic, encode(device_payload(whole))))
    return tuple(steps)
