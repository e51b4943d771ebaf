"""Cameras stay open as long as they may be asked."""

from __future__ import annotations

import asyncio
from datetime import UTC

import pytest
from programs.mqtt_client import until
from words.builders import an_input, settings_of

from bridge.actions.camera.shared_camera import SharedCamera
from bridge.linkage.devices import Media

CAMERAS = {"gate": {"snapshot": "http://127.0.0.1:1/a.jpg"}, "shed": {"stream": "rtsp://127.0.0.1:1/b"}}


class Shutter:
    """A camera that knows whether it was closed, and does not like it."""

    def __init__(self, error=None):
        self.closed, self.error = False, error

    async def close(self):
        self.closed = True
        if self.error is not None:
            raise self.error


def media_of(**top):
    settings = settings_of(an_input("door"), **top)
    return Media(settings, zone=UTC, clock_set=lambda: True, report=lambda _: None, changed=lambda: None)


@pytest.mark.virtual_time
async def test_cameras_are_open_until_the_end_and_one_that_does_not_close_keeps_no_other_open(caplog):
    media = media_of(cameras=CAMERAS)
    gate, shed = Shutter(OSError("stuck")), Shutter()
    media.cameras = {"gate": SharedCamera(source=gate), "shed": SharedCamera(source=shed)}
    task = asyncio.create_task(media.run())
    await asyncio.sleep(3600)
    assert not task.done()
    assert not gate.closed
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gate.closed
    assert shed.closed
    assert "camera gate could not be closed" in caplog.text


async def test_without_recording_there_is_no_card_and_no_recorder():
    media = media_of(cameras=CAMERAS)
    assert (media.card, media.problem, media.recorders, set(media.cameras)) == (None, None, {}, {"gate", "shed"})


async def test_the_card_is_told_before_a_stream(tmp_path):
    media = media_of(cameras=CAMERAS, recording={"folder": str(tmp_path), "reserve_mb": 0})
    assert set(media.recorders) == {"shed"}
    assert media.problem == "not looked at yet"
    await media.clips.look()
    assert media.problem == "camera shed: not connected yet"
    task = asyncio.create_task(media.run())
    await until(lambda: media.problem != "camera shed: not connected yet", what="the stream's own trouble")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
