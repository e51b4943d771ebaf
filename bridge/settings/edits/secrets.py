"""Secrets in an edit: each moves from the document to a file of its own; pure.

A client sends `password`, and the document gets `password_file`. A null removes both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bridge.errors import Fault
from bridge.settings.location import ABSENT, Loc, path_of, step, value_at
from bridge.settings.sources.layers import Layer
from bridge.settings.sources.secret_files import SECRETS, plain_secrets, secret_sections, with_value

Document = Mapping[str, Any]
LONGEST = 1024
"""Limit of a secret, in characters: the page's log-in compares no more of it."""
_PASSWORD = "password"  # noqa: S105 - the key's name
_ADDRESS = (
    *("host", "port", "security", "tls", "ca_file"),
    *("onvif", "snapshot", "stream"),
    *("url", "address", "connected", "disconnected"),
)
"""Keys that decide which server gets a section's password, and whether others can read it on the way."""
_REQUESTS = ("connected", "disconnected")
_SERVER = re.compile(r"([^:/?#]+://)(?:[^/?#]*@)?([^/?#]*)")
_SENT_NOWHERE = ("web",)


def without_old_files(document: Document, touched: Iterable[Loc]) -> dict[str, Any]:
    """Returns a document in which no secret that the edit sets or removes has its former file beside it."""
    whole = dict(document)
    for loc in touched:
        section = value_at(whole, loc[:-1]) if loc else ABSENT
        if loc and loc[-1] in SECRETS and isinstance(section, Mapping):
            kept = {key: value for key, value in section.items() if key != f"{loc[-1]}_file"}
            whole = with_value(whole, loc[:-1], kept)
    return whole


def typed_secrets(before: Document, after: Document) -> dict[Loc, Any]:
    """Returns the plain secrets of `after` that are not in `before` at the same location."""
    return {at: value_at(after, at) for at in plain_secrets(after) if value_at(after, at) != value_at(before, at)}


def unfit(secrets: Mapping[Loc, Any]) -> Iterator[Fault]:
    """Yields a fault for each secret that a file with one line of text cannot hold."""
    for loc, text in secrets.items():
        if isinstance(text, str) and (len(text) > LONGEST or not text.isprintable()):
            message = f"must be one line of at most {LONGEST} printable characters"
            yield Fault(path=path_of(loc), message=message)


def in_files(document: Document, files: Mapping[Loc, Path]) -> dict[str, Any]:
    """Returns a document that names the file of each secret in place of the secret."""
    whole = dict(document)
    for loc, file in files.items():
        section = {key: value for key, value in value_at(whole, loc[:-1]).items() if key != loc[-1]}
        whole = with_value(whole, loc[:-1], {**section, f"{loc[-1]}_file": str(file)})
    return whole


def file_stem(document: Document, loc: Loc) -> str:
    """Returns the begin of a file name for the secret at a location, such as `mqtt-password` or `inputs-door-token`."""
    words = []
    for nth, part in enumerate(loc):
        named = step(value_at(document, loc[: nth + 1]), "id") if isinstance(part, int) else part
        words.append(str(named))
    safe = "-".join(word for word in words if word != "line").lower()
    return "".join(one if one.isascii() and one.isalnum() else "-" for one in safe)[:80]


def sent_elsewhere(before: Document, after: Document, above: Iterable[Layer]) -> Iterator[Fault]:
    """Yields a fault for each password that stays as it is while the server it goes to changes.

    Without this a user of the page could read every password, by a server of his own.
    """
    for loc, section in secret_sections(after):
        old = value_at(before, loc)
        if loc[0] in _SENT_NOWHERE or not isinstance(old, Mapping):
            continue
        if same_server(old, section):
            continue
        at: Loc = (*loc, _PASSWORD)
        above_it = next((layer for layer in above for each in _both(at) if layer.gives(each)), None)
        if above_it is not None:
            message = f"comes from {above_it.source(at)} and would go to another server: change this in the file"
            yield Fault(path=path_of(at), message=message)
        elif any(step(section, key) is not ABSENT and step(section, key) == step(old, key) for key in _keys()):
            yield Fault(path=path_of(at), message="must be typed again, since it would go to another server")


def requests_sent_elsewhere(before: Document, after: Document, touched: Iterable[Loc]) -> Iterator[Fault]:
    """Yields a fault for each header and body that goes to another server though the edit does not give it."""
    given = set(touched)
    for loc, _ in secret_sections(after):
        for request in _REQUESTS:
            at: Loc = (*loc, request)
            old, new = value_at(before, at), value_at(after, at)
            if _server(old) in (None, _server(new)):
                continue
            headers = step(new, "headers")
            named = [("headers", name) for name in headers] if isinstance(headers, Mapping) else []
            for part in (("body",), *named):
                value = value_at(new, part)
                if value not in (None, ABSENT) and value == value_at(old, part) and (*at, *part) not in given:
                    message = "must be given again, since it would go to another server"
                    yield Fault(path=path_of((*at, *part)), message=message)


def _server(request: object) -> str | None:
    """Returns scheme, host and port of a request's address, without user and query; None if it has no address."""
    url = step(request, "url")
    found = _SERVER.match(url) if isinstance(url, str) else None
    return None if found is None else f"{found[1]}{found[2]}".lower()


def same_server(old: Document, new: Document) -> bool:
    """Returns whether two sections send their password to one server, in one way."""
    return all(step(old, key) == step(new, key) for key in _ADDRESS)


def named_files(before: Document, after: Document) -> Iterator[Fault]:
    """Yields a fault for each file of a password that an edit names.

    It could be any file of this device, to be sent to a server of the sender's.
    """
    for loc, section in secret_sections(after):
        key = f"{_PASSWORD}_file"
        if key in section and section[key] != value_at(before, (*loc, key)):
            yield Fault(path=path_of((*loc, key)), message="is written by the device: give the password itself")


def _keys() -> tuple[str, str]:
    return (_PASSWORD, f"{_PASSWORD}_file")


def _both(at: Loc) -> tuple[Loc, Loc]:
    """Returns the location of a secret, and of its file."""
    return at, (*at[:-1], f"{at[-1]}_file")
