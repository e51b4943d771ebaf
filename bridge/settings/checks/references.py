"""Ties between parts of the settings: ids, links, schedules, cameras.

Works on the document itself and overlooks what is malformed in it (the validator reports that), so that
a person hears of both in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bridge.core.definitions.channels import CHANNELS, KEYS
from bridge.settings.checks.addresses import broker_findings, host_findings, page_findings, timezone_findings
from bridge.settings.checks.combined_lines import combined_findings
from bridge.settings.checks.far_lines import far_line_findings
from bridge.settings.checks.health_lines import health_findings
from bridge.settings.checks.http_lines import http_findings
from bridge.settings.checks.line_conflicts import wiring_findings
from bridge.settings.checks.mqtt_loops import loop_findings
from bridge.settings.checks.onvif_lines import onvif_findings
from bridge.settings.free_id import TAKEN_BY_THE_DEVICE
from bridge.settings.location import Finding, Loc, means

_Items = list[tuple[int, Mapping[str, object]]]
_SHOWN_IDS = 12
ADDRESSES = ("onvif", "snapshot", "stream")
"""The ways to a camera, of which it needs one."""


def findings(document: Mapping[object, object]) -> Iterator[Finding]:
    """Yields a finding for each reference that leads nowhere, and for each part that excludes another one.

    Malformed parts are passed over.
    """
    inputs, outputs = _items(document, "inputs"), _items(document, "outputs")
    yield from _ids(inputs, outputs)
    terminals = {"inputs": inputs, "outputs": outputs}
    yield from wiring_findings(section(document, "lines"), terminals)
    yield from far_line_findings(terminals)
    yield from loop_findings(section(document, "mqtt"), section(document, "device"), terminals)
    yield from combined_findings(inputs)
    yield from onvif_findings(section(document, "cameras"), terminals)
    yield from health_findings(document, inputs)
    yield from http_findings(section(document, "web"), inputs)
    yield from _schedules(document, inputs, outputs)
    yield from _links(document, inputs, outputs)
    yield from _cameras(document, inputs)
    yield from _needs(document, inputs)
    yield from _stop_buttons(inputs)
    yield from host_findings({name: section(document, name) for name in ("mqtt", *KEYS, "web")})
    yield from broker_findings(section(document, "mqtt"))
    yield from page_findings(document.get("web"))
    yield from timezone_findings(section(document, "device"))


def section(document: Mapping[object, object] | Mapping[str, object], key: str) -> Mapping[str, object]:
    """Returns a part that is a mapping, or an empty one where the part is absent or malformed."""
    part = document.get(key)
    return part if isinstance(part, Mapping) else {}


def _items(document: Mapping[object, object], key: str) -> _Items:
    """Returns the mappings of a list with their indexes; empty where the list is absent or malformed."""
    part = document.get(key)
    if not isinstance(part, list | tuple):
        return []
    return [(index, item) for index, item in enumerate(part) if isinstance(item, Mapping)]


def _ids(inputs: _Items, outputs: _Items) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for kind, items in (("inputs", inputs), ("outputs", outputs)):
        for index, item in items:
            own = item.get("id")
            if not isinstance(own, str):
                continue
            if kind == "inputs" and own in TAKEN_BY_THE_DEVICE:
                yield Finding(
                    loc=(kind, index, "id"), message="is a name that is taken", allowed=f"any other, such as {own}-1"
                )
            elif own in first:
                yield Finding(
                    loc=(kind, index, "id"),
                    message=f"is used by {first[own]} as well",
                    allowed="an id that no other input or output has",
                )
            first.setdefault(own, f"{kind}[{index}]")


def _schedules(document: Mapping[object, object], inputs: _Items, outputs: _Items) -> Iterator[Finding]:
    named = document.get("schedules")
    if named is not None and not isinstance(named, Mapping):
        return
    names = [str(name) for name in named or {}]
    for name in ("always", "never"):
        if name in names:
            yield Finding(loc=("schedules", name), message="is a name that is taken", allowed="any other", shown=False)
    used: list[tuple[Loc, object]] = [(("inputs", index, "schedule"), item.get("schedule")) for index, item in inputs]
    used += [
        (("outputs", index, "timing", "schedule"), section(item, "timing").get("schedule")) for index, item in outputs
    ]
    known = list(dict.fromkeys(["always", "never", *names]))
    for loc, ref in used:
        if isinstance(ref, str) and ref and ref not in known:
            yield Finding(
                loc=loc,
                message="names a schedule that does not exist",
                allowed=_choice(known),
                because=(("schedules",),),
            )


def _links(document: Mapping[object, object], inputs: _Items, outputs: _Items) -> Iterator[Finding]:
    if document.get("outputs") is not None and not isinstance(document["outputs"], list | tuple):
        return
    known = [str(item["id"]) for _, item in outputs if isinstance(item.get("id"), str)]
    for index, item in inputs:
        links = section(item, "linkage").get("outputs")
        for nth, link in enumerate(links if isinstance(links, list | tuple) else ()):
            if isinstance(link, str) and link not in known:
                yield Finding(
                    loc=("inputs", index, "linkage", "outputs", nth),
                    message="names an output that does not exist",
                    allowed=_choice(known) or "nothing: there are no outputs",
                    because=(("outputs",), *(("outputs", place, "id") for place, _ in outputs)),
                )


def _cameras(document: Mapping[object, object], inputs: _Items) -> Iterator[Finding]:
    cameras = section(document, "cameras")
    blind = [name for name, camera in cameras.items() if not any(_has(camera, key) for key in ADDRESSES)]
    for name in blind:
        if isinstance(cameras[name], Mapping | None):
            loc: Loc = ("cameras", str(name))
            yield Finding(
                loc=loc,
                message="has neither onvif nor snapshot nor stream",
                shown=False,
                because=tuple((*loc, key) for key in ADDRESSES),
            )
    for nth, item in inputs:
        linkage = section(item, "linkage")
        named = linkage.get("camera")
        if isinstance(named, str) and named and cameras and named not in cameras:
            yield Finding(
                loc=("inputs", nth, "linkage", "camera"),
                message="names a camera that does not exist",
                allowed=_choice([str(name) for name in cameras]),
            )
            continue
        taken = str(named or next(iter(cameras), ""))
        camera = cameras.get(taken)
        has_stream = _has(camera, "stream") or _has(camera, "onvif")
        if _on(linkage.get("record")) and _has(camera, "snapshot") and not has_stream:
            yield Finding(
                loc=("inputs", nth, "linkage", "record"),
                message=f"needs a stream of camera {taken}, which has none",
                shown=False,
                because=(("cameras", taken, "stream"),),
            )


def _needs(document: Mapping[object, object], inputs: _Items) -> Iterator[Finding]:
    """Yields a finding for each section that a linkage uses and that is absent, at its first use only."""
    uses: tuple[tuple[str, str, Callable[[object], bool]], ...] = (
        *((channel.key, channel.key, _on) for channel in CHANNELS),
        ("record", "recording", _on),
        ("audible", "audio", lambda value: isinstance(value, Mapping)),
        ("camera", "cameras", lambda value: isinstance(value, str) and value != ""),
        *((channel.key, "cameras", _on) for channel in CHANNELS if channel.one_a_picture),
        ("record", "cameras", _on),
    )
    told: set[str] = set()
    for key, needed, used in uses:
        users = [index for index, item in inputs if used(section(item, "linkage").get(key))]
        if users and needed not in told and not _is_there(document, needed):
            told.add(needed)
            others = f" ({len(users) - 1} more inputs need it)" if len(users) > 1 else ""
            yield Finding(
                loc=("inputs", users[0], "linkage", key),
                message=f"needs the section {needed}, which is missing{others}",
                shown=False,
                because=((needed,),),
            )


def _stop_buttons(inputs: _Items) -> Iterator[Finding]:
    """Yields a finding for each thing that an input with `linkage.silence` would start: its alarm only stops."""
    for index, item in inputs:
        linkage = section(item, "linkage")
        if not _on(linkage.get("silence")):
            continue
        for key in ("outputs", "audible", "record", *KEYS):
            value = linkage.get(key)
            if _on(value) or (isinstance(value, list | tuple | Mapping) and value):
                yield Finding(
                    loc=("inputs", index, "linkage", key),
                    message="is started by no input with linkage.silence, whose alarm only stops",
                    allowed="nothing here, or an input of its own for it",
                    shown=False,
                    because=(("inputs", index, "linkage", "silence"),),
                )


def _is_there(document: Mapping[object, object], needed: str) -> bool:
    part = document.get(needed)
    return part is not None and (needed != "cameras" or part != {})


def _has(part: object, key: str) -> bool:
    return isinstance(part, Mapping) and part.get(key) not in (None, "")


def _on(value: object) -> bool:
    return means(value, on=True)


def _choice(known: list[str]) -> str:
    """Returns the known words as one text; those after the first twelve only as a number."""
    more = len(known) - _SHOWN_IDS
    return ", ".join(known[:_SHOWN_IDS]) + (f" and {more} more" if more > 0 else "")
