"""The names of sound clips are found as they come and go."""

from __future__ import annotations

import asyncio
from pathlib import Path

from words.builders import settings_of
from words.waiting import until

from bridge.daemon.clip_folder import ClipFolder


async def test_clips_that_come_and_go_are_reported_and_none_without_a_loudspeaker(tmp_path: Path) -> None:
    settings = settings_of(audio={"folder": str(tmp_path)})
    found: list[tuple[str, ...]] = []
    folder = ClipFolder(settings=lambda: settings, found=found.append, every_s=0.001)
    task = asyncio.create_task(folder.run())
    await until(lambda: found[-1:] == [()])
    (tmp_path / "dog.wav").touch()
    (tmp_path / "notes.txt").touch()
    await until(lambda: found[-1] == ("dog.wav",))
    (tmp_path / "bell.wav").touch()
    await until(lambda: found[-1] == ("bell.wav", "dog.wav"))
    settings = settings_of()
    await until(lambda: found[-1] == ())
    task.cancel()
