"""`clips`: lists and deletes the finished clips of the recording folder, with or without a running daemon."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from bridge.actions.recording.clip_store import ClipStore
from bridge.actions.recording.retention import Clip, Limits
from bridge.errors import ActionRefused, Fault, SettingsError

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

WRITTEN_S = 30.0
"""A clip counts as finished when its file has not changed for this long.

A clip in progress grows several times a second, and ends 10 s after its camera froze.
"""


def clip_lines(settings: Settings, zone: tzinfo) -> Iterator[str]:
    """Yields one line for each finished clip, newest first: name, size, time of its end in `zone`.

    Raises:
        SettingsError: recording is not configured.
        ActionFailed: the folder cannot be read.
    """
    for clip in _store(settings).clips():
        if _is_finished(clip):
            ended = datetime.fromtimestamp(clip.modified, zone)
            yield f"{clip.name}  {clip.size / 1e6:.1f} MB  {ended:%Y-%m-%d %H:%M:%S}"


def delete_clip(settings: Settings, name: str) -> None:
    """Deletes one finished clip for good; `name` is its path below the recording folder.

    Raises:
        SettingsError: recording is not configured.
        ActionRefused: there is no such clip, or it is being written.
        ActionFailed: the folder cannot be read, or the file cannot be deleted.
    """
    store = _store(settings)
    store.path_of(name)
    if not any(clip.name == name and _is_finished(clip) for clip in store.clips()):
        message = "this clip is being written"
        raise ActionRefused(message)
    store.delete(name)


def _store(settings: Settings) -> ClipStore:
    """Returns the store of the recording folder. Raises SettingsError if recording is not configured."""
    if settings.recording is None:
        raise SettingsError([Fault(path="recording", message="is not configured")])
    return ClipStore(folder=settings.recording.folder, limits=Limits())


def _is_finished(clip: Clip) -> bool:
    """Returns whether the clip's file has not changed for `WRITTEN_S`."""
    return abs(time.time() - clip.modified) > WRITTEN_S
