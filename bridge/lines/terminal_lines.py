"""The lines of all terminals, each driven by the driver of its own kind."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bridge.core.contact import Level
from bridge.core.facts import LineLost
from bridge.core.line_driver import LineDriver, Report
from bridge.errors import Alarm2MqttError
from bridge.lines.fact_buffer import FactBuffer

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings

_log = logging.getLogger(__name__)


class TerminalLines:
    """The `LineDriver` port on several drivers.

    `key_of` answers which driver a terminal's line needs, `drivers` opens each by that key. A driver
    is opened when its first terminal is requested. A terminal whose line moves to another driver is
    released by the one before.

    A driver that cannot be opened makes its terminals lost lines; the next request tries again.
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
        self._facts = FactBuffer()
        self._report: Report | None = None

    def open(self, key: str) -> LineDriver:
        """Returns a driver; opened now unless it is already.

        Raises:
            Alarm2MqttError: it cannot be had on this machine.
        """
        if key not in self._opened:
            driver = self._drivers[key]()
            self._opened[key] = driver
            if self._report is not None:
                driver.start(self._report)
        return self._opened[key]

    def request_input(self, settings: InputSettings) -> None:
        """Request an input's line of its driver."""
        driver = self._driver_for(settings)
        if driver is not None:
            driver.request_input(settings)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Request an output's line of its driver."""
        driver = self._driver_for(settings)
        if driver is not None:
            driver.request_output(settings, level)

    def drive(self, terminal: str, level: Level) -> None:
        """Drive an output to a level."""
        if terminal in self._at:
            self._opened[self._at[terminal]].drive(terminal, level)
        else:
            _log.warning("%s is driven, but no output that was requested", terminal)

    def release(self, terminal: str) -> None:
        """Release a line; unknown terminals are ignored."""
        key = self._at.pop(terminal, None)
        if key is not None:
            self._opened[key].release(terminal)

    def start(self, report: Report) -> None:
        """Report all facts until now, in the order in which the drivers were opened, and later ones at once."""
        self._report = report
        self._facts.open(report)
        for driver in self._opened.values():
            driver.start(report)

    def close(self) -> None:
        """Release all lines."""
        for driver in self._opened.values():
            driver.close()

    def _driver_for(self, terminal: InputSettings | OutputSettings) -> LineDriver | None:
        """Returns the driver of a terminal's line, which any other one has released by now."""
        key = self._key_of(terminal)
        if self._at.get(terminal.id, key) != key:
            self.release(terminal.id)
        try:
            driver = self.open(key)
        except Alarm2MqttError as error:
            _log.warning("%s: %s", terminal.id, error)
            self._facts.put(LineLost(terminal=terminal.id, problem=str(error)))
            return None
        self._at[terminal.id] = key
        return driver
