"""JSON merge patches (RFC 7396) of settings documents; pure.

A line's keys are those of its kind: a patch that names another kind replaces the line as a whole.
Two extensions, neither of which has another meaning in the RFC. A schedule that is patched
from inside is first converted to its published form (`mon`, `tue`, ... rather than `mon-fri`), since that
is the form that the sender has read. And for a list of ids a patch may name
single ones, `{"outputs": {"siren": true}}`, so that two clients that each switch one do not undo each other;
by the RFC an object there would be refused as no list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.core.definitions.lines import GPIO
from bridge.core.schedule_text import ScheduleTextError, read_schedule, write_schedule
from bridge.settings.location import ABSENT, Loc, step

_LISTS_OF_IDS = (("linkage", "outputs"),)
"""Lists of ids, by the last keys of their locations."""


def merge_patch(target: object, patch: object, loc: Loc = ()) -> Any:
    """Returns the target with the patch applied; the arguments stay unchanged.

    `loc` is the target's location in the document. A patch that is no object replaces the target, and None in an object
    removes its key.
    """
    if not isinstance(patch, Mapping):
        return patch
    if loc[-2:] in _LISTS_OF_IDS:
        return _with_members(target, patch)
    if _is_schedule(loc):
        target = _as_published(target)
    if loc[-1:] == ("line",) and _is_other_kind(target, patch):
        target = {}
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, change in patch.items():
        known = next((one for one in merged if str(one) == key), key)
        if change is None:
            merged.pop(known, None)
        else:
            merged[known] = merge_patch(merged.get(known), change, (*loc, key))
    return merged


def leaves(patch: object, loc: Loc = ()) -> Iterator[Loc]:
    """Yields the location of every value that a patch sets or removes; an empty object sets itself."""
    if isinstance(patch, Mapping) and patch and loc[-2:] not in _LISTS_OF_IDS:
        for key, change in patch.items():
            yield from leaves(change, (*loc, str(key)))
    else:
        yield loc


def _with_members(target: object, members: Mapping[str, object]) -> Any:
    """Returns a list of ids with some added (True) and removed (False).

    If `members` holds any other value, a copy of it is returned, for the check to refuse.
    """
    if not all(isinstance(wanted, bool) for wanted in members.values()):
        return dict(members)
    listed = list(target) if isinstance(target, list | tuple) else []
    kept = [one for one in listed if members.get(str(one), True)]
    return kept + [one for one, is_member in members.items() if is_member and one not in listed]


def _is_other_kind(line: object, patch: Mapping[str, object]) -> bool:
    """Returns whether a patch names another kind than that of the line."""
    if "kind" not in patch or not isinstance(line, Mapping):
        return False
    return (patch["kind"] or GPIO) != (line.get("kind") or GPIO)


def _is_schedule(loc: Loc) -> bool:
    """Returns whether a location is that of a schedule, named or a terminal's own."""
    return loc[-1:] == ("schedule",) or (len(loc) == len(("schedules", "name")) and loc[0] == "schedules")


def _as_published(written: object) -> object:
    """Returns a schedule in its published form, without an empty `special`; one that is malformed as it is."""
    if not isinstance(written, Mapping):
        return written
    if step(written, "special") in (None, ABSENT):
        written = {key: periods for key, periods in written.items() if key != "special"}
    try:
        return write_schedule(read_schedule(written))
    except ScheduleTextError:
        return written
