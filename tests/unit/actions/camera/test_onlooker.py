"""People who watch a camera share its pictures, ask it seldom, and never hold back an alarm's."""

import asyncio

import pytest
from servers.camera import grey_jpeg, note_of
from words.waiting import until

from bridge.actions.camera.onlooker import EVERY_S, FIRST
from bridge.actions.camera.picture import picture_of
from bridge.actions.camera.shared_camera import RingRate, SharedCamera
from bridge.errors import ActionFailed


class Camera:
    """Takes `takes_s` of the test's clock for a picture, once `answer` is set; counts requests and open ones."""

    def __init__(self):
        self.now, self.takes_s, self.asked, self.cancelled = 100.0, 0.0, 0, 0
        self.answer = asyncio.Event()
        self.answer.set()
        self.error = None

    async def picture(self, *, at):
        self.asked += 1
        number = self.asked
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        self.now += self.takes_s
        if self.error:
            raise self.error
        return picture_of(grey_jpeg(str(number)), monotonic=self.now, at=at)

    async def close(self): ...

    def clock(self):
        return self.now


def shared_by(camera, **ring):
    return SharedCamera(source=camera, clock=camera.clock, **ring)


async def test_all_who_watch_share_one_request_and_its_picture_for_a_while():
    camera = Camera()
    shared = shared_by(camera)
    camera.answer.clear()
    waiting = [asyncio.create_task(shared.look()) for _ in range(5)]
    await until(lambda: camera.asked)
    camera.answer.set()
    assert {note_of(each.jpeg) for each in await asyncio.gather(*waiting)} == {"1"}
    camera.now += EVERY_S - 0.1
    assert note_of((await shared.look()).jpeg) == "1"
    camera.now += 0.2
    assert note_of((await shared.look()).jpeg) == "2"


async def test_a_slow_camera_rests_longer():
    camera = Camera()
    shared = shared_by(camera)
    camera.takes_s = 2.0
    await shared.look()
    camera.now += 4 * 2.0 - 0.1
    await shared.look()
    assert camera.asked == 1
    camera.now += 0.2
    await shared.look()
    assert camera.asked == 2


async def test_a_camera_that_fails_is_not_asked_again_at_once():
    camera = Camera()
    shared = shared_by(camera)
    camera.error = ActionFailed("unplugged")
    for _ in range(3):
        with pytest.raises(ActionFailed, match="unplugged"):
            await shared.look()
    assert camera.asked == 1
    camera.error = None
    camera.now += EVERY_S + 0.1
    assert note_of((await shared.look()).jpeg) == "2"


async def test_an_alarm_takes_the_camera_from_those_who_watch():
    camera = Camera()
    shared = shared_by(camera)
    camera.answer.clear()
    watching = asyncio.create_task(shared.look())
    await until(lambda: camera.asked == 1)
    alarm = asyncio.create_task(shared.picture(at=camera.now))
    with pytest.raises(ActionFailed, match=FIRST):
        await watching
    assert camera.cancelled == 1
    also = asyncio.create_task(shared.look())
    await asyncio.sleep(0)
    camera.answer.set()
    assert note_of((await alarm).jpeg) == "2"
    assert note_of((await also).jpeg) == "2", "who watches gets the alarm's picture"
    assert camera.asked == 2


async def test_one_who_leaves_takes_the_picture_from_nobody():
    camera = Camera()
    shared = shared_by(camera)
    camera.answer.clear()
    leaving, staying = asyncio.create_task(shared.look()), asyncio.create_task(shared.look())
    await until(lambda: camera.asked == 1)
    leaving.cancel()
    await asyncio.wait((leaving,))
    camera.answer.set()
    assert note_of((await staying).jpeg) == "1"


async def test_a_ring_that_is_filled_anyway_is_enough():
    camera = Camera()
    shared = shared_by(camera, ring=RingRate(rate_hz=1, keep_s=3))
    filling = asyncio.create_task(shared.run())
    await until(lambda: camera.asked == 1)
    await asyncio.sleep(0)
    assert note_of((await shared.look()).jpeg) == "1"
    filling.cancel()
    await asyncio.wait((filling,))
    assert camera.asked == 1
