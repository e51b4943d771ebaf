"""The bridges that run on this machine, from the kernel's list of processes; proc(5)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

_PROC = Path("/proc")
_DAEMONS = ("run", "guard", "demo")
_MODULE = "bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningBridge:
    """A daemon: its process, the command that started it, and its settings file."""

    process: int
    command: str
    file: Path


def running_bridges(default: Path, *, proc: Path = _PROC) -> list[RunningBridge]:
    """Returns all visible daemons, one for each settings file, lowest process first; perhaps none.

    A guard and its daemon share a file; the daemon is returned. `default` is the file of a daemon started without one.
    """
    found: dict[Path, RunningBridge] = {}
    for bridge in sorted(_all(default, proc), key=lambda one: (one.command == "guard", one.process)):
        found.setdefault(bridge.file, bridge)
    return list(found.values())


def _all(default: Path, proc: Path) -> Iterator[RunningBridge]:
    """Yields the daemons and guards among the processes of `proc`, except this process."""
    for entry in proc.iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode("utf-8", "surrogateescape").split("\0")
        except OSError:
            continue  # it has ended, or is not ours to see
        command, named = _command(words)
        if command is None:
            continue
        folder = _folder(entry)
        if command == "demo":
            file = folder / (named or ".demo") / "alarm2mqtt.yaml"
        else:
            file = folder / named if named else default
        yield RunningBridge(process=int(entry.name), command=command, file=Path(os.path.normpath(file)))


def _command(words: Sequence[str]) -> tuple[str | None, str | None]:
    """Returns the daemon's command and its file argument or None (of `demo`: its folder).

    Twice None for any other process.
    """
    for index, word in enumerate(words[:-1]):
        ours = PurePath(word).name == "alarm2mqtt" or (word == _MODULE and index and words[index - 1] == "-m")
        if ours and words[index + 1] in _DAEMONS:
            named = [one.removeprefix("--folder=") for one in words[index + 2 :] if one and one != "--folder"]
            return words[index + 1], named[0] if named else None
    return None, None


def _folder(entry: Path) -> Path:
    """Returns the process's working folder; an empty path if it belongs to another user."""
    try:
        return (entry / "cwd").readlink()
    except OSError:
        return Path()
