"""Secrets from files: `password_file` keys, and files with one secret each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.core.definitions.channels import KEYS
from bridge.settings.location import Finding, Loc, value_at
from bridge.settings.redact import looks_like_a_path

SECTIONS = ("mqtt", *KEYS, "web")
LARGEST_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSecrets:
    """A document with the `password`s of its `password_file`s, the findings, and the files read."""

    document: dict[Any, Any]
    findings: tuple[Finding, ...]
    files: tuple[Path, ...]


def secret_of(path: Path) -> str:
    """Returns a file's text without the newline at its end.

    Raises:
        ValueError: the file cannot be read or holds no secret; the message is for a person.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
        text = raw.decode()
    except UnicodeDecodeError:
        message = "is not UTF-8"
        raise ValueError(message) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        message = f"cannot be read: {reason or 'no name of a file'}"
        raise ValueError(message) from None
    if len(raw) > LARGEST_BYTES:
        message = "is too large for a password"
        raise ValueError(message)
    text = text.removesuffix("\n").removesuffix("\r")
    if not text or "\0" in text:
        message = "holds no password"
        raise ValueError(message)
    return text


def with_secret_files(document: Mapping[Any, Any]) -> WithSecrets:
    """Returns a copy with a `password` for every `password_file` that can be read; the document itself is unchanged.

    A file that cannot be read, or stands beside a `password`, gives a finding instead.
    """
    copy = dict(document)
    findings: list[Finding] = []
    files: list[Path] = []
    if isinstance(copy.get("cameras"), Mapping):
        copy["cameras"] = dict(copy["cameras"])
    for loc in _places(document):
        section = dict(value_at(document, loc))
        named = section["password_file"]
        at: Loc = (*loc, "password_file")
        if section.get("password") not in (None, ""):
            findings.append(Finding(loc=at, message="is given, and so is password", allowed="one of the two"))
            continue
        files.append(Path(named))
        try:
            section["password"] = secret_of(Path(named))
        except ValueError as error:
            allowed = None if looks_like_a_path(named) else "the path of a file that holds the password"
            findings.append(Finding(loc=at, message=str(error), allowed=allowed))
        if len(loc) == 1:
            copy[loc[0]] = section
        else:
            copy["cameras"][loc[1]] = section
    return WithSecrets(document=copy, findings=tuple(findings), files=tuple(files))


def plain_secrets(document: Mapping[Any, Any]) -> Iterator[Loc]:
    """Yields the location of each password that stands in the document itself."""
    for loc, section in _sections(document):
        if section.get("password") not in (None, ""):
            yield (*loc, "password")


def _places(document: Mapping[Any, Any]) -> Iterator[Loc]:
    """Yields the location of each section with a `password_file`."""
    for loc, section in _sections(document):
        if isinstance(section.get("password_file"), str) and section["password_file"]:
            yield loc


def _sections(document: Mapping[Any, Any]) -> Iterator[tuple[Loc, Mapping[Any, Any]]]:
    """Yields the sections that may have a password."""
    cameras = document.get("cameras")
    places: list[Loc] = [(section,) for section in SECTIONS]
    places += [("cameras", name) for name in cameras] if isinstance(cameras, Mapping) else []
    for loc in places:
        part = value_at(document, loc)
        if isinstance(part, Mapping):
            yield loc, part
