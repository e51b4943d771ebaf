"""The composition root: the only file that names every concrete class.

Above 300 lines, since each part of the program is made and connected here, and nowhere else.

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
from bridge.core import effects as do
from bridge.core.definitions.channels import CHANNELS, server_of
from bridge.core.definitions.health_lines import HealthSource
from bridge.core.engine import Engine
from bridge.core.facts import ClockChecked, JobClosed, Origin, SettingsChanged
from bridge.daemon.clip_folder import ClipFolder
from bridge.daemon.lifecycle import LINKAGE, LONGEST_GOODBYE_S, Lifecycle, Work
from bridge.daemon.router import Router, answer_future, line_receiver
from bridge.daemon.settings_warnings import SettingsWarnings
from bridge.errors import Fault
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
CLOCK_CHECK_S = 30.0
WARNINGS_AFTER_S = 20.0
"""After a start from the kept copy, which needs no checker: there is time to look for warnings later."""
AT_NEXT_START = ("lines", "store", "web", "metrics")
"""Settings that are read once; a change of them is logged, and takes effect at the next start."""


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
            overload=self._refuse_for_load,
            now=self._clock.now,
            timer=deadline_timer,
        )
        self._lifecycle = Lifecycle(
            lines=lines, loop=self._loop, router=self._router, manager=ServiceManager(), longest_s=longest_goodbye_s
        )
        self._stop = asyncio.Event()
        self._reloads = asyncio.Event()
        self._store: Store | None = None
        self._store_trouble: str | None = None
        self._status_changed: Callable[[], None] = lambda: None
        self._linkage: Linkage | None = None
        self._linked = asyncio.Event()
        self._health: HealthWatch | None = None
        self._health_followed = asyncio.Event()
        self._page: WebServer | None = None
        self._warnings = SettingsWarnings(file.warnings, first_after_s=0.0 if file.loaded.kept else WARNINGS_AFTER_S)

    async def run(self, *, ends_with_terminal: bool = False) -> None:
        """Runs until SIGTERM or SIGINT; outputs are idle before and after.

        SIGHUP reloads the settings, or with `ends_with_terminal` ends the run too.
        """
        on_signals(stop=self._stop.set, reload=self._stop.set if ends_with_terminal else self._ask_reload)
        self._router.perform(self._engine.begin(self._clock.now(), synchronised=is_synchronised()))
        log.info("alarm2mqtt %s: outputs idle, inputs watched", __version__)
        try:
            store, state = await self._open_store()
            edits = self._open_settings()
            mqtt = self._connect_mqtt(store, edits)
            self._open_page(store, mqtt, edits)
            self._link_when_needed(store, mqtt)
            tasks: dict[str, Work] = {
                "MQTT": mqtt.run,
                "clock check": self._check_clock,
                LINKAGE: self._run_linkage,
                "health": partial(self._watch_health, mqtt),
                "settings": edits.run,
                "settings file": edits.watch,
                "settings warnings": self._warnings.run,
                "sound clips": ClipFolder(settings=lambda: self._settings, found=mqtt.clips).run,
                "reload": partial(self._reload, edits),
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
            self._file,
            apply=self._apply,
            tell=self._loop.submit,
            answer=lambda answer: self._router.perform([answer]),
        )

    def _connect_mqtt(self, store: Store, edits: SettingsStore) -> MqttAdapter:
        import random

        from bridge.mqtt.adapter import MqttAdapter
        from bridge.mqtt.commands.settings_commands import settings_handlers

        mqtt = MqttAdapter(
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
            if self._health is not None:
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
                linkage=lambda: self._linkage,
                settings=edits,
                board=self._board,
                hooks=self._surroundings.hooks,
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
            linkage=self._linkage,
        )

    def _show_picture(self, input_id: str | None, jpeg: bytes) -> None:
        if self._page is not None:
            self._page.snapshot(input_id, jpeg)

    def _link_when_needed(self, store: Store, mqtt: MqttAdapter) -> None:
        """Creates the linkage if the settings need it, else as soon as settings in force need it.

        Later changes are applied to it.
        """
        from bridge.daemon.camera_addresses import with_addresses

        cameras = self._surroundings.cameras

        def take(given: Settings) -> None:
            settings = with_addresses(given, cameras.addresses)
            if self._linkage is not None:
                self._linkage.apply(settings)
            elif _needs_linkage(settings):
                self._link(settings, store, mqtt)

        take(self._settings)
        self._router.connect("linkage_settings", lambda effect: take(effect.settings))
        cameras.when_addresses_change(lambda _: take(self._settings))

    def _link(self, settings: Settings, store: Store, mqtt: MqttAdapter) -> None:
        """Creates the linkage (channels, cameras, clips and sound) and connects it; none of it is imported before."""
        import random

        from bridge.linkage.linkage import Linkage

        self._linkage = Linkage(
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
        self._router.connect("linkage", self._linkage.perform)
        self._linked.set()

    async def _run_linkage(self) -> None:
        await self._linked.wait()
        assert self._linkage is not None  # noqa: S101 - the event says so
        await self._linkage.run()

    async def _watch_health(self, mqtt: MqttAdapter) -> None:
        """Watches the parts of this device that inputs follow, from the first such input on."""
        self._follow_health()
        await self._health_followed.wait()
        from bridge.daemon.health_watch import HealthWatch, troubles_of_rooms

        def rooms() -> dict[str, str | None]:
            is_clock_set = is_synchronised() and self._clock.now().local.year >= RELEASE_YEAR
            return troubles_of_rooms(
                mqtt=mqtt, store_problem=self._store_trouble, linkage=self._linkage, is_clock_set=is_clock_set
            )

        self._health = HealthWatch(settings=lambda: self._settings, signals=self._surroundings.health, rooms=rooms)
        await self._health.run()

    def _follow_health(self) -> None:
        """Has the health watched if an input follows it."""
        if any(isinstance(each.line, HealthSource) for each in self._settings.inputs):
            self._health_followed.set()

    def _refuse_for_load(self, origin: Origin) -> None:
        if origin.request is not None:
            self._router.perform(
                [do.Answer(origin=origin, faults=(Fault(path="", message="too many commands at once"),))]
            )

    # Around the engine

    def _store_problem(self, problem: str | None) -> None:
        self._store_trouble = problem
        self._status_changed()
        if problem is None:
            log.info("the store works again")
        else:
            log.warning("the store has a problem, going on in memory: %s", problem)

    async def _check_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_CHECK_S)
            self._loop.submit(ClockChecked(synchronised=is_synchronised()))

    def _ask_reload(self) -> None:
        """Requests a reload. A request during a reload causes one more after it."""
        self._reloads.set()

    async def _reload(self, edits: SettingsStore) -> None:
        """Reloads the settings file at each request, as a whole or not at all; never ends."""
        while True:
            await self._reloads.wait()
            self._reloads.clear()
            await edits.reload()

    def _apply(self, settings: Settings, origin: Origin) -> None:
        before, self._settings = self._settings, settings
        self._surroundings.change_settings(settings)
        self._warnings.changed()
        self._follow_health()
        for part in AT_NEXT_START:
            if getattr(before, part) != getattr(settings, part):
                log.warning("%s: changed; takes effect at the next start", part)
        self._clock.zone = zone(settings.device.timezone)
        logs.set_up(level=settings.log.level, style=settings.log.format)
        self._loop.submit(SettingsChanged(settings=settings, origin=origin))


def _needs_linkage(settings: Settings) -> bool:
    channels = [server_of(settings, channel) for channel in CHANNELS]
    return any((*channels, settings.cameras, settings.recording, settings.audio))
