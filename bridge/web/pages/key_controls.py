"""One control for one key of the settings, chosen by what the key's definition says that a value is."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from bridge.core.definitions.field_types import MASK, Length, Matches, Names, Offered, OneOf
from bridge.core.definitions.introspection import mark, members, unwrapped
from bridge.web.html import Html, el
from bridge.web.pages.fields import Form, Options, select, tied
from bridge.web.pages.setting_key import Key

NONE = ("", "None")
_WORDS = {"ca": "CA", "onvif": "ONVIF", "url": "Address"}
_UNITS = {"s": "s", "ms": "ms", "db": "dB"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The things that keys can name: cameras, other inputs, presets of a kind, free GPIO lines and their chips.

    Each is a value and its text.
    """

    cameras: Options = ()
    inputs: Options = ()
    presets: Options = ()
    chips: Options = ()
    lines: Options = ()


def title(key: str) -> str:
    """Returns `hold_s` as `Hold (s)`, and `ca_file` as `CA file`."""
    words, _, last = key.rpartition("_")
    unit = f" ({_UNITS[last]})" if words and last in _UNITS else ""
    parts = (words if unit else key).split("_")
    first, *rest = [_WORDS.get(part, part) for part in parts]
    return " ".join([first[0].upper() + first[1:], *rest]) + unit


def control(edited: Form, key: Key, around: Around, help_: str, *, is_fresh: bool) -> Html:
    """Returns the field of a key, with its value; with `is_fresh` that of a part which is not written yet.

    Raises TypeError for a type that no control can hold.
    """
    label, value = title(key.name), edited.at(key.path)
    options = _options(key, around)
    if get_origin(key.type) is tuple and options is not None:
        return edited.several(key.path, label, options, help_, kind="list")
    if options is not None:
        return edited.field(key.path, label, _choice(key, options, value, is_fresh=is_fresh), help_)
    kind, shown = _as_text(key, value)
    if kind == "headers":
        names = ", ".join(value or ())
        kept = f"{help_} Kept: {names}; a name without a value removes it." if names else help_
        area = el("textarea", rows=2, placeholder="Accept: application/json", **tied(key.path, kind))
        return edited.field(key.path, label, area, kept)
    offered = mark(key.marks, Offered)
    words = _literals(key.type)
    known = f"{key.path}-known".replace(".", "-") if offered or words else None
    box = el(
        "input",
        type="password" if key.is_password else "text",
        inputmode="decimal" if kind == "number" else None,
        size=10 if kind == "number" else None,
        value=shown,
        placeholder=_placeholder(key, value),
        list=known,
        autocomplete="new-password" if key.is_secret else None,
        spellcheck="false",
        **tied(key.path, kind),
    )
    listed = el(
        "datalist",
        *(el("option", text, value=value) for value, text in _known(offered, around)),
        *(el("option", value=word) for word in words),
        id=known,
        data_offered=None if offered is None else offered.among,
    )
    return edited.field(key.path, label, el("span", box, listed) if known else box, help_)


def _known(offered: Offered | None, around: Around) -> Options:
    """Returns the offered values; none without an offer, or if a camera has to be asked for them."""
    if offered is None or offered.is_asked:
        return ()
    return around.chips if offered.among == "chips" else around.lines


def _options(key: Key, around: Around) -> Options | None:
    """Returns the values to choose from; None where a value is written."""
    named = mark(key.marks, Names)
    if get_origin(key.type) is tuple:
        named = mark(unwrapped(get_args(key.type)[0])[1], Names)
    if named is not None:
        return {"cameras": around.cameras, "inputs": around.inputs, "presets": around.presets}[named.of]
    if get_origin(key.type) is Literal:
        return [(word, word.replace("_", " ")) for word in get_args(key.type)]
    return None


def _choice(key: Key, options: Options, value: Any, *, is_fresh: bool) -> Html:
    """Returns a choice; a present value that is no option becomes one."""
    chosen = key.default if is_fresh and value is None else value
    chosen = "" if chosen is None else str(chosen)
    if key.default is None and (key.is_optional or not options):
        options = [NONE, *options]
    if chosen not in ["", *(known for known, _ in options)]:
        options = [*options, (chosen, chosen)]
    return select(options, chosen, **tied(key.path, "text"))


def _as_text(key: Key, value: Any) -> tuple[str, str]:
    """Returns the kind of a control that holds text (`form_values.js` reads and writes it), and the present text."""
    if key.is_masked(value):
        return "masked", ""
    if get_origin(key.type) is Mapping:
        return "headers", ""
    if members(key.type) != (key.type,):
        is_path = mark(key.marks, OneOf) is not None and float not in members(key.type)
        return ("steps", _steps(value)) if is_path else ("value", _value(value))
    if key.type in (int, float):
        return "number", "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    if key.type is str and _may_be_empty(key):
        return "exact", _exact(value)
    if key.type in (str, Path):
        return "text", "" if value is None else str(value)
    message = f"no control for {key.path}, {key.type!r}"
    raise TypeError(message)


def _may_be_empty(key: Key) -> bool:
    """Returns whether an empty text is a value of its own, as a payload is."""
    length = mark(key.marks, Length)
    return key.default != "" and not key.is_optional and (length is None or not length.least) and not _is_bound(key)


def _is_bound(key: Key) -> bool:
    return mark(key.marks, Matches) is not None


def _value(value: Any) -> str:
    """Returns a value as it is typed: JSON, but a text that cannot be taken for JSON as it is."""
    if value is None:
        return ""
    return value if isinstance(value, str) and value == value.strip() and _is_no_json(value) else json.dumps(value)


def _steps(value: Any) -> str:
    """Returns a path: a text as it is, a list as JSON."""
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)


def _exact(value: str | None) -> str:
    """Returns a text that may be empty: as it is, or as JSON where the difference would not be seen."""
    if value is None:
        return ""
    is_plain = value != "" and not value.startswith('"') and value.isprintable()
    return value if is_plain else json.dumps(value)


def _is_no_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return text != ""
    return False


def _literals(kind: Any) -> Sequence[str]:
    """Returns the words among the members of a type; none for any other type."""
    return [word for member in members(kind) if get_origin(member) is Literal for word in get_args(member)]


def _placeholder(key: Key, value: Any) -> str | None:
    """Returns the default of an empty control, for a secret that it stays; None without a default."""
    if key.is_masked(value):
        return "stays as it is" if value == MASK else None
    return None if key.default is None or key.default == "" else str(key.default)
