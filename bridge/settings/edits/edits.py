"""Edits: each is plain data, and a function from one document to the next; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from bridge.errors import Fault, SettingsError
from bridge.settings.edits.merge_patch import leaves, merge_patch
from bridge.settings.edits.permissions import not_changeable
from bridge.settings.location import ABSENT, DEEPEST, Loc, path_of, value_at

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
    """One edit, as plain values: another process makes it.

    `content` is a merge patch, or with `add` the whole item, or with `take_over` all that is added.
    With `replace` it is the `text` of a whole file, and its `secrets`.
    """

    do: Literal["patch_item", "patch_rest", "add", "remove", "take_over", "replace"]
    kind: str = ""
    """`inputs` or `outputs`; empty for the other settings."""
    item: str = ""
    """The id of the input or output."""
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    only: Places = None
    """The locations that a patch may have; None: all."""

    @property
    def place(self) -> str:
        """The edit's name in the journal."""
        return f"{self.kind}.{self.item}" if self.kind else "settings"

    def make(self, document: Document) -> Edited:
        """Returns the next document. Raises SettingsError, and ValueError for `replace`, which brings a text."""
        match self.do:
            case "patch_item":
                return _patched_item(document, self)
            case "patch_rest":
                return _patched_rest(document, self)
            case "add":
                return _added(document, self)
            case "remove":
                return _removed(document, self)
            case "take_over":
                return _taken_over(document, self)
            case "replace":
                raise ValueError(self.do)

    def too_deep(self) -> bool:
        """Returns whether the content is nested more deeply than any settings."""
        below: list[Any] = [self.content]
        for _ in range(DEEPEST):
            below = [part for one in below for part in _parts(one)]
        return bool(below)


def patch_input(input_id: str, patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to one input; `only` limits the permitted locations."""
    return Edit(do="patch_item", kind="inputs", item=input_id, content=patch, only=only)


def patch_output(output_id: str, patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to one output; `only` limits the permitted locations."""
    return Edit(do="patch_item", kind="outputs", item=output_id, content=patch, only=only)


def patch_rest(patch: Mapping[str, Any], *, only: Places = None) -> Edit:
    """Returns an edit that applies a merge patch to the other settings; it refuses inputs and outputs."""
    return Edit(do="patch_rest", content=patch, only=only)


def add(kind: str, item: Mapping[str, Any]) -> Edit:
    """Returns an edit that appends an item to `inputs` or `outputs`."""
    return Edit(do="add", kind=kind, item=str(item.get("id")), content=item)


def replace_all(text: str, secrets: Iterable[tuple[Loc, str]]) -> Edit:
    """Returns an edit that replaces the whole file, whose secrets are given by their locations."""
    return Edit(do="replace", content={"text": text, "secrets": [[list(loc), secret] for loc, secret in secrets]})


def remove(kind: str, item_id: str) -> Edit:
    """Returns an edit that removes an item of `inputs` or `outputs`; an output is unlinked from all inputs."""
    return Edit(do="remove", kind=kind, item=item_id)


def take_over(found: Mapping[str, Any]) -> Edit:
    """Returns an edit that adds cameras by id, and items to `inputs` and `outputs`, all of them or none."""
    return Edit(do="take_over", content=found)


def _patched_rest(document: Document, edit: Edit) -> Edited:
    _check(edit)
    strange = [key for key in ("inputs", "outputs") if key in edit.content]
    if strange:
        raise SettingsError(Fault(path=key, message="are changed one by one, by their ids") for key in strange)
    return Edited(document=merge_patch(document, edit.content), touched=tuple(leaves(edit.content)))


def _patched_item(document: Document, edit: Edit) -> Edited:
    index = _index(document, edit)
    _check(edit)
    loc: Loc = (edit.kind, index)
    items = _items(document, edit.kind)
    items[index] = merge_patch(items[index], edit.content, loc)
    touched = tuple(leaves(edit.content, loc)) if edit.content else ()
    return Edited(document={**document, edit.kind: items}, touched=touched, item=loc)


def _added(document: Document, edit: Edit) -> Edited:
    _check_kind(edit.kind)
    items = _items(document, edit.kind)
    return Edited(
        document={**document, edit.kind: [*items, dict(edit.content)]},
        touched=((edit.kind,),),
        item=(edit.kind, len(items)),
    )


def _taken_over(document: Document, edit: Edit) -> Edited:
    """Adds cameras and terminals. A camera that is there already is a fault, as another one would take its place."""
    if edit.too_deep():
        raise SettingsError([Fault(path="", message="is nested too deeply")])
    changed, touched = dict(document), []
    for kind, new in edit.content.items():
        if kind in ("inputs", "outputs") and isinstance(new, list | tuple):
            changed[kind] = [*_items(document, kind), *new]
        elif kind == "cameras" and isinstance(new, Mapping):
            present = document.get(kind) or {}
            twice = [Fault(path=f"cameras.{name}", message="is there already") for name in new if name in present]
            if twice:
                raise SettingsError(twice)
            changed[kind] = {**present, **new}
        else:
            raise SettingsError([Fault(path=str(kind), message="must be cameras, inputs or outputs")])
        touched.append((kind,))
    return Edited(document=changed, touched=tuple(touched))


def _removed(document: Document, edit: Edit) -> Edited:
    _check_kind(edit.kind)
    index = _index(document, edit)
    changed = {**document, edit.kind: [one for nth, one in enumerate(_items(document, edit.kind)) if nth != index]}
    if edit.kind == "outputs":
        changed["inputs"] = [_unlinked(one, edit.item) for one in _items(document, "inputs")]
        if not changed["inputs"]:
            del changed["inputs"]
    return Edited(document=changed, touched=((edit.kind,),))


def _check_kind(kind: str) -> None:
    if kind not in ("inputs", "outputs"):
        raise SettingsError([Fault(path="", message="must be inputs or outputs")])


def _check(edit: Edit) -> None:
    """Raises SettingsError for a patch that is nested too deeply, or that has locations not permitted."""
    if edit.too_deep():
        raise SettingsError([Fault(path="", message="is nested too deeply")])
    closed = () if edit.only is None else tuple(not_changeable(edit.content, edit.only))
    if closed:
        raise SettingsError(closed)


def _parts(value: Any) -> tuple[Any, ...]:
    return tuple(value.values()) if isinstance(value, Mapping) else ()


def _items(document: Document, kind: str) -> list[Any]:
    items = document.get(kind)
    return list(items) if isinstance(items, list | tuple) else []


def _index(document: Document, edit: Edit) -> int:
    for index, item in enumerate(_items(document, edit.kind)):
        if isinstance(item, Mapping) and item.get("id") == edit.item:
            return index
    raise SettingsError([Fault(path="", message=f"there is no {edit.kind.removesuffix('s')} {edit.item}")])


def _unlinked(item: Any, output_id: str) -> Any:
    linked = value_at(item, ("linkage", "outputs"))
    if linked is ABSENT or not isinstance(linked, list | tuple) or output_id not in linked:
        return item
    return merge_patch(item, {"linkage": {"outputs": {output_id: False}}}, ("inputs", 0))
