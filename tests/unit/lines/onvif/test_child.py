"""The process that speaks with cameras, as the bridge starts, loses and ends it."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servers.onvif_camera import OnvifCamera
from words import waiting

from bridge.lines.onvif.child import OnvifChild
from bridge.lines.onvif.messages import Beat, CameraSubscribed, RelaySet, Report, SetRelay, WatchCamera

PATIENCE_S = 20.0


class Life:
    """A process, and what was reported of it."""

    def __init__(self) -> None:
        self.reports: list[Report] = []
        self.begun = self.ended = 0
        self.child = OnvifChild(report=self.reports.append, began=self._began, ended=self._ended)

    def _began(self) -> None:
        self.begun += 1

    def _ended(self) -> None:
        self.ended += 1

    async def until_it_is_there(self) -> int:
        self.reports.clear()
        await waiting.until(lambda: Beat() in self.reports, within_s=PATIENCE_S, what="a sign of life")
        assert self.child.pid is not None
        return self.child.pid


@asynccontextmanager
async def living() -> AsyncIterator[Life]:
    life = Life()
    life.child.start()
    try:
        yield life
    finally:
        life.child.close()


async def test_a_process_that_is_killed_is_followed_by_another():
    async with living() as life:
        first = await life.until_it_is_there()
        os.kill(first, signal.SIGKILL)
        await waiting.until(lambda: life.begun == 2, within_s=PATIENCE_S, what="the next one")
        assert await life.until_it_is_there() != first
        assert life.ended == 1


async def test_at_a_stop_the_last_order_is_carried_out_and_the_subscription_given_back_also_after_sigterm():
    with OnvifCamera() as camera:
        async with living() as life:
            pid = await life.until_it_is_there()
            order = WatchCamera(camera="gate", onvif=camera.address, username="cam", password="pw")
            life.child.order(order)
            await waiting.until(
                lambda: CameraSubscribed(camera="gate") in life.reports, within_s=PATIENCE_S, what="the subscription"
            )
            camera.set_relay("RO_1", active=True)
            os.kill(pid, signal.SIGTERM)
            life.child.order(SetRelay(number=1, camera="gate", token="RO_1", active=False, monostable_s=None))
            life.child.close()
            assert not Path(f"/proc/{pid}").exists()
            assert not camera.relays["RO_1"].active
            assert camera.points == {}
            assert RelaySet(number=1) not in life.reports, "nothing is reported once it is closed"
