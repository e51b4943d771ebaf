"""Secrets by reference: where each lies, so that a kept copy holds none and a start reads it there again.

The place is a whole file, or a part of a text for which the copy is valid only as long as it is the same: the
settings file, a variable, the add-on's options. A secret that is found in none of them (the Supervisor's broker,
a text with escapes) has no reference; a start then asks the checker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bridge.settings.kept.validity import Around
from bridge.settings.sources.secret_files import secret_of

_NOWHERE: list[Any] = []


class NoReference(ValueError):
    """A secret that cannot be read where the copy says."""


def referred(around: Around, files: Iterable[Path]) -> Callable[[str], list[Any]]:
    """Returns the function that makes a reference of a secret; `files` hold one secret each."""
    whole = {_secret_in(file): str(file) for file in files}
    texts = _texts(around)

    def reference(secret: str) -> list[Any]:
        if secret in whole:
            return ["file", whole[secret]]
        for name, text in texts.items():
            at = text.find(secret)
            if at >= 0:
                return [name, at, len(secret)]
        return _NOWHERE

    return reference


def resolved(around: Around) -> Callable[[Any], str]:
    """Returns the function that reads the secret of a reference again; it raises NoReference."""
    texts = _texts(around)

    def secret(reference: Any) -> str:
        match reference:
            case ["file", str(file)]:
                try:
                    return secret_of(Path(file))
                except ValueError:
                    raise NoReference from None
            case [str(name), int(at), int(length)] if name in texts and 0 <= at <= at + length <= len(texts[name]):
                return texts[name][at : at + length]
        raise NoReference

    return secret


def _secret_in(file: Path) -> str | None:
    try:
        return secret_of(file)
    except ValueError:
        return None


def _texts(around: Around) -> dict[str, str]:
    """Returns the texts that the copy's sign covers, by the names that references have for them."""
    texts = {f"variable {name}": text for name, text in around.variables.items()}
    texts["options"] = around.options_text
    texts["settings"] = around.content.decode("utf-8", "replace")
    return texts
