"""The descriptions for Home Assistant: one of the bridge, and one of each input and output behind it.

The tables of `inputs`, `outputs`, `device` and `status`, and those of settings, list the entities;
this file combines them (`mqtt.md` 4). `old_form` knows the form that had everything in one description.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from bridge import __version__
from bridge.core.definitions.onvif_lines import OnvifLine
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.mqtt.discovery.cameras import CAMERA_ROWS
from bridge.mqtt.discovery.device import DEVICE_ROWS
from bridge.mqtt.discovery.input_settings import input_setting_rows
from bridge.mqtt.discovery.inputs import INPUT_DIAGNOSTICS, INPUT_ROWS, INPUT_TEST, triggers
from bridge.mqtt.discovery.output_settings import output_setting_rows
from bridge.mqtt.discovery.outputs import OUTPUT_DIAGNOSTICS, OUTPUT_ROWS
from bridge.mqtt.discovery.row import DIAGNOSTIC, CameraPart, InputPart, OutputPart, Part, entities
from bridge.mqtt.discovery.setting_entity import CONFIG
from bridge.mqtt.discovery.status import STATUS_ROWS
from bridge.mqtt.topics import Topics
from bridge.text.printable import one_line
from ha_discovery import Availability, Component, Device, Discovery, Origin, device_payload, encode, removal_payload

Step = tuple[str, bytes]
"""A topic and its payload: retained, at QoS 1, one after the other."""

LARGEST_BYTES = 32_000
"""Limit of every message of discovery, whatever the settings: brokers' own limits begin at 64 kB (`mqtt.md` 4)."""
LEFT_OUT_FIRST = (CONFIG, DIAGNOSTIC, None)
"""Categories of entities, in the order in which a description that is too large goes without them."""
REMOVED_AT_ONCE = 400
"""Components that one message removes; more are removed by several."""
_PROGRAM = "alarm2mqtt"
_ORIGIN = Origin(name=_PROGRAM, sw_version=__version__)
_QOS = 1
"""A lost command from Home Assistant would leave a siren sounding."""

Platforms = Mapping[str, str]
"""The components of a description that was published: the platform of each by its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One description as it fits: its topic, its payload, and what it has."""

    topic: str
    payload: bytes
    platforms: Platforms
    left_out: int = 0
    """Number of components that it has no room for."""


def parts(settings: Settings, clips: tuple[str, ...] = (), page: str | None = None) -> Iterator[Part]:
    """Yields everything that has a description, the bridge first, then cameras: `via_device` of others leads to them.

    `clips` are those in the folder of sounds, `page` is the page's address for a browser.
    """
    topics = Topics.of(settings)
    yield Part(settings=settings, topics=topics, clips=clips, page=page)
    for camera in settings.onvif_cameras:
        yield CameraPart(settings=settings, topics=topics, page=page, camera=camera)
    for one in settings.inputs:
        yield InputPart(settings=settings, topics=topics, page=page, input=one)
    for other in settings.outputs:
        yield OutputPart(settings=settings, topics=topics, page=page, output=other)


def describe(part: Part) -> Discovery:
    """Returns the whole description of one part."""
    if isinstance(part, CameraPart):
        device, components = _camera(part)
    elif isinstance(part, InputPart):
        device, components = _input(part)
    elif isinstance(part, OutputPart):
        device, components = _output(part)
    else:
        device, components = _bridge(part)
    return Discovery(
        device=device,
        origin=_ORIGIN,
        components=components,
        availability=Availability(topics=(part.topics.availability,)),
        qos=_QOS,
    )


def _bridge(part: Part) -> tuple[Device, dict[str, Component]]:
    own = part.settings.device
    device = Device(
        name=one_line(own.label) or own.id,
        identifiers=(own.id,),
        manufacturer=_PROGRAM,
        model=_PROGRAM,
        sw_version=__version__,
        suggested_area=one_line(own.area or "") or None,
        configuration_url=part.page,
    )
    return device, dict(entities((*DEVICE_ROWS, *STATUS_ROWS), part))


def _camera(part: CameraPart) -> tuple[Device, dict[str, Component]]:
    own = part.settings.device
    device = Device(
        name=f"Camera {part.camera}",
        identifiers=(f"{own.id}_{part.id}",),
        manufacturer=_PROGRAM,
        model="Camera",
        via_device=own.id,
        suggested_area=one_line(own.area or "") or None,
        configuration_url=part.page,
    )
    return device, dict(entities(CAMERA_ROWS, part))


def _input(part: InputPart) -> tuple[Device, dict[str, Component]]:
    one = part.input
    device = _terminal(part, one, "Alarm input", f"alarm-in?input={one.id}")
    rows = (*INPUT_ROWS, *input_setting_rows(part.settings), INPUT_TEST, *INPUT_DIAGNOSTICS)
    return device, {**dict(entities(rows, part)), **dict(triggers(part))}


def _output(part: OutputPart) -> tuple[Device, dict[str, Component]]:
    one = part.output
    device = _terminal(part, one, "Alarm output", f"alarm-out?output={one.id}")
    rows = (*OUTPUT_ROWS, *output_setting_rows(part.settings), *OUTPUT_DIAGNOSTICS)
    return device, dict(entities(rows, part))


def _terminal(part: Part, one: InputSettings | OutputSettings, model: str, path: str) -> Device:
    """Returns the device of a terminal, behind its camera's if its line is in one."""
    own = part.settings.device
    camera = one.line.camera if isinstance(one.line, OnvifLine) else None
    return Device(
        name=one_line(one.label) or part.id,
        identifiers=(f"{own.id}_{part.id}",),
        manufacturer=_PROGRAM,
        model=model,
        via_device=f"{own.id}_camera_{camera}" if camera in part.settings.onvif_cameras else own.id,
        suggested_area=one_line(one.area or "") or one_line(own.area or "") or None,
        configuration_url=f"{part.page}{path}" if part.page else None,
    )


def fitted(part: Part, at_most: int | None = None) -> Description | None:
    """Returns the description with as many components as fit; None when not even one does.

    `at_most` is the limit of the broker in bytes. Settings are left out first, the last ones before others, then
    diagnostic entities, then the others.
    """
    limit = LARGEST_BYTES if at_most is None else min(at_most, LARGEST_BYTES)
    whole = describe(part)
    payload = encode(device_payload(whole))
    if len(payload) <= limit:
        return Description(topic=part.topic, payload=payload, platforms=_platforms(whole))
    kept = dict(whole.components)
    for category in LEFT_OUT_FIRST:
        for key in [key for key, component in reversed(kept.items()) if component.entity_category == category]:
            del kept[key]
            if not kept:
                return None
            smaller = replace(whole, components=dict(kept))
            payload = encode(device_payload(smaller))
            if len(payload) <= limit:
                left_out = len(whole.components) - len(kept)
                return Description(topic=part.topic, payload=payload, platforms=_platforms(smaller), left_out=left_out)
    return None


def _platforms(whole: Discovery) -> Platforms:
    return {key: component.platform for key, component in whole.components.items()}


def gone(before: Platforms, now: Platforms) -> dict[str, str]:
    """Returns what is to be removed first: components that are no longer there, or under another platform."""
    return {key: platform for key, platform in before.items() if now.get(key) != platform}


def removals(part: Part, components: Platforms) -> Iterator[bytes]:
    """Yields the messages that remove components from a part's description: platforms only."""
    keys = list(components)
    whole = describe(part)
    for begin in range(0, len(keys), REMOVED_AT_ONCE):
        some = {key: components[key] for key in keys[begin : begin + REMOVED_AT_ONCE]}
        yield encode(removal_payload(whole.device, _ORIGIN, some))


def changed_parts(before: Settings, now: Settings) -> frozenset[str]:
    """Returns the ids of the parts whose descriptions may differ; the empty one is the bridge's."""
    was: dict[str, InputSettings | OutputSettings] = {one.id: one for one in before.inputs}
    was.update((one.id, one) for one in before.outputs)
    around = replace(before, inputs=(), outputs=()) == replace(now, inputs=(), outputs=())
    links = _names(before) == _names(now)
    found = [one.id for one in now.inputs if not (around and links) or was.get(one.id) != one]
    found += [one.id for one in now.outputs if not around or was.get(one.id) != one]
    if not around or before.inputs != now.inputs:
        found.append("")  # it has the sounds of all inputs
    return frozenset(found)


def _names(settings: Settings) -> list[tuple[str, str]]:
    """Returns what the inputs' descriptions have of the outputs."""
    return [(one.id, one.label) for one in settings.outputs]


def read_platforms(payload: bytes) -> Platforms | None:
    """Returns the components of a description on the broker, or None if it has none.

    They are those of the settings before a restart, which are stored nowhere else. What has a platform alone is
    a removal, and another client's payload has no components.
    """
    try:
        components = json.loads(payload)["components"].items()
        found = {key: part["platform"] for key, part in components if len(part) > 1}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return found or None
