"""The engine with real drivers of far lines, on a loop whose clock jumps.

Facts of the drivers go to the engine, its effects back to them, both at the same virtual instant. The engine's clock
begins at 1000 seconds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from words.story import AT_NOON, Story

from bridge.core import effects as do
from bridge.core import facts
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.core.line_driver import LineDriver
from bridge.lines.drivers import SIMULATED, driver_key
from bridge.lines.surroundings import Surroundings
from bridge.lines.terminal_lines import TerminalLines

Open = Callable[[Surroundings], LineDriver]
SAME_S = 1e-6
"""Instants that differ by less are one: the clock of the loop is a sum of floats."""


class SimulatedBoard:
    """Lines of the simulated board are moved by the test alone: the driver reports nothing."""

    def request_input(self, settings: InputSettings) -> None: ...
    def request_output(self, settings: OutputSettings, level: Any) -> None: ...
    def drive(self, terminal: str, level: Any, *, until: float | None = None) -> None: ...
    def release(self, terminal: str) -> None: ...
    def start(self, report: Any) -> None: ...
    def close(self) -> None: ...


class LineWorld:
    """One run of the program, as far as its lines and its engine go; `end` is a kill."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: Settings,
        drivers: Mapping[str, Open],
        *,
        stored: Mapping[str, facts.StoredInput] | None = None,
        at: datetime = AT_NOON,
    ) -> None:
        self._loop = loop
        self._began = loop.time()
        self._waiting: deque[Callable[[], object]] = deque()
        self._busy = False
        self._alarm: asyncio.TimerHandle | None = None
        self.surroundings = Surroundings(settings)
        self.lines = TerminalLines(
            drivers={SIMULATED: SimulatedBoard}
            | {key: (lambda made=made: made(self.surroundings)) for key, made in drivers.items()},
            key_of=lambda terminal: driver_key(terminal, self.story.settings),
        )
        nobody = {each.id: None for each in settings.inputs}
        self.story = Story(settings, at=at, stored=dict(stored or {}), contacts=nobody, started=False)
        self._inside(self._start)

    @property
    def time(self) -> float:
        """The instant on the engine's clock."""
        return max(self.story.time, 1000.0 + self._loop.time() - self._began)

    def _start(self) -> None:
        self._route()
        self.lines.start(self._report)
        self._work()

    def do(self, act: Callable[[], object]) -> None:
        """Something happens outside, on the loop."""
        self._inside(lambda: self._later(act))

    def tell(self, fact: facts.Fact) -> None:
        """A fact reaches the engine that no driver reports."""
        self.do(lambda: self.story.tell(fact))

    def edit(self, settings: Settings) -> None:
        """Settings are changed while the program runs."""

        def change() -> None:
            self.surroundings.change_settings(settings)
            self.story.edit(settings)

        self.do(change)

    def wait(self, seconds: float) -> None:
        """Time passes for all."""
        self._loop.run_until_complete(asyncio.sleep(seconds))
        self._inside(self._work)

    def end(self) -> None:
        """The program is killed."""
        if self._alarm is not None:
            self._alarm.cancel()
        self._busy = True  # nobody listens any more
        self._inside(self.lines.close)
        self._inside(lambda: None)

    def _inside(self, act: Callable[[], object]) -> None:
        """Runs a function on the loop, and whatever it schedules at once."""

        async def run() -> None:
            act()
            for _ in range(5):
                await asyncio.sleep(0)

        self._loop.run_until_complete(run())

    def _report(self, fact: facts.Fact) -> None:
        if isinstance(fact, facts.ContactReported):  # stamped by the real clock
            fact = replace(fact, at=self.time)
        self._later(lambda: self.story.tell(fact))

    def _later(self, act: Callable[[], object]) -> None:
        self._waiting.append(act)
        self._work()

    def _work(self) -> None:
        """Brings the engine to the present, hands its effects over, and passes on what is reported meanwhile."""
        if self._busy:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._busy = True
        self._catch_up()
        while self._waiting:
            self._waiting.popleft()()
            self._catch_up()
        self._busy = False
        due = self.story.engine.next_deadline(self.story.time)
        if due is not None:
            self._alarm = self._loop.call_at(self._began + due - 1000.0, self._work)

    def _catch_up(self) -> None:
        now = self.time
        due = self.story.engine.next_deadline(self.story.time)
        if due is not None and now < due < now + SAME_S:
            now = due
        self.story.wait(now - self.story.time)
        self._route()

    def _route(self) -> None:
        """Hands the engine's effects to the drivers, as the router does."""
        effects, self.story.effects[:] = list(self.story.effects), []
        for _, effect in effects:
            match effect:
                case do.RequestOutput():
                    self.lines.request_output(effect.settings, effect.level)
                case do.RequestInput():
                    self.lines.request_input(effect.settings)
                case do.ReleaseLine():
                    self.lines.release(effect.terminal)
                case do.DriveLine():
                    self.lines.drive(effect.terminal, effect.level, until=self._on_loop(effect.until))
        for _, effect in effects:
            if isinstance(effect, do.PublishInput):
                self.surroundings.views.publish(effect)

    def _on_loop(self, until: float | None) -> float | None:
        return None if until is None else self._began + until - 1000.0
