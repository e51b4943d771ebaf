"""A `Kernel` made of software, whose lines vanish, overflow and are busy when a test wants it."""

from __future__ import annotations

import itertools
import os
import time
from collections import deque
from collections.abc import Sequence

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.errors import LineBusy, LineDenied, LineMissing
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


class FakeKernel:
    """Lines by terminal. `requests` tells what was taken, in order, with the level of outputs."""

    def __init__(self) -> None:
        self.held: dict[str, FakeLine] = {}
        self.requests: list[tuple[str, Level | None]] = []
        self.tries: list[tuple[str, float]] = []
        self.refuse: dict[str, type[LineMissing | LineBusy | LineDenied]] = {}
        self._levels: dict[str, Level] = {}

    def take_input(self, settings: InputSettings, home: Home | None) -> FakeLine:
        del home
        return self._take(settings.id, None)

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

    def plug(self, *terminals: str) -> None:
        """And comes back."""
        for terminal in terminals:
            self.refuse.pop(terminal, None)

    def _take(self, terminal: str, level: Level | None) -> FakeLine:
        self.tries.append((terminal, time.monotonic()))
        if terminal in self.refuse:
            raise self.refuse[terminal](terminal, f"refused as {self.refuse[terminal].__name__}")
        if terminal in self.held:
            raise LineBusy(terminal, "is held by 'alarm2mqtt'")
        self.requests.append((terminal, level))
        self.held[terminal] = FakeLine(kernel=self, terminal=terminal)
        return self.held[terminal]
