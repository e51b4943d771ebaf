from __future__ import annotations

import sys

import pytest
from servers.camera import grey_jpeg

from bridge.actions.camera.shrink import make_smaller
from bridge.errors import ActionFailed, ActionRefused


async def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ActionRefused, match=r"install alarm2mqtt\[media\]"):
        await make_smaller(grey_jpeg(), most_bytes=10)


async def test_what_is_no_picture_is_not_even_tried():
    with pytest.raises(ActionFailed):
        await make_smaller(b"<html>", most_bytes=10)


def test_the_bridge_itself_never_imports_the_library():
    assert not hasattr(sys.modules["bridge.actions.camera.shrink"], "av")
