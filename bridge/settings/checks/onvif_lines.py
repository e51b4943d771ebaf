"""Lines in cameras: cameras that are not there, events that are none, and relays that cannot do as they are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.core.definitions.onvif_lines import ONVIF_KINDS
from bridge.settings.location import Finding, Loc

Items = Sequence[tuple[int, Mapping[str, object]]]


def onvif_findings(cameras: Mapping[str, object], terminals: Mapping[str, Items]) -> Iterator[Finding]:
    """Yields a finding for each line in a camera that cannot be what it is set to be.

    Malformed parts are passed over.
    """
    for section, items in terminals.items():
        for index, item in items:
            line = item.get("line")
            if not isinstance(line, Mapping) or line.get("kind") not in ONVIF_KINDS:
                continue
            loc: Loc = (section, index, "line")
            yield from _camera(loc, line, cameras)
            if line["kind"] == "onvif_event":
                yield from _event(loc, line)
            if line["kind"] == "onvif_relay":
                yield from _relay((section, index), item, line)


def _camera(loc: Loc, line: Mapping[str, object], cameras: Mapping[str, object]) -> Iterator[Finding]:
    """Yields a camera that does not exist, or that has no ONVIF address where one is needed."""
    name = line.get("camera")
    if not isinstance(name, str) or not name:
        return
    if name not in cameras:
        yield Finding(
            loc=(*loc, "camera"),
            message="names a camera that does not exist",
            allowed=", ".join(str(each) for each in cameras) or "a camera below cameras",
            because=(("cameras",),),
        )
        return
    camera = cameras[name]
    if line["kind"] != "camera_lost" and isinstance(camera, Mapping) and not camera.get("onvif"):
        yield Finding(
            loc=(*loc, "camera"),
            message=f"needs cameras.{name}.onvif, the address of its device service",
            shown=False,
            because=(("cameras", name, "onvif"),),
        )


def _event(loc: Loc, line: Mapping[str, object]) -> Iterator[Finding]:
    """Yields an event that is named in two ways or none, and one whose end many cameras never send."""
    word, topic = line.get("event"), line.get("topic")
    if bool(word) == bool(topic):
        yield Finding(
            loc=loc,
            message="has both event and topic" if word else "has neither event nor topic",
            allowed="one of them",
            shown=False,
            because=((*loc, "event"), (*loc, "topic")),
        )
    if line.get("item") and not topic:
        yield Finding(loc=(*loc, "item"), message="goes with topic alone", allowed="nothing here", shown=False)
    if word == "line_crossing" and not line.get("hold_s"):
        yield Finding(
            loc=loc,
            message="needs hold_s: most cameras send a crossing without an end",
            allowed="hold_s: 5",
            shown=False,
            because=((*loc, "hold_s"),),
        )


def _relay(loc: Loc, item: Mapping[str, object], line: Mapping[str, object]) -> Iterator[Finding]:
    """Yields what a relay that falls back by itself cannot do: stay active while idle, and pulse."""
    if line.get("mode") == "bistable":
        return
    allowed, because = "line.mode: bistable", ((*loc, "line", "mode"),)
    if item.get("valid_signal") == "disconnect":
        message = "needs a bistable relay: a monostable one falls back by itself"
        yield Finding(loc=(*loc, "valid_signal"), message=message, allowed=allowed, because=because)
    if item.get("mode") == "pulse":
        message = "is no mode of a monostable relay, which times itself"
        yield Finding(loc=(*loc, "mode"), message=message, allowed=f"switch, or {allowed}", because=because)
