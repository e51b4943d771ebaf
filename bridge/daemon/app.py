"""The composition root: the only file that names every concrete class.

Slow modules are imported when they are first needed, after the outputs are idle and the inputs
watched: a siren must not sound through the import of a database.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.core.engine import Engine
from bridge.core.facts import JobClosed, Origin, SettingsChanged
from bridge.daemon.clip_folder import ClipFolder
from bridge.daemon.clock_check import check_clock
from bridge.daemon.health_when_followed import HealthWhenFollowed
from bridge.daemon.lifecycle import LINKAGE, LONGEST_GOODBYE_S, Lifecycle, Work
from bridge.daemon.linkage_when_needed import LinkageWhenNeeded
from bridge.daemon.next_start import log_what_waits
from bridge.daemon.reloads import Reloads
from bridge.daemon.router import Router, answer_future, line_receiver
from bridge.daemon.settings_warnings import SettingsWarnings
from bridge.runtime import log_setup as logs
from bridge.runtime.clock import Clock, is_synchronised, zone
from bridge.runtime.deadline_timer import deadline_timer
from bridge.runtime.engine_loop import EngineLoop
from bridge.runtime.journal_log import JournalLog
from bridge.runtime.supervise import on_signals
from bridge.runtime.systemd import ServiceManager
from bridge.system.disk_thread import start_disk_thread

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import StateRestored
    from bridge.core.line_driver import LineDriver
    from bridge.core.status import BridgeStatus
    from bridge.daemon.health_watch import HealthWatch
    from bridge.lines.surroundings import Surroundings
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter
    from bridge.settings.checker.checked_file import CheckedFile
    from bridge.settings.store import SettingsStore
    from bridge.store.store import Store
    from bridge.web.server import WebServer

log = logging.getLogger(__name__)

RELEASE_YEAR = 2026


class App:
    """One run of the program, from idle outputs to a clean stop.

    The caller has requested all outputs of `lines` at idle; `lines` is started once the engine can take its facts.
    `surroundings` are the ports of lines in other devices; they are connected to the rooms here.
    `board` takes a command of the simulated board and returns its answer; None if there is no board. A stop that takes
    longer than `longest_goodbye_s` ends the process.
    """

    def __init__(
        self,
        file: CheckedFile,
        *,
        lines: LineDriver,
        surroundings: Surroundings,
        board: Callable[[str], bytes] | None,
        longest_goodbye_s: float = LONGEST_GOODBYE_S,
    ) -> None:
        self._surroundings = surroundings
        self._file = file
        self._settings = file.loaded.settings
        self._clock = Clock(self._settings.device.timezone)
        self._started = self._clock.now().local
        self._board = board
        self._router = Router()
        self._engine = Engine(
            self._settings, boot=secrets.token_hex(4), release_year=RELEASE_YEAR, at_once=self._router.at_once
        )
        self._router.connect("lines", line_receiver(lines))
        self._router.connect("combined", surroundings.views.publish)
        self._router.connect("log", JournalLog(time.monotonic).write)
        self._router.connect("caller", answer_future)
        self._loop = EngineLoop(
            self._engine,
            perform=self._router.perform,
            overload=self._router.refuse_for_load,
            now=self._clock.now,
            timer=deadline_timer,
        )
        self._lifecycle = Lifecycle(
            lines=lines, loop=self._loop, router=self._router, manager=ServiceManager(), longest_s=longest_goodbye_s
        )
        self._stop = asyncio.Event()
        self._reloads = Reloads()
        self._store: Store | None = None
        self._store_trouble: str | None = None
        self._status_changed: Callable[[], None] = lambda: None
        self._mqtt: MqttAdapter | None = None
        self._linkage = LinkageWhenNeeded(make=self._link, addresses=lambda: surroundings.cameras.addresses)
        self._health = HealthWhenFollowed(settings=lambda: self._settings, make=self._watch_health)
        self._page: WebServer | None = None
        self._warnings = SettingsWarnings(file.warnings, is_from_copy=not file.loaded.kept)

    async def run(self, *, ends_with_terminal: bool = False) -> None:
        """Runs until SIGTERM or SIGINT; outputs are idle before and after.

        SIGHUP reloads the settings, or with `ends_with_terminal` ends the run too.
        """
        on_signals(stop=self._stop.set, reload=self._stop.set if ends_with_terminal else self._reloads.ask)
        self._router.perform(self._engine.begin(self._clock.now(), synchronised=is_synchronised()))
        log.info("alarm2mqtt %s: outputs idle, inputs watched", __version__)
        try:
            store, state = await self._open_store()
            edits = self._open_settings()
            mqtt = self._connect_mqtt(store, edits)
            self._open_page(store, mqtt, edits)
            self._connect_linkage()
            tasks: dict[str, Work] = {
                "MQTT": mqtt.run,
                "clock check": partial(check_clock, self._loop.submit),
                LINKAGE: self._linkage.run,
                "health": self._health.run,
                "settings": edits.run,
                "settings file": edits.watch,
                "settings warnings": self._warnings.run,
                "sound clips": ClipFolder(settings=lambda: self._settings, found=mqtt.clips).run,
                "reload": partial(self._reloads.run, edits.reload),
            }
            if self._page is not None:
                tasks["page"] = self._page.run
            await self._lifecycle.serve(
                state,
                tasks,
                summary=f"{len(self._settings.inputs)} inputs, {len(self._settings.outputs)} outputs",
                stop=self._stop,
                goodbye=mqtt.stop,
            )
        finally:
            await self._lifecycle.end(self._settings, self._store)

    async def _open_store(self) -> tuple[Store, StateRestored]:
        from bridge.store.store import open_store

        post = asyncio.get_running_loop().call_soon_threadsafe
        opening = partial(open_store, self._settings.store.folder, post=post, on_problem=self._store_problem)
        restored = await asyncio.to_thread(opening)
        self._store = restored.store
        start_disk_thread("checked settings", self._file.keep)  # the folder is there now
        self._router.connect("store", restored.store.perform)
        self._router.commit_together(restored.store.one_commit)
        restored.store.outbox.delete_by(lambda job_id: self._loop.submit(JobClosed(job=job_id)))
        self._router.hold_answers(restored.store.when_durable)
        return restored.store, restored.state

    def _open_settings(self) -> SettingsStore:
        from bridge.settings.store import SettingsStore

        return SettingsStore(
            self._file, apply=self._apply, tell=self._loop.submit, answer=lambda answer: self._router.perform([answer])
        )

    def _connect_mqtt(self, store: Store, edits: SettingsStore) -> MqttAdapter:
        import random

        from bridge.mqtt.adapter import MqttAdapter
        from bridge.mqtt.commands.settings_commands import settings_handlers

        mqtt = self._mqtt = MqttAdapter(
            settings=self._settings,
            submit=self._loop.submit,
            now=self._clock.now,
            random=random.SystemRandom().random,
            ledger=store.ledger,
            status_view=lambda: self._status(store, mqtt),
            journal=store.unsent,
            handlers=settings_handlers(edits.submit),
            lines=self._surroundings.messages,
        )
        self._router.connect("mqtt", mqtt.perform)

        def changed() -> None:
            mqtt.status_changed()
            self._health.changed()

        self._status_changed = changed
        cameras = self._surroundings.cameras
        cameras.when_presence_changes(lambda camera: mqtt.camera(camera, online=cameras.is_online[camera]))
        return mqtt

    def _open_page(self, store: Store, mqtt: MqttAdapter, edits: SettingsStore) -> None:
        """Creates the page if it is enabled and installed; it takes effects from now on, and is served last."""
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
                linkage=lambda: self._linkage.made,
                settings=edits,
                board=self._board,
                hooks=self._surroundings.hooks,
                cameras=self._surroundings.cameras,
                warnings=lambda: self._warnings.found,
            ),
            submit=self._loop.submit,
            now=self._clock.now,
            status=partial(self._status, store, mqtt),
        ).server
        self._router.connect("page", self._page.perform)

    def _status(self, store: Store, mqtt: MqttAdapter) -> BridgeStatus:
        from bridge.daemon.bridge_status import bridge_status

        return bridge_status(
            settings=self._settings,
            started=self._started,
            mqtt=mqtt,
            store=store,
            store_problem=self._store_trouble,
            linkage=self._linkage.made,
        )

    def _show_picture(self, input_id: str | None, jpeg: bytes, alarm: str | None) -> None:
        if self._page is not None:
            self._page.snapshot(input_id, jpeg, alarm)

    def _connect_linkage(self) -> None:
        """Has the linkage follow settings, and the addresses that cameras give."""
        self._linkage.apply(self._settings)
        self._router.connect("linkage_settings", lambda effect: self._linkage.apply(effect.settings))
        self._surroundings.cameras.when_addresses_change(lambda _: self._linkage.apply(self._settings))

    def _link(self, settings: Settings) -> Linkage:
        """Makes the linkage and connects it."""
        import random

        from bridge.linkage.linkage import Linkage

        store, mqtt = self._store, self._mqtt
        assert store is not None and mqtt is not None  # noqa: S101, PT018 - both are connected before
        linkage = Linkage(
            settings,
            store=store,
            now=self._clock.now,
            random=random.SystemRandom().random,
            release_year=RELEASE_YEAR,
            report=self._loop.submit,
            show=self._show_picture,
            publish=mqtt.snapshot,
            picture_room=lambda: mqtt.picture_room,
            changed=self._status_changed,
        )
        self._router.connect("linkage", linkage.perform)
        return linkage

    def _watch_health(self) -> HealthWatch:
        """Makes the watch over the parts of this device that inputs follow."""
        from bridge.daemon.health_watch import HealthWatch, troubles_of_rooms

        assert self._mqtt is not None  # noqa: S101 - it is connected before
        rooms = partial(
            troubles_of_rooms,
            mqtt=self._mqtt,
            store_problem=lambda: self._store_trouble,
            linkage=lambda: self._linkage.made,
            is_clock_set=lambda: is_synchronised() and self._clock.now().local.year >= RELEASE_YEAR,
        )
        return HealthWatch(settings=lambda: self._settings, signals=self._surroundings.health, rooms=rooms)

    # Around the engine

    def _store_problem(self, problem: str | None) -> None:
        self._store_trouble = problem
        self._status_changed()
        if problem is None:
            log.info("the store works again")
        else:
            log.warning("the store has a problem, going on in memory: %s", problem)

    def _apply(self, settings: Settings, origin: Origin) -> None:
        before, self._settings = self._settings, settings
        self._surroundings.change_settings(settings)
        self._warnings.changed()
        self._health.settings_changed()
        log_what_waits(before, settings, is_page_served=self._page is not None)
        self._clock.zone = zone(settings.device.timezone)
        logs.set_up(level=settings.log.level, style=settings.log.format)
        self._loop.submit(SettingsChanged(settings=settings, origin=origin))
