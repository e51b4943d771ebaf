"""The order in which the daemon begins to serve, and in which it stops (`behaviour.md` 6)."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import threading
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from bridge.core.contact import idle_level
from bridge.core.facts import ClockChecked, ClockStepped, EdgesSeen, LineChanged, StopBegun
from bridge.runtime.clock import StepWatch, is_synchronised
from bridge.runtime.supervise import kept_alive, signs_of_life

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import StateRestored
    from bridge.core.line_driver import LineDriver, LineFact
    from bridge.daemon.router import Router
    from bridge.runtime.engine_loop import EngineLoop
    from bridge.runtime.systemd import ServiceManager
    from bridge.store.store import Store

log = logging.getLogger(__name__)

GARBAGE = 20_000
"""Objects between two searches for reference cycles, of which there are hardly any; an edge makes some hundreds."""
GOODBYE_S = 4.0
LONGEST_GOODBYE_S = 7.5
"""A disk or a name server that hangs delays the end of the process by no more (`behaviour.md` 6: 8 s)."""

Work = Callable[[], Coroutine[None, None, None]]
LINKAGE = "linkage"
"""The name of the task that finishes clips at the stop."""


class Lifecycle:
    """Serving and stopping, in the one order that keeps outputs safe.

    A stop gives the broker `goodbye_s`; one that takes longer than `longest_s` ends by `leave` with exit code 0.
    """

    def __init__(
        self,
        *,
        lines: LineDriver,
        loop: EngineLoop,
        router: Router,
        manager: ServiceManager,
        goodbye_s: float = GOODBYE_S,
        longest_s: float = LONGEST_GOODBYE_S,
        leave: Callable[[int], object] = os._exit,
    ) -> None:
        self._lines = lines
        self._loop = loop
        self._router = router
        self._manager = manager
        self._goodbye_s = goodbye_s
        self._longest_s = longest_s
        self._leave = leave

    async def serve(
        self,
        state: StateRestored,
        tasks: Mapping[str, Work],
        *,
        summary: str,
        stop: asyncio.Event,
        goodbye: Work,
    ) -> None:
        """Runs the engine and all `tasks`, each kept alive under its name, until `stop` is set.

        The restored state comes before the first fact of a line. `summary` is the service
        manager's status line. At the stop outputs become idle, linkage finishes its clips, and
        `goodbye` has `goodbye_s` to publish what followed; then all tasks are cancelled.
        """
        self._loop.take_now(state)
        self._loop.take_now(ClockChecked(synchronised=is_synchronised()))
        self._lines.start(self._report)
        self._loop.start()
        step_watch = StepWatch(stepped=lambda seconds: self._loop.submit(ClockStepped(seconds=seconds)))
        self._manager.notify("READY=1", f"STATUS={summary}")
        gc.collect()
        gc.freeze()  # objects that live for ever are not searched again: no pause while a pulse is due
        gc.set_threshold(GARBAGE)
        try:
            async with asyncio.TaskGroup() as group:
                running = {name: group.create_task(kept_alive(name, work), name=name) for name, work in tasks.items()}
                running["watchdog"] = group.create_task(signs_of_life(self._manager), name="watchdog")
                await stop.wait()
                self._manager.notify("STOPPING=1")
                self._outputs_idle()
                self._leave_in_time()
                if LINKAGE in running:
                    running[LINKAGE].cancel()  # clips are finished while the broker hears goodbye
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._goodbye_s):
                        await goodbye()
                for task in running.values():
                    task.cancel()
        finally:
            step_watch.close()

    async def end(self, settings: Settings, store: Store | None) -> None:
        """Drives all outputs idle, writes and closes the store (if there is one), and releases the lines.

        Works whatever failed before, the engine included. Entries that could not be written are reported in the log.
        """
        self._outputs_idle()
        self._loop.close()
        for output in settings.outputs:  # and if the engine itself is what failed
            idle = idle_level(valid_signal=output.valid_signal, connected_level=output.connected_level)
            self._lines.drive(output.id, idle)
        if store is not None and not await asyncio.to_thread(store.close):
            log.warning("some entries of the journal could not be written before the end")
        self._lines.close()
        log.info("stopped")

    def _outputs_idle(self) -> None:
        """Makes the engine stop, and hands over its effects at once: every output is driven to idle."""
        self._loop.take_now(StopBegun())
        self._router.flush()

    def _report(self, fact: LineFact) -> None:
        """Passes a line's fact to the engine: an edge at once, others through the queue."""
        if isinstance(fact, LineChanged | EdgesSeen):
            self._loop.submit_urgent(fact)
        else:
            self._loop.submit(fact)

    def _leave_in_time(self) -> None:
        """Starts a timer that ends the process after `longest_s` if the orderly end takes longer.

        Outputs are idle already.
        """

        def leave() -> None:
            log.warning("stopping takes longer than %.1f s: the process leaves now", self._longest_s)
            self._leave(0)

        timer = threading.Timer(self._longest_s, leave)
        timer.daemon = True
        timer.start()
