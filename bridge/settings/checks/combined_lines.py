"""Inputs that are made of other inputs: members that do not exist, needs that cannot be met, and loops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.core.numbers import whole_number
from bridge.settings.location import Finding, Loc

Items = Sequence[tuple[int, Mapping[str, object]]]
FEWEST = 2


def combined_findings(inputs: Items) -> Iterator[Finding]:
    """Yields a finding for each combined input that is not made of other inputs, or needs more than it has."""
    ids = [str(item["id"]) for _, item in inputs if isinstance(item.get("id"), str)]
    members = {str(item.get("id")): _members(item) for _, item in inputs}
    for index, item in inputs:
        of = _members(item)
        if of is None:
            continue
        loc: Loc = ("inputs", index, "line")
        yield from _of(item.get("id"), of, ids, members, (*loc, "of"))
        need = whole_number(_line(item).get("need"))
        if need is not None and need > max(len(of), 1):
            yield Finding(
                loc=(*loc, "need"),
                message=f"is {need}, more than the inputs that there are",
                allowed=f"all, any, or 1 to {len(of)}",
                shown=False,
            )


def _of(
    own: object, of: list[object], ids: list[str], members: Mapping[str, list[object] | None], loc: Loc
) -> Iterator[Finding]:
    if 0 < len(of) < FEWEST:
        yield Finding(loc=loc, message="is one input alone", allowed="two or more inputs", shown=False)
    for nth, member in enumerate(of):
        if not isinstance(member, str):
            continue
        if member not in ids:
            message, allowed = "names an input that does not exist", ", ".join(each for each in ids if each != own)
        elif member in of[:nth]:
            message, allowed = "is named twice", "each input once"
        elif _leads_to(own, member, members):
            message, allowed = "leads back to this very input", "inputs that are not made of this one"
        else:
            continue
        yield Finding(loc=(*loc, nth), message=message, allowed=allowed)


def _leads_to(goal: object, start: str, members: Mapping[str, list[object] | None]) -> bool:
    """Returns whether an input is another one, or is made of it, be it by way of others."""
    waiting: list[object] = [start]
    seen: set[object] = set()
    while waiting:
        each = waiting.pop()
        if each == goal:
            return True
        if isinstance(each, str) and each not in seen:
            seen.add(each)
            waiting += members.get(each) or []
    return False


def _line(item: Mapping[str, object]) -> Mapping[str, object]:
    line = item.get("line")
    return line if isinstance(line, Mapping) else {}


def _members(item: Mapping[str, object]) -> list[object] | None:
    """Returns the members that are written for a combined input; None for any other, and for no list."""
    of = _line(item).get("of")
    return list(of) if _line(item).get("kind") == "combined" and isinstance(of, list | tuple) else None
