"""Edits as functions from one document to the next; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bridge.errors import Fault, SettingsError
from bridge.settings.checks.check import DEEPEST
from bridge.settings.edits.merge_patch import leaves, merge_patch
from bridge.settings.edits.permissions import not_changeable
from bridge.settings.location import ABSENT, Loc, path_of, value_at

Document = Mapping[str, Any]
Places = tuple[Loc, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """The next document, and the locations of the edit, whether their values changed or not.

    `item` is the location of the one input or output of the edit; empty for other settings.
    """

    document: dict[str, Any]
    touched: tuple[Loc, ...]
    item: Loc = ()

    def told(self, fault: Fault) -> Fault:
        """Returns the fault for the requester: a path inside the edit's item is relative to it."""
        own = path_of(self.item)
        if own and fault.path.startswith(f"{own}."):
            return replace(fault, path=fault.path.removeprefix(f"{own}."))
        return fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One edit. `place` is its name in the journal; `make` raises SettingsError."""

    place: str
    make: Callable[[Document], Edited]


def patch_input(input_id: str, patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to one input; `only` limits the permitted locations."""
    return _patch_item("inputs", input_id, patch, only)


def patch_output(output_id: str, patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to one output; `only` limits the permitted locations."""
    return _patch_item("outputs", output_id, patch, only)


def patch_rest(patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to the other settings; it refuses inputs and outputs."""

    def make(document: Document) -> Edited:
        _check(patch, only)
        strange = [key for key in ("inputs", "outputs") if key in patch]
        if strange:
            raise SettingsError(Fault(path=key, message="are changed one by one, by their ids") for key in strange)
        return Edited(document=merge_patch(document, patch), touched=tuple(leaves(patch)))

    return Edit(place="settings", make=make)


def add(kind: str, item: Mapping[str, Any]) -> Edit:
    """Returns an edit that appends an item to `inputs` or `outputs`."""

    def make(document: Document) -> Edited:
        _check_kind(kind)
        items = _items(document, kind)
        return Edited(document={**document, kind: [*items, dict(item)]}, touched=((kind,),), item=(kind, len(items)))

    return Edit(place=f"{kind}.{item.get('id')}", make=make)


def remove(kind: str, item_id: str) -> Edit:
    """Returns an edit that removes an item of `inputs` or `outputs`; an output is unlinked from all inputs."""

    def make(document: Document) -> Edited:
        _check_kind(kind)
        index = _index(document, kind, item_id)
        items = [item for nth, item in enumerate(_items(document, kind)) if nth != index]
        changed = {**document, kind: items}
        if kind == "outputs":
            changed["inputs"] = [_unlinked(item, item_id) for item in _items(document, "inputs")]
            if not changed["inputs"]:
                del changed["inputs"]
        return Edited(document=changed, touched=((kind,),))

    return Edit(place=f"{kind}.{item_id}", make=make)


def _check_kind(kind: str) -> None:
    if kind not in ("inputs", "outputs"):
        raise SettingsError([Fault(path="", message="must be inputs or outputs")])


def _patch_item(kind: str, item_id: str, patch: Mapping[str, Any], only: Places) -> Edit:
    def make(document: Document) -> Edited:
        index = _index(document, kind, item_id)
        _check(patch, only)
        loc: Loc = (kind, index)
        items = _items(document, kind)
        items[index] = merge_patch(items[index], patch, loc)
        touched = tuple(leaves(patch, loc)) if patch else ()
        return Edited(document={**document, kind: items}, touched=touched, item=loc)

    return Edit(place=f"{kind}.{item_id}", make=make)


def _check(patch: Mapping[str, Any], only: Places) -> None:
    """Raises SettingsError for a patch that is nested too deeply, or that has locations not permitted."""
    below: list[Any] = [patch]
    for _ in range(DEEPEST):
        below = [part for one in below if isinstance(one, Mapping) for part in one.values()]
    if below:
        raise SettingsError([Fault(path="", message="is nested too deeply")])
    closed = () if only is None else tuple(not_changeable(patch, only))
    if closed:
        raise SettingsError(closed)


def _items(document: Document, kind: str) -> list[Any]:
    items = document.get(kind)
    return list(items) if isinstance(items, list | tuple) else []


def _index(document: Document, kind: str, item_id: str) -> int:
    for index, item in enumerate(_items(document, kind)):
        if isinstance(item, Mapping) and item.get("id") == item_id:
            return index
    raise SettingsError([Fault(path="", message=f"there is no {kind.removesuffix('s')} {item_id}")])


def _unlinked(item: Any, output_id: str) -> Any:
    linked = value_at(item, ("linkage", "outputs"))
    if linked is ABSENT or not isinstance(linked, list | tuple) or output_id not in linked:
        return item
    return merge_patch(item, {"linkage": {"outputs": {output_id: False}}}, ("inputs", 0))
