"""`watch --plain` within this process, without a broker."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import UTC, datetime

from servers.process import free_port
from words.builders import settings_of
from words.waiting import until

from bridge.cli.watch.watch import can_draw, watch


async def test_without_a_broker_it_says_so_and_ends_by_a_signal(capfd):
    settings = settings_of(mqtt={"host": "127.0.0.1", "port": free_port()})
    watching = asyncio.create_task(watch(settings, now=lambda: datetime.now(UTC), plain=True))
    said = ""

    def has_said() -> bool:
        nonlocal said
        said += capfd.readouterr().out
        return "nobody listens" in said

    await until(has_said, what="the line that no broker is there")
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(watching, 5)


def test_a_screen_is_drawn_only_on_a_terminal_that_can():
    assert not can_draw()
