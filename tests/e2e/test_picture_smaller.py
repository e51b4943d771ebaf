"""Pictures as large cameras send them, made small enough for MQTT by the process that does it."""

from __future__ import annotations

import os

import pytest
from servers.camera import grey_jpeg

from bridge.actions.camera.jpeg import measure
from bridge.actions.camera.shrink import MOST_PIXELS, make_smaller
from bridge.errors import ActionFailed, ActionRefused

pytestmark = pytest.mark.e2e
av = pytest.importorskip("av", reason="pictures are made smaller by PyAV, of the extra `media`")
from bridge.actions.media.picture import as_jpeg  # noqa: E402 - only where there is PyAV

LIMIT = 512 * 1024


def noisy(width, height, *, quality=2):
    """A picture in which nothing can be saved: every byte of it is chance."""
    frame = av.VideoFrame(width, height, "yuv420p")
    for plane in frame.planes:
        plane.update(os.urandom(plane.buffer_size))
    return as_jpeg(frame, quality=quality)


@pytest.mark.parametrize(("width", "height"), [(2560, 1440), (3841, 2161), (1080, 1920)])
async def test_a_large_picture_becomes_a_small_one_of_the_same_shape(width, height):
    large = noisy(width, height)
    assert len(large) > LIMIT
    small = await make_smaller(large + b"padding", most_bytes=LIMIT)
    size = measure(small)
    assert len(small) == size.length <= LIMIT
    assert size.width / size.height == pytest.approx(width / height, rel=0.01)
    assert size.width >= width / 8


async def test_a_usual_picture_keeps_all_its_pixels():
    usual = av.VideoFrame(1920, 1080, "yuv420p")
    for plane in usual.planes:
        rows = (os.urandom(8) * (plane.line_size // 8) for _ in range(plane.height))
        plane.update(b"".join(rows))
    large = as_jpeg(usual, quality=2)
    small = await make_smaller(large, most_bytes=len(large) - 1)
    assert (measure(small).width, measure(small).height) == (1920, 1080)


async def test_what_never_gets_that_small_is_told():
    with pytest.raises(ActionFailed, match="could not be made smaller"):
        await make_smaller(noisy(1920, 1080), most_bytes=100)


async def test_a_picture_of_absurd_size_is_not_even_decoded():
    jpeg = bytearray(grey_jpeg("x"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = (16_000).to_bytes(2, "big") * 2
    assert MOST_PIXELS < 16_000**2
    with pytest.raises(ActionRefused, match="16000 x 16000"):
        await make_smaller(bytes(jpeg), most_bytes=10)


async def test_one_that_takes_too_long_is_given_up_and_its_process_is_gone():
    before = _children()
    with pytest.raises(ActionFailed, match="was not made smaller within"):
        await make_smaller(noisy(1920, 1080), most_bytes=LIMIT, limit_s=0.01)
    assert _children() <= before


def _children():
    with open(f"/proc/self/task/{os.getpid()}/children") as children:  # noqa: PTH123 - of the kernel
        return set(children.read().split())
