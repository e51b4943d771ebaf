"""The first settings file as text: the answers, and comments with further options beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bridge.core.definitions.channels import KEYS
from bridge.errors import Fault, SettingsError
from bridge.settings.load import validate
from bridge.settings.yaml.inline import flow
from bridge.settings.yaml.parse import parse

_COMMENT_AT = 34
_HEAD = """\
# Settings of alarm2mqtt. Edit and save: a bridge that runs takes them at once, or says what is wrong.
# `alarm2mqtt check FILE` says so as well. Every key and its default: docs/settings.md
"""
_SECTIONS = {
    "device": "",
    "mqtt": "",
    "home_assistant": "",
    "lines": "",
    "cameras": "",
    "inputs": "# What happens at a contact.",
    "outputs": "# What an alarm, a command or a schedule switches on.",
    "store": "",
    "web": "",
}
_REST = f"""\
# Off until they stand here: cameras, {", ".join(KEYS)}, recording, audio, metrics. An alarm uses them by its
# linkage, such as {{outputs: [siren], email: true, record: true}}; docs/settings.md shows each.
"""
_COMMENTS = {
    "device.id": "in topics and ids: another one makes another device",
    "device.timezone": "for schedules, and the journal's times",
    "mqtt.tls": "with an authority of your own: {ca_file: /etc/ssl/…}",
    "mqtt.password_file": "the password alone; only its owner may read it",
    "web.password_file": "the same for the page",
    "web.host": "other machines too; 127.0.0.1: this one alone",
    "lines.driver": {
        "simulated": "a board made of software; gpiod: the GPIO lines of this machine",
        "gpiod": "the GPIO lines of this machine",
    },
    "inputs.trigger_mode": {
        "connect": "alarm when the contact is connected to G",
        "disconnect": "alarm when the contact is taken off G",
    },
    "inputs.linkage": "what goes on with the alarm",
    "outputs.connected_level": {"low": "a low line closes its contact", "high": "a high line closes its contact"},
    "outputs.alarm_time_ms": "0: until somebody stops it",
    "store.folder": "journal, states, and mails that wait",
}
_ALSO = {
    "inputs": (
        '# schedule: {mon-fri: ["00:00-07:00", "18:00-24:00"], sat-sun: ["00:00-24:00"]}  # else: at all times',
        "# linkage: {silence: true}  # instead: a stop button; {disarm: true}: a key switch for all alarms",
    ),
    "outputs": ("# mode: pulse  # without it: steady",),
}
"""Comments with the next useful options, below the first item of each kind."""


def settings_text(document: Mapping[str, Any]) -> str:
    """Returns the document as YAML with comments; parsing the text gives the same document."""
    blocks = [_HEAD]
    for key, title in _SECTIONS.items():
        if key in document:
            blocks.append("".join(f"{line}\n" for line in _section(key, title, document[key])))
    return "\n".join([*blocks, _REST])


def checked_content(document: Mapping[str, Any], path: Path) -> bytes:
    """Returns the file's content, after parsing it again and comparing it with the document.

    Raises:
        SettingsError: they differ.
    """
    text = settings_text(document)
    read, twice = parse(text, path)
    if twice or validate(read) != validate(document):
        raise SettingsError([Fault(path="", message="these settings cannot be written down; please report this")])
    return text.encode()


def _section(key: str, title: str, value: Any) -> Iterator[str]:
    """Yields the lines of one section, below its title if it has one."""
    if title:
        yield title
    if isinstance(value, Mapping):
        yield f"{key}:"
        for name, part in value.items():
            yield _line(f"  {name}: {flow(part)}", f"{key}.{name}", part)
    elif not value:
        yield f"{key}: []"
    else:
        yield f"{key}:"
        for number, one in enumerate(value):
            for nth, (name, part) in enumerate(one.items()):
                yield _line(
                    f"  {'  ' if nth else '- '}{name}: {flow(part)}", f"{key}.{name}", part, repeated=number > 0
                )
            if number == 0:
                yield from (f"    {option}" for option in _ALSO[key])


def _line(text: str, place: str, value: object, *, repeated: bool = False) -> str:
    """Returns the line with its comment. A `repeated` key has none, unless the comment depends on the value."""
    comment = _COMMENTS.get(place)
    if isinstance(comment, dict):
        comment = comment.get(str(value))
    elif repeated:
        comment = None
    return f"{f'{text}  ':<{_COMMENT_AT}}# {comment}" if comment else text
