"""The log-in at cameras: of the command line, and of a person at a terminal.

Questions go to standard error: standard output is left to the list.
"""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from bridge.lines.onvif.client import Access
from bridge.settings.sources.secret_files import secret_of


def at_terminal() -> bool:
    """Returns whether somebody can be asked."""
    return all(each is not None and each.isatty() for each in (sys.stdin, sys.stderr))


def given_login(username: str | None, password_file: Path | None) -> Access | None:
    """Returns the command line's log-in, whose missing half a person is asked for; None if it gives none.

    Raises:
        ValueError: the file cannot be read, or there is nobody to ask; the message is for a person.
    """
    if username is None and password_file is None:
        return None
    if password_file is None:
        password = None
    else:
        try:
            password = secret_of(password_file)
        except ValueError as error:
            message = f"--password-file {error}"
            raise ValueError(message) from None
    if (username is None or password is None) and not at_terminal():
        message = "--username and --password-file need each other where there is no terminal to ask at"
        raise ValueError(message)
    name = _ask_username("the cameras") if username is None else username
    if name is None:
        message = "a password needs a user name"
        raise ValueError(message)
    return Access(username=name, password=_ask_password("the cameras") if password is None else password)


def ask_login(whose: str) -> Access | None:
    """Returns the log-in that a person types for a camera; None without a user name."""
    username = _ask_username(whose)
    return None if username is None else Access(username=username, password=_ask_password(whose))


def _ask_username(whose: str) -> str | None:
    print(f"User name at {whose} (Enter for none): ", end="", file=sys.stderr, flush=True)  # noqa: T201 - a question
    return sys.stdin.readline().strip() or None


def _ask_password(whose: str) -> str:
    try:
        return getpass.getpass(f"Password at {whose} (is not shown): ")
    except EOFError:
        return ""
