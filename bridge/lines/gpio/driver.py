"""Line driver for real GPIO lines: holds what it can, and keeps trying for the rest.

Each line is a request of its own, made in the order in which lines are asked for and kept until
its chip goes away. Nothing here names the gpiod package; `held_line` is what it needs of one.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.core.facts import LineFound, LineLost
from bridge.core.line_driver import Report
from bridge.errors import LineError
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.gpio.edge_reader import FLOOD_PAUSE_S, WatchedInput
from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.kernel import HeldLine, Home, Kernel
from bridge.lines.gpio.lost_lines import LostLines

_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Terminal:
    """What is wanted of a line, and what is had."""

    settings: InputSettings | OutputSettings
    level: Level | None = None
    """The level last asked for; None for an input."""
    held: HeldLine | None = None
    watched: WatchedInput | None = None
    home: Home | None = None
    problem: str | None = None
    """Why it is lost, once that has been told."""
    pause: asyncio.TimerHandle | None = None


class GpiodLines:
    """The `LineDriver` port on a kernel's lines; by default on those of this machine.

    Raises:
        StartFailed: from the constructor, when the gpiod package cannot be imported.
    """

    def __init__(self, *, kernel: Kernel | None = None) -> None:
        self._kernel = kernel or gpio_devices()
        self._facts = FactBuffer()
        self._terminals: dict[str, _Terminal] = {}
        self._lost = LostLines(retry=self._retry)
        self._loop: asyncio.AbstractEventLoop | None = None

    def request_input(self, settings: InputSettings) -> None:
        """Watch a line; a terminal that is watched already takes its new settings."""
        self._let_go(settings.id)
        self._terminals[settings.id] = _Terminal(settings=settings)
        self._take(settings.id)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Take a line at a level; one that is held already is changed without letting go of it."""
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

    def drive(self, terminal: str, level: Level) -> None:
        """Put an output to a level, now or when it is found again."""
        known = self._terminals.get(terminal)
        if known is None or known.level is None:
            _log.warning("%s is driven, but no output that was asked for", terminal)
            return
        known.level = level
        if known.held is None:
            return
        try:
            known.held.drive(level)
        except LineError as error:
            self._lose(terminal, error)

    def release(self, terminal: str) -> None:
        """Let go of a line; those that could not be had may be free now."""
        self._let_go(terminal)
        self._lost.hurry()

    def start(self, report: Report) -> None:
        """Report, watch and retry from now on; edges since the requests have waited in the kernel."""
        self._loop = asyncio.get_running_loop()
        self._facts.open(report)
        for name in self._terminals:
            self._listen(name)
        self._lost.start(self._loop)

    def close(self) -> None:
        """Let go of all lines. What they are then at is up to the board; outputs stay pulled to idle."""
        self._lost.close()
        for name in list(self._terminals):
            self._let_go(name)

    def _take(self, name: str) -> bool:
        """Try to have a line; whether it is held then."""
        terminal = self._terminals[name]
        try:
            terminal.held = self._request(terminal)
            terminal.home = terminal.held.home
            self._found(name, terminal)
            if terminal.level is None:
                terminal.watched = WatchedInput(terminal=name, line=terminal.held, tell=self._facts.put)
                terminal.watched.read_level()
        except LineError as error:
            self._lose(name, error)
            return False
        self._listen(name)
        return True

    def _request(self, terminal: _Terminal) -> HeldLine:
        if isinstance(terminal.settings, InputSettings):
            return self._kernel.take_input(terminal.settings, terminal.home)
        return self._kernel.take_output(terminal.settings, terminal.level or Level.LOW, terminal.home)

    def _found(self, name: str, terminal: _Terminal) -> None:
        if terminal.problem is not None:
            _log.info("%s is back", name)
        terminal.problem = None
        self._facts.put(LineFound(terminal=name))

    def _listen(self, name: str) -> None:
        """Have the loop call us for edges, and for the end of the line, an output's too."""
        held = self._terminals[name].held
        if self._loop is not None and held is not None:
            self._loop.add_reader(held.fd, self._ready, name)

    def _ready(self, name: str) -> None:
        terminal = self._terminals[name]
        if terminal.held is None:
            return
        try:
            if terminal.watched is None:
                terminal.held.level()  # outputs are readable only at their end, which this raises
                return
            terminal.watched.read_edges()
        except LineError as error:
            self._lose(name, error)
            return
        if terminal.watched.flooding and self._loop is not None:
            self._loop.remove_reader(terminal.held.fd)
            terminal.pause = self._loop.call_later(FLOOD_PAUSE_S, self._read_on, name)

    def _read_on(self, name: str) -> None:
        self._ready(name)
        terminal = self._terminals[name]
        if terminal.watched is not None and not terminal.watched.flooding:
            self._listen(name)

    def _retry(self, name: str) -> bool:
        return self._take(name)

    def _lose(self, name: str, error: LineError) -> None:
        """A line cannot be had, or is gone: told once, whatever the retries say."""
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
        terminal = self._terminals.pop(name, None)
        self._lost.discard(name)
        if terminal is not None:
            self._drop(terminal)

    def _drop(self, terminal: _Terminal) -> None:
        """Release a line at once: a reader left on a dead one would be called without end."""
        held, terminal.held, terminal.watched = terminal.held, None, None
        if terminal.pause is not None:
            terminal.pause.cancel()
            terminal.pause = None
        if held is not None:
            if self._loop is not None:
                self._loop.remove_reader(held.fd)
            held.release()
