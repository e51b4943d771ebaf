"""The recording folder: its clips, its free space, and the problem of its card."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.actions.recording.mount import missing_card, mount_points, unmounted
from bridge.actions.recording.retention import CLIP_NAME, Clip, Limits, to_delete
from bridge.errors import ActionFailed, ActionRefused
from bridge.system.disk_thread import start_disk_thread

_log = logging.getLogger(__name__)

CHECK_S = 30.0
_MB = 1_000_000
_NOT_YET = "not looked at yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardState:
    """The state of the recording folder, for the status; `clips` is a count, `last_clip` a clip's name."""

    problem: str | None = None
    free_mb: int | None = None
    clips: int = 0
    last_clip: str | None = None


class ClipStore:
    """One folder for all cameras' clips; the caller keeps `run` running as a task, which checks every 30 s.

    A card that is missing, not mounted, read-only or full is a `problem` and nothing else: no method for the event loop
    touches it. `mount_point` is the mount that must exist, instead of those of /etc/fstab and of custom; `/` is always
    mounted.
    """

    def __init__(
        self,
        *,
        folder: Path,
        limits: Limits,
        mount_point: Path | None = None,
        clock_trusted: Callable[[], bool] = lambda: True,
        report: Callable[[CardState], None] = lambda _: None,
        fstab: Path = Path("/etc/fstab"),
        timeout_s: float = 15.0,
    ) -> None:
        self.folder = folder.absolute()
        self._limits = limits
        self._mount_point = mount_point
        self._fstab = fstab
        self._timeout_s = timeout_s
        self._clock_trusted = clock_trusted
        self._report = report
        self._device: int | None = None
        self._state = CardState(problem=_NOT_YET)
        self._written: set[str] = set()
        self._recheck = asyncio.Event()

    @property
    def state(self) -> CardState:
        """State of the folder as of the last check."""
        return self._state

    @property
    def is_looked_at(self) -> bool:
        """Whether the folder was checked since the start."""
        return self._state.problem != _NOT_YET

    @property
    def problem(self) -> str | None:
        """The reason why clips cannot be recorded, or None."""
        return self._state.problem

    @property
    def device(self) -> int | None:
        """The folder's st_dev while clips can be recorded, else None."""
        return None if self.problem else self._device

    def name_of(self, path: Path) -> str:
        """Returns a clip's path relative to the folder. Raises ValueError for a path outside it."""
        return path.relative_to(self.folder).as_posix()

    def began(self, name: str) -> None:
        """Protects a clip that is being written from deletion."""
        self._written.add(name)
        self._recheck.set()

    def ended(self, name: str) -> None:
        """Ends the protection of a clip that is finished."""
        self._written.discard(name)
        self._recheck.set()

    async def run(self) -> None:
        """Checks and tidies until cancelled: at once, every 30 s, and when a clip begins or ends."""
        while True:
            await self.look()
            self._recheck.clear()
            try:
                async with asyncio.timeout(CHECK_S):
                    await self._recheck.wait()
            except TimeoutError:
                continue

    async def look(self) -> CardState:
        """Checks and tidies now, off the loop, and returns the state.

        Reports a card that does not answer in time meanwhile.
        """
        now = time.time() if self._clock_trusted() else None
        looking = start_disk_thread("recording folder", functools.partial(self._look, now, frozenset(self._written)))
        await asyncio.wait({looking}, timeout=self._timeout_s)
        if not looking.done():
            self._set_state(None, CardState(problem=f"{self.folder} does not answer"))
        self._set_state(*await looking)
        return self._state

    def _set_state(self, device: int | None, state: CardState) -> None:
        """Makes a check's result the state; logs a change of the problem, reports any change."""
        before, self._device, self._state = self._state, device, state
        if state.problem != before.problem:
            level = logging.WARNING if state.problem else logging.INFO
            _log.log(level, "recording folder: %s", state.problem or "usable")
        if state != before:
            self._report(state)

    def clips(self) -> tuple[Clip, ...]:
        """Returns all clips, newest first. Reads the folder: not for the event loop.

        Raises ActionFailed if the folder cannot be read.
        """
        try:
            return tuple(sorted(_scan(self.folder), key=lambda clip: clip.name, reverse=True))
        except OSError as error:
            message = f"{self.folder} cannot be read ({error.strerror})"
            raise ActionFailed(message) from error

    def path_of(self, name: str) -> Path:
        """Returns the path of a clip named by a page or a command, always inside the folder.

        Not for the event loop. Raises ActionRefused for any other name, and if there is no such clip.
        """
        path = self.folder / name
        if CLIP_NAME.fullmatch(name) is None or not _is_clip(path):
            message = "there is no such clip"
            raise ActionRefused(message)
        return path

    def delete(self, name: str) -> None:
        """Deletes a finished clip. Not for the event loop.

        Raises ActionRefused if there is no such clip or it is being written, and ActionFailed if the card fails.
        """
        path = self.path_of(name)
        if name in self._written:
            message = "this clip is being written"
            raise ActionRefused(message)
        try:
            _remove(path)
        except OSError as error:
            message = f"clip {name} cannot be deleted ({error.strerror})"
            raise ActionFailed(message) from error

    def _look(self, now: float | None, written: frozenset[str]) -> tuple[int | None, CardState]:
        """Checks the card and deletes what retention demands. Returns the folder's st_dev and the state.

        The st_dev is None for a card that cannot be used at all.
        """
        try:
            problem = self._card_problem()
            if problem is not None:
                return None, CardState(problem=problem)
            self.folder.mkdir(parents=True, exist_ok=True)
            found = _scan(self.folder)
            for clip in to_delete(found, limits=self._limits, free_bytes=self._free(), now=now, written=written):
                _remove(self.folder / clip.name)
                found.remove(clip)
            problem, free = self._room()
            newest = max((clip.name for clip in found), default=None)
            state = CardState(problem=problem, free_mb=free // _MB, clips=len(found), last_clip=newest)
            return self.folder.stat().st_dev, state
        except OSError as error:
            return None, CardState(problem=f"{self.folder}: {error.strerror}")

    def _card_problem(self) -> str | None:
        """Returns the reason why the card is missing, or None. Raises OSError."""
        if self._mount_point is not None:
            return unmounted(self._mount_point)
        table = self._fstab.read_text() if self._fstab.exists() else ""
        return missing_card(self.folder, expected=mount_points(table))

    def _free(self) -> int:
        """Returns the bytes that are free on the card. Raises OSError if it cannot be read."""
        numbers = os.statvfs(self.folder)
        return numbers.f_bavail * numbers.f_frsize

    def _room(self) -> tuple[str | None, int]:
        """Returns the reason why the folder cannot be written to, or None, and the free bytes. Raises OSError."""
        free = self._free()
        if os.statvfs(self.folder).f_flag & os.ST_RDONLY:
            return f"{self.folder} is read-only", free
        if not os.access(self.folder, os.W_OK | os.X_OK):
            return f"{self.folder} may not be written to", free
        if free < self._limits.reserve_bytes:
            return (
                f"{self.folder} is full: {free // _MB} MB free, {self._limits.reserve_mb} are reserved",
                free,
            )
        return None, free


def _scan(folder: Path) -> list[Clip]:
    """Returns the clips in the folder, in no order; other files and links are left out. Raises OSError."""
    found = []
    for day in os.scandir(folder):
        if not day.is_dir(follow_symlinks=False):
            continue
        for entry in os.scandir(day.path):
            name = f"{day.name}/{entry.name}"
            if CLIP_NAME.fullmatch(name) and entry.is_file(follow_symlinks=False):
                numbers = entry.stat(follow_symlinks=False)
                found.append(Clip(name=name, size=numbers.st_size, modified=numbers.st_mtime))
    return found


def _is_clip(path: Path) -> bool:
    """Returns whether `path` is a regular file in a real folder; a link is neither."""
    try:
        return stat.S_ISREG(path.lstat().st_mode) and stat.S_ISDIR(path.parent.lstat().st_mode)
    except OSError:
        return False


def _remove(path: Path) -> None:
    """Deletes a clip, and its day's folder if that is empty. Raises OSError."""
    path.unlink(missing_ok=True)
    try:
        path.parent.rmdir()
    except OSError:
        return  # the day has further clips
