"""Requests to the checker and its answers: one JSON object a line, the answer to each request before the next one.

A request carries all that is in force, so that any checker can go on from it: the one before may have been killed.
Secrets are in both; the pipe is the process's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bridge.errors import Fault
from bridge.settings.archive.exported import Exported
from bridge.settings.edits.edits import Edit
from bridge.settings.in_force import InForce
from bridge.settings.kept.validity import program
from bridge.settings.plain_values import made, plain
from bridge.system.file_signs import Signs

Message = dict[str, Any]
ENDS = b"\n"


def encoded(message: Mapping[str, Any]) -> bytes:
    """Returns a message as one line. Raises ValueError or RecursionError for what JSON cannot carry."""
    return json.dumps(message, separators=(",", ":")).encode() + ENDS


def decoded(line: bytes) -> Message:
    """Returns the message of a line. Raises ValueError."""
    try:
        message = json.loads(line)
    except RecursionError:
        raise ValueError from None
    if not isinstance(message, dict):
        raise ValueError  # noqa: TRY004 - a message that cannot be read, as above
    return message


# Requests


def load_request(path: Path, overrides: Mapping[str, Any], content: bytes | None) -> Message:
    """Returns the request to check a file, the first one; `content` is the file's, where it was read already."""
    return {
        "program": program(),
        "do": "load",
        "path": str(path),
        "overrides": dict(overrides),
        "content": None if content is None else content.decode("latin-1"),
    }


def look_request(in_force: InForce, *, everything: bool) -> Message:
    """Returns the request to read the file again, if it changed or with `everything` in any case."""
    return {**_of(in_force), "do": "look", "everything": everything}


def edit_request(in_force: InForce, edit: Edit) -> Message:
    """Returns the request to make an edit and write the file."""
    return {**_of(in_force), "do": "edit", "edit": {name: getattr(edit, name) for name in edit.__slots__}}


def warnings_request(in_force: InForce) -> Message:
    """Returns the request for the warnings of the settings in force."""
    return {**_of(in_force), "do": "warnings"}


def origins_request(in_force: InForce) -> Message:
    """Returns the request for the settings whose value comes from above the file."""
    return {**_of(in_force), "do": "origins"}


def export_request(in_force: InForce) -> Message:
    """Returns the request for the settings file as an archive has it."""
    return {**_of(in_force), "do": "export"}


def exported_answer(exported: Exported) -> Message:
    """Returns the answer with the settings file for an archive."""
    return {"exported": asdict(exported)}


def exported_of(answer: Mapping[str, Any]) -> Exported:
    """Returns the settings file of an answer. Raises KeyError, TypeError or ValueError for nonsense."""
    given = answer["exported"]
    return Exported(
        open=str(given["open"]),
        withheld=tuple(map(str, given["withheld"])),
        whole=str(given["whole"]),
        secrets=tuple((tuple(loc), str(secret)) for loc, secret in given["secrets"]),
    )


def edit_of(request: Mapping[str, Any]) -> Edit:
    """Returns the edit of a request."""
    given = request["edit"]
    only = given["only"]
    return Edit(**{**given, "only": None if only is None else tuple(tuple(place) for place in only)})


def content_of(request: Mapping[str, Any]) -> bytes | None:
    """Returns the content of the file that a request carries; None if the checker has to read it."""
    content = request["content"]
    return None if content is None else str(content).encode("latin-1")


def beside_of(message: Mapping[str, Any]) -> Signs:
    """Returns the signs of secret files in a message."""
    return [tuple(sign) if isinstance(sign, list) else sign for sign in message["beside"]]


def _of(in_force: InForce) -> Message:
    return {
        "program": program(),
        "path": str(in_force.path),
        "overrides": dict(in_force.overrides),
        "content": in_force.content.decode("latin-1"),
        "service": dict(in_force.service),
        "beside": in_force.beside,
    }


# Answers


def settings_answer(in_force: InForce) -> Message:
    """Returns the answer with settings that are right, and in the file."""
    return {
        **_of(in_force),
        "settings": plain(in_force.settings, secret=str),
        "files": [str(file) for file in in_force.files],
        "kept": in_force.kept,
    }


def faults_answer(faults: tuple[Fault, ...]) -> Message:
    """Returns the answer with everything that is wrong."""
    return {"faults": [asdict(fault) for fault in faults]}


def faults_of(answer: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Returns the faults of an answer, none if the settings are right. Raises TypeError for nonsense."""
    return tuple(Fault(**fault) for fault in answer.get("faults", ()))


def warnings_of(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Returns the warnings of an answer. Raises KeyError or TypeError for nonsense."""
    return tuple(map(str, answer["warnings"]))


def origins_of(answer: Mapping[str, Any]) -> dict[str, str]:
    """Returns the origins of an answer, by paths of settings. Raises KeyError, TypeError or ValueError for nonsense."""
    return {str(path): str(origin) for path, origin in dict(answer["origins"]).items()}


def in_force_of(answer: Mapping[str, Any]) -> InForce:
    """Returns the settings of an answer. Raises ValueError, KeyError or TypeError for what are none."""
    content = content_of(answer)
    assert content is not None  # noqa: S101 - the checker has read it
    return InForce(
        settings=made(answer["settings"], secret=str),
        path=Path(answer["path"]),
        overrides=answer["overrides"],
        content=content,
        service=answer["service"],
        files=tuple(Path(file) for file in answer["files"]),
        beside=beside_of(answer),
        kept=answer["kept"],
    )
