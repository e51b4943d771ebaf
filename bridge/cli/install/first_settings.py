"""The first settings of an installation: by a person's answers, or such that the page can do the rest."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from bridge.cli.init.file_text import settings_text
from bridge.cli.init.prompts import Terminal
from bridge.cli.init.wizard import ask_and_write
from bridge.cli.init.write_files import write
from bridge.errors import StartFailed
from bridge.settings.free_id import id_of

PASSWORD = "page-password"  # noqa: S105 - the name of a file
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for one another."""
_GROUPS, _IN_A_GROUP = 4, 4


def write_by_answers(file: Path) -> None:
    """Asks the questions of `init` and writes the settings.

    Raises:
        StartFailed: the person answered no, or left; or the file cannot be written.
    """
    try:
        written = ask_and_write(Terminal(), file)
    except (EOFError, KeyboardInterrupt):
        written = None
    if not written:
        message = (
            "no settings were written, so the service is not installed yet; `alarm2mqtt install` goes on from here,"
            " with --yes it asks nothing"
        )
        raise StartFailed(message)


def write_for_the_page(file: Path) -> None:
    """Writes settings without inputs and outputs, with a page for other machines, and the page's new password.

    Raises:
        StartFailed: a file cannot be written.
    """
    name = os.uname().nodename
    password_file = file.parent / PASSWORD
    document: dict[str, Any] = {
        "device": {"id": id_of(name, ()), "name": name},
        "mqtt": {"host": "localhost"},
        "inputs": [],
        "outputs": [],
        "web": {"host": "0.0.0.0", "password_file": str(password_file)},  # noqa: S104 - with a password
    }
    password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(_IN_A_GROUP)) for _ in range(_GROUPS))
    write(file, settings_text(document).encode(), {password_file: password}, over=None)
