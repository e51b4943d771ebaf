"""The positions in a YAML text: the tree of its values, each with its span of characters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One value. `start` and `end` are offsets in the text, without an anchor or a tag before it.

    `end` is behind its last character: comments and lines that follow a block do not belong to it.
    """

    kind: Literal["scalar", "mapping", "sequence", "alias"]
    start: int
    end: int
    text: str = ""
    """A scalar's value, unescaped."""
    quote: str = ""
    """A scalar's quotation mark: `'`, `"`, `|`, `>`, or empty for plain."""
    flow: bool = False
    entries: tuple[Entry, ...] = ()
    items: tuple[Node, ...] = ()

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list on lines of its own."""
        return self.kind in ("mapping", "sequence") and not self.flow

    @property
    def is_empty(self) -> bool:
        """Whether the value is missing: `key:`."""
        return self.kind == "scalar" and self.start == self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with its value; `colon` is the offset behind the colon and the value's properties."""

    key: Node
    value: Node
    colon: int


def tree(text: str) -> Node | None:
    """Returns the root of a text that `parse` can read, or None for an empty text."""
    events = (
        event
        for event in YAML(typ="safe", pure=True).parse(text)
        if not isinstance(event, StreamStartEvent | DocumentStartEvent)
    )
    first = next(events)
    if isinstance(first, DocumentEndEvent) or not hasattr(first, "anchor"):
        return None
    root = _node(text, first, events)
    return None if root.is_empty else root


def _node(text: str, event: Any, events: Iterator[Any]) -> Node:
    end = event.end_mark.index
    if isinstance(event, AliasEvent):
        return Node(kind="alias", start=event.start_mark.index, end=end)
    start = _behind_properties(text, event.start_mark.index, event)
    if isinstance(event, ScalarEvent):
        written = text[start:end].rstrip()
        if event.value == "" and not event.style:  # nothing was written; the marks are the next token's
            return Node(kind="scalar", start=start, end=start)
        return Node(kind="scalar", start=start, end=start + len(written), text=event.value, quote=event.style or "")
    flow = bool(event.flow_style)
    if isinstance(event, MappingStartEvent):
        return _mapping(text, start, events, flow=flow)
    assert isinstance(event, SequenceStartEvent)  # noqa: S101 - there is no other event that begins a value
    items: list[Node] = []
    while not isinstance(event := next(events), SequenceEndEvent):
        item = _node(text, event, events)
        if item.is_empty:  # `-` alone
            behind = max(text.rfind("-", start, item.start) + 1, start)
            item = Node(kind="scalar", start=behind, end=behind)
        items.append(item)
    end = event.end_mark.index if flow else items[-1].end if items else start
    return Node(kind="sequence", start=start, end=end, flow=flow, items=tuple(items))


def _mapping(text: str, start: int, events: Iterator[Any], *, flow: bool) -> Node:
    entries: list[Entry] = []
    while not isinstance(event := next(events), MappingEndEvent):
        key = _node(text, event, events)
        event = next(events)
        colon = re.compile(r"\s*:").match(text, key.end)
        behind = colon.end() if colon else key.end
        value = _node(text, event, events)
        if value.is_empty:
            value = Node(kind="scalar", start=behind, end=behind)
        elif value.kind != "alias":
            behind = _line_part_behind_properties(text, behind)
        entries.append(Entry(key=key, value=value, colon=behind))
    if flow:
        end = event.end_mark.index
    else:
        end = entries[-1].value.end if entries else start
        start = entries[0].key.start if entries else start
    return Node(kind="mapping", start=start, end=end, flow=flow, entries=tuple(entries))


def _behind_properties(text: str, start: int, event: Any) -> int:
    """Returns the offset behind `&anchor` and `!tag`; `start` if the event has neither."""
    if event.anchor is None and event.tag is None:
        return start
    found = _PROPERTIES.match(text, start)
    return found.end() if found else start


def _line_part_behind_properties(text: str, at: int) -> int:
    """Returns the offset behind the properties at `at`, for a new value on the key's own line.

    `at` if there are none.
    """
    blank = len(text[at:]) - len(text[at:].lstrip(" \t"))
    found = _PROPERTIES.match(text, at + blank)
    return at + blank + len(found[0].rstrip(" \t")) if found else at
