"""Changes a YAML text only where its values change: comments, order, quoting and spacing stay.

The text is edited by the spans of its values rather than written anew, because a new text would lose
some of the comments and spacing around them. A value shared by an anchor is written out
where one of its uses becomes different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from bridge.settings.yaml.inline import flow
from bridge.settings.yaml.splice import Layout, Splice, spliced
from bridge.settings.yaml.tree import Entry, Node, tree

_PASSES = 4
"""Limit of passes; each one repairs the side effects of the last through an anchor."""


def edited(text: str, target: Mapping[str, Any], read: Callable[[str], Any]) -> str:
    """Returns the text, changed so that `read` gives `target`.

    A key to be removed may stay without a value, which means its default, if removing its
    line would remove something else. Parts that cannot be changed stay as they are: compare
    the result's meaning with `target`.
    """
    for _ in range(_PASSES):
        splices = list(_Changes(text).of_root(read(text), target))
        if not splices:
            break
        text = spliced(text, splices)
    return text


class _Changes:
    """The replacements of one pass."""

    def __init__(self, text: str) -> None:
        self._layout = Layout(text)
        self._root = tree(text)
        self._is_json = self._root is not None and _quotes_its_keys(self._root)

    def of_root(self, old: Any, target: Mapping[str, Any]) -> Iterator[Splice]:
        """Yields all replacements; none if the text has the meaning of `target` already."""
        if self._root is not None:
            yield from self._value(self._root, old, target, None)
        elif target:
            text, newline = self._layout.text, self._layout.newline
            begin = "" if not text or text.endswith("\n") else newline
            lines = [f"{self._flow(key)}: {self._flow(value)}{newline}" for key, value in target.items()]
            yield Splice(len(text), len(text), begin + "".join(lines))

    def _value(self, node: Node, old: Any, target: Any, colon: int | None) -> Iterator[Splice]:
        """Yields the replacements of a value.

        `colon` is the offset behind the key's colon, where a value on the key's own line belongs.
        It is None in a list and in a flow, where values stay in their place.
        """
        if same(old, target):
            return
        if node.kind == "mapping" and isinstance(old, Mapping) and isinstance(target, Mapping):
            yield from self._mapping(node, old, target, colon)
        elif node.kind == "sequence" and isinstance(old, list) and isinstance(target, list | tuple):
            yield from self._sequence(node, old, list(target), colon)
        else:
            yield from self._replace(node, target, colon)

    def _mapping(
        self, node: Node, old: Mapping[Any, Any], target: Mapping[str, Any], colon: int | None
    ) -> Iterator[Splice]:
        before = {str(key): value for key, value in old.items()}
        entries = {entry.key.text: entry for entry in node.entries}
        gone = [name for name in before if name not in target and before[name] is not None]
        stays = [entry for name, entry in entries.items() if name not in gone or self._can_only_be_emptied(node, entry)]
        if not stays:
            yield from self._replace(node, target, colon)
            return
        for name, entry in entries.items():
            if name in before and name in target:
                yield from self._value(entry.value, before[name], target[name], None if node.flow else entry.colon)
            elif name in gone and entry in stays:
                yield from self._empty(entry)
        yield from self._take_out(
            node, [(entry.key.start, entry.value.end, entry in stays) for entry in entries.values()]
        )
        added = {
            name: value
            for name, value in target.items()
            if name not in entries and not (name in before and same(before[name], value))
        }
        added |= {name: None for name in gone if name not in entries}  # a merge key gives it
        yield from self._put_in(node, added, stays[-1].value.end)

    def _can_only_be_emptied(self, node: Node, entry: Entry) -> bool:
        """Returns whether the entry is the first key of a list's item, behind its dash, which must stay."""
        return not node.flow and not self._layout.is_first_on_line(entry.key.start)

    def _empty(self, entry: Entry) -> Iterator[Splice]:
        """Yields the removal of an entry's value; the key stays."""
        value, layout = entry.value, self._layout
        if value.is_block:
            yield Splice(layout.line_start(value.start), layout.next_line(value.end), "")
        elif not value.is_empty:
            yield Splice(entry.colon, value.end, "")

    def _put_in(self, node: Node, added: Mapping[str, Any], behind: int) -> Iterator[Splice]:
        """Yields the insertion of keys with their values behind an offset."""
        if node.flow:
            pairs = [f", {self._flow(name)}: {self._flow(part)}" for name, part in added.items()]
            yield from self._insert(behind, pairs)
        else:
            line = self._layout.newline + " " * self._layout.column(node.start)
            pairs = [f"{line}{self._flow(name)}:{self._behind_colon(part, line)}" for name, part in added.items()]
            yield from self._insert(self._layout.line_end(behind), pairs)

    def _sequence(self, node: Node, old: list[Any], target: list[Any], colon: int | None) -> Iterator[Splice]:
        stays = [index for index, item in enumerate(old) if any(_is_one(item, other) for other in target)]
        if not any(isinstance(item, Mapping) for item in [*old, *target]) and len(old) == len(target):
            stays = list(range(len(old)))
        fits = len(stays) <= len(target) and all(
            _is_one(old[index], item) for index, item in zip(stays, target, strict=False) if isinstance(item, Mapping)
        )
        if not stays or not fits or len(node.items) != len(old):
            yield from self._replace(node, target, colon)
            return
        for index, item in zip(stays, target, strict=False):
            yield from self._value(node.items[index], old[index], item, None)
        yield from self._take_out(
            node, [(item.start, item.end, index in stays) for index, item in enumerate(node.items)]
        )
        added, behind = target[len(stays) :], node.items[stays[-1]].end
        if node.flow:
            yield from self._insert(behind, [f", {self._flow(item)}" for item in added])
        else:
            line = self._layout.newline + " " * self._layout.column(node.start)
            yield from self._insert(self._layout.line_end(behind), [self._item(item, line) for item in added])

    def _behind_colon(self, value: Any, line: str) -> str:
        """Returns a value of a block, whose lines begin with `line`; inputs and outputs get lines of their own."""
        if value is None:
            return ""
        if self._takes_lines(value):
            return "".join(self._item(item, line + "  ") for item in value)
        return " " + self._flow(value)

    def _takes_lines(self, value: Any) -> bool:
        """Returns whether a value is a list of mappings, whose items get lines of their own.

        Never in a file that is JSON.
        """
        return not self._is_json and isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value)

    def _item(self, item: Any, line: str) -> str:
        """Returns an item of a block list: a mapping has a line for each key."""
        if not isinstance(item, Mapping) or not item:
            return f"{line}- {self._flow(item)}"
        pairs = (f"{self._flow(name)}: {self._flow(part)}" for name, part in item.items())
        return f"{line}- " + f"{line}  ".join(pairs)

    def _take_out(self, node: Node, members: list[tuple[int, int, bool]]) -> Iterator[Splice]:
        """Yields the removals of members, each given as (start, end, whether it stays). At least one must stay."""
        layout = self._layout
        if not node.flow:
            for start, end, stays in members:
                if not stays:
                    yield Splice(layout.line_start(start), layout.next_line(end), "")
            return
        last = max(index for index, member in enumerate(members) if member[2])
        for (start, end, stays), following in pairwise(members[: last + 1]):
            if not stays:
                yield Splice(start, layout.behind_comma(end, node.end) or following[0], "")
        if last + 1 < len(members):
            yield Splice(members[last][1], members[-1][1], "")

    def _insert(self, at: int, parts: list[str]) -> Iterator[Splice]:
        """Yields the insertion of these parts at an offset; none without parts."""
        if parts:
            yield Splice(at, at, "".join(parts))

    def _replace(self, node: Node, target: Any, colon: int | None) -> Iterator[Splice]:
        """Yields the replacement of a whole value by another; `colon` as in `_value`."""
        layout, text = self._layout, self._flow(target, node.quote)
        is_below = node.is_block and colon is not None and layout.line_start(node.start) > colon
        if colon is not None and (is_below or self._takes_lines(target)):
            gone = (layout.line_start(node.start), layout.next_line(node.end)) if is_below else (colon, node.end)
            yield Splice(*gone, "")
            text = self._behind_colon(target, layout.newline + " " * layout.indent(colon))
            at = layout.line_end(colon if is_below else node.end) if self._takes_lines(target) else colon
            yield Splice(at, at, text)
        else:
            yield layout.in_place(node.start, node.end, f" {text}" if node.is_empty else text)

    def _flow(self, value: Any, quote: str = "") -> str:
        """Returns a value as `flow` writes it, in the style of this file."""
        return flow(value, as_json=self._is_json, quote=quote)


def same(one: Any, other: Any) -> bool:
    """Returns whether two values mean the same in YAML: `1` is not `true`, and an empty key equals a missing one."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        left, right = ({str(key): part for key, part in each.items() if part is not None} for each in (one, other))
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _is_one(item: Any, other: Any) -> bool:
    """Returns whether two items of lists are the same one, changed or not."""
    if isinstance(item, Mapping) and isinstance(other, Mapping):
        return "id" in item and item["id"] == other.get("id")
    return same(item, other)


def _quotes_its_keys(node: Node) -> bool:
    return node.flow and bool(node.entries) and node.entries[0].key.quote == '"'
