"""A YAML text is changed only where its values change: comments, order, quoting and spacing stay.

The text is edited by the spans of its values rather than written anew, because writing anew loses
some of what a person has put around them. What an anchor gives to several places is written out
where one of them becomes different.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from bridge.settings.yaml.inline import flow
from bridge.settings.yaml.splice import Layout, Splice, spliced
from bridge.settings.yaml.tree import Entry, Node, tree

_PASSES = 4
"""Each one mends what the one before changed through an anchor."""


def edited(text: str, wanted: Mapping[str, Any], read: Callable[[str], Any]) -> str:
    """The text, changed so that `read` gives what is wanted.

    A key that is to go may stay with nothing behind it, which means its default, where taking its
    line away would take something else along. What cannot be changed stays as it is: compare what
    the text means with what was wanted.
    """
    for _ in range(_PASSES):
        splices = list(_Changes(text).of_root(read(text), wanted))
        if not splices:
            break
        text = spliced(text, splices)
    return text


class _Changes:
    """Finds what one pass has to replace."""

    def __init__(self, text: str) -> None:
        self._layout = Layout(text)
        self._root = tree(text)
        self._is_json = self._root is not None and _quotes_its_keys(self._root)

    def of_root(self, old: Any, wanted: Mapping[str, Any]) -> Iterator[Splice]:
        """All of them; none when the text means what is wanted already."""
        if self._root is not None:
            yield from self._value(self._root, old, wanted, None)
        elif wanted:
            text, newline = self._layout.text, self._layout.newline
            begin = "" if not text or text.endswith("\n") else newline
            lines = [f"{self._flow(key)}: {self._flow(value)}{newline}" for key, value in wanted.items()]
            yield Splice(len(text), len(text), begin + "".join(lines))

    def _value(self, node: Node, old: Any, wanted: Any, colon: int | None) -> Iterator[Splice]:
        """`colon` is the offset behind the key's colon, where a value on the key's own line belongs.

        None in a list and in a flow, where values stay where they are.
        """
        if same(old, wanted):
            return
        if node.kind == "mapping" and isinstance(old, Mapping) and isinstance(wanted, Mapping):
            yield from self._mapping(node, old, wanted, colon)
        elif node.kind == "sequence" and isinstance(old, list) and isinstance(wanted, list | tuple):
            yield from self._sequence(node, old, list(wanted), colon)
        else:
            yield from self._replace(node, wanted, colon)

    def _mapping(
        self, node: Node, old: Mapping[Any, Any], wanted: Mapping[str, Any], colon: int | None
    ) -> Iterator[Splice]:
        before = {str(key): value for key, value in old.items()}
        entries = {entry.key.text: entry for entry in node.entries}
        gone = [name for name in before if name not in wanted and before[name] is not None]
        stays = [entry for name, entry in entries.items() if name not in gone or self._can_only_be_emptied(node, entry)]
        if not stays:
            yield from self._replace(node, wanted, colon)
            return
        for name, entry in entries.items():
            if name in before and name in wanted:
                yield from self._value(entry.value, before[name], wanted[name], None if node.flow else entry.colon)
            elif name in gone and entry in stays:
                yield from self._empty(entry)
        yield from self._take_out(
            node, [(entry.key.start, entry.value.end, entry in stays) for entry in entries.values()]
        )
        added = {
            name: value
            for name, value in wanted.items()
            if name not in entries and not (name in before and same(before[name], value))
        }
        added |= {name: None for name in gone if name not in entries}  # a merge key gives it
        yield from self._put_in(node, added, stays[-1].value.end)

    def _can_only_be_emptied(self, node: Node, entry: Entry) -> bool:
        """The first key of a list's item stands behind its dash."""
        return not node.flow and not self._layout.is_first_on_line(entry.key.start)

    def _empty(self, entry: Entry) -> Iterator[Splice]:
        value, layout = entry.value, self._layout
        if value.is_block:
            yield Splice(layout.line_start(value.start), layout.next_line(value.end), "")
        elif not value.is_empty:
            yield Splice(entry.colon, value.end, "")

    def _put_in(self, node: Node, added: Mapping[str, Any], behind: int) -> Iterator[Splice]:
        if node.flow:
            pairs = [f", {self._flow(name)}: {self._flow(part)}" for name, part in added.items()]
            yield from self._insert(behind, pairs)
        else:
            line = self._layout.newline + " " * self._layout.column(node.start)
            pairs = [f"{line}{self._flow(name)}:{self._behind_colon(part, line)}" for name, part in added.items()]
            yield from self._insert(self._layout.line_end(behind), pairs)

    def _sequence(self, node: Node, old: list[Any], wanted: list[Any], colon: int | None) -> Iterator[Splice]:
        stays = [index for index, item in enumerate(old) if any(_is_one(item, other) for other in wanted)]
        if not any(isinstance(item, Mapping) for item in [*old, *wanted]) and len(old) == len(wanted):
            stays = list(range(len(old)))
        fits = len(stays) <= len(wanted) and all(
            _is_one(old[index], item) for index, item in zip(stays, wanted, strict=False) if isinstance(item, Mapping)
        )
        if not stays or not fits or len(node.items) != len(old):
            yield from self._replace(node, wanted, colon)
            return
        for index, item in zip(stays, wanted, strict=False):
            yield from self._value(node.items[index], old[index], item, None)
        yield from self._take_out(
            node, [(item.start, item.end, index in stays) for index, item in enumerate(node.items)]
        )
        added, behind = wanted[len(stays) :], node.items[stays[-1]].end
        if node.flow:
            yield from self._insert(behind, [f", {self._flow(item)}" for item in added])
        else:
            line = self._layout.newline + " " * self._layout.column(node.start)
            yield from self._insert(self._layout.line_end(behind), [self._item(item, line) for item in added])

    def _behind_colon(self, value: Any, line: str) -> str:
        """A value of a block, whose lines begin with `line`; inputs and outputs get lines of their own."""
        if value is None:
            return ""
        if self._takes_lines(value):
            return "".join(self._item(item, line + "  ") for item in value)
        return " " + self._flow(value)

    def _takes_lines(self, value: Any) -> bool:
        return not self._is_json and isinstance(value, list | tuple) and any(isinstance(one, Mapping) for one in value)

    def _item(self, item: Any, line: str) -> str:
        """An item of a block list: a mapping takes a line for each key, as people write it."""
        if not isinstance(item, Mapping) or not item:
            return f"{line}- {self._flow(item)}"
        pairs = (f"{self._flow(name)}: {self._flow(part)}" for name, part in item.items())
        return f"{line}- " + f"{line}  ".join(pairs)

    def _take_out(self, node: Node, members: list[tuple[int, int, bool]]) -> Iterator[Splice]:
        """Those of the members (start, end, whether it stays) that go; one of them at least stays."""
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
        if parts:
            yield Splice(at, at, "".join(parts))

    def _replace(self, node: Node, wanted: Any, colon: int | None) -> Iterator[Splice]:
        layout, text = self._layout, self._flow(wanted, node.quote)
        is_below = node.is_block and colon is not None and layout.line_start(node.start) > colon
        if colon is not None and (is_below or self._takes_lines(wanted)):
            gone = (layout.line_start(node.start), layout.next_line(node.end)) if is_below else (colon, node.end)
            yield Splice(*gone, "")
            text = self._behind_colon(wanted, layout.newline + " " * layout.indent(colon))
            at = layout.line_end(colon if is_below else node.end) if self._takes_lines(wanted) else colon
            yield Splice(at, at, text)
        else:
            yield layout.in_place(node.start, node.end, f" {text}" if node.is_empty else text)

    def _flow(self, value: Any, quote: str = "") -> str:
        return flow(value, as_json=self._is_json, quote=quote)


def same(one: Any, other: Any) -> bool:
    """Whether two values mean the same in YAML: `1` is not `true`, and an empty key is as good as none."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        left, right = ({str(key): part for key, part in each.items() if part is not None} for each in (one, other))
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return type(one) is type(other) and bool(one == other)


def _is_one(item: Any, other: Any) -> bool:
    """Whether two items of lists are the same one, changed or not."""
    if isinstance(item, Mapping) and isinstance(other, Mapping):
        return "id" in item and item["id"] == other.get("id")
    return same(item, other)


def _quotes_its_keys(node: Node) -> bool:
    return node.flow and bool(node.entries) and node.entries[0].key.quote == '"'
