"""Carries out the steps of a plan, below a root folder."""

from __future__ import annotations

import ctypes
import errno
import os
import pwd
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bridge.cli.install import first_settings, places
from bridge.cli.install.environment import Environment, copy_environment
from bridge.cli.install.seen import below
from bridge.cli.install.steps import (
    CopyProgram,
    FirstSettings,
    MakeLink,
    Remove,
    Run,
    Step,
    SwapBack,
    SwapProgram,
    WriteFile,
)
from bridge.errors import StartFailed
from bridge.system.atomic_file import sync_folder, written_beside

_FOR_ALL = 0o644
_LONGEST_S = 300.0
_SPARE_BYTES = 20_000_000
_AT_FDCWD, _EXCHANGE = -100, 2
"""renameat2(2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that ended: its exit code, and its output and errors together."""

    code: int
    output: str


class Runner(Protocol):
    """Runs a command to its end."""

    def __call__(self, command: tuple[str, ...], *, stdin: str = "", as_service: bool = False) -> Ran:
        """Returns the exit code and the output; a command that is missing has code 127."""


class Hands:
    """Carries out steps. `root` is `/`, or a folder that stands for it; `run` runs commands; `say` prints a line."""

    def __init__(
        self, *, say: Callable[[str], None], run: Runner, root: Path = Path("/"), source: Environment | None = None
    ) -> None:
        self._say = say
        self._run = run
        self._root = root
        self._source = source

    def do(self, step: Step) -> None:
        """Carries out one step.

        Raises:
            StartFailed: it failed; the message names the step and its remedy.
        """
        try:
            if isinstance(step, (CopyProgram, SwapProgram, SwapBack)):
                self._program(step)
            else:
                self._rest(step)
        except OSError as error:
            message = f"it {step.words}, but that failed: {error.filename or ''}: {error.strerror or error}"
            raise StartFailed(message) from error

    def _rest(self, step: Step) -> None:
        """Carries out a step of any kind but those of the program; a mere `Step` needs nothing."""
        match step:
            case Run():
                self._command(step)
            case WriteFile():
                self._write(step)
            case MakeLink():
                path = self._at(step.path)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.symlink_to(step.target)
            case FirstSettings(asks=True):
                first_settings.write_by_answers(self._at(places.FILE))
            case FirstSettings():
                first_settings.write_for_the_page(self._at(places.FILE))
            case Remove():
                remove(self._at(step.path))

    def _program(self, step: Step) -> None:
        """Carries out a step of the program's copy."""
        fresh, place, before = (self._at(path) for path in (places.FRESH, places.PROGRAM, places.BEFORE))
        match step:
            case CopyProgram():
                self._copy(fresh)
            case SwapProgram():
                swap(fresh, place, before)
            case SwapBack() if before.exists():
                swap(before, place, fresh)
                remove(fresh)

    def _at(self, path: Path) -> Path:
        return below(self._root, path)

    def _command(self, step: Run) -> None:
        ran = self._run(step.command, stdin=step.stdin, as_service=step.as_service)
        output = ran.output.strip()
        if ran.code == 0:
            return
        words = f"`{' '.join(step.command)}` ended with exit code {ran.code}{f': {output}' if output else ''}"
        words += f"; {step.remedy}" if step.remedy else ""
        if not step.may_fail:
            raise StartFailed(words)
        self._say(f"  that failed: {words}")

    def _write(self, step: WriteFile) -> None:
        path = self._at(step.path)
        path.parent.mkdir(parents=True, exist_ok=True)
        if step.keep is not None:
            path.replace(self._at(step.keep))
        with written_beside(path, step.content, mode=_FOR_ALL) as fresh:
            fresh.replace(path)
        sync_folder(path.parent)

    def _copy(self, fresh: Path) -> None:
        assert self._source is not None  # noqa: S101 - a plan with a copy has a source
        remove(fresh)  # of a run that was killed
        fresh.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(fresh.parent).free
        if free < self._source.size_bytes + _SPARE_BYTES:
            needed = self._source.size_bytes // 1_000_000
            message = f"{fresh.parent} has {free // 1_000_000} MB left, and the copy needs {needed} MB"
            raise StartFailed(message)
        try:
            copy_environment(self._source, fresh)
            python = str(fresh / "bin/python")
            for command in (
                (python, "-m", "compileall", "-q", str(fresh / "lib")),
                (python, "-m", "bridge", "--version"),
            ):
                self._command(Run(words="tries the copy", command=command))
            os.sync()  # a power cut after the swap must find the whole of it
        except (OSError, StartFailed, KeyboardInterrupt):
            remove(fresh)
            raise


def swap(fresh: Path, place: Path, before: Path) -> None:
    """Puts the folder `fresh` at `place`; a folder that is there becomes `before`.

    There is a program at `place` at every instant, for a service whose stop hook has to make outputs safe.
    Raises OSError if the file system cannot exchange names.
    """
    if not os.path.lexists(place):
        fresh.rename(place)
        return
    remove(before)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.renameat2(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(place), _EXCHANGE) == 0:
        fresh.rename(before)
        return
    number = ctypes.get_errno()
    if number not in (errno.EINVAL, errno.ENOSYS):
        raise OSError(number, os.strerror(number), str(place))
    place.rename(before)  # a file system without exchange: two renamings, a moment apart
    fresh.rename(place)


def remove(path: Path) -> None:
    """Removes a file, a link or a whole folder; does nothing if it is absent. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def run(command: tuple[str, ...], *, stdin: str = "", as_service: bool = False) -> Ran:
    """Runs a command of this machine, as `Runner` says; one that takes longer than five minutes has code 124."""
    user = pwd.getpwnam(places.USER) if as_service else None
    try:
        ended = subprocess.run(
            command,
            input=stdin,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=_LONGEST_S,
            cwd="/",
            env={name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            user=None if user is None else user.pw_uid,
            group=None if user is None else user.pw_gid,
            extra_groups=None if user is None else os.getgrouplist(places.USER, user.pw_gid),
        )
    except FileNotFoundError:
        return Ran(code=127, output=f"there is no {command[0]}")
    except subprocess.TimeoutExpired:
        return Ran(code=124, output=f"no end within {_LONGEST_S:g} s")
    return Ran(code=ended.returncode, output=ended.stdout)
