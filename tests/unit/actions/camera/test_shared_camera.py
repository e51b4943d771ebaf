import asyncio

import pytest
from servers.camera import grey_jpeg, note_of
from words.waiting import until

from bridge.actions.camera.picture import picture_of, take_series
from bridge.actions.camera.shared_camera import RingRate, SharedCamera
from bridge.errors import ActionFailed, ActionRefused


class SlowCamera:
    """Answers when `answer` is set, at a time of the test's own clock; counts what it was asked."""

    def __init__(self):
        self.now = 100.0
        self.asked = []
        self.answer = asyncio.Event()
        self.answer.set()
        self.error = None

    async def picture(self, *, at):
        self.asked.append(at)
        number = len(self.asked)
        await self.answer.wait()
        if self.error:
            raise self.error
        return picture_of(grey_jpeg(str(number)), monotonic=self.now, at=at)

    async def close(self): ...

    def clock(self):
        return self.now


async def until_asked(camera, times):
    await until(lambda: len(camera.asked) >= times)


async def test_three_that_want_one_instant_share_one_request():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    camera.answer.clear()
    waiting = [asyncio.create_task(shared.picture(at=at)) for at in (100.0, 100.0, 100.02)]
    await asyncio.sleep(0)
    camera.now = 100.3
    camera.answer.set()
    pictures = await asyncio.gather(*waiting)
    assert camera.asked == [100.0]
    assert [p.offset_ms for p in pictures] == [300, 300, 280]
    camera.now = 130.0
    assert (await shared.picture(at=100.0)).jpeg == pictures[0].jpeg


async def test_another_instant_is_another_picture():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    notes = [note_of((await shared.picture(at=at)).jpeg) for at in (100.0, 101.0, 102.0)]
    assert notes == ["1", "2", "3"]


async def test_a_camera_is_asked_for_three_pictures_at_a_time_at_most():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    camera.answer.clear()
    waiting = [asyncio.create_task(shared.picture(at=100.0 + number)) for number in range(8)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(camera.asked) == 3
    camera.answer.set()
    await asyncio.gather(*waiting)
    assert len(camera.asked) == 8


async def test_a_picture_is_forgotten_after_a_minute():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    await shared.picture(at=100.0)
    camera.now = 161.0
    await shared.picture(at=100.0)
    assert len(camera.asked) == 2


async def test_a_failure_is_told_to_all_and_not_kept():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    camera.answer.clear()
    camera.error = ActionFailed("no answer")
    waiting = [asyncio.create_task(shared.picture(at=100.0)) for _ in range(2)]
    await asyncio.sleep(0)
    camera.answer.set()
    assert all(isinstance(e, ActionFailed) for e in await asyncio.gather(*waiting, return_exceptions=True))
    camera.error = None
    assert (await shared.picture(at=100.0)).width == 16


async def test_when_the_first_is_cancelled_the_second_fetches_for_itself():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    camera.answer.clear()
    first, second = (asyncio.create_task(shared.picture(at=100.0)) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    camera.answer.set()
    assert note_of((await second).jpeg) == "2"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_one_that_waits_can_be_cancelled_alone():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, clock=camera.clock)
    camera.answer.clear()
    first, second = (asyncio.create_task(shared.picture(at=100.0)) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    camera.answer.set()
    assert note_of((await first).jpeg) == "1"


@pytest.mark.virtual_time
async def test_the_ring_gives_the_picture_of_the_instant_and_says_how_far_it_is():
    camera = SlowCamera()
    shared = SharedCamera(source=camera, ring=RingRate(rate_hz=500, keep_s=0.01), clock=camera.clock)
    filling = asyncio.create_task(shared.run())
    while len(camera.asked) < 8:
        camera.now += 0.002
        await asyncio.sleep(0.002)
    filling.cancel()
    asked = len(camera.asked)
    picture = await shared.picture(at=camera.now - 0.0005)
    assert abs(picture.offset_ms) <= 1
    assert len(camera.asked) == asked
    await shared.picture(at=camera.now + 5)
    assert len(camera.asked) == asked + 1


async def test_a_ring_survives_a_camera_that_fails():
    camera = SlowCamera()
    camera.error = ActionFailed("down")
    shared = SharedCamera(source=camera, ring=RingRate(rate_hz=500, keep_s=1))
    filling = asyncio.create_task(shared.run())
    await until_asked(camera, 3)
    camera.error = None
    await until_asked(camera, len(camera.asked) + 3)
    assert not filling.done()
    filling.cancel()


async def test_a_series_keeps_its_times_and_goes_on_after_a_failure():
    camera = SlowCamera()
    answers = iter([None, ActionRefused("password"), None])

    class Flaky(SlowCamera):
        async def picture(self, *, at):
            self.error = next(answers)
            return await super().picture(at=at)

    flaky = Flaky()
    series = await take_series(flaky, at=100.0, count=3, interval_s=0.5, clock=lambda: 200.0)
    assert flaky.asked == [100.0, 100.5, 101.0]
    assert len(series.pictures) == 2
    assert [str(e) for e in series.errors] == ["password"]
    assert camera.asked == []
