"""The order of serving and of stopping: whatever failed before, outputs are idle at the end."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from words.waiting import until

from bridge.core.contact import Level
from bridge.core.engine import Engine
from bridge.core.facts import LineChanged, LineFound, LineLost, StateRestored
from bridge.daemon.lifecycle import LINKAGE, Lifecycle
from bridge.daemon.router import Router, line_receiver
from bridge.runtime.clock import Clock
from bridge.runtime.engine_loop import EngineLoop
from bridge.runtime.systemd import ServiceManager
from bridge.settings.load import load

OUTPUTS = "outputs: [{id: siren}, {id: lamp, valid_signal: disconnect}, {id: strobe, connected_level: low}]\n"
IDLE = [("siren", "low"), ("lamp", "high"), ("strobe", "high")]
NOTHING = StateRestored(inputs={}, latched=frozenset(), next_seq=1)


class Lines:
    """Remembers in which order it was asked for what."""

    def __init__(self, order: list[Any]) -> None:
        self.order = order
        self.report: Any = None

    def request_input(self, settings):
        pass

    def request_output(self, settings, level):
        pass

    def drive(self, terminal, level, **_until):
        assert "closed" not in self.order
        self.order.append((terminal, str(level)))

    def start(self, report):
        self.order.append("lines")
        self.report = report

    def close(self):
        self.order.append("closed")


class Store:
    def __init__(self, order: list[Any], *, written: bool = True) -> None:
        self.order, self.written = order, written

    def close(self):
        self.order.append("store")
        return self.written


class Bridge:
    """A lifecycle around a real engine, and the order of what happened."""

    def __init__(self, folder: Path, text: str = OUTPUTS, **limits: float) -> None:
        file = folder / "alarm2mqtt.yaml"
        file.write_text("lines: {driver: simulated}\n" + text)
        self.settings = load(file, environ={}).settings
        self.order: list[Any] = []
        self.left = Event()
        self.lines = Lines(self.order)
        self.clock = Clock(self.settings.device.timezone)
        self.engine = Engine(self.settings, boot="b00t", release_year=2026)
        self.router = Router()
        self.router.connect("lines", line_receiver(self.lines))
        self.loop = EngineLoop(self.engine, perform=self.router.perform, overload=print, now=self.clock.now)
        self.lifecycle = Lifecycle(
            lines=self.lines,
            loop=self.loop,
            router=self.router,
            manager=ServiceManager(environ={}),
            leave=lambda _: self.left.set(),
            **limits,
        )

    async def serve(self, *, stop: asyncio.Event, goodbye: Any, **tasks: Any) -> None:
        self.router.perform(self.engine.begin(self.clock.now()))
        self.order.clear()
        await self.lifecycle.serve(NOTHING, tasks, summary="", stop=stop, goodbye=goodbye)

    def worker(self, name: str):
        async def work() -> None:
            self.order.append(f"{name} runs")
            try:
                await asyncio.Event().wait()
            finally:
                self.order.append(f"{name} ends")

        return work


async def test_outputs_are_idle_at_the_end_even_if_the_engine_never_knew_of_them(tmp_path: Path):
    bridge = Bridge(tmp_path)
    await bridge.lifecycle.end(bridge.settings, None)
    assert bridge.order == [*IDLE, "closed"]


async def test_outputs_are_idle_before_the_store_is_written_and_the_lines_are_released_last(tmp_path: Path):
    bridge = Bridge(tmp_path)
    await bridge.lifecycle.end(bridge.settings, Store(bridge.order))
    assert bridge.order == [*IDLE, "store", "closed"]


async def test_entries_that_could_not_be_written_are_logged_and_the_lines_released(tmp_path: Path, caplog):
    bridge = Bridge(tmp_path)
    await bridge.lifecycle.end(bridge.settings, Store(bridge.order, written=False))
    assert "could not be written" in caplog.text
    assert bridge.order[-1] == "closed"


async def test_linkage_ends_while_the_broker_hears_goodbye_and_the_others_after_it(tmp_path: Path):
    bridge = Bridge(tmp_path)
    stop = asyncio.Event()

    async def goodbye() -> None:
        bridge.order.append("goodbye")
        while "linkage ends" not in bridge.order:
            await asyncio.sleep(0)
        bridge.order.append("goodbye over")

    async def stopping() -> None:
        while "MQTT runs" not in bridge.order or "linkage runs" not in bridge.order:
            await asyncio.sleep(0)
        stop.set()

    tasks = {"MQTT": bridge.worker("MQTT"), LINKAGE: bridge.worker("linkage"), "stopping": stopping}
    await bridge.serve(stop=stop, goodbye=goodbye, **tasks)
    assert bridge.order == [
        "lines",
        "MQTT runs",
        "linkage runs",
        *IDLE,
        "goodbye",
        "linkage ends",
        "goodbye over",
        "MQTT ends",
    ]


async def test_a_broker_that_never_hears_goodbye_is_left_after_its_time(tmp_path: Path):
    bridge = Bridge(tmp_path, goodbye_s=0.01)

    async def story() -> None:
        stop = asyncio.Event()
        stop.set()
        await bridge.serve(stop=stop, goodbye=asyncio.Event().wait, MQTT=bridge.worker("MQTT"))

    await asyncio.wait_for(story(), 5)
    assert bridge.order[-1] == "MQTT ends"


async def test_a_stop_that_hangs_ends_the_process(tmp_path: Path):
    bridge = Bridge(tmp_path, longest_s=0.01)
    stop = asyncio.Event()
    stop.set()
    await bridge.serve(stop=stop, goodbye=lambda: asyncio.to_thread(bridge.left.wait, 5))
    assert bridge.left.is_set()


async def test_facts_of_lines_reach_the_engine_once_the_lines_are_started(tmp_path: Path):
    bridge = Bridge(tmp_path, "inputs: [{id: door}]\n")
    views: list[Any] = []

    async def story() -> None:
        stop = asyncio.Event()

        async def press() -> None:
            bridge.lines.report(LineLost(terminal="door", problem="unplugged"))
            bridge.lines.report(LineFound(terminal="door"))
            bridge.lines.report(LineChanged(terminal="door", level=Level.LOW, at=bridge.clock.now().monotonic))
            await until(lambda: views and views[-1].contact == "connected")
            stop.set()

        await bridge.serve(stop=stop, goodbye=partial(asyncio.sleep, 0), press=press)

    bridge.router.connect("page", lambda effect: views.append(effect.view) if hasattr(effect, "view") else None)
    await asyncio.wait_for(story(), 10)
    assert [view.problem for view in views if view.problem] == ["line_fault"]
