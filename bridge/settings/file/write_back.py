"""Edits the file's text to match a document, and reads it back before it counts."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.errors import Fault, SettingsError
from bridge.settings.load import Loaded
from bridge.settings.yaml.edit import edited
from bridge.settings.yaml.parse import LARGEST_BYTES, parse


def written_back(
    content: bytes, loaded: Loaded, document: Mapping[str, Any], *, meant: Settings
) -> tuple[bytes, Loaded]:
    """Returns the file's new content, and the settings loaded from it.

    `content` is the text that `loaded` was read from. `meant` is the result of `document`'s check; the new
    text is read back and must give the same settings.

    Raises:
        SettingsError: the file is written in a way in which only a person can make the change, or becomes too large.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    read = partial(_read, path=loaded.path)
    try:
        text = edited(content.decode("utf-8-sig"), document, read)
        found = loaded.with_document(read(text), text=text)
        fresh = mark + text.encode()
    except (SettingsError, UnicodeEncodeError):
        found, fresh = loaded, content
    if found.settings != meant:
        message = "the file is written in a way that only a person can change here (anchors, or uncommon YAML)"
        raise SettingsError([Fault(path="", message=message)])
    if len(fresh) > LARGEST_BYTES:
        raise SettingsError([Fault(path="", message="the file would become too large")])
    return fresh, found


def _read(text: str, *, path: Path) -> Any:
    """Returns the value of a YAML text. Raises SettingsError if it is no YAML or has a key twice."""
    document, twice = parse(text, path)
    if twice:
        raise SettingsError(twice)
    return document
