"""A look at the machine: the facts that the plans depend on. Changes nothing."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.install import places
from bridge.cli.install.receipt import Receipt, read
from bridge.errors import StartFailed

_SYSTEMD = Path("/run/systemd/system")
_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The state of this machine, as far as an installation is concerned."""

    has_user: bool
    groups: Mapping[str, tuple[str, ...]]
    """The members of each group."""
    files: Mapping[Path, bytes | None]
    """The content of each file that an installation writes; None if it is absent."""
    link: str | None
    """The target of the command's link; an empty text if there is something else, None if there is nothing."""
    receipt: Receipt | None
    has_program: bool
    has_settings: bool
    settings_owner: str | None
    """The user who owns the settings' folder; None without the folder."""
    has_state: bool = False
    has_drop_ins: bool = False
    kept: tuple[Path, ...] = ()
    """Files that somebody had changed, and that --overwrite kept."""
    has_unit: bool = False
    is_active: bool = False
    is_enabled: bool = False
    has_udev: bool = True

    @property
    def digest(self) -> str | None:
        """The digest of the copy of the program; None if there is no copy."""
        return self.receipt.digest if self.receipt is not None and self.has_program else None

    @property
    def version(self) -> str | None:
        """The version of the copy of the program; None if there is no copy."""
        return self.receipt.version if self.receipt is not None and self.has_program else None


def look(root: Path = Path("/")) -> Seen:
    """Returns the state of the machine whose files lie below `root`; users, groups and services are this machine's."""
    is_unit = below(root, places.UNIT).exists()
    return Seen(
        has_user=_user_exists(places.USER),
        groups={group.gr_name: tuple(group.gr_mem) for group in grp.getgrall()},
        files={path: _content(below(root, path)) for path in places.contents()},
        link=_link(below(root, places.LINK)),
        receipt=read(_content(below(root, places.RECEIPT))),
        has_program=below(root, places.COMMAND).exists(),
        has_settings=os.path.lexists(below(root, places.FILE)),
        settings_owner=_owner(below(root, places.SETTINGS)),
        has_state=below(root, places.STATE).exists(),
        has_drop_ins=below(root, places.DROP_INS).exists(),
        kept=tuple(kept_as(path) for path in places.contents() if below(root, kept_as(path)).exists()),
        has_unit=is_unit,
        is_active=is_unit and _systemctl_says("is-active"),
        is_enabled=is_unit and _systemctl_says("is-enabled"),
        has_udev=shutil.which("udevadm") is not None,
    )


def require_systemd() -> None:
    """Raises StartFailed if no systemd runs here, with the other ways to run the program."""
    if not _SYSTEMD.is_dir() or shutil.which("systemctl") is None:
        message = (
            "systemd does not run on this machine, so there is nothing to start a service with; in a container run"
            " `alarm2mqtt guard`, elsewhere have `alarm2mqtt run` started and restarted, and `alarm2mqtt safe` run"
            " whenever it ended"
        )
        raise StartFailed(message)


def require_root(command: str) -> None:
    """Raises StartFailed, with the command to type, for any other user than root."""
    if os.geteuid() != 0:
        message = f"only root can do that: {command} (with --dry-run anybody sees what it would do)"
        raise StartFailed(message)


def kept_as(path: Path) -> Path:
    """Returns the name under which a file that somebody changed is kept."""
    return path.with_name(f"{path.name}.changed")


def below(root: Path, path: Path) -> Path:
    """Returns the place of an absolute path below `root`."""
    return root / path.relative_to("/")


def _user_exists(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def _content(path: Path) -> bytes | None:
    """Returns a file's content; None if there is no file, or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _link(path: Path) -> str | None:
    """Returns a link's target, an empty text for anything else, None for nothing."""
    with suppress(OSError):
        return os.readlink(path)  # noqa: PTH115 - the text as it stands
    return "" if os.path.lexists(path) else None


def _owner(path: Path) -> str | None:
    """Returns the name, or else the number, of a path's owner; None if there is no such path."""
    try:
        return path.owner()
    except FileNotFoundError:
        return None
    except KeyError:
        return str(path.stat().st_uid)


def _systemctl_says(question: str) -> bool:
    """Returns systemd's answer to a question about the service; False without systemd."""
    try:
        asked = subprocess.run(
            ["systemctl", "--quiet", question, places.SERVICE], check=False, capture_output=True, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0
