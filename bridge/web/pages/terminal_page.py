"""The page of one input or output: choice of the terminal, adding and removing, state, and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Form, Options, form, select
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.timeline_part import timeline_section

SCRIPTS = ("live.js", "form.js", "channel.js", "line.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The chosen terminal: its state below a title, and its form."""

    part: InputSettings | OutputSettings
    title: str
    state: Html
    form: Html


def terminal_page(
    frame: Frame,
    kind: str,
    known: Sequence[InputSettings] | Sequence[OutputSettings],
    content: Chosen | Html,
) -> str:
    """Returns the page of `kind`, "in" or "out"; `content` is the chosen terminal, or the form of a new one."""
    name = f"{kind}put"
    options = [(one.id, one.label) for one in known]
    if isinstance(content, Chosen):
        scripts: tuple[str, ...] = (*SCRIPTS, "timeline.js")
        body = some(
            _choice(name, options, content.part.id),
            el(
                "div",
                el(
                    "section",
                    el("h2", content.title),
                    el("ul", content.state, class_="parts"),
                    class_="card manual",
                ),
                timeline_section(content.part.id),
                class_="columns",
            ),
            content.form,
            _removal(name, content.part.id, content.part.label),
        )
    else:
        scripts = SCRIPTS
        none = None if options else el("p", f"There is no alarm {name} yet.", class_="note")
        body = some(_choice(name, options, None), none, content)
    return page(frame, here=f"alarm-{kind}", title=f"Alarm {kind}", scripts=scripts, body=body)


def new_terminal(kind: str, line: Sequence[Html]) -> Html:
    """Returns the form that adds an input or output (`kind`), with the fields of its line."""
    edited = Form(values={}, target=f"api/{kind}s", method="POST", then=f"?{kind}=")
    named = [
        edited.text(
            "id",
            "Id",
            "Small letters, digits and hyphens. It names topics and entities, and stays; the name can change.",
            maxlength=32,
        ),
        edited.text("name", "Name"),
    ]
    return form(edited, (f"A new alarm {kind}", named), ("Wiring", line), apply="Add")


def _choice(kind: str, options: Options, chosen: str | None) -> Html:
    """Returns the choice of the terminal, with a button for browsers without scripts, and the way to add one."""
    if not options:
        return some()
    if chosen is None:
        options = [("", "A new one"), *options]
    return el(
        "div",
        el(
            "form",
            el("label", f"Alarm {kind}", for_="channel"),
            select(options, chosen or "", id="channel", name=kind),
            el("noscript", el("button", "Show", type="submit")),
            method="get",
            class_="channel",
        ),
        el("a", f"Add an alarm {kind}", href="?add", class_="button") if chosen is not None else None,
        class_="choice",
    )


def _removal(kind: str, part: str, label: str) -> Html:
    """Returns the section that removes the terminal, after the script has asked for confirmation."""
    goes = "Its settings go" if kind == "input" else "It is turned off, and its settings and all links to it go"
    return el(
        "section",
        el("h2", f"Remove this alarm {kind}"),
        el("p", f"{goes}. The log keeps what happened.", class_="help"),
        el(
            "button",
            f"Remove {label}",
            type="button",
            class_="grave",
            data_remove=f"api/{kind}s/{part}",
            data_name=label,
        ),
        class_="card apart",
    )
