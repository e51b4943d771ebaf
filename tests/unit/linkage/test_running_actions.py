"""Actions under way: their limit, those that come before the start, and one that fails by a fault of our own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from programs.mqtt_client import until

from bridge.core.facts import Now
from bridge.linkage.pending_actions import PendingActions
from bridge.linkage.running_actions import MOST_AT_ONCE, RunningActions
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory

NOW = Now(monotonic=1.0, local=datetime(2026, 11, 1, 12, tzinfo=UTC))


class Scene:
    """Actions that last until `over` is set, and those that have begun and ended."""

    def __init__(self) -> None:
        self.outbox = Outbox(Handover(Memory()), Pictures(Path("/nonexistent")))
        self.reported = []
        self.pending = PendingActions(outbox=self.outbox, now=lambda: NOW, report=self.reported.append)
        self.actions = RunningActions(report=self.reported.append, pending=self.pending)
        self.over = asyncio.Event()
        self.begun = self.ended = 0

    async def work(self) -> None:
        self.begun += 1
        await self.over.wait()
        self.ended += 1

    async def fail(self) -> None:
        raise ZeroDivisionError

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open meanwhile; what still runs at the end is cancelled."""

        async def run() -> None:
            async with asyncio.TaskGroup() as group:
                self.actions.open(group)
                try:
                    await asyncio.Event().wait()
                finally:
                    self.actions.close()

        task = asyncio.create_task(run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))


async def test_an_action_that_begins_before_the_start_waits_for_it():
    scene = Scene()
    assert scene.actions.begin("snapshot", "door", scene.work)
    assert scene.begun == 0
    async with scene.running():
        await until(lambda: scene.begun)


async def test_those_that_wait_count_toward_the_limit_and_an_end_makes_room():
    scene = Scene()
    assert all(scene.actions.begin("snapshot", "door", scene.work) for _ in range(MOST_AT_ONCE))
    assert not scene.actions.begin("snapshot", "door", scene.work)
    async with scene.running():
        scene.over.set()
        await until(lambda: scene.ended == MOST_AT_ONCE)
        await until(lambda: scene.actions.begin("snapshot", "door", scene.work))


async def test_a_fault_is_reported_and_ends_no_other_action():
    scene = Scene()
    async with scene.running():
        row = scene.pending.begin("snapshot", seq=7, input="door")
        scene.actions.begin("snapshot", "door", scene.fail, row, alarm="boot-7")
        scene.actions.begin("snapshot", "door", scene.work)
        await until(lambda: scene.reported)
        scene.over.set()
        await until(lambda: scene.ended)
    assert [(each.reason, each.input, each.error, each.alarm) for each in scene.reported] == [
        ("failed", "door", "fault inside: ZeroDivisionError", "boot-7")
    ]
    assert scene.outbox.jobs() == ()


async def test_the_row_of_an_action_that_is_cancelled_stays_for_the_next_start():
    scene = Scene()
    async with scene.running():
        row = scene.pending.begin("snapshot", seq=7, input="door")
        scene.actions.begin("snapshot", "door", scene.work, row)
        await until(lambda: scene.begun)
    assert [job.id for job in scene.outbox.jobs()] == [row]
    assert scene.reported == []
