import asyncio

import pytest
from servers.camera import grey_jpeg, note_of

from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.camera.picture import picture_of
from bridge.actions.camera.source import PromptOrRing, RingFirst, address_of, pictures_of
from bridge.actions.camera.stream_source import StreamPictures
from bridge.core.definitions.settings import CameraSettings, Secret
from bridge.errors import ActionFailed, ActionRefused

STREAM = "rtsp://cam/main"


class Source:
    def __init__(self, note, problem=None, *, seconds=0.0, fault=None):
        self.note, self.problem, self.closed = note, problem, False
        self.seconds, self.fault = seconds, fault

    async def picture(self, *, at):
        await asyncio.sleep(self.seconds)
        if self.fault is not None:
            raise self.fault
        return picture_of(grey_jpeg(self.note), monotonic=at, at=at)

    async def close(self):
        self.closed = True


def test_a_snapshot_address_is_preferred_to_the_stream():
    camera = CameraSettings(snapshot="http://cam/image.jpg", stream=STREAM)
    assert isinstance(pictures_of(camera), HttpPictures)
    assert isinstance(pictures_of(camera, recorder=Source("ring")), PromptOrRing)


@pytest.mark.virtual_time
@pytest.mark.parametrize(
    ("seconds", "problem", "note"),
    [(0.3, None, "snapshot"), (3.0, None, "ring"), (3.0, "stream lost", "snapshot")],
    ids=["prompt", "slow", "slow, no stream"],
)
async def test_the_rings_picture_of_the_instant_wins_over_a_slow_snapshot(seconds, problem, note):
    snapshot, ring = Source("snapshot", seconds=seconds), Source("ring", problem)
    source = PromptOrRing(camera=snapshot, ring=ring)
    assert note_of((await source.picture(at=1.0)).jpeg) == note
    await source.close()
    assert snapshot.closed
    assert not ring.closed


@pytest.mark.virtual_time
async def test_a_snapshot_that_fails_gives_way_to_the_ring_and_a_ring_that_fails_to_a_slow_snapshot():
    failing = Source("none", fault=ActionFailed("503"))
    assert note_of((await PromptOrRing(camera=failing, ring=Source("ring")).picture(at=1.0)).jpeg) == "ring"
    slow = Source("snapshot", seconds=3.0)
    assert note_of((await PromptOrRing(camera=slow, ring=failing).picture(at=1.0)).jpeg) == "snapshot"
    with pytest.raises(ActionFailed, match="503"):
        await PromptOrRing(camera=failing, ring=failing).picture(at=1.0)


def test_without_a_snapshot_address_the_stream_gives_pictures():
    assert isinstance(pictures_of(CameraSettings(stream=STREAM)), StreamPictures)


def test_a_recorded_stream_is_not_opened_twice():
    assert isinstance(pictures_of(CameraSettings(stream=STREAM), recorder=Source("ring")), RingFirst)
    other = CameraSettings(snapshot="rtsp://cam/sub", stream=STREAM)
    assert isinstance(pictures_of(other, recorder=Source("ring")), StreamPictures)


def test_a_camera_without_addresses_is_refused():
    with pytest.raises(ActionRefused):
        pictures_of(CameraSettings())


def test_credentials_come_from_the_settings():
    camera = CameraSettings(stream=STREAM, username="viewer", password=Secret("pw"))
    assert address_of(camera, STREAM).full == "rtsp://viewer:pw@cam/main"


@pytest.mark.parametrize(("problem", "note"), [(None, "ring"), ("stream lost", "own")])
async def test_the_ring_is_asked_while_it_has_a_stream(problem, note):
    ring, own = Source("ring", problem), Source("own")
    source = RingFirst(ring=ring, otherwise=own)
    assert note_of((await source.picture(at=1.0)).jpeg) == note
    await source.close()
    assert own.closed
    assert not ring.closed
