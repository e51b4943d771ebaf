"""The composition root: the only file that names every concrete class.

What is slow to import is imported when it is first needed, after the outputs are idle and the
inputs watched: a siren must not howl through the import of a database.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.core import effects as do
from bridge.core.contact import idle_level
from bridge.core.engine import Engine
from bridge.core.facts import ClockChecked, ClockStepped, LineChanged, Origin, SettingsChanged, StopBegun
from bridge.core.journal import JournalEntry
from bridge.daemon.router import Router, answer_future
from bridge.errors import Fault
from bridge.runtime import log_setup as logs
from bridge.runtime.clock import Clock, StepWatch, is_synchronised, zone
from bridge.runtime.engine_loop import EngineLoop
from bridge.runtime.journal_log import JournalLog
from bridge.runtime.supervise import kept_alive, on_signals, signs_of_life
from bridge.runtime.systemd import ServiceManager
from bridge.settings.load import Loaded

if TYPE_CHECKING:
    from bridge.core.facts import StateRestored
    from bridge.core.line_driver import LineDriver, LineFact
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter
    from bridge.mqtt.publishing.status_payload import StatusView
    from bridge.settings.definitions.settings import Settings
    from bridge.settings.store import SettingsStore
    from bridge.store.store import Store
    from bridge.web.server import WebServer

log = logging.getLogger(__name__)

RELEASE_YEAR = 2026
CLOCK_CHECK_S = 30.0
GARBAGE = 20_000
"""Objects between two looks for cycles, of which there are hardly any; an edge makes some hundreds."""
GOODBYE_S = 4.0
LONGEST_GOODBYE_S = 7.5
"""A disk or a name server that hangs keeps nobody waiting for longer (`behaviour.md` 6: 8 s)."""
AT_NEXT_START = ("lines", "store", "web", "metrics")
"""Settings that are read once; a change of them is taken at the next start, and said to be."""


class App:
    """One run of the program, from idle outputs to a clean stop.

    `lines` has the outputs at idle already; what it reports goes to `report`.
    """

    def __init__(self, loaded: Loaded, *, lines: LineDriver) -> None:
        self._loaded = loaded
        self._settings = loaded.settings
        self._clock = Clock(loaded.settings.device.timezone)
        self._started = self._clock.now().local
        self._engine = Engine(loaded.settings, boot=secrets.token_hex(4), release_year=RELEASE_YEAR)
        self._lines = lines
        self._router = Router(self._lines)
        self._loop = EngineLoop(
            self._engine, perform=self._router.perform, overload=self._refuse_for_load, now=self._clock.now
        )
        self._manager = ServiceManager()
        self._stop = asyncio.Event()
        self._reloads = asyncio.Event()
        self._store: Store | None = None
        self._linkage: Linkage | None = None
        self._linked = asyncio.Event()
        self._page: WebServer | None = None

    def report(self, fact: LineFact) -> None:
        """A fact about a line; kept until the loop runs. An edge is what all this is for: it is urgent."""
        if isinstance(fact, LineChanged):
            self._loop.submit_urgent(fact)
        else:
            self._loop.submit(fact)

    async def run(self, *, ends_with_terminal: bool = False) -> None:
        """Runs until SIGTERM or SIGINT, or SIGHUP if so asked; outputs are idle at its begin and at its end."""
        on_signals(stop=self._stop.set, reload=self._stop.set if ends_with_terminal else self._ask_reload)
        self._router.perform(self._engine.begin(self._clock.now(), synchronised=is_synchronised()))
        log.info("alarm2mqtt %s: outputs idle, inputs watched", __version__)
        try:
            store, state = await self._open_store()
            edits = self._open_settings()
            mqtt = self._connect_mqtt(store, edits)
            self._open_page(store, mqtt, edits)
            self._link_when_wanted(store, mqtt)
            await self._serve(state, mqtt, edits)
        finally:
            await self._end()

    async def _open_store(self) -> tuple[Store, StateRestored]:
        from bridge.store.store import open_store

        post = asyncio.get_running_loop().call_soon_threadsafe
        opening = partial(open_store, self._settings.store.folder, post=post, on_problem=self._store_problem)
        restored = await asyncio.to_thread(opening)
        self._store = restored.store
        return restored.store, restored.state

    def _open_settings(self) -> SettingsStore:
        from bridge.settings.file.file_sync import FileSync
        from bridge.settings.store import SettingsStore

        return SettingsStore(
            FileSync(self._loaded),
            apply=self._apply,
            tell=self._loop.submit,
            answer=lambda answer: self._router.perform([answer]),
        )

    def _connect_mqtt(self, store: Store, edits: SettingsStore) -> MqttAdapter:
        import random
        import time

        from bridge.daemon.mqtt_status import status_view
        from bridge.mqtt.adapter import MqttAdapter
        from bridge.mqtt.commands.settings_commands import settings_handlers

        def status() -> StatusView:
            return status_view(started=self._started, journal_unsent=store.unsent.count, linkage=self._linkage)

        mqtt = MqttAdapter(
            settings=self._settings,
            submit=self._loop.submit,
            now=self._clock.now,
            random=random.SystemRandom().random,
            ledger=store.ledger,
            status_view=status,
            journal=store.unsent,
            handlers=settings_handlers(edits.submit),
        )
        self._router.connect(
            mqtt.perform,
            do.PublishInput,
            do.PublishOutput,
            do.PublishEvent,
            do.PublishClock,
            do.PublishSettings,
            do.Answer,
        )
        self._router.connect(store.perform, JournalEntry, do.KeepInput, do.KeepLatched)
        self._router.connect(mqtt.perform, JournalEntry)  # only after the store has it
        self._router.connect(JournalLog(time.monotonic).tell, JournalEntry)
        self._router.connect(answer_future, do.Answer)
        return mqtt

    def _open_page(self, store: Store, mqtt: MqttAdapter, edits: SettingsStore) -> None:
        """The page, if it is wanted: it is shown everything from now on, and served last of all."""
        if not self._settings.web.enabled:
            return
        from bridge.daemon.web_ports import Neighbours, Page, can_be_served

        if not can_be_served():
            log.warning("no page: install alarm2mqtt[web] for it, or set web.enabled to false")
            return
        self._page = Page(
            self._settings,
            Neighbours(
                store=store,
                mqtt=mqtt,
                linkage=lambda: self._linkage,
                desk=edits,
                board=getattr(self._lines, "obey", None),
            ),
            submit=self._loop.submit,
            now=self._clock.now,
            started=self._started,
        ).server
        self._router.connect(
            self._page.perform,
            do.PublishInput,
            do.PublishOutput,
            do.PublishClock,
            do.PublishSettings,
            JournalEntry,
        )

    def _show_picture(self, input_id: str | None, jpeg: bytes) -> None:
        if self._page is not None:
            self._page.snapshot(input_id, jpeg)

    def _link_when_wanted(self, store: Store, mqtt: MqttAdapter) -> None:
        """Linkage now, or when settings that need it come."""

        def take(settings: Settings) -> None:
            if self._linkage is not None:
                self._linkage.apply(settings)
            elif any((settings.email, settings.ftp, settings.cameras, settings.recording, settings.audio)):
                self._link(settings, store, mqtt)

        take(self._settings)
        self._router.connect(lambda effect: take(effect.settings), do.PublishSettings)

    def _link(self, settings: Settings, store: Store, mqtt: MqttAdapter) -> None:
        """Mail, uploads, cameras, clips and sound; nothing of it is imported before it is wanted."""
        import random

        from bridge.linkage.linkage import Linkage

        self._linkage = Linkage(
            settings,
            store=store,
            now=self._clock.now,
            random=random.SystemRandom().random,
            release_year=RELEASE_YEAR,
            tell=self._loop.submit,
            show=self._show_picture,
            publish=mqtt.snapshot,
            changed=mqtt.status_changed,
        )
        self._router.connect(
            self._linkage.perform, do.RunLinkage, do.ExtendLinkage, do.EndLinkage, do.RunAction, do.SilenceSound
        )
        self._linked.set()

    async def _run_linkage(self) -> None:
        await self._linked.wait()
        assert self._linkage is not None  # noqa: S101 - what the event says
        await self._linkage.run()

    async def _serve(self, state: StateRestored, mqtt: MqttAdapter, edits: SettingsStore) -> None:
        self._loop.take_now(state)
        self._loop.take_now(ClockChecked(synchronised=is_synchronised()))
        self._lines.start()
        self._loop.start()
        step_watch = StepWatch(stepped=lambda seconds: self._loop.submit(ClockStepped(seconds=seconds)))
        self._manager.tell(
            "READY=1", f"STATUS={len(self._settings.inputs)} inputs, {len(self._settings.outputs)} outputs"
        )
        gc.collect()
        gc.freeze()  # what lives for ever is not looked at again: no pause while a pulse is due
        gc.set_threshold(GARBAGE)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(kept_alive("MQTT", mqtt.run), name="mqtt"),
                    group.create_task(kept_alive("clock check", self._check_clock), name="clock"),
                    group.create_task(kept_alive("linkage", self._run_linkage), name="linkage"),
                    group.create_task(kept_alive("settings", edits.run), name="settings"),
                    group.create_task(kept_alive("settings file", edits.watch), name="settings file"),
                    group.create_task(kept_alive("reload", partial(self._reload, edits)), name="reload"),
                    group.create_task(signs_of_life(self._manager), name="watchdog"),
                ]
                if self._page is not None:
                    tasks.append(group.create_task(kept_alive("page", self._page.run), name="page"))
                await self._stop.wait()
                self._manager.tell("STOPPING=1")
                self._loop.take_now(StopBegun())
                self._router.flush()
                _leave_within(LONGEST_GOODBYE_S)
                for task in tasks:
                    if task.get_name() == "linkage":
                        task.cancel()  # clips are finished while the broker hears goodbye
                with suppress(TimeoutError):
                    async with asyncio.timeout(GOODBYE_S):
                        await mqtt.stop()
                for task in tasks:
                    task.cancel()
        finally:
            step_watch.close()

    async def _end(self) -> None:
        """Whatever happened: outputs idle, then what is to be kept on the disk."""
        self._loop.take_now(StopBegun())
        self._router.flush()
        for output in self._settings.outputs:  # and if the engine itself is what failed
            idle = idle_level(valid_signal=output.valid_signal, connected_level=output.connected_level)
            self._lines.drive(output.id, idle)
        if self._store is not None and not await asyncio.to_thread(self._store.close):
            log.warning("some entries of the journal could not be written before the end")
        self._lines.close()
        log.info("stopped")

    def _refuse_for_load(self, origin: Origin) -> None:
        if origin.request is not None:
            self._router.perform(
                [do.Answer(origin=origin, faults=(Fault(path="", message="too many commands at once"),))]
            )

    # Around the engine

    def _store_problem(self, problem: str | None) -> None:
        if problem is None:
            log.info("the store is all right again")
        else:
            log.warning("the store has a problem, going on in memory: %s", problem)

    async def _check_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            self._loop.submit(ClockChecked(synchronised=is_synchronised()))

    def _ask_reload(self) -> None:
        """One reload at a time; a signal during one asks for another after it."""
        self._reloads.set()

    async def _reload(self, edits: SettingsStore) -> None:
        """SIGHUP: the file anew, all of it or nothing."""
        while True:
            await self._reloads.wait()
            self._reloads.clear()
            await edits.reload()

    def _apply(self, loaded: Loaded, origin: Origin) -> None:
        before, warned = self._settings, self._loaded.warnings
        self._loaded, self._settings = loaded, loaded.settings
        for warning in loaded.warnings:
            if warning not in warned:
                log.warning("%s", warning)
        for part in AT_NEXT_START:
            if getattr(before, part) != getattr(loaded.settings, part):
                log.warning("%s: changed; taken at the next start", part)
        self._clock.zone = zone(loaded.settings.device.timezone)
        logs.set_up(level=loaded.settings.log.level, style=loaded.settings.log.format)
        self._loop.submit(SettingsChanged(settings=loaded.settings, origin=origin))


def _leave_within(seconds: float) -> None:
    """Ends the process if its orderly end takes longer; outputs are idle already."""

    def leave() -> None:
        log.warning("the end takes too long; leaving as we are")
        os._exit(0)

    timer = threading.Timer(seconds, leave)
    timer.daemon = True
    timer.start()
