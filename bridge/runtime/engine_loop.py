"""One queue, one consumer, one deadline: the engine on the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable

from bridge.core.effects import Effect
from bridge.core.engine import Engine
from bridge.core.facts import Command, EdgesSeen, Fact, LineChanged, Now, Origin
from bridge.runtime.deadline_timer import DeadlineTimer, LoopTimer, Ring

log = logging.getLogger(__name__)

BATCH = 64
"""Facts taken in a row before timers and sockets get their turn."""
MOST_COMMANDS = 1000
"""Limit of waiting commands. Facts of lines are never refused: their drivers read no more than a
batch before the loop, and with it this queue's consumer, gets its turn."""

PAUSE_AFTER_FAULT_S = 1.0


class EngineLoop:
    """Passes facts to the engine in the order of their arrival, and its effects to `perform`.

    `perform` receives the effects of one step. `overload` receives the origin of a command that found the queue full. A
    fact at which the engine fails is dropped and logged. `timer` makes the timer of the engine's deadline when the
    consumer starts.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        perform: Callable[[Iterable[Effect]], None],
        overload: Callable[[Origin], None],
        now: Callable[[], Now],
        timer: Callable[[Ring], DeadlineTimer] = LoopTimer,
    ) -> None:
        self._engine = engine
        self._perform = perform
        self._overload = overload
        self._now = now
        self._facts: deque[Fact] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False
        self._busy = False
        self._make_timer = timer
        self._timer: DeadlineTimer | None = None
        self._deadline: float | None = None
        """The instant that the timer is set to."""

    def submit(self, fact: Fact) -> None:
        """Appends a fact to the queue; called on the loop's thread, also before `start`.

        A command that finds `MOST_COMMANDS` facts waiting is dropped and its origin passed to `overload`.
        """
        if len(self._facts) >= MOST_COMMANDS and isinstance(fact, Command):
            self._overload(fact.origin)
            return
        self._facts.append(fact)
        self._schedule()

    def submit_urgent(self, fact: Fact) -> None:
        """Appends a fact, then passes up to `BATCH` waiting facts to the engine before returning.

        For an edge, which then waits for no turn of the loop. Before `start`, or from inside a step of the engine, the
        fact only joins the queue. Called on the loop's thread.
        """
        if self._loop is None or self._busy:
            self._facts.append(fact)
            self._schedule()
        elif self._facts:
            self._facts.append(fact)
            self._drain()
        else:
            self._take(fact)
            self._arm()

    def start(self) -> None:
        """Begins to pass queued facts to the engine; called once, on the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._timer = self._make_timer(self._wake)
        self._schedule()
        self._arm()

    def close(self) -> None:
        """Stops the timer: no deadline of the engine is met any more."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.close()

    def take_now(self, fact: Fact) -> None:
        """Passes a fact to the engine at once, ahead of all queued ones: the restored state, and the stop."""
        self._take(fact)
        self._arm()

    def _schedule(self) -> None:
        """Schedules `_consume` for the next turn of the loop, if facts wait and the loop runs."""
        if self._loop is not None and not self._scheduled and self._facts:
            self._scheduled = True
            self._loop.call_soon(self._consume)

    def _consume(self) -> None:
        self._scheduled = False
        self._drain()

    def _drain(self) -> None:
        for _ in range(min(BATCH, len(self._facts))):
            self._take(self._facts.popleft())
        self._schedule()
        self._arm()

    def _take(self, fact: Fact) -> None:
        """Gives a fact to the engine and performs its effects."""
        self._step(lambda now: self._engine.receive(fact, now), type(fact).__name__)

    def _step(self, step: Callable[[Now], Iterable[Effect]], what: str) -> bool:
        """Makes one step of the engine and performs its effects.

        `what` names the step in the log. Returns False if the step or an effect failed, which is logged.
        """
        self._busy = True
        try:
            self._perform(step(self._now()))
        except Exception:
            # One fact may be faulty, and the next one the alarm.
            log.exception("dropped a fact that the engine could not take: %s", what)
            return False
        finally:
            self._busy = False
        return True

    def _wake(self) -> None:
        """Lets the engine act on its deadline, as of no later than the first edge that still waits in the queue."""
        self._deadline = None
        # An edge that still waits may contradict what would be stable by now.
        waiting = next((_first_edge(fact) for fact in self._facts if isinstance(fact, LineChanged | EdgesSeen)), None)
        if self._step(lambda now: self._engine.elapse(now, seen_until=waiting), "time"):
            self._arm()
        elif self._loop is not None:
            self._set_timer(self._loop.time() + PAUSE_AFTER_FAULT_S)

    def _arm(self) -> None:
        """Sets the timer to the engine's next deadline, or cancels it if there is none; does nothing before `start`."""
        if self._loop is not None:
            self._set_timer(self._engine.next_deadline(self._loop.time()))

    def _set_timer(self, at: float | None) -> None:
        if at != self._deadline and self._timer is not None:
            self._deadline = at
            self._timer.set(at)


def _first_edge(fact: LineChanged | EdgesSeen) -> float:
    """Returns the monotonic time of a fact's first edge."""
    return fact.at if isinstance(fact, LineChanged) else fact.edges[0].at
