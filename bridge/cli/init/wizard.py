"""`alarm2mqtt init`: asks the questions, writes the files, prints the next steps."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from bridge.cli.init.file_text import settings_text
from bridge.cli.init.prompts import Dialogue, Terminal, Unattended, yes
from bridge.cli.init.questions import Place, Questions
from bridge.cli.init.write_files import free_name, make_folder, write
from bridge.cli.overview.next_steps import shortest
from bridge.cli.overview.overview import next_steps
from bridge.cli.overview.situation import nearest
from bridge.errors import Fault, SettingsError, StartFailed
from bridge.lines.gpio.listing import list_chips
from bridge.settings.load import validate
from bridge.settings.yaml.parse import parse

_LOCALTIME = Path("/etc/localtime")


def first_file(path: Path, *, default: Path, force: bool, unasked: bool) -> bool:
    """Asks the questions and writes the files. Returns False if the person answered no at the end, or left with Ctrl-C.

    `default` is the file that the service reads; `unasked` uses every default; `force` keeps an existing file as `.1`.

    Raises:
        StartFailed: the file exists, or it cannot be written.
    """
    path = path.absolute()
    dialogue: Dialogue = Unattended() if unasked or not sys.stdin.isatty() else Terminal()
    over = _existing(path, force=force)
    try:
        written = _asked_and_written(dialogue, path, over, is_default=path == default)
    except (EOFError, KeyboardInterrupt):
        dialogue.say()
        written = None
    if written is None:
        dialogue.say("Nothing was written.")
        return False
    dialogue.say("\nWritten: " + "\n         ".join(str(shortest(file)) for file in written))
    if over is not None:
        dialogue.say(f"The file before is {path.name}.1 beside it.")
    dialogue.say(f"\n{next_steps(path, default)}")
    return True


def _asked_and_written(dialogue: Dialogue, path: Path, over: bytes | None, *, is_default: bool) -> list[Path] | None:
    """Asks the questions and writes the files. Returns their paths, or None after a no.

    `over` is the content of an existing file. Without `is_default` the folder of the store is beside the file. Raises
    StartFailed, SettingsError if the answers cannot be written down, and EOFError and KeyboardInterrupt as the
    dialogue does.
    """
    place = Place(
        host=os.uname().nodename,
        zone_known=_LOCALTIME.exists(),  # TZ may be this shell's alone
        store=None if is_default else path.parent / f"{path.stem}-state",
        chips=list_chips,
    )
    dialogue.say(dialogue.welcome)
    questions = Questions(dialogue, place)
    questions.ask_all()
    document = questions.draft.document
    secrets = {
        free_name(path.parent, f"{section}-password"): (section, text) for section, text in questions.secrets.items()
    }
    for file, (section, _) in secrets.items():
        document[section]["password_file"] = str(file)
    content = _checked(document, path)
    dialogue.say()
    if not yes(dialogue, f"Write {shortest(path)}?", default=True):
        return None
    make_folder(path.parent)
    write(path, content, {file: text for file, (_, text) in secrets.items()}, over=over)
    return [path, *secrets]


def _existing(path: Path, *, force: bool) -> bytes | None:
    """Returns the content of the existing file, which becomes the previous version; None if there is no file.

    Raises StartFailed if there is a file and `force` is not set, or the folder or file cannot be used.
    """
    there = os.path.lexists(path)
    if there and not force:
        message = f"{path} is there already, and stays as it is; --force writes another and keeps it as {path.name}.1"
        raise StartFailed(message)
    folder = nearest(path.parent)
    if not os.access(folder, os.W_OK):  # reported before the questions, not after them
        message = f"{folder} may not be written to by this user; as root it may, or name another FILE"
        raise StartFailed(message)
    if not there:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read, to be kept: {error.strerror}"
        raise StartFailed(message) from error


def _checked(document: dict[str, Any], path: Path) -> bytes:
    """Returns the file's content, after parsing it again and comparing it with the answers.

    Raises SettingsError if they differ.
    """
    text = settings_text(document)
    read, twice = parse(text, path)
    if twice or validate(read) != validate(document):
        raise SettingsError([Fault(path="", message="these answers cannot be written down; please report this")])
    return text.encode()
