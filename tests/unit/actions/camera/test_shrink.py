from __future__ import annotations

import importlib.util

import pytest
from programs.without import said_without
from servers.camera import grey_jpeg

from bridge.actions.camera import shrink
from bridge.actions.camera.shrink import make_smaller
from bridge.errors import ActionFailed, ActionRefused


def test_without_the_extra_it_says_what_to_install(tmp_path):
    code = """
        import asyncio
        from bridge.actions.camera.shrink import make_smaller
        from servers.camera import grey_jpeg
        asyncio.run(make_smaller(grey_jpeg(), most_bytes=10))
    """
    said = said_without("av", code, tmp_path)
    assert "bridge.errors.ActionRefused: " in said
    assert "install alarm2mqtt[media]" in said


@pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="no PyAV (the extra named media)")
async def test_a_picture_with_too_many_pixels_is_refused_before_anything_is_decoded():
    jpeg = bytearray(grey_jpeg())
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = (8000).to_bytes(2, "big") * 2
    with pytest.raises(ActionRefused, match="8000 x 8000 pixels"):
        await make_smaller(bytes(jpeg), most_bytes=10)


@pytest.mark.skipif(importlib.util.find_spec("av") is None, reason="no PyAV (the extra named media)")
async def test_a_size_that_no_picture_has_is_a_failure():
    with pytest.raises(ActionFailed, match="could not be made smaller"):
        await make_smaller(grey_jpeg(), most_bytes=1)


async def test_what_is_no_picture_is_not_even_tried():
    with pytest.raises(ActionFailed):
        await make_smaller(b"<html>", most_bytes=10)


def test_the_bridge_itself_never_imports_the_library():
    assert not hasattr(shrink, "av")
