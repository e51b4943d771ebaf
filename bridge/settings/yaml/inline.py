"""A value as YAML on one line, in a person's style."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_PLAIN = re.compile(r"[^\W\d_][\w./-]*( [\w./-]+)*")
_ESCAPED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_OTHER_MEANINGS = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"})
"""Words that some readers of YAML do not take for text."""


def flow(value: Any, *, as_json: bool = False, quote: str = "") -> str:
    """Returns a value as YAML on one line: `{clips: [dog.wav], volume: 70}`.

    With `as_json` everything is quoted, for a file that is JSON. `quote` is the former quotation mark of a text, which
    is kept if the new text allows it.
    """
    if isinstance(value, Mapping):
        pairs = (f"{flow(str(key), as_json=as_json)}: {flow(part, as_json=as_json)}" for key, part in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(part, as_json=as_json) for part in value)}]"
    if not isinstance(value, str):
        return json.dumps(value)
    if quote == "'" and not as_json and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    if as_json or quote == '"' or not _is_plain(value):
        return f'"{"".join(map(_quoted, value))}"'
    return value


def _is_plain(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.isprintable() and text.lower() not in _OTHER_MEANINGS


def _quoted(sign: str) -> str:
    """Returns a character between double quotes, escaped if a reader of YAML or JSON would refuse it."""
    if sign in '"\\':
        return f"\\{sign}"
    return f"\\u{ord(sign):04x}" if _ESCAPED.fullmatch(sign) else sign
