"""Line driver for real GPIO lines: holds the lines that it can get, and retries the others.

Each line is a request of its own, made in the order in which terminals are requested and kept until
its chip goes away; inputs whose chip reports no edges are read by `PolledLines` instead. Nothing here names
the gpiod package: `kernel` is the port to it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.core.facts import LineFound, LineLost
from bridge.core.line_driver import Report
from bridge.errors import LineError, LineWithoutInterrupt
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.gpio.edge_reader import FLOOD_S, EdgeReader
from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.kernel import HeldLine, Home, Kernel, PolledLine
from bridge.lines.gpio.polled_lines import PolledLines
from bridge.lines.lost_lines import LostLines

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Terminal:
    """Target state of a terminal, and its line while it is held."""

    settings: InputSettings | OutputSettings
    level: Level | None = None
    """The level to drive; None for an input."""
    held: HeldLine | None = None
    reader: EdgeReader | None = None
    polled: PolledLine | None = None
    """The line while it is held, in place of `held`, when its chip reports no edges."""
    home: Home | None = None
    problem: str | None = None
    """The reported reason of its loss; None while the line is held."""
    flood: asyncio.TimerHandle | None = None


class GpiodLines:
    """The `LineDriver` port on a kernel's lines; by default on those of this machine.

    Raises:
        StartFailed: from the constructor, when the gpiod package cannot be imported.
    """

    def __init__(self, *, kernel: Kernel | None = None) -> None:
        self._kernel = kernel or gpio_devices()
        self._facts = FactBuffer()
        self._terminals: dict[str, _Terminal] = {}
        self._polled = PolledLines(report=self._facts.put, lose=self._lose)
        self._lost = LostLines(retry=self._retry)
        self._loop: asyncio.AbstractEventLoop | None = None

    def request_input(self, settings: InputSettings) -> None:
        """Requests a line and watches it. A terminal that is watched already is requested anew with its new settings.

        A line that cannot be requested is reported as lost and retried.
        """
        self._let_go(settings.id)
        self._terminals[settings.id] = _Terminal(settings=settings)
        self._take(settings.id)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Requests a line at a level. A line that is held already, and stays the same, is changed without releasing it.

        A line that cannot be requested is reported as lost and retried.
        """
        terminal = self._terminals.get(settings.id)
        if terminal is None or terminal.held is None or terminal.settings.line != settings.line:
            self._let_go(settings.id)
            self._terminals[settings.id] = _Terminal(settings=settings, level=level)
            self._take(settings.id)
            return
        terminal.settings, terminal.level = settings, level
        try:
            terminal.held.redrive(settings, level)
        except LineError as error:
            self._lose(settings.id, error)
        else:
            self._facts.put(LineFound(terminal=settings.id))

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Drives an output to a level, now or when its line is found again; an unknown output is logged."""
        del until  # the engine ends a local demand itself
        known = self._terminals.get(terminal)
        if known is None or known.level is None:
            _log.warning("%s is driven, but no output of that id was requested", terminal)
            return
        known.level = level
        if known.held is None:
            return
        try:
            known.held.drive(level)
        except LineError as error:
            self._lose(terminal, error)

    def release(self, terminal: str) -> None:
        """Releases a line, and retries lost lines soon: the released one may be theirs."""
        self._let_go(terminal)
        self._lost.hurry()

    def start(self, report: Report) -> None:
        """Starts to report, watch and retry; called on the running loop.

        Edges since the requests have waited in the kernel.
        """
        self._loop = asyncio.get_running_loop()
        self._facts.open(report)
        for name in self._terminals:
            self._listen(name)
        self._polled.start(self._loop)
        self._lost.start(self._loop)

    def close(self) -> None:
        """Releases all lines. Their levels are then up to the board; outputs stay pulled to idle."""
        self._lost.close()
        for name in list(self._terminals):
            self._let_go(name)

    def _take(self, name: str) -> bool:
        """Requests a line, and reports it found or lost. Returns whether it is held now."""
        terminal = self._terminals[name]
        try:
            terminal.held = self._request(terminal)
            terminal.home = terminal.held.home
            self._found(name, terminal)
            if terminal.level is None:
                terminal.reader = EdgeReader(terminal=name, line=terminal.held, report=self._facts.put)
                terminal.reader.read_level()
        except LineWithoutInterrupt as refusal:
            return self._take_polled(name, reason=str(refusal))
        except LineError as error:
            self._lose(name, error)
            return False
        self._listen(name)
        return True

    def _take_polled(self, name: str, *, reason: str) -> bool:
        """Requests an input that is read instead of watched, and reports it found or lost.

        Returns whether it is held now.
        """
        terminal = self._terminals[name]
        if not isinstance(terminal.settings, InputSettings):
            message = f"{name} is an output, and edges of it were asked for"
            raise TypeError(message)
        try:
            terminal.polled = self._kernel.take_polled(terminal.settings, terminal.home)
            terminal.home = terminal.polled.home
            self._found(name, terminal)
            self._polled.add(name, terminal.polled, reason=reason)
        except LineError as error:
            self._lose(name, error)
            return False
        return True

    def _request(self, terminal: _Terminal) -> HeldLine:
        """Returns a terminal's line, just requested. Raises LineError."""
        if isinstance(terminal.settings, InputSettings):
            return self._kernel.take_input(terminal.settings, terminal.home)
        return self._kernel.take_output(terminal.settings, terminal.level or Level.LOW, terminal.home)

    def _found(self, name: str, terminal: _Terminal) -> None:
        """Reports that a terminal's line is held."""
        if terminal.problem is not None:
            _log.info("%s is back", name)
        terminal.problem = None
        self._facts.put(LineFound(terminal=name))

    def _listen(self, name: str) -> None:
        """Makes the loop call `_ready` for edges, and for the loss of the line, an output's too."""
        held = self._terminals[name].held
        if self._loop is not None and held is not None:
            self._loop.add_reader(held.fd, self._ready, name)

    def _ready(self, name: str) -> None:
        """Reads the edges of a readable line, and begins the debouncing of a flood; a line that is gone is reported."""
        terminal = self._terminals[name]
        if terminal.held is None:
            return
        try:
            if terminal.reader is None:
                terminal.held.level()  # an output is readable only when its line is gone, which this raises
                return
            terminal.reader.read_edges()
        except LineError as error:
            self._lose(name, error)
            return
        if terminal.reader.flooding and terminal.flood is None and self._loop is not None:
            terminal.flood = self._loop.call_later(FLOOD_S, self._end_flood, name)

    def _end_flood(self, name: str) -> None:
        """Ends the kernel's debounce after a flood, if the line is still held."""
        terminal = self._terminals[name]
        terminal.flood = None
        if terminal.reader is not None:
            try:
                terminal.reader.end_flood()
            except LineError as error:
                self._lose(name, error)

    def _retry(self, name: str) -> bool:
        """Requests a lost line again. Returns whether it is there."""
        return self._take(name)

    def _lose(self, name: str, error: LineError) -> None:
        """Drops a line that cannot be requested, or is gone; reports it once, however many retries fail."""
        terminal = self._terminals[name]
        self._drop(terminal)
        if terminal.problem is None:
            _log.warning("%s", error)
            self._facts.put(LineLost(terminal=name, problem=error.message))
            self._lost.add(name)
        elif terminal.problem != error.message:
            _log.info("%s", error)
        terminal.problem = error.message

    def _let_go(self, name: str) -> None:
        """Forgets a terminal and releases its line; an unknown one is ignored."""
        terminal = self._terminals.pop(name, None)
        self._lost.discard(name)
        if terminal is not None:
            self._drop(terminal)

    def _drop(self, terminal: _Terminal) -> None:
        """Releases a terminal's line, if held, at once: a reader left on a dead one would be called without end."""
        held, terminal.held, terminal.reader = terminal.held, None, None
        polled, terminal.polled = terminal.polled, None
        if polled is not None:
            self._polled.discard(polled)
            polled.release()
        if terminal.flood is not None:
            terminal.flood.cancel()
            terminal.flood = None
        if held is not None:
            if self._loop is not None:
                self._loop.remove_reader(held.fd)
            held.release()
