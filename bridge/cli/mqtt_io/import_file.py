"""`alarm2mqtt import mqtt-io`: reads mqtt-io's file, writes one of ours, reports what differs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bridge.cli.init.file_text import checked_content
from bridge.cli.init.write_files import existing, free_name, make_folder, write
from bridge.cli.mqtt_io.conversion import Conversion, convert
from bridge.cli.mqtt_io.source import Note
from bridge.cli.mqtt_io.topics import left_behind, topic_rows
from bridge.cli.overview.next_steps import shortest
from bridge.cli.overview.overview import next_steps
from bridge.errors import Fault, SettingsError
from bridge.settings.location import path_of
from bridge.settings.yaml.parse import Lines, parse, read_text

_ITS_YAML = (1, 1)
"""mqtt-io reads YAML 1.1, in which `yes` and `on` are truth values and `017` is an octal number."""


def import_file(source: Path, path: Path, *, default: Path, force: bool) -> Iterator[str]:
    """Writes the settings that mqtt-io's file `source` becomes. Yields the lines of the report.

    `default` is the file that the service reads; `force` keeps an existing file as `.1`.

    Raises:
        SettingsError: `source` cannot be read or used; nothing is written then.
        StartFailed: the file exists, or it cannot be written.
    """
    path = path.absolute()
    over = existing(path, force=force)
    text = read_text(source)
    given, twice = parse(text, source, version=_ITS_YAML)
    if not isinstance(given, Mapping):
        raise SettingsError([*twice, Fault(path="", message="must be keys with values", file=str(source), line=1)])
    lines = Lines(text)
    made, notes = convert(given, host=os.uname().nodename, folder=source.absolute().parent)
    if twice or notes.faults:
        raise SettingsError([*twice, *_located(notes.faults, source, lines)])
    document = made.document
    secrets = {}
    if made.broker.password:
        file = free_name(path.parent, "mqtt-password")
        secrets[file] = made.broker.password
        document["mqtt"]["password_file"] = str(file)
    if path != default:
        document["store"] = {"folder": str(path.parent / f"{path.stem}-state")}
    content = checked_content(document, path)
    make_folder(path.parent)
    write(path, content, secrets, over=over)
    yield "Written: " + "\n         ".join(str(shortest(file)) for file in (path, *secrets))
    if over is not None:
        yield f"The file before is {path.name}.1 beside it."
    yield from _report(made, _located(notes.remarks, source, lines))
    yield f"\n{next_steps(path, default)}"


def _report(made: Conversion, remarks: Sequence[Fault]) -> Iterator[str]:
    """Yields what differs, the topics side by side, and what mqtt-io leaves behind."""
    if remarks:
        yield "\nNot as it was:"
        yield from (f"  {remark}" for remark in remarks)
    outputs = [one for one in made.terminals if one.is_output]
    if outputs:
        yield "\nEvery output is off at the start, at the end and while the program does not run."
    if not made.document["home_assistant"]["discovery"]:
        yield "\nHome Assistant's discovery is off, as it was; home_assistant.discovery turns it on."
    yield "\nTopics of mqtt-io, and of alarm2mqtt:"
    yield from (f"  {row}" for row in topic_rows(made.broker, made.terminals))
    topics = list(left_behind(made.broker, made.terminals))
    if topics:
        yield "\nRetained at the broker by mqtt-io; an empty retained message clears each once mqtt-io is gone:"
        yield from (f"  {topic}" for topic in topics)


def _located(notes: Sequence[Note], source: Path, lines: Lines) -> list[Fault]:
    """Returns the notes with file and line, in the order of the lines."""
    faults = [
        Fault(path=path_of(note.loc), message=note.message, file=str(source), line=lines.of(note.loc)) for note in notes
    ]
    return sorted(faults, key=lambda fault: fault.line or 0)
