"""The lines that a camera offers, as inputs and outputs of the settings (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.core.definitions.device import host_id
from bridge.settings.free_id import id_of

if TYPE_CHECKING:
    from bridge.lines.onvif.event_properties import OfferedEvent
    from bridge.lines.onvif.requests import Relay
    from bridge.lines.onvif.survey import Survey

LONGEST_CAMERA_ID = 20
"""Characters, so that the ids of its terminals have room for what they are."""
HOLD_S = 5
"""The time proposed for an event without an end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTerminal:
    """An input or output; `is_offered`: it can be taken as it is, without a thought."""

    id: str
    line: Mapping[str, str | int]
    is_offered: bool = True


def camera_id(title: str, taken: set[str]) -> str:
    """Returns a new id for a camera that calls itself so, and adds it to `taken`."""
    words = title if re.search("[A-Za-z0-9]", title) else "camera"
    return _id(host_id(words)[:LONGEST_CAMERA_ID].strip("-"), taken)


def offered_inputs(camera: str, found: Survey, taken: set[str]) -> list[OfferedTerminal]:
    """Returns a camera's alarm inputs, then the events that a word stands for, then the others.

    The ids are new, and added to `taken`. An event that no word stands for is most often none that should alarm.
    """
    inputs = [
        OfferedTerminal(
            id=_id(f"{camera}-{token}", taken), line={"kind": "onvif_input", "camera": camera, "token": token}
        )
        for token in found.inputs
    ]
    known = [_event(camera, each, taken) for each in found.events if each.event is not None]
    others = [_event(camera, each, taken) for each in found.events if each.event is None]
    return [*inputs, *known, *others]


def offered_output(camera: str, relay: Relay, taken: set[str]) -> OfferedTerminal:
    """Returns a camera's relay as an output, whose id is new, and added to `taken`."""
    line = {"kind": "onvif_relay", "camera": camera, "token": relay.token}
    return OfferedTerminal(id=_id(f"{camera}-{relay.token}", taken), line=line)


def _event(camera: str, offered: OfferedEvent, taken: set[str]) -> OfferedTerminal:
    line: dict[str, str | int] = {"kind": "onvif_event", "camera": camera}
    name = offered.event or offered.topic.rpartition("/")[2]
    if offered.event is not None:
        line["event"] = offered.event
    else:
        line["topic"] = offered.topic
        if offered.item is not None:
            line["item"] = offered.item
    if not offered.has_end:
        line["hold_s"] = HOLD_S
    return OfferedTerminal(id=_id(f"{camera}-{name}", taken), line=line, is_offered=offered.event is not None)


def _id(name: str, taken: set[str]) -> str:
    made = id_of(name, taken)
    taken.add(made)
    return made
