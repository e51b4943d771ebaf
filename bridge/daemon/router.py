"""Each effect to whom it concerns: lines first, then what people see, then everything else.

A step's lines are driven and its states published before its journal entries, events, answers and
actions are even looked at: those follow in the next turn of the loop, in their order.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bridge.core import effects as do

if TYPE_CHECKING:
    from bridge.core.line_driver import LineDriver

log = logging.getLogger(__name__)

Receiver = Callable[[Any], object]


class Router:
    """Knows of each kind of effect who takes it; a kind that nobody takes is let go.

    `lines` is there from the beginning. Others come with `connect`; several may take one kind.
    """

    def __init__(self, lines: LineDriver) -> None:
        self._at_once: dict[type[Any], list[Receiver]] = {
            do.DriveLine: [lambda effect: lines.drive(effect.terminal, effect.level)],
            do.RequestOutput: [lambda effect: lines.request_output(effect.settings, effect.level)],
            do.RequestInput: [lambda effect: lines.request_input(effect.settings)],
            do.ReleaseLine: [lambda effect: lines.release(effect.terminal)],
        }
        self._seen: dict[type[Any], list[Receiver]] = {do.PublishInput: [], do.PublishOutput: []}
        self._after: dict[type[Any], list[Receiver]] = {}
        self._waiting: deque[do.Effect] = deque()
        self._scheduled = False

    def connect(self, receiver: Receiver, *kinds: type[Any]) -> None:
        """From now on `receiver` takes effects of these kinds, after those that take them already."""
        for kind in kinds:
            (self._seen if kind in self._seen else self._after).setdefault(kind, []).append(receiver)

    def perform(self, effects: Iterable[do.Effect]) -> None:
        """One step's effects; on the event loop's thread."""
        seen = []
        for effect in effects:
            kind = type(effect)
            if kind in self._at_once:
                _give(effect, self._at_once[kind])
            elif kind in self._seen:
                seen.append(effect)
            elif kind in self._after:
                self._waiting.append(effect)
        if self._waiting and not self._scheduled:
            # Before states are published: so what follows them goes out together, at the end of the next turn.
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self.flush)
        for effect in seen:
            _give(effect, self._seen[type(effect)])

    def flush(self) -> None:
        """Hands over what waits, now."""
        self._scheduled = False
        while self._waiting:
            effect = self._waiting.popleft()
            _give(effect, self._after[type(effect)])


def answer_future(effect: do.Answer) -> None:
    """Somebody inside waits for this answer: the page, or the store of settings."""
    waiting = effect.origin.request
    if isinstance(waiting, asyncio.Future) and not waiting.done():
        waiting.set_result(effect.faults)


def _give(effect: do.Effect, receivers: list[Receiver]) -> None:
    for receiver in receivers:
        try:
            receiver(effect)
        except Exception:
            # One adapter's fault is nobody else's: the alarm goes on.
            log.exception("%s could not be handed over", type(effect).__name__)
