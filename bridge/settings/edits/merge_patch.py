"""JSON merge patches (RFC 7396) of settings documents; pure.

Two things go beyond the RFC, and neither means anything else under it. A schedule that is patched
from inside is first written the way it is shown (`mon`, `tue`, ... rather than `mon-fri`), for that
is what whoever sends the patch has seen. And where the setting is a list of ids, a patch may name
single ones, `{"outputs": {"siren": true}}`, so that two who each switch one do not undo each other;
by the RFC an object there would be refused as no list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.core.schedule_text import ScheduleTextError, read_schedule, write_schedule
from bridge.settings.location import ABSENT, Loc, step

_LISTS_OF_IDS = (("linkage", "outputs"),)
"""By the last keys of their places."""


def merge_patch(target: object, patch: object, loc: Loc = ()) -> Any:
    """What a patch makes of a target; both stay as they are. `loc` is the target's place in the document."""
    if not isinstance(patch, Mapping):
        return patch
    if loc[-2:] in _LISTS_OF_IDS:
        return _with_members(target, patch)
    if _is_schedule(loc):
        target = _as_shown(target)
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, change in patch.items():
        known = next((one for one in merged if str(one) == key), key)
        if change is None:
            merged.pop(known, None)
        else:
            merged[known] = merge_patch(merged.get(known), change, (*loc, key))
    return merged


def leaves(patch: object, loc: Loc = ()) -> Iterator[Loc]:
    """The place of every value that a patch sets or takes away; an empty object sets itself."""
    if isinstance(patch, Mapping) and patch and loc[-2:] not in _LISTS_OF_IDS:
        for key, change in patch.items():
            yield from leaves(change, (*loc, str(key)))
    else:
        yield loc


def _with_members(target: object, members: Mapping[str, object]) -> Any:
    """A list with ids put in and taken out; a value that is no truth value is left for the check to refuse."""
    if not all(isinstance(wanted, bool) for wanted in members.values()):
        return dict(members)
    listed = list(target) if isinstance(target, list | tuple) else []
    kept = [one for one in listed if members.get(str(one), True)]
    return kept + [one for one, wanted in members.items() if wanted and one not in listed]


def _is_schedule(loc: Loc) -> bool:
    return loc[-1:] == ("schedule",) or (len(loc) == len(("schedules", "name")) and loc[0] == "schedules")


def _as_shown(written: object) -> object:
    """`special` left empty counts as left out, as the check has it."""
    if not isinstance(written, Mapping):
        return written
    if step(written, "special") in (None, ABSENT):
        written = {key: periods for key, periods in written.items() if key != "special"}
    try:
        return write_schedule(read_schedule(written))
    except ScheduleTextError:
        return written
