"""The pins of mqtt-io's GPIO modules as GPIO lines of the kernel.

Only where module and pin name one line for certain: a wrong guess would drive something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from bridge.cli.mqtt_io.source import Part

_CHIP_OF_A_PI = "gpiochip0"
_NAMED_PIN = re.compile(r"(?:GPIO|BCM)?(\d{1,2})")
_LAST_PIN_OF_A_PI = 53
_ACTIVE_LOW_INPUTS = ("Button",)
_ACTIVE_HIGH_INPUTS = ("InputDevice", "DigitalInputDevice", "LineSensor", "MotionSensor")
_PLAIN_OUTPUTS = ("LED", "Buzzer", "OutputDevice", "DigitalOutputDevice")
_BY_KERNEL = "the kernel has a driver for this chip (device tree overlay {}), which makes GPIO lines of its pins"
_ADVICE = {
    "pcf8574": _BY_KERNEL.format("pcf857x"),
    "pcf8575": _BY_KERNEL.format("pcf857x"),
    "mcp23017": _BY_KERNEL.format("mcp23017"),
    "beaglebone": "its pins are GPIO lines of the kernel under other numbers",
    "orangepi": "its pins are GPIO lines of the kernel under other numbers",
    "sunxi": "its pins are GPIO lines of the kernel under other numbers",
}

Bias = Literal["pull_up", "pull_down", "disabled"]
Side = Literal["input", "output"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """The line of a terminal, and what mqtt-io makes of its level."""

    line: dict[str, Any]
    on_is_high: bool
    """Whether the level that is on, before `inverted`, is the high one."""
    bias: Bias = "disabled"
    """The pull resistor of an input."""


class _Module(Protocol):
    def __call__(self, module: Part, terminal: Part, pin: str, side: Side) -> Wiring | str:
        """Returns the wiring of a terminal, or the reason why there is none."""


def wiring(module: Part, terminal: Part, side: Side) -> Wiring | None:
    """Returns the wiring of a terminal of a module; None, with a remark, if its line cannot be known."""
    kind = module.required("module")
    pin = terminal.pin()
    if not kind or not pin:
        return None
    translate = _MODULES.get(kind)
    found = f"module {kind} has no counterpart" + (f": {_ADVICE[kind]}" if kind in _ADVICE else "")
    if translate is not None:
        answer = translate(module, terminal, pin, side)
        if isinstance(answer, Wiring):
            return answer
        found = answer
    terminal.notes.remark(terminal.loc, f"is left out, since {found}; `alarm2mqtt lines` lists the lines")
    return None


def _raspberrypi(module: Part, terminal: Part, pin: str, side: Side) -> Wiring | str:  # noqa: ARG001 - as each module
    """Returns the wiring by Broadcom's number of the pin, which is the offset at the first chip."""
    if not pin.isdecimal() or int(pin) > _LAST_PIN_OF_A_PI:
        return f"pin {pin} is no Broadcom number of a Raspberry Pi"
    return Wiring(line={"chip": _CHIP_OF_A_PI, "offset": int(pin)}, on_is_high=True, bias=_bias(terminal, side))


def _gpiod(module: Part, terminal: Part, pin: str, side: Side) -> Wiring | str:
    """Returns the wiring by the module's chip and the line's number on it."""
    if not pin.isdecimal():
        return f"pin {pin} is no number of a line"
    chip = module.text("chip", "/dev/gpiochip0").removeprefix("/dev/")
    return Wiring(line={"chip": chip, "offset": int(pin)}, on_is_high=True, bias=_bias(terminal, side))


def _gpiozero(module: Part, terminal: Part, pin: str, side: Side) -> Wiring | str:  # noqa: ARG001 - as each module
    """Returns the wiring as gpiozero's class and its arguments have it.

    mqtt-io hands over `kwargs` alone: its own pullup and pulldown do nothing, and a Button is on at the low level.
    """
    number = _NAMED_PIN.fullmatch(pin)
    if number is None:
        return f"pin {pin} is no GPIO number"
    line = {"chip": _CHIP_OF_A_PI, "offset": int(number[1])}
    inputs = (*_ACTIVE_LOW_INPUTS, *_ACTIVE_HIGH_INPUTS)
    name = terminal.text("class", "Button" if side == "input" else "LED")
    if name not in (inputs if side == "input" else _PLAIN_OUTPUTS):
        return f"class {name} is more than a contact"
    given = terminal.part("kwargs") or Part({}, terminal.at("kwargs"), terminal.notes)
    if side == "output":
        wired = Wiring(line=line, on_is_high=given.flag("active_high", default=True))
    else:
        _bias(terminal, side)  # read, and without effect
        if given.has("active_state"):  # gpiozero takes it only without a pull resistor
            return Wiring(line=line, on_is_high=given.flag("active_state"))
        up = given.flag("pull_up", default=name in _ACTIVE_LOW_INPUTS)
        wired = Wiring(line=line, on_is_high=not up, bias="pull_up" if up else "pull_down")
    given.leave({}, other="has no counterpart")
    return wired


_MODULES: dict[str, _Module] = {"raspberrypi": _raspberrypi, "gpiod": _gpiod, "gpiozero": _gpiozero}


def _bias(terminal: Part, side: Side) -> Bias:
    """Returns the pull resistor that mqtt-io sets: of the two that of `pullup`, without one it is turned off."""
    if side == "output":
        return "disabled"
    up, down = terminal.flag("pullup"), terminal.flag("pulldown")
    return "pull_up" if up else "pull_down" if down else "disabled"
