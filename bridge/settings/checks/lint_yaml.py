"""Values that YAML swallows: `password: &word` is an anchor, `password: #word` a comment (pure).

Such a key is there and empty, which elsewhere means its default. No message shows anything of the text,
for it is a password more often than not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.settings import Settings
from bridge.settings.checks.allowed_values import shape_at
from bridge.settings.location import ABSENT, Finding, Loc, value_at
from bridge.settings.yaml.tree import Entry, Node, tree

_ANCHOR = re.compile(r"[ \t]*&([^\s,\[\]{}]+)")
_TAG = re.compile(r"[ \t]*!")
_COMMENT_OF_ONE_WORD = re.compile(r" #[^\s#]\S*[ \t]*$", re.MULTILINE)
_COMMENT_OF_A_NUMBER = re.compile(r" #[0-9]+[ \t]*$", re.MULTILINE)
"""`name: Gate #2`."""
_CLOSE_COMMENT = re.compile(r"[ \t]+#[^\s#]")
_NOTHING = ("~", "null", "Null", "NULL")
_QUOTES = "the value in quotes"
_AS_ANCHOR = "YAML reads what begins with & as an anchor, and nothing refers to it"
_AS_COMMENT = "YAML reads what follows # as a comment"
_AS_TAG = "YAML reads what begins with ! as a tag"
_AS_BLOCK = "YAML reads | and > as the begin of a text of several lines"


def yaml_findings(text: str, document: Mapping[Any, Any], settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each key whose value YAML swallowed or cut; `document` is the content of `text`."""
    root = tree(text)
    if root is None:
        return
    used = {text[node.start + 1 : node.end] for node in _aliases(root)}
    for loc, entry in _entries(root, ()):
        yield from _swallowed(text, loc, entry, used, document, settings)


def _swallowed(
    text: str, loc: Loc, entry: Entry, used: set[str], document: Mapping[Any, Any], settings: Settings
) -> Iterator[Finding]:
    value = entry.value
    if value.kind != "scalar":
        return
    secret = Secret in shape_at(loc, document).types
    if secret and value.quote in ("|", ">") and not value.text.strip():
        yield Finding(loc=loc, message=f"is empty: {_AS_BLOCK}", allowed=_QUOTES, shown=False)
    if value.quote:
        return
    anchor = _ANCHOR.match(text, _behind_colon(text, entry))
    lost_anchor = anchor is not None and anchor[1] not in used
    if not value.is_empty and value.text not in _NOTHING:
        message = _cut(text, entry, secret=secret, lost_anchor=lost_anchor)
    elif secret and _value_at(settings, loc) not in (ABSENT, None):
        return  # it comes from elsewhere
    elif lost_anchor:
        message = f"is empty: {_AS_ANCHOR}"
    elif _comment_is_meant(text, entry, secret=secret):
        message = f"is empty: {_AS_COMMENT}"
    else:
        needed = secret and _value_at(settings, (*loc[:-1], "username")) not in (ABSENT, None)
        message = 'is empty, beside a username; quotes alone, as in "", mean none' if needed else None
    if message is not None:
        yield Finding(loc=loc, message=message, allowed=_QUOTES, shown=False)


def _cut(text: str, entry: Entry, *, secret: bool, lost_anchor: bool) -> str | None:
    """Returns what a value has lost at its begin or end, as a message; None if it is whole."""
    if secret and _TAG.match(text, _behind_colon(text, entry)):
        return f"is cut at its begin: {_AS_TAG}"
    if secret and lost_anchor:
        return f"is cut at its begin: {_AS_ANCHOR}"
    if (_CLOSE_COMMENT if secret else _COMMENT_OF_A_NUMBER).match(text, entry.value.end):
        return f"may be cut at its end: {_AS_COMMENT}"
    return None


def _comment_is_meant(text: str, entry: Entry, *, secret: bool) -> bool:
    """Returns whether the comment behind an empty value reads like the value.

    Without `secret` only a single word does.
    """
    behind = entry.value.end
    if secret:
        return _CLOSE_COMMENT.match(text, behind) is not None
    return _COMMENT_OF_ONE_WORD.match(text, behind) is not None


def _behind_colon(text: str, entry: Entry) -> int:
    return text.index(":", entry.key.end) + 1


def _entries(node: Node, loc: Loc) -> Iterator[tuple[Loc, Entry]]:
    """Yields each entry below a node with its location."""
    for entry in node.entries:
        place = (*loc, entry.key.text)
        yield place, entry
        yield from _entries(entry.value, place)
    for index, item in enumerate(node.items):
        yield from _entries(item, (*loc, index))


def _aliases(node: Node) -> Iterator[Node]:
    """Yields each alias at or below a node."""
    if node.kind == "alias":
        yield node
    for part in (*(entry.value for entry in node.entries), *(entry.key for entry in node.entries), *node.items):
        yield from _aliases(part)


def _value_at(settings: Settings, loc: Loc) -> Any:
    """Returns the checked value at a place, or ABSENT if there is none."""
    value: Any = settings
    for part in loc:
        value = getattr(value, str(part), ABSENT) if is_dataclass(value) else value_at(value, (part,))
        if value is ABSENT:
            return ABSENT
    return value
