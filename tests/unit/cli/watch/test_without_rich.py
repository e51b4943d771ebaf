"""rich is an extra: who does not have it is told what to do."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest
from words.builders import settings_of

from bridge.cli.watch.watch import watch
from bridge.errors import StartFailed


async def test_without_rich_it_says_what_to_install_and_that_plain_lines_need_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.delitem(sys.modules, "bridge.cli.watch.screen", raising=False)
    with pytest.raises(StartFailed, match=r"install it with: pip install 'rich>=13\.9,<16', or take --plain"):
        await watch(settings_of(), now=lambda: datetime.now(UTC), plain=False)
