"""The registry of line drivers: kind of line to driver, each imported when a terminal first needs it.

The kinds' settings are in `core/definitions/lines.py`. A GPIO line is driven by the kernel's driver
or, with `lines.driver: simulated`, by a board made of software.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.core.definitions.lines import GPIO
from bridge.core.definitions.onvif_lines import ONVIF_KINDS

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
    from bridge.core.line_driver import LineDriver
    from bridge.lines.made_safe import MadeSafe
    from bridge.lines.reach import Reach
    from bridge.lines.surroundings import Surroundings

SIMULATED = "simulated"
MQTT = "mqtt"
COMBINED = "combined"
ONVIF = "onvif"
HEALTH = "health"
HTTP = "http"
SOUND = "sound"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Driver:
    """The ways to drive lines of a kind: by the daemon, and by `safe` when there is none.

    open
        Returns the driver; raises an `Alarm2MqttError` when it cannot be had on this machine. A driver of far
        lines reaches the other rooms through the surroundings.
    make_safe
        Sets outputs of the kind idle and returns one result each, in their order; raises an
        `Alarm2MqttError` or `OSError` when that holds for none of them. Far ones are reached as `Reach` says.
    """

    open: Callable[[Settings, Surroundings], LineDriver]
    make_safe: Callable[[Settings, Sequence[OutputSettings], Reach], list[MadeSafe]]


def driver_key(terminal: InputSettings | OutputSettings, settings: Settings) -> str:
    """Returns the key in `DRIVERS` of the driver that a terminal's line needs."""
    if settings.is_simulated(terminal):
        return SIMULATED
    return GPIO if terminal.line is None else key_of_kind(terminal.line.kind)


def key_of_kind(kind: str) -> str:
    """Returns the key in `DRIVERS` of the driver of a kind of line; several kinds in cameras share one."""
    return ONVIF if kind in ONVIF_KINDS else kind


# ruff: noqa: PLC0415 - a driver that no terminal needs is not imported


def _open_gpio(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of the kernel's lines. Raises StartFailed without the gpiod package."""
    from bridge.lines.gpio.driver import GpiodLines

    del settings, surroundings
    return GpiodLines()


def _make_gpio_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    from bridge.lines.gpio.make_safe import make_safe

    del settings, reach
    return make_safe(outputs)


def _open_board(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of the simulated board. Raises BoardError if it is taken or cannot be used."""
    from bridge.lines.simulated.board_lock import board_socket
    from bridge.lines.simulated.driver import SimulatedLines

    del surroundings
    return SimulatedLines(socket=board_socket(settings.store.folder))


def _make_board_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    from bridge.lines.simulated.board_lock import board_socket
    from bridge.lines.simulated.make_safe import make_safe

    del reach
    return make_safe(outputs, socket=board_socket(settings.store.folder))


def _open_mqtt(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of lines on topics of the bridge's own broker."""
    from bridge.lines.mqtt.driver import MqttLines

    del settings
    return MqttLines(surroundings.messages)


def _make_mqtt_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    """Commands devices on the broker to be idle. Returns one result each."""
    from bridge.lines.mqtt.make_safe import make_safe

    del settings
    return make_safe(outputs, reach.publish)


def _open_combined(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of inputs that are made of other inputs."""
    from bridge.lines.combined.driver import CombinedLines

    del settings
    return CombinedLines(surroundings.views)


def _open_health(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of the device's own health."""
    from bridge.lines.health.driver import HealthLines

    del settings
    return HealthLines(surroundings.health)


def _open_http(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of calls and requests over HTTP."""
    from bridge.lines.http.driver import HttpLines

    del settings
    return HttpLines(surroundings.hooks)


def _make_http_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    """Commands devices over HTTP to be idle. Returns one result each."""
    from bridge.lines.http.make_safe import make_safe

    del settings, reach
    return make_safe(outputs)


def _open_sound(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of microphones."""
    from bridge.lines.sound.driver import SoundLines

    del settings, surroundings
    return SoundLines()


def _nothing_to_make_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    """Returns no result: lines of this kind are of inputs alone."""
    del settings, outputs, reach
    return []


def _open_onvif(settings: Settings, surroundings: Surroundings) -> LineDriver:
    """Returns the driver of lines in cameras."""
    from bridge.lines.onvif.driver import OnvifLines

    del settings
    return OnvifLines(surroundings)


def _make_onvif_safe(settings: Settings, outputs: Sequence[OutputSettings], reach: Reach) -> list[MadeSafe]:
    """Orders relays of cameras to be idle. Returns one result each."""
    from bridge.lines.onvif.make_safe import make_safe

    del reach
    return make_safe(outputs, settings)


DRIVERS: Mapping[str, Driver] = {
    GPIO: Driver(open=_open_gpio, make_safe=_make_gpio_safe),
    SIMULATED: Driver(open=_open_board, make_safe=_make_board_safe),
    MQTT: Driver(open=_open_mqtt, make_safe=_make_mqtt_safe),
    COMBINED: Driver(open=_open_combined, make_safe=_nothing_to_make_safe),
    ONVIF: Driver(open=_open_onvif, make_safe=_make_onvif_safe),
    HEALTH: Driver(open=_open_health, make_safe=_nothing_to_make_safe),
    HTTP: Driver(open=_open_http, make_safe=_make_http_safe),
    SOUND: Driver(open=_open_sound, make_safe=_nothing_to_make_safe),
}
