"""Form fields: each edits one setting, which the page's scripts read and write by its path."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.web.html import Child, Html, el

ENABLE = (("true", "Enable"), ("false", "Disable"))
Options = Sequence[tuple[str, str]]
"""Pairs of a value and its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The settings under edit, as JSON, and the address and method of a change.

    `then`: the page of what was added, but for its id; empty for a change.
    """

    values: Mapping[str, Any]
    target: str
    method: str = "PATCH"
    then: str = ""

    def at(self, path: str) -> Any:
        """Returns the value at a path such as `pulse.on_ms`, or None if there is none."""
        value: Any = self.values
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        return value

    def text(self, path: str, label: str, help_: Child = None, *, maxlength: int = 64) -> Html:
        """Returns a field for one line of text."""
        value = self.at(path)
        return self.field(
            path,
            label,
            el("input", type="text", value="" if value is None else value, maxlength=maxlength, **tied(path, "text")),
            help_,
        )

    def number(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a field for a number; an invalid text is sent as it is, and the server refuses it with the reason."""
        value = self.at(path)
        shown = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        return self.field(
            path,
            label,
            el("input", type="text", inputmode="decimal", value=shown, size=10, **tied(path, "number")),
            help_,
        )

    def choice(self, path: str, label: str, options: Options, help_: Child = None, *, kind: str = "text") -> Html:
        """Returns a field with one choice of `options`; an empty value is the default.

        A present value that is no option becomes one. `kind` `json` makes the values JSON.
        """
        value = self.at(path)
        chosen = json.dumps(value) if kind == "json" else "" if value is None else str(value)
        if chosen not in [key for key, _ in options]:
            options = [*options, (chosen, chosen)]
        return self.field(path, label, select(options, chosen, **tied(path, kind)), help_)

    def switch(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a field with Enable and Disable."""
        return self.choice(path, label, ENABLE, help_, kind="json")

    def check(self, path: str, label: str, help_: Child = None, *, able: bool = True) -> Html:
        """Returns a checkbox; `able=False` locks it while it is not checked."""
        box = el(
            "input",
            type="checkbox",
            checked=bool(self.at(path)),
            disabled=not able and not self.at(path),
            **tied(path, "check"),
        )
        return group(path, label, [el("label", box, "Enable")], help_)

    def several(self, path: str, label: str, options: Options, help_: Child = None, *, kind: str = "members") -> Html:
        """Returns checkboxes for a list of values, or a note if there are no options."""
        chosen = self.at(path) or ()
        boxes = [
            el("label", el("input", type="checkbox", value=key, checked=key in chosen), name) for key, name in options
        ]
        return group(path, label, boxes or [el("span", "There are none.", class_="note")], help_, kind=kind)

    def schedule(self, path: str, label: str, names: Sequence[str], owner: str, help_: Child = None) -> Html:
        """Returns a field for a schedule: always, never, a name, or the terminal's own one, with a link to its editor.

        `owner` is the terminal as the editor's page names it, such as `inputs.door`.
        """
        value = self.at(path)
        written_out = isinstance(value, Mapping)
        options = [("always", "Always"), ("never", "Never"), *((name, name) for name in names)]
        options += [("(own)", "Its own")] if written_out else []
        chosen = "(own)" if written_out else str(value)
        edit = el("a", "Edit its own schedule" if written_out else "Schedules", href=f"schedules?of={owner}")
        return self.field(
            path, label, select(options, chosen, **tied(path, "schedule")), [help_, " " if help_ else None, edit]
        )

    def broker_loss(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a field for the reaction to a lost broker: empty keeps the output on, seconds end a manual start."""
        value = self.at(path)
        shown = f"{value['stop_after_s']:g}" if isinstance(value, Mapping) else ""
        return self.field(
            path,
            label,
            el("input", type="text", inputmode="decimal", value=shown, size=10, **tied(path, "broker_loss")),
            help_,
        )

    def words(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a field for a list of words, which are separated by commas or spaces."""
        return self.field(
            path,
            label,
            el("input", type="text", value=", ".join(self.at(path) or ()), spellcheck="false", **tied(path, "words")),
            help_,
        )

    def present(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a checkbox for a section that is on by being there, such as `tls`."""
        box = el("input", type="checkbox", checked=self.at(path) is not None, **tied(path, "present"))
        return group(path, label, [el("label", box, "Enable")], help_)

    def secret(self, path: str, label: str, help_: Child = None) -> Html:
        """Returns a field for a secret, which is never shown: whether one is set, and a new one or its removal."""
        known = self.at(path) or {"set": False}
        shown = {**tied(path, "secret"), "aria_describedby": f"{_id(path)}-set {_id(path)}-help {_id(path)}-fault"}
        return el(
            "div",
            el("label", label, for_=_id(path)),
            el(
                "div",
                el("input", type="password", autocomplete="new-password", maxlength=1024, **shown),
                el("span", "Set" if known["set"] else "Not set", class_="state", id=f"{_id(path)}-set", data_set=True),
                el("label", el("input", type="checkbox", data_remove_secret=True), "Remove", hidden=not known["set"]),
                class_="secret",
            ),
            el("p", help_, class_="help", id=f"{_id(path)}-help") if help_ else None,
            el("p", class_="fault", id=f"{_id(path)}-fault"),
            class_="field",
            data_field=path,
        )

    def field(self, path: str, label: str, control: Html, help_: Child = None) -> Html:
        """Returns a control with its label, help and place for a fault."""
        return el(
            "div",
            el("label", label, for_=_id(path)),
            control,
            el("p", help_, class_="help", id=f"{_id(path)}-help") if help_ else None,
            el("p", class_="fault", id=f"{_id(path)}-fault"),
            class_="field",
            data_field=path,
        )


def select(options: Options, chosen: str, **names: Any) -> Html:
    """Returns a select element with `options`, of which `chosen` is selected; `names` are its attributes."""
    return el("select", *(el("option", name, value=key, selected=key == chosen) for key, name in options), **names)


def form(
    target: Form,
    *sections: tuple[str, Sequence[Html | None]],
    apply: str = "Apply",
    rarer: Collection[str] = (),
    adds: str | None = None,
) -> Html:
    """Returns a form of sections (title and fields) with an Apply and an Undo button.

    Sections without fields are left out. The sections whose titles are in `rarer` can be folded, and the page's script
    folds them on a phone. `adds` is the section of the settings that is put in, if it is not there yet.
    """
    return el(
        "form",
        *(_section(title, fields, rarer=title in rarer) for title, fields in sections if any(fields)),
        el("p", class_="fault", data_fault=True, role="alert"),
        el(
            "div",
            el("button", apply, type="submit", class_="primary"),
            el("button", "Undo", type="reset", class_="quiet"),
            el("p", class_="said note", role="status"),
            el("ul", class_="changes"),
            class_="bar",
        ),
        class_="form",
        novalidate=True,
        autocomplete="off",
        data_target=target.target,
        data_method=target.method,
        data_adds=adds,
        data_then=target.then or None,
    )


def _section(title: str, fields: Sequence[Html | None], *, rarer: bool) -> Html:
    """Returns one section of a form; a `rarer` one has its title as the switch that folds it."""
    if not rarer:
        return el("fieldset", el("legend", el("h2", title)) if title else None, *fields, class_="card")
    return el(
        "details",
        el("summary", el("h2", title), el("span", class_="count")),
        el("fieldset", *fields, aria_label=title),
        class_="card rarer",
        open=True,
    )


def group(path: str, label: str, boxes: Sequence[Html], help_: Child, *, kind: str | None = None) -> Html:
    """Returns several controls under one label, with help and place for a fault."""
    own: dict[str, Any] = {} if kind is None else {"data_path": path, "data_kind": kind}
    return el(
        "div",
        el("span", label, class_="label", id=f"{_id(path)}-label"),
        el("div", *boxes, class_="choices", role="group", aria_labelledby=f"{_id(path)}-label", **own),
        el("p", help_, class_="help", id=f"{_id(path)}-help") if help_ else None,
        el("p", class_="fault", id=f"{_id(path)}-fault"),
        class_="field",
        data_field=path,
    )


def tied(path: str, kind: str) -> dict[str, Any]:
    """Returns the attributes that tie a control to its setting, help and fault."""
    own = _id(path)
    return {"id": own, "data_path": path, "data_kind": kind, "aria_describedby": f"{own}-help {own}-fault"}


def _id(path: str) -> str:
    return f"f-{path.replace('.', '-')}"
