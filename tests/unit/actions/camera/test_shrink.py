from __future__ import annotations

import pytest
from programs.without import said_without

from bridge.actions.camera import shrink
from bridge.actions.camera.shrink import make_smaller
from bridge.errors import ActionFailed


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


async def test_what_is_no_picture_is_not_even_tried():
    with pytest.raises(ActionFailed):
        await make_smaller(b"<html>", most_bytes=10)


def test_the_bridge_itself_never_imports_the_library():
    assert not hasattr(shrink, "av")
