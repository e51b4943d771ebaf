"""Secrets of a set-up that leaves the device, and of one that comes to it; pure.

What may be a secret is withheld: passwords and tokens, what an address says before its `@` and after its `?`, and
headers and bodies of requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.settings.edits.secrets import Document, same_server
from bridge.settings.location import ABSENT, Loc, path_of, step, value_at
from bridge.settings.sources.secret_files import SECRETS, plain_secrets, secret_sections, with_value

_ADDRESSES = ("snapshot", "stream", "url")
_REQUESTS = ("headers", "body")
_FILES = tuple(f"{secret}_file" for secret in SECRETS)
_USER = re.compile(r"(?<=://)[^/@]*@")

Secrets = tuple[tuple[Loc, str], ...]
"""Secrets by their locations."""


def withheld(document: Document) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Returns a document without whatever may be a secret, and the paths of what it lacks."""
    whole: dict[str, Any] = dict(document)
    lacks: list[str] = []
    plain = set(plain_secrets(document))
    for loc, section in secret_sections(document):
        gone = [key for key in section if (*loc, key) in plain or key in _FILES]
        whole = with_value(whole, loc, {key: value for key, value in section.items() if key not in gone})
        lacks += [path_of((*loc, key.removesuffix("_file"))) for key in gone]
    for loc, value in tuple(_places(whole, ())):
        if loc[-1] in _REQUESTS:
            parent = value_at(whole, loc[:-1])
            whole = with_value(whole, loc[:-1], {key: part for key, part in parent.items() if key != loc[-1]})
            lacks.append(path_of(loc))
        elif isinstance(value, str) and (bare := _USER.sub("", value).partition("?")[0]) != value:
            whole = with_value(whole, loc, bare)
            lacks.append(path_of(loc))
    return whole, tuple(dict.fromkeys(lacks))


def adopted(document: Document, current: Document, secrets: Secrets) -> dict[str, Any]:
    """Returns a document that comes from elsewhere, with the secrets that came with it.

    The file of a secret stays only where it is the one of the settings in force, for the same server: it might be any
    file of this device. The page's password stays where none came: an import neither opens the page nor shuts out
    whoever makes it.
    """
    whole: dict[str, Any] = dict(document)
    for loc, section in secret_sections(document):
        here = value_at(current, loc)
        for secret in SECRETS:
            key = f"{secret}_file"
            is_here = isinstance(here, Mapping) and step(here, key) == section.get(key) and same_server(here, section)
            if key in section and not is_here:
                kept = {name: value for name, value in value_at(whole, loc).items() if name != key}
                whole = with_value(whole, loc, kept)
    for loc, text in secrets:
        if isinstance(value_at(whole, loc[:-1]), Mapping):
            whole = with_value(whole, loc, text)
    return _with_page_password(whole, current)


def _with_page_password(whole: dict[str, Any], current: Document) -> dict[str, Any]:
    """Returns a document that has the page's password of the settings in force, if it brings none of its own."""
    here, page = current.get("web"), whole.get("web") or {}
    keys = ("password", "password_file")
    if not isinstance(here, Mapping) or not isinstance(page, Mapping) or any(page.get(key) for key in keys):
        return whole
    kept = {key: here[key] for key in keys if here.get(key)}
    return {**whole, "web": {**page, **kept}} if kept else whole


def _places(part: object, loc: Loc) -> Iterator[tuple[Loc, object]]:
    """Yields the location and value of every address and request."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            at = (*loc, str(key))
            if key in _ADDRESSES or key in _REQUESTS:
                if value not in (None, ABSENT):
                    yield at, value
            else:
                yield from _places(value, at)
    elif isinstance(part, list | tuple):
        for nth, value in enumerate(part):
            yield from _places(value, (*loc, nth))
