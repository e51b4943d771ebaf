"""The text of `cameras`: what a camera has as lines of the settings, one block a camera (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bridge.lines.onvif.offer import OfferedTerminal, camera_id, offered_inputs, offered_output
from bridge.lines.onvif.requests import Relay
from bridge.lines.onvif.survey import Survey
from bridge.text.printable import printable, without_secrets

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./-]*")
_PLAIN_ADDRESS = re.compile(r"https?://[A-Za-z0-9_./:-]+")
_WORDS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_PASSWORD = re.compile(r"((?:pass(?:word|wd)?|pwd)=)[^&/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A camera as it is listed: `known_as` is its id in the settings, None if it is not in them.

    `password` is only hidden.
    """

    address: str
    name: str
    known_as: str | None
    username: str | None
    password: str
    password_file: str | None


def block(entry: Entry, found: Survey, taken: set[str]) -> str:
    """Returns a camera's lines for the settings, with what else is worth knowing as comments.

    `taken` are ids that are in use; those of the block are added.
    """
    title = printable(" ".join(dict.fromkeys(filter(None, (found.model, entry.name)))))
    camera = entry.known_as or camera_id(title, taken)
    known = "" if entry.known_as is None else f", {entry.known_as} in the settings"
    rows = [f"# {urlsplit(entry.address).netloc}: {title or 'a camera without a name'}{known}"]
    if entry.known_as is None:
        rows += ["cameras:", f"  {camera}:", *(f"    {row}" for row in _access(entry, camera))]
    hidden = [entry.password]
    for key, address in (("snapshot:", found.snapshot), ("stream:", found.stream)):
        shown = "none" if address is None else _PASSWORD.sub(r"\1…", without_secrets(printable(address), hidden))
        rows.append(f"    # {key:<9} {shown}")
    inputs = [_input(each) for each in offered_inputs(camera, found, taken)]
    rows += _section("inputs", inputs, none="no alarm inputs and no events")
    outputs = [_relay(offered_output(camera, each, taken), each) for each in found.relays]
    rows += _section("outputs", outputs, none="no relays")
    rows += [f"# not answered: {printable(each, hide=hidden)}" for each in found.missing]
    return "\n".join(rows)


def quoted(text: str) -> str:
    """Returns a text as a scalar of YAML, also in a flow mapping; plain where it cannot be misread."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS_OF_YAML:
        return text
    return (
        '"'
        + "".join(each if " " <= each <= "~" and each not in '"\\' else f"\\U{ord(each):08x}" for each in text)
        + '"'
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A terminal; `is_offered`: it can be pasted as it is, without a thought. `comment` may be empty."""

    terminal: str
    line: str
    comment: str = ""
    is_offered: bool = True


def _access(entry: Entry, camera: str) -> list[str]:
    plain = _PLAIN_ADDRESS.fullmatch(entry.address)
    rows = [f"onvif: {entry.address if plain else quoted(entry.address)}"]
    if entry.username is not None:
        rows.append(f"username: {quoted(entry.username)}")
        if entry.password_file is not None:
            rows.append(f"password_file: {quoted(entry.password_file)}")
        else:
            rows.append(f"password_file: /etc/alarm2mqtt/{camera}.password  # yet to be made: the password alone")
    return rows


def _input(offered: OfferedTerminal) -> _Row:
    return _Row(terminal=offered.id, line=_flow(offered.line), is_offered=offered.is_offered)


def _relay(offered: OfferedTerminal, relay: Relay) -> _Row:
    delay = "" if relay.delay_s is None or relay.mode.lower() != "monostable" else f", {relay.delay_s:g} s"
    comment = f"  # now {printable(relay.mode.lower())}{delay}" if relay.mode else ""
    return _Row(terminal=offered.id, line=_flow(offered.line), comment=comment)


def _flow(line: Mapping[str, str | int]) -> str:
    """Returns a line as a flow mapping of YAML."""
    parts = (f"{key}: {quoted(value) if isinstance(value, str) else value}" for key, value in line.items())
    return f"{{{', '.join(parts)}}}"


def _section(key: str, rows: Sequence[_Row], *, none: str) -> list[str]:
    """Returns a section of the settings, aligned; rows that are not offered are comments."""
    if not rows:
        return [f"# {none}"]
    starts = [f"{'' if each.is_offered else '# '}- {{id: {each.terminal}," for each in rows]
    width = max(map(len, starts))
    texts = [f"  {start:<{width}} line: {each.line}}}{each.comment}" for start, each in zip(starts, rows, strict=True)]
    # A key with comments alone would be an empty value.
    return [key + ":" if any(each.is_offered for each in rows) else f"# {key}:", *texts]
