"""Digital inputs and outputs of mqtt-io as alarm inputs and outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.cli.mqtt_io.draft import Draft
from bridge.cli.mqtt_io.modules import Wiring, wiring
from bridge.cli.mqtt_io.source import Part
from bridge.core.definitions.outputs import SHORTEST_ALARM_MS
from bridge.core.definitions.vocabulary import BINARY_SENSOR_CLASSES
from bridge.settings.free_id import id_of

DEBOUNCE_MS = 100
"""mqtt-io's default of both `bouncetime` and `poll_interval`, and the longest that is taken from there."""
_LONGEST_ALARM_MS = 86_400_000
_KINDS = {"siren": "siren", "lock": "lock"}
_SWITCH_CLASSES = ("outlet", "switch")
_HOME_ASSISTANT = "Home Assistant's entity has no such key here"
_SERVES_A_CHIP = "has no counterpart: a chip's pins are lines of the kernel, which serves its interrupt"
_PULL_OF_AN_OUTPUT = "is no key of an output, not in mqtt-io either"
_INPUT_WORDS = {
    "poll_when_interrupt_for": "",
    "retain": "",
    "interrupt_for": _SERVES_A_CHIP,
}
_OUTPUT_WORDS = {
    "publish_initial": "",
    "retain": "",
    "pullup": _PULL_OF_AN_OUTPUT,
    "pulldown": _PULL_OF_AN_OUTPUT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A terminal that has been taken over: its name in mqtt-io and its id here."""

    name: str
    id: str
    is_output: bool
    retained: bool
    """Whether mqtt-io leaves its state at the broker."""
    component: str
    """The platform of its entity in Home Assistant that mqtt-io announces."""
    says_on_and_off: bool
    """Whether its payloads are ON and OFF."""


def move_input(draft: Draft, modules: Mapping[str, Part], given: Part) -> Moved | None:
    """Adds a digital input to the draft. Returns it, or None, with a remark or fault, if it has no line here."""
    name, wired = _wired(modules, given, is_output=False)
    if wired is None:
        return None
    on_is_high = wired.on_is_high != given.flag("inverted")
    # A pull-up's contact is to ground and a pull-down's is to the supply, whatever is called on.
    connected_is_high = {"pull_up": False, "pull_down": True}.get(wired.bias, on_is_high)
    shown = _shown(given, "binary_sensor", BINARY_SENSOR_CLASSES)
    own = id_of(name, draft.ids())
    draft.item(
        "inputs",
        {
            "id": (own, given.at("name")),
            **_names(given, own, name, shown),
            "line": (wired.line, given.at("pin")),
            "connected_level": ("high" if connected_is_high else "low", given.loc),
            "bias": (wired.bias, given.loc),
            "trigger_mode": ("connect" if connected_is_high == on_is_high else "disconnect", given.loc),
            "debounce_ms": (_debounce_ms(given), given.loc),
            "device_class": (shown.device_class, (*given.at("ha_discovery"), "device_class")),
        },
    )
    says = _payloads(given)
    retained = given.flag("retain")
    given.leave(_INPUT_WORDS)
    return Moved(name=name, id=own, is_output=False, retained=retained, component=shown.component, says_on_and_off=says)


def move_output(draft: Draft, modules: Mapping[str, Part], given: Part) -> Moved | None:
    """Adds a digital output to the draft. Returns it, or None, with a remark or fault, if it has no line here."""
    name, wired = _wired(modules, given, is_output=True)
    if wired is None:
        return None
    on_is_high = wired.on_is_high != given.flag("inverted")
    shown = _shown(given, "switch", _SWITCH_CLASSES)
    own = id_of(name, draft.ids())
    draft.item(
        "outputs",
        {
            "id": (own, given.at("name")),
            **_names(given, own, name, shown),
            "line": (wired.line, given.at("pin")),
            "connected_level": ("high" if on_is_high else "low", given.loc),
            "kind": (_KINDS.get(shown.component), (*given.at("ha_discovery"), "component")),
            "alarm_time_ms": (_time_ms(given), given.at("timed_set_ms")),
            "device_class": (shown.device_class, (*given.at("ha_discovery"), "device_class")),
        },
    )
    says = _payloads(given)
    initial = given.word("initial", ("high", "low"))
    if initial is not None and (initial == "high") == on_is_high:
        given.notes.remark(given.at("initial"), "has no counterpart: here an output is off at the start")
    retained = given.flag("retain")
    given.leave(_OUTPUT_WORDS)
    return Moved(name=name, id=own, is_output=True, retained=retained, component=shown.component, says_on_and_off=says)


def _wired(modules: Mapping[str, Part], given: Part, *, is_output: bool) -> tuple[str, Wiring | None]:
    """Returns name and wiring; no wiring, with a remark or fault, if the terminal cannot be taken over."""
    name, module = given.required("name"), given.required("module")
    if not name or not module:
        return name, None
    if module not in modules:
        given.notes.wrong(given.at("module"), "names no module of gpio_modules")
        return name, None
    return name, wiring(modules[module], given, "output" if is_output else "input")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A terminal's entity in Home Assistant, as its `ha_discovery` has it."""

    name: str = ""
    component: str
    device_class: str | None = None


def _shown(given: Part, component: str, classes: tuple[str, ...]) -> _Shown:
    """Returns the entity; a device class that is none of `classes` is left out with a remark."""
    part = given.part("ha_discovery")
    if part is None:
        return _Shown(component=component)
    name, platform, kind = part.text("name"), part.text("component", component), part.text("device_class")
    if platform != component and platform not in _KINDS:
        given.notes.remark(part.at("component"), f"has no counterpart: it is a {component} here")
    if kind and kind not in classes:
        given.notes.remark(part.at("device_class"), f"has no counterpart for a {component}")
        kind = ""
    part.leave({}, other=_HOME_ASSISTANT)
    return _Shown(name=name, component=platform, device_class=kind or None)


def _names(given: Part, own: str, name: str, shown: _Shown) -> dict[str, tuple[Any, tuple[str | int, ...]]]:
    """Returns the name for people, where it says more than the id."""
    origin = (*given.at("ha_discovery"), "name") if shown.name else given.at("name")
    spoken = shown.name or name
    return {"name": (spoken if spoken != own else None, origin)}


def _debounce_ms(given: Part) -> int:
    """Returns the debounce; every edge is seen here, so a slower poll is no reason for a longer one."""
    bounce_ms, poll_s = given.whole("bouncetime"), given.number("poll_interval")
    edge = given.word("interrupt", ("rising", "falling", "both"))
    if edge in ("rising", "falling"):
        given.notes.remark(given.at("interrupt"), "has no counterpart: both edges are published")
    if edge is None:
        asked = DEBOUNCE_MS if poll_s is None else round(poll_s * 1000)
    else:
        asked = DEBOUNCE_MS if bounce_ms is None else bounce_ms
        if asked > DEBOUNCE_MS:
            given.notes.remark(
                given.at("bouncetime"),
                f"is a pause between messages there, and debounce_ms here, for which {DEBOUNCE_MS} is taken: "
                "a contact counts once it has been stable that long",
            )
    return max(0, min(asked, DEBOUNCE_MS))


def _payloads(given: Part) -> bool:
    """Returns whether the payloads are ON and OFF, as they always are here; a remark says so of others."""
    said = True
    for key, fixed in (("on_payload", "ON"), ("off_payload", "OFF")):
        if given.text(key, fixed) != fixed:
            given.notes.remark(given.at(key), f"has no counterpart: the payload is {fixed}")
            said = False
    return said


def _time_ms(given: Part) -> int | None:
    """Returns the time for which a start lasts, or None for no limit."""
    asked = given.whole("timed_set_ms")
    if asked is None:
        return None
    if asked < 1:
        given.notes.remark(given.at("timed_set_ms"), "is no time, and is left out")
        return None
    taken = max(SHORTEST_ALARM_MS, min(asked, _LONGEST_ALARM_MS))
    if taken != asked:
        given.notes.remark(given.at("timed_set_ms"), f"is {taken} here, the nearest that is possible")
    return taken
