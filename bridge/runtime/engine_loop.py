"""One queue, one consumer, one deadline: the engine on the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable

from bridge.core.effects import Effect
from bridge.core.engine import Engine
from bridge.core.facts import Command, Fact, LineChanged, Now, Origin

log = logging.getLogger(__name__)

BATCH = 64
"""Facts taken in a row before timers and sockets get their turn."""
MOST_COMMANDS = 1000
"""Commands that may wait. What lines tell is never turned away: their drivers read no more than a
batch before the loop, and with it this queue's consumer, gets its turn."""


class EngineLoop:
    """Feeds facts to the engine in the order in which they came, and does what it asks for.

    `perform` takes the effects of one step; `overload` a command that found the queue full.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        perform: Callable[[Iterable[Effect]], None],
        overload: Callable[[Origin], None],
        now: Callable[[], Now],
    ) -> None:
        self._engine = engine
        self._perform = perform
        self._overload = overload
        self._now = now
        self._facts: deque[Fact] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False
        self._timer: asyncio.TimerHandle | None = None

    def submit(self, fact: Fact) -> None:
        """Puts a fact at the end of the queue; on the loop's thread, also before `start`."""
        if len(self._facts) >= MOST_COMMANDS and isinstance(fact, Command):
            self._overload(fact.origin)
            return
        self._facts.append(fact)
        self._schedule()

    def start(self) -> None:
        """Begins to consume; called once, with the event loop running."""
        self._loop = asyncio.get_running_loop()
        self._schedule()
        self._arm()

    def take_now(self, fact: Fact) -> None:
        """Takes a fact before all that waits: what was stored, and the order to stop."""
        self._take(fact)
        self._arm()

    def _schedule(self) -> None:
        if self._loop is not None and not self._scheduled and self._facts:
            self._scheduled = True
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        self._scheduled = False
        for _ in range(min(BATCH, len(self._facts))):
            self._take(self._facts.popleft())
        self._schedule()
        self._arm()

    def _take(self, fact: Fact) -> None:
        try:
            effects = self._engine.receive(fact, self._now())
        except Exception:
            # Whatever is wrong with one fact, the next one may be the alarm.
            log.exception("dropped a fact that the engine could not take: %s", type(fact).__name__)
            return
        self._perform(effects)

    def _wake(self) -> None:
        self._timer = None
        # An edge that still waits may contradict what would be stable by now.
        waiting = next((fact.at for fact in self._facts if isinstance(fact, LineChanged)), None)
        self._perform(self._engine.elapse(self._now(), seen_until=waiting))
        self._arm()

    def _arm(self) -> None:
        """One timer, for the engine's next deadline; a late or early call is harmless."""
        if self._loop is None:
            return
        deadline = self._engine.next_deadline(self._loop.time())
        if self._timer is not None:
            if deadline is not None and self._timer.when() == deadline:
                return
            self._timer.cancel()
        self._timer = None if deadline is None else self._loop.call_at(deadline, self._wake)
