"""The way this program is called here, so that advised commands can be typed as they stand."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The command's name for this user (`me`) and for root (`as_root`).

    sudo searches programs in folders of its own, so root's is the whole path.
    """

    me: str
    as_root: str
    sudo: str
    """The prefix of another command that only root may run: `sudo ` or nothing."""
    editor: str = "nano"


def caller(argv0: str = sys.argv[0], *, uid: int | None = None) -> Caller:
    """Returns the names of a program that was started as `argv0` by the user `uid` (None: the present user)."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "nano"
    sudo = "" if (os.geteuid() if uid is None else uid) == 0 else "sudo "
    path = Path(argv0)
    if path.name == "__main__.py":
        python = shlex.quote(sys.executable)
        return Caller(me=f"{python} -m bridge", as_root=f"{sudo}{python} -m bridge", sudo=sudo, editor=editor)
    found = shutil.which(path.name)
    known = found is not None and path.exists() and Path(found).samefile(path)
    me = path.name if known else shlex.quote(argv0)
    return Caller(me=me, as_root=f"{sudo}{shlex.quote(str(path.absolute()))}" if sudo else me, sudo=sudo, editor=editor)
