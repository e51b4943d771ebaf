"""A `Kernel` made of software, whose lines vanish, overflow and are busy when a test wants it."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Sequence

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.errors import LineBusy, LineDenied, LineMissing, LineWithoutInterrupt
from bridge.lines.gpio.kernel import MOST_EDGES, Edge, Home

BUFFER = 1024


class FakeLine:
    """A held line; its descriptor is an eventfd, readable while edges wait or the line is gone."""

    def __init__(self, *, kernel: FakeKernel, terminal: str) -> None:
        self._kernel = kernel
        self._terminal = terminal
        self._number = itertools.count(1)
        self._edges: deque[Edge] = deque(maxlen=BUFFER)
        self._gone = False
        self._released = False
        self.debounced: list[float] = []
        self.can_debounce = True
        self.home = Home(label="fake", alone=True)
        self.fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)

    def level(self) -> Level:
        self._check()
        return self._kernel.level(self._terminal)

    def drive(self, level: Level) -> None:
        self._check()
        self._kernel.driven(self._terminal, level)

    def redrive(self, settings: OutputSettings, level: Level) -> None:
        assert settings.id == self._terminal
        self.drive(level)

    def edges(self) -> Sequence[Edge]:
        self._check()
        taken = [self._edges.popleft() for _ in range(min(MOST_EDGES, len(self._edges)))]
        if not self._edges:
            self._unwake()
        return taken

    def edges_wait(self) -> bool:
        return bool(self._edges)

    def discard_edges(self) -> int:
        count = len(self._edges)
        self._edges.clear()
        self._unwake()
        return count

    def debounce(self, period_s: float) -> bool:
        self._check()
        self.debounced.append(period_s)
        return self.can_debounce

    def release(self) -> None:
        assert not self._released, "released twice"
        self._released = True
        os.close(self.fd)
        self._kernel.held.pop(self._terminal, None)

    def edge(self, level: Level, at: float) -> None:
        self._edges.append(Edge(level=level, at=at, number=next(self._number)))
        os.eventfd_write(self.fd, 1)

    def vanish(self) -> None:
        self._gone = True
        os.eventfd_write(self.fd, 1)

    def _unwake(self) -> None:
        try:
            os.eventfd_read(self.fd)
        except BlockingIOError:
            return

    def _check(self) -> None:
        assert not self._released, "used after release"
        if self._gone:
            raise LineMissing(self._terminal, "the fake chip is gone")


class FakePolledLine:
    """A line of a chip without an interrupt."""

    def __init__(self, *, terminal: str, chip: FakePolledChip) -> None:
        self.terminal = terminal
        self.chip = chip
        self.home = Home(label="fake", alone=True)

    def level(self) -> Level:
        return self.chip.kernel.level(self.terminal)

    def release(self) -> None:
        assert self in self.chip.lines, "released twice"
        self.chip.lines.remove(self)
        del self.chip.kernel.polled[self.terminal]


class FakePolledChip:
    """The chip of all polled lines; `reads` has the terminals of each read, and waits for `free`."""

    def __init__(self, kernel: FakeKernel) -> None:
        self.kernel = kernel
        self.lines: list[FakePolledLine] = []
        self.reads: list[list[str]] = []
        self.free = threading.Event()
        self.free.set()
        self.gone = False
        self.fault: Exception | None = None

    def levels(self) -> list[tuple[FakePolledLine, Level]]:
        assert threading.current_thread() is not threading.main_thread(), "a read may block"
        lines = list(self.lines)
        self.reads.append([line.terminal for line in lines])
        self.free.wait(10)
        if self.fault is not None:
            raise self.fault
        if self.gone:
            raise LineMissing("fake chip", "the fake chip is gone")
        return [(line, line.level()) for line in lines]


class FakeKernel:
    """Lines by terminal. `requests` tells what was taken, in order, with the level of outputs."""

    def __init__(self) -> None:
        self.held: dict[str, FakeLine] = {}
        self.requests: list[tuple[str, Level | None]] = []
        self.tries: list[tuple[str, float]] = []
        self.refuse: dict[str, type[LineMissing | LineBusy | LineDenied]] = {}
        self.without_interrupt: set[str] = set()
        """Terminals of whose lines no edges can be had."""
        self.polled: dict[str, FakePolledLine] = {}
        self.polled_chip: FakePolledChip | None = None
        self._levels: dict[str, Level] = {}

    def take_input(self, settings: InputSettings, home: Home | None) -> FakeLine:
        del home
        if settings.id in self.without_interrupt and settings.id not in self.refuse:
            raise LineWithoutInterrupt(settings.id, "line 1 of fake has no interrupt")
        return self._take(settings.id, None)

    def take_polled(self, settings: InputSettings, home: Home | None) -> FakePolledLine:
        del home
        self._may_take(settings.id)
        if self.polled_chip is None or self.polled_chip.gone or not self.polled_chip.lines:
            self.polled_chip = FakePolledChip(self)
        line = self.polled[settings.id] = FakePolledLine(terminal=settings.id, chip=self.polled_chip)
        self.polled_chip.lines.append(line)
        return line

    def take_output(self, settings: OutputSettings, level: Level, home: Home | None) -> FakeLine:
        del home
        line = self._take(settings.id, level)
        self._levels[settings.id] = level
        return line

    def level(self, terminal: str) -> Level:
        return self._levels.get(terminal, Level.HIGH)

    def driven(self, terminal: str, level: Level) -> None:
        self._levels[terminal] = level

    def outside(self, terminal: str, level: Level) -> None:
        """The level outside an input changes; who holds it gets an edge."""
        if self.level(terminal) is level:
            return
        self._levels[terminal] = level
        if terminal in self.held:
            self.held[terminal].edge(level, time.monotonic())

    def unplug(self, *terminals: str) -> None:
        """These lines' chip goes away."""
        for terminal in terminals:
            self.refuse[terminal] = LineMissing
            if terminal in self.held:
                self.held[terminal].vanish()
            if terminal in self.polled:
                self.polled[terminal].chip.gone = True

    def plug(self, *terminals: str) -> None:
        """And comes back."""
        for terminal in terminals:
            self.refuse.pop(terminal, None)

    def _take(self, terminal: str, level: Level | None) -> FakeLine:
        self._may_take(terminal)
        self.requests.append((terminal, level))
        self.held[terminal] = FakeLine(kernel=self, terminal=terminal)
        return self.held[terminal]

    def _may_take(self, terminal: str) -> None:
        self.tries.append((terminal, time.monotonic()))
        if terminal in self.refuse:
            raise self.refuse[terminal](terminal, f"refused as {self.refuse[terminal].__name__}")
        if terminal in self.held or terminal in self.polled:
            raise LineBusy(terminal, "is held by 'alarm2mqtt'")
