"""rich is an extra: who does not have it is told what to do."""

from __future__ import annotations

from programs.without import said_without


def test_without_rich_it_says_what_to_install_and_that_plain_lines_need_nothing(tmp_path):
    code = """
        import asyncio
        from datetime import UTC, datetime
        from bridge.cli.watch.watch import watch
        from words.builders import settings_of
        asyncio.run(watch(settings_of(), now=lambda: datetime.now(UTC), plain=False))
    """
    said = said_without("rich", code, tmp_path)
    assert "StartFailed: " in said
    assert "install it with: pip install 'rich>=13.9,<16', or take --plain" in said
