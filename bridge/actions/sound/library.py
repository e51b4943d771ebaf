"""The folder of sound clips, for the page. Every method reads or writes the disk."""

from __future__ import annotations

import re
from pathlib import Path

from bridge.core.definitions.actions import NEW_SOUND_NAME
from bridge.errors import ActionFailed, ActionRefused
from bridge.system.atomic_file import sync_folder, written_beside
from bridge.system.sound_files import clip_names, clip_path, read_wav

MOST_CLIPS = 100
MOST_BYTES = 64 * 2**20


class SoundLibrary:
    """One folder of sound clips."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        """Returns the names of all clips, sorted; an empty tuple if the folder cannot be read."""
        return clip_names(self._folder)

    def read(self, name: str) -> bytes:
        """Returns the content of a clip.

        Raises ActionRefused if there is no such clip, and ActionFailed if it cannot be read.
        """
        try:
            return clip_path(self._folder, name).read_bytes()
        except OSError as error:
            message = f"{name} cannot be read ({error.strerror})"
            raise ActionFailed(message) from error

    def add(self, name: str, content: bytes) -> None:
        """Stores a playable clip, whole or not at all; one of the same name is replaced.

        Raises:
            ActionRefused: the clip cannot be played, its name is not allowed, or there are too many.
            ActionFailed: the folder cannot be written to.
        """
        if re.fullmatch(NEW_SOUND_NAME, name) is None:
            message = "a sound's name is letters, digits, spaces, dots and hyphens, and ends with .wav"
            raise ActionRefused(message)
        try:
            self._store(name, content)
        except OSError as error:
            message = f"{name} cannot be kept ({error.strerror})"
            raise ActionFailed(message) from error

    def delete(self, name: str) -> None:
        """Deletes a clip.

        Raises ActionRefused if there is no such clip, and ActionFailed if the folder cannot be written to.
        """
        try:
            clip_path(self._folder, name).unlink()
        except OSError as error:
            message = f"{name} cannot be deleted ({error.strerror})"
            raise ActionFailed(message) from error

    def _store(self, name: str, content: bytes) -> None:
        """Stores the clip. Raises ActionRefused if it cannot be played or there is no room, and OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        others = [one for one in self.names() if one != name]
        used = sum((self._folder / one).stat().st_size for one in others)
        if len(others) >= MOST_CLIPS or used + len(content) > MOST_BYTES:
            message = f"there is room for {MOST_CLIPS} sounds and {MOST_BYTES // 2**20} MiB"
            raise ActionRefused(message)
        with written_beside(self._folder / name, content) as fresh:
            try:
                read_wav(fresh)
            except ActionRefused as refused:
                raise ActionRefused(str(refused).replace(fresh.name, name)) from None
            fresh.replace(self._folder / name)
        sync_folder(self._folder)
