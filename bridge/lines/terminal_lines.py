"""The lines of all terminals, each driven by the driver of its own kind."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings
from bridge.core.facts import LineLost
from bridge.core.line_driver import LineDriver, Report
from bridge.errors import Alarm2MqttError
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.lost_lines import LostLines

if TYPE_CHECKING:
    from bridge.core.definitions.settings import OutputSettings

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A terminal whose driver is not there yet."""

    key: str
    settings: InputSettings | OutputSettings
    level: Level | None
    """The level to drive; None for an input."""


class TerminalLines:
    """The `LineDriver` port on several drivers.

    `key_of` returns the key of the driver that a terminal's line needs; `drivers` opens a driver by its key. A driver
    is opened when its first terminal is requested. A terminal whose line moves to another driver is released by the one
    before. A driver that cannot be opened makes its terminals lost lines. Opening it is tried again with each request,
    and after 1 s, doubling to 8 s; its terminals are requested then, outputs at the level last driven.
    """

    def __init__(
        self,
        *,
        drivers: Mapping[str, Callable[[], LineDriver]],
        key_of: Callable[[InputSettings | OutputSettings], str],
    ) -> None:
        self._drivers = drivers
        self._key_of = key_of
        self._opened: dict[str, LineDriver] = {}
        self._at: dict[str, str] = {}
        """The driver of each terminal, by its key."""
        self._waiting: dict[str, _Waiting] = {}
        """Terminals whose driver could not be opened, in the order of their requests."""
        self._absent = LostLines(retry=self._open_again)
        self._facts = FactBuffer()
        self._report: Report | None = None

    def open(self, key: str) -> LineDriver:
        """Returns a driver; opens it first if it is not open, and then requests the terminals that waited for it.

        Raises:
            Alarm2MqttError: the driver cannot be opened on this machine.
        """
        if key not in self._opened:
            driver = self._drivers[key]()
            self._opened[key] = driver
            if self._report is not None:
                driver.start(self._report)
            late = [each for each in self._waiting.values() if each.key == key]
            if late:
                _log.info("%s lines can be used now: %s", key, ", ".join(each.settings.id for each in late))
            for waiting in late:
                self._wait_no_longer(waiting.settings.id)
                self._hand_on(waiting)
        return self._opened[key]

    def request_input(self, settings: InputSettings) -> None:
        """Requests an input's line from the driver of its kind, now or when that can be opened."""
        self._request(settings, None)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Requests an output's line from the driver of its kind, at a level, now or when that can be opened."""
        self._request(settings, level)

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Drives an output to a level, now or when its driver can be opened; one that was not requested is logged."""
        waiting = self._waiting.get(terminal)
        if terminal in self._at:
            self._opened[self._at[terminal]].drive(terminal, level, until=until)
        elif waiting is not None and waiting.level is not None:
            waiting.level = level
        else:
            _log.warning("%s is driven, but no output that was requested", terminal)

    def release(self, terminal: str) -> None:
        """Releases a line; unknown terminals are ignored."""
        self._wait_no_longer(terminal)
        key = self._at.pop(terminal, None)
        if key is not None:
            self._opened[key].release(terminal)

    def start(self, report: Report) -> None:
        """Reports all facts until now, in the order in which the drivers were opened, and later ones at once."""
        self._report = report
        self._facts.open(report)
        for driver in self._opened.values():
            driver.start(report)
        self._absent.start(asyncio.get_running_loop())

    def close(self) -> None:
        """Releases all lines of all drivers."""
        self._absent.close()
        for driver in self._opened.values():
            driver.close()

    def _request(self, settings: InputSettings | OutputSettings, level: Level | None) -> None:
        """Requests a terminal's line from its driver, after any other driver has released it.

        If the driver cannot be opened, the terminal is reported as lost and waits. `level` is None for an input.
        """
        key = self._key_of(settings)
        self._wait_no_longer(settings.id)
        if self._at.get(settings.id, key) != key:
            self.release(settings.id)
        waiting = _Waiting(key=key, settings=settings, level=level)
        try:
            self.open(key)
        except Alarm2MqttError as error:
            _log.warning("%s: %s; trying again", settings.id, error)
            self._facts.put(LineLost(terminal=settings.id, problem=str(error)))
            self._waiting[settings.id] = waiting
            self._absent.add(key)
        else:
            self._hand_on(waiting)

    def _hand_on(self, terminal: _Waiting) -> None:
        """Requests a terminal's line from its driver, which is open."""
        driver, settings = self._opened[terminal.key], terminal.settings
        self._at[settings.id] = terminal.key
        if isinstance(settings, InputSettings):
            driver.request_input(settings)
        else:
            driver.request_output(settings, terminal.level or Level.LOW)

    def _open_again(self, key: str) -> bool:
        """Tries to open a driver that could not be opened. Returns whether it is open now."""
        try:
            self.open(key)
        except Alarm2MqttError as error:
            _log.debug("%s lines: %s", key, error)
            return False
        return True

    def _wait_no_longer(self, terminal: str) -> None:
        """Forgets that a terminal waits, and ends the retries of a driver for which none waits."""
        waiting = self._waiting.pop(terminal, None)
        if waiting is not None and all(each.key != waiting.key for each in self._waiting.values()):
            self._absent.discard(waiting.key)
