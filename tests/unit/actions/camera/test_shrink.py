from __future__ import annotations

import asyncio
import sys

import pytest
from servers.camera import grey_jpeg

from bridge.actions.camera.shrink import make_smaller
from bridge.errors import ActionFailed, ActionRefused


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ActionRefused, match=r"install alarm2mqtt\[media\]"):
        asyncio.run(make_smaller(grey_jpeg(), most_bytes=10))


def test_what_is_no_picture_is_not_even_tried():
    with pytest.raises(ActionFailed):
        asyncio.run(make_smaller(b"<html>", most_bytes=10))


def test_the_bridge_itself_never_imports_the_library():
    assert not hasattr(sys.modules["bridge.actions.camera.shrink"], "av")
