"""`alarm2mqtt init`: asks the questions, writes the files, prints the next steps."""

from __future__ import annotations

import os
import sys
from functools import reduce
from operator import getitem
from pathlib import Path

from bridge.cli.init.file_text import checked_content
from bridge.cli.init.network_cameras import NetworkCameras
from bridge.cli.init.prompts import Dialogue, Terminal, Unattended, yes
from bridge.cli.init.questions import Place, Questions
from bridge.cli.init.write_files import existing, free_name, make_folder, write
from bridge.cli.overview.next_steps import shortest
from bridge.cli.overview.overview import next_steps
from bridge.lines.gpio.listing import list_chips

_LOCALTIME = Path("/etc/localtime")


def first_file(path: Path, *, default: Path, force: bool, unasked: bool) -> bool:
    """Asks the questions and writes the files. Returns False if the person answered no at the end, or left with Ctrl-C.

    `default` is the file that the service reads; `unasked` uses every default; `force` keeps an existing file as `.1`.

    Raises:
        StartFailed: the file exists, or it cannot be written.
    """
    path = path.absolute()
    dialogue: Dialogue = Unattended() if unasked or not sys.stdin.isatty() else Terminal()
    over = existing(path, force=force)
    try:
        written = ask_and_write(dialogue, path, over, is_default=path == default)
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


def ask_and_write(
    dialogue: Dialogue, path: Path, over: bytes | None = None, *, is_default: bool = True
) -> list[Path] | None:
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
        cameras=NetworkCameras(),
    )
    dialogue.say(dialogue.welcome)
    questions = Questions(dialogue, place)
    questions.ask_all()
    document = questions.draft.document
    secrets = {
        free_name(path.parent, f"{section.replace('.', '-')}-password"): (section, text)
        for section, text in questions.secrets.items()
    }
    for file, (section, _) in secrets.items():
        reduce(getitem, section.split("."), document)["password_file"] = str(file)
    content = checked_content(document, path)
    dialogue.say()
    if not yes(dialogue, f"Write {shortest(path)}?", default=True):
        return None
    make_folder(path.parent)
    write(path, content, {file: text for file, (_, text) in secrets.items()}, over=over)
    return [path, *secrets]
