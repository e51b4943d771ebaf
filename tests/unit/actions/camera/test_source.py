import pytest
from servers.camera import grey_jpeg, note_of

from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.camera.picture import picture_of
from bridge.actions.camera.source import RingFirst, address_of, pictures_of
from bridge.actions.camera.stream_source import StreamPictures
from bridge.core.definitions.settings import CameraSettings, Secret
from bridge.errors import ActionRefused

STREAM = "rtsp://cam/main"


class Source:
    def __init__(self, note, problem=None):
        self.note, self.problem, self.closed = note, problem, False

    async def picture(self, *, at):
        return picture_of(grey_jpeg(self.note), monotonic=at, at=at)

    async def close(self):
        self.closed = True


def test_a_snapshot_address_is_preferred_to_the_stream():
    camera = CameraSettings(snapshot="http://cam/image.jpg", stream=STREAM)
    assert isinstance(pictures_of(camera, recorder=Source("ring")), HttpPictures)


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
