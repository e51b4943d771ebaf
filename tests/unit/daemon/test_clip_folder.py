"""The names of sound clips are found as they come and go."""

from __future__ import annotations

import asyncio
from pathlib import Path

from words.builders import settings_of

from bridge.daemon.clip_folder import ClipFolder


def test_clips_that_come_and_go_are_reported_and_none_without_a_loudspeaker(tmp_path: Path) -> None:
    settings = settings_of(audio={"folder": str(tmp_path)})
    found: list[tuple[str, ...]] = []

    async def wait_for(names: tuple[str, ...]) -> None:
        while not found or found[-1] != names:
            await asyncio.sleep(0.001)

    async def story() -> None:
        nonlocal settings
        folder = ClipFolder(settings=lambda: settings, found=found.append, every_s=0.001)
        task = asyncio.create_task(folder.run())
        await wait_for(())
        (tmp_path / "dog.wav").touch()
        (tmp_path / "notes.txt").touch()
        await wait_for(("dog.wav",))
        (tmp_path / "bell.wav").touch()
        await wait_for(("bell.wav", "dog.wav"))
        settings = settings_of()
        await wait_for(())
        task.cancel()

    asyncio.run(asyncio.wait_for(story(), 10))
