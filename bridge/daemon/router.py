"""Hands each effect to the rooms that take it: lines first, then states that people see, then the rest.

Lines and inputs' states of an edge are handed over by `at_once` in the middle of the engine's step, before anything
else of it has been worked out. Of a whole step, too, lines are driven and states published before its journal
entries, events, answers and actions are looked at: those follow in the next turn of the loop, in their order.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, get_args

from bridge.core import effects as do
from bridge.core.journal import JournalEntry
from bridge.errors import Fault

if TYPE_CHECKING:
    from bridge.core.facts import Origin
    from bridge.core.line_driver import LineDriver

log = logging.getLogger(__name__)

Receiver = Callable[[Any], object]

TAKES: dict[str, tuple[type[Any], ...]] = {
    "lines": get_args(do.LineEffect),
    "store": get_args(do.StoreEffect),
    "mqtt": (*get_args(do.PublishEffect), JournalEntry),
    "log": (JournalEntry,),
    "page": (
        do.PublishInput,
        do.PublishOutput,
        do.PublishArmed,
        do.PublishClock,
        do.PublishSettings,
        JournalEntry,
    ),
    "combined": (do.PublishInput,),
    "linkage": get_args(do.LinkageEffect),
    "linkage_settings": (do.PublishSettings,),
    "caller": (do.Answer,),
}
"""Each taker and its effects. An effect with several takers reaches them in the order of this table:
the store has a journal entry before MQTT announces it."""
_RANK = {taker: rank for rank, taker in enumerate(TAKES)}
_AT_ONCE = frozenset(TAKES["lines"])
_SEEN = frozenset({do.PublishTripped, do.PublishInput, do.PublishOutput, do.PublishArmed})
LONGEST_STORING_S = 2.0
"""So long an answer waits for a disk that hangs."""


class Router:
    """Hands effects to the takers that are connected; an effect without a connected taker is dropped."""

    def __init__(self) -> None:
        self._receivers: dict[type[Any], dict[str, Receiver]] = {kind: {} for kinds in TAKES.values() for kind in kinds}
        self._waiting: deque[do.Effect] = deque()
        self._scheduled = False
        self._one_commit: Callable[[], AbstractContextManager[object]] = nullcontext
        self._when_stored: Callable[[Callable[[], None]], None] | None = None

    def commit_together(self, one_commit: Callable[[], AbstractContextManager[object]]) -> None:
        """Sets the context in which waiting effects are handed over, so that the store commits a step as a whole.

        That is an alarm's entry together with the jobs that it begins.
        """
        self._one_commit = one_commit

    def hold_answers(self, when_stored: Callable[[Callable[[], None]], None]) -> None:
        """Makes `Answer` effects with `after_store` wait from now on until the store is durable.

        `when_stored` calls its argument then; an answer waits for it at most `LONGEST_STORING_S`.
        """
        self._when_stored = when_stored

    def connect(self, taker: str, receiver: Receiver) -> None:
        """Hands the effects that `TAKES` lists for `taker` to `receiver` from now on, in that table's order of takers.

        Raises:
            KeyError: `TAKES` has no such taker.
        """
        for kind in TAKES[taker]:
            receivers = self._receivers[kind] | {taker: receiver}
            self._receivers[kind] = dict(sorted(receivers.items(), key=lambda item: _RANK[item[0]]))

    def at_once(self, effect: do.DriveLine | do.PublishTripped) -> None:
        """Hands over one effect of a step that is not over yet; called on the event loop's thread, never raises."""
        self._flush_soon()  # before a state is published: so all that follows it goes out together
        self._give(effect)

    def perform(self, effects: Iterable[do.Effect]) -> None:
        """Hands over one step's effects; called on the event loop's thread.

        Lines are driven and states published before it returns; the rest follows in the next turn of the loop.
        """
        seen = []
        for effect in effects:
            kind = type(effect)
            if kind in _AT_ONCE:
                self._give(effect)
            elif kind in _SEEN:
                seen.append(effect)
            elif self._receivers[kind]:
                self._waiting.append(effect)
        if self._waiting:
            self._flush_soon()
        for effect in seen:
            self._give(effect)

    def refuse_for_load(self, origin: Origin) -> None:
        """Answers a request that there are too many at once."""
        if origin.request is not None:
            self.perform([do.Answer(origin=origin, faults=(Fault(path="", message="too many commands at once"),))])

    def _flush_soon(self) -> None:
        """Schedules `flush`; before the messages of this turn are sent, if it comes before the first of them."""
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Hands over all waiting effects now, in their order; answers may still wait for the store."""
        self._scheduled = False
        if not self._waiting:
            return
        with self._one_commit():
            while self._waiting:
                effect = self._waiting.popleft()
                if isinstance(effect, do.Answer) and effect.after_store and self._when_stored is not None:
                    self._give_when_stored(effect, self._when_stored)
                else:
                    self._give(effect)

    def _give_when_stored(self, effect: do.Answer, when_stored: Callable[[Callable[[], None]], None]) -> None:
        """Hands over an answer once: when it is stored, or after `LONGEST_STORING_S`."""
        held = [effect]

        def give() -> None:
            while held:
                limit.cancel()
                self._give(held.pop())

        limit = asyncio.get_running_loop().call_later(LONGEST_STORING_S, give)
        when_stored(give)

    def _give(self, effect: do.Effect) -> None:
        """Calls each receiver of an effect; a receiver's exception is logged and does not stop the next."""
        for receiver in self._receivers[type(effect)].values():
            try:
                receiver(effect)
            except Exception:
                # A fault of one adapter never reaches another: the alarm goes on.
                log.exception("%s could not be handed over", type(effect).__name__)


def line_receiver(lines: LineDriver) -> Callable[[do.LineEffect], None]:
    """Returns a receiver of line effects that makes the matching call of the driver for each."""

    def perform(effect: do.LineEffect) -> None:
        match effect:
            case do.DriveLine():
                lines.drive(effect.terminal, effect.level, until=effect.until)
            case do.RequestOutput():
                lines.request_output(effect.settings, effect.level)
            case do.RequestInput():
                lines.request_input(effect.settings)
            case do.ReleaseLine():
                lines.release(effect.terminal)

    return perform


def answer_future(effect: do.Answer) -> None:
    """Resolves the future of a request from inside the bridge (page, store of settings) with the answer's faults.

    An answer to any other origin, or to a future that is resolved already, is ignored.
    """
    waiting = effect.origin.request
    if isinstance(waiting, asyncio.Future) and not waiting.done():
        waiting.set_result(effect.faults)
