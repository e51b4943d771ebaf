"""One camera as the process watches it, against a real one of each habit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from servers.onvif_camera import HABITS, Habits, OnvifCamera
from words import waiting

from bridge.lines.onvif.messages import (
    AddressesFound,
    AnswerIgnored,
    CameraFailed,
    CameraLine,
    CameraSubscribed,
    ContactSeen,
    Noted,
    RelaySeen,
    RelaySet,
    Report,
    SetRelay,
    WatchCamera,
)
from bridge.lines.onvif.watched_camera import WatchedCamera

LINES = (
    CameraLine(terminal="door", kind="onvif_input", token="DI_1"),
    CameraLine(terminal="moves", kind="onvif_event", event="motion"),
)


class Watch:
    """A camera that is watched, and what was reported of it."""

    def __init__(self, camera: OnvifCamera, **settings: Any) -> None:
        self.reports: list[Report] = []
        order = WatchCamera(
            **{
                "camera": "gate",
                "onvif": camera.address,
                "username": "cam",
                "password": "pw",
                "lines": LINES,
                **settings,
            }
        )
        self.watched = WatchedCamera(order, report=self.reports.append)

    def contacts(self, terminal: str) -> list[str]:
        return [
            f"{each.contact} {'event' if each.is_event else 'state'}"
            for each in self.reports
            if isinstance(each, ContactSeen) and each.terminal == terminal
        ]

    def of(self, kind: type[Any]) -> list[Any]:
        return [each for each in self.reports if isinstance(each, kind)]

    async def until(self, condition: Callable[[], object], what: str) -> None:
        await waiting.until(condition, what=what)


@asynccontextmanager
async def watching(camera: OnvifCamera, **settings: Any) -> AsyncIterator[Watch]:
    watch = Watch(camera, **settings)
    task = asyncio.create_task(watch.watched.run())
    try:
        yield watch
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS.keys())
async def test_a_makers_habit_makes_no_difference(habits: Habits):
    with OnvifCamera(habits) as camera:
        async with watching(camera) as watch:
            await watch.until(lambda: watch.contacts("door") == ["disconnected state"], "the door's state")
            await watch.until(lambda: watch.contacts("moves") == ["disconnected state"], "the motion's state")
            await asyncio.to_thread(camera.set_input, "DI_1", True)
            await watch.until(lambda: watch.contacts("door")[1:] == ["connected event"], "the door's event")
            for _ in range(3):
                await asyncio.to_thread(camera.motion, True)
                await asyncio.to_thread(camera.motion, False)
            await watch.until(lambda: watch.contacts("moves").count("disconnected event") == 3, "three ends")
            assert watch.contacts("moves").count("connected event") == 3
            watch.watched.set_relay(SetRelay(number=1, camera="gate", token="RO_1", active=True, monostable_s=30))
            await watch.until(lambda: RelaySet(number=1) in watch.reports, "the relay")
            await watch.until(
                lambda: RelaySeen(camera="gate", token="RO_1", active=True) in watch.reports, "its word for it"
            )
            assert (camera.relays["RO_1"].mode, camera.relays["RO_1"].delay) == ("Monostable", "PT30S")
            (found,) = watch.of(AddressesFound)
            assert found.snapshot == f"http://127.0.0.1:{camera.port}/snapshot.jpg"
            assert found.stream == "rtsp://127.0.0.1:8554/main"
            assert watch.of(CameraFailed) == []
            assert watch.of(Noted) == watch.of(AnswerIgnored) or len(watch.of(AnswerIgnored)) == 1
        await waiting.until(lambda: camera.points == {}, what="the subscription is given back")


@pytest.mark.parametrize("habits", [Habits(entity=5), Habits(huge=5)], ids=["entities", "megabytes"])
async def test_answers_that_mean_nothing_are_counted_and_logged_once_until_a_good_one_comes(habits: Habits):
    with OnvifCamera(habits) as camera:
        async with watching(camera) as watch:
            await watch.until(lambda: watch.contacts("door") == ["disconnected state"], "the state")
            assert len(watch.of(AnswerIgnored)) == 5
            (noted,) = watch.of(Noted)
            assert noted.is_warning


async def test_a_forgotten_subscription_is_made_anew_without_a_word():
    with OnvifCamera() as camera:
        async with watching(camera) as watch:
            await watch.until(lambda: watch.contacts("door"), "the state")
            camera.inputs["DI_1"] = True
            camera.forget_subscriptions()
            await watch.until(lambda: watch.contacts("door")[1:] == ["connected state"], "what changed meanwhile")
            assert (len(watch.of(CameraSubscribed)), watch.of(CameraFailed)) == (2, [])


async def test_a_camera_that_is_gone_is_reported_and_heard_of_again_when_it_is_back():
    with OnvifCamera() as camera:
        async with watching(camera) as watch:
            await watch.until(lambda: watch.contacts("door"), "the state")
            await asyncio.to_thread(camera.stop)
            await watch.until(lambda: watch.of(CameraFailed), "the failure")
            assert watch.of(CameraFailed)[0].is_away
            camera.start()
            await watch.until(lambda: len(watch.of(CameraSubscribed)) == 2, "the return")
            words = [each.words for each in watch.of(Noted)]
            assert (len(words), words[-1]) == (2, "is back")


async def test_a_camera_that_hangs_has_failed_since_its_answer_was_due():
    with OnvifCamera() as camera:
        async with watching(camera) as watch:
            await watch.until(lambda: watch.contacts("door"), "the state")
            camera.is_awake.clear()
            hung = time.monotonic()
            await waiting.until(lambda: watch.of(CameraFailed), within_s=10, what="the failure")
            assert hung - 0.1 < watch.of(CameraFailed)[0].at < hung + 2.5
            assert time.monotonic() - hung < 6
            camera.is_awake.set()
            await waiting.until(lambda: len(watch.of(CameraSubscribed)) == 2, within_s=6, what="the return")


async def test_a_wrong_password_is_not_tried_again_soon():
    with OnvifCamera() as camera:
        async with watching(camera, password="wrong") as watch:
            await watch.until(lambda: watch.of(CameraFailed), "the refusal")
            (failed,) = watch.of(CameraFailed)
            assert ("authorized" in failed.problem, failed.is_away) == (True, False)
            assert camera.calls.count("GetServices") <= 2


async def test_a_camera_that_refuses_a_relays_delay_keeps_its_own_and_that_is_said_once():
    with OnvifCamera(Habits(no_delay=True)) as camera:
        async with watching(camera) as watch:
            for number in (1, 2):
                watch.watched.set_relay(
                    SetRelay(number=number, camera="gate", token="RO_1", active=True, monostable_s=9)
                )
                await watch.until(lambda n=number: RelaySet(number=n) in watch.reports, "the relay")
            assert camera.relays["RO_1"].active
            assert [each.words for each in watch.of(Noted)] == [
                "refuses to time relay RO_1 (SetRelayOutputSettings is refused); it keeps its own delay and mode"
            ]


async def test_a_relay_that_is_refused_is_not_tried_again():
    with OnvifCamera() as camera:
        camera.refuses_commands = True
        async with watching(camera) as watch:
            watch.watched.set_relay(SetRelay(number=1, camera="gate", token="RO_1", active=False, monostable_s=None))
            await watch.until(lambda: watch.of(RelaySet), "the refusal")
            assert watch.of(RelaySet)[0].problem == "the camera refuses: SetRelayOutputState is refused"
            assert camera.calls.count("SetRelayOutputState") == 2, "once without a log-in, once with it"


async def test_a_camera_is_lost_after_its_time_and_back_at_once():
    lost = CameraLine(terminal="lost", kind="camera_lost", after_s=1)
    with OnvifCamera() as camera:
        async with watching(camera, lines=(lost,)) as watch:
            await watch.until(lambda: watch.contacts("lost") == ["disconnected state"], "its presence")
            await asyncio.to_thread(camera.stop)
            await watch.until(lambda: watch.contacts("lost")[1:] == ["connected event"], "its absence")
            camera.start()
            await watch.until(lambda: watch.contacts("lost")[2:] == ["disconnected event"], "its return")


async def test_a_camera_without_onvif_is_there_while_its_picture_answers():
    lost = CameraLine(terminal="lost", kind="camera_lost", after_s=1)
    with OnvifCamera() as camera:
        picture = f"http://127.0.0.1:{camera.port}/picture.jpg"
        async with watching(camera, onvif=None, snapshot=picture, lines=(lost,)) as watch:
            await watch.until(lambda: watch.contacts("lost") == ["disconnected state"], "its presence")
            assert camera.calls == []
