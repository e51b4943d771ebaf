"""Secrets from files: `password_file` and `token_file` keys, and files with one secret each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.core.definitions.channels import KEYS
from bridge.core.definitions.onvif_lines import ONVIF_KINDS
from bridge.settings.location import Finding, Loc, value_at
from bridge.settings.redact import looks_like_a_path

SECTIONS = ("mqtt", *KEYS, "web")
LARGEST_BYTES = 65_536
SECRETS = ("password", "token")
"""Keys of a section that are secrets, beside which `_file` names the file of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSecrets:
    """A document with the secrets of its `password_file`s and `token_file`s, the findings, and the files read."""

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
    """Returns a copy with the secret of every file that can be read; the document itself is unchanged.

    A file that cannot be read, or stands beside a secret, gives a finding instead.
    """
    copy = dict(document)
    findings: list[Finding] = []
    files: list[Path] = []
    for loc, secret in _places(document):
        section = value_at(document, loc)
        named = section[f"{secret}_file"]
        at: Loc = (*loc, f"{secret}_file")
        if section.get(secret) not in (None, ""):
            findings.append(Finding(loc=at, message=f"is given, and so is {secret}", allowed="one of the two"))
            continue
        files.append(Path(named))
        try:
            copy = with_value(copy, (*loc, secret), secret_of(Path(named)))
        except ValueError as error:
            allowed = None if looks_like_a_path(named) else f"the path of a file that holds the {secret}"
            findings.append(Finding(loc=at, message=str(error), allowed=allowed))
    return WithSecrets(document=copy, findings=tuple(findings), files=tuple(files))


def plain_secrets(document: Mapping[Any, Any]) -> Iterator[Loc]:
    """Yields the location of each secret that stands in the document itself."""
    for loc, section in secret_sections(document):
        # The token of a line in a camera is the camera's name for a terminal.
        for secret in SECRETS if section.get("kind") not in ONVIF_KINDS else ("password",):
            if section.get(secret) not in (None, ""):
                yield (*loc, secret)


def _places(document: Mapping[Any, Any]) -> Iterator[tuple[Loc, str]]:
    """Yields the location of each section with the file of a secret, and the secret's key."""
    for loc, section in secret_sections(document):
        for secret in SECRETS:
            named = section.get(f"{secret}_file")
            if isinstance(named, str) and named:
                yield loc, secret


def with_value(part: Any, loc: Loc, value: object) -> Any:
    """Returns a copy of a part with a value at a location, which is there or at its end."""
    if not loc:
        return value
    step, below = loc[0], loc[1:]
    if isinstance(part, Mapping):
        return {**part, step: with_value(part.get(step), below, value)}
    return [with_value(each, below, value) if index == step else each for index, each in enumerate(part)]


def secret_sections(document: Mapping[Any, Any]) -> Iterator[tuple[Loc, Mapping[Any, Any]]]:
    """Yields the sections that may have a secret."""
    cameras = document.get("cameras")
    places: list[Loc] = [(section,) for section in SECTIONS]
    places += [("cameras", name) for name in cameras] if isinstance(cameras, Mapping) else []
    for terminals in ("inputs", "outputs"):
        items = document.get(terminals)
        places += [(terminals, nth, "line") for nth in range(len(items))] if isinstance(items, list | tuple) else []
    for loc in places:
        part = value_at(document, loc)
        if isinstance(part, Mapping):
            yield loc, part
