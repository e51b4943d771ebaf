"""The process that speaks with cameras, as the bridge starts, loses and ends it."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from servers.onvif_camera import OnvifCamera
from words import waiting

from bridge.lines.onvif.child import OnvifChild
from bridge.lines.onvif.messages import (
    Beat,
    CameraSubscribed,
    LeaveCamera,
    RelaySet,
    Report,
    SetRelay,
    WatchCamera,
)

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

    async def until_set(self, number: int) -> None:
        await waiting.until(
            lambda: RelaySet(number=number) in self.reports, within_s=PATIENCE_S, what=f"order {number} is carried out"
        )


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


async def test_an_order_on_its_way_is_carried_out_at_the_address_that_an_edit_of_its_camera_gives():
    with OnvifCamera() as camera, socket.create_server(("127.0.0.1", 0)) as mute:
        async with living() as life:
            await life.until_it_is_there()
            wrong = f"http://127.0.0.1:{mute.getsockname()[1]}/onvif/device_service"
            watched = WatchCamera(camera="gate", onvif=wrong, username="cam", password="pw")
            life.child.order(watched)
            life.child.order(SetRelay(number=1, camera="gate", token="RO_1", active=True, monostable_s=None))
            life.child.order(replace(watched, onvif=camera.address))
            await life.until_set(1)
            assert camera.relays["RO_1"].active


async def test_an_order_on_its_way_that_makes_a_relay_inactive_outlives_its_cameras_removal():
    with OnvifCamera() as camera:
        async with living() as life:
            await life.until_it_is_there()
            camera.set_relay("RO_1", True)
            camera.is_awake.clear()
            life.child.order(WatchCamera(camera="gate", onvif=camera.address, username="cam", password="pw"))
            life.child.order(SetRelay(number=1, camera="gate", token="RO_1", active=False, monostable_s=None))
            life.child.order(LeaveCamera(camera="gate"))
            life.child.order(SetRelay(number=2, camera="gate", token="RO_1", active=False, monostable_s=None))
            await waiting.until(
                lambda: RelaySet(number=2, problem="there is no camera gate") in life.reports,
                within_s=PATIENCE_S,
                what="the camera's removal",
            )
            camera.is_awake.set()
            await life.until_set(1)
            assert not camera.relays["RO_1"].active
