"""The page of one input or output: choice of the terminal, adding and removing, state, and settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Options, select
from bridge.web.pages.layout import Frame, page

SCRIPTS = ("live.js", "form.js", "channel.js")


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
    content: Chosen | None,
    *,
    simulated: bool,
) -> str:
    """Returns the page of `kind`, "in" or "out", as text; `content` is None if there is no terminal yet."""
    name = f"{kind}put"
    options = [(one.id, one.label) for one in known]
    choice = _choice(name, options, content.part.id if content else None, simulated=simulated)
    body = some(choice, el("p", f"There is no alarm {name} yet.", class_="note"))
    if content is not None:
        body = some(
            choice,
            el(
                "section",
                el("h2", content.title),
                el("ul", content.state, class_="parts"),
                class_="card manual",
            ),
            content.form,
            _removal(name, content.part.id, content.part.label),
        )
    return page(frame, here=f"alarm-{kind}", title=f"Alarm {kind}", scripts=SCRIPTS, body=body)


def _choice(kind: str, options: Options, chosen: str | None, *, simulated: bool) -> Html:
    """Returns the choice of the terminal, with a button for browsers without scripts, and the form to add one."""
    return el(
        "div",
        el(
            "form",
            el("label", f"Alarm {kind}", for_="channel"),
            select(options, chosen or "", id="channel", name=kind),
            el("noscript", el("button", "Show", type="submit")),
            method="get",
            class_="channel",
        )
        if options
        else None,
        el(
            "details",
            el("summary", f"Add an alarm {kind}"),
            el(
                "form",
                el("label", "Id", for_="new-id"),
                el("input", type="text", id="new-id", name="id", maxlength=32, aria_describedby="new-help new-fault"),
                *(() if simulated else _line()),
                el("button", "Add", type="submit"),
                el(
                    "p",
                    "Small letters, digits and hyphens. It names topics and entities, and stays; the name can change.",
                    class_="help",
                    id="new-help",
                ),
                el("p", class_="fault", id="new-fault", role="alert"),
                class_="channel",
                data_add=kind,
                novalidate=True,
                autocomplete="off",
            ),
            open=chosen is None,
            class_="add",
        ),
    )


def _line() -> tuple[Html, ...]:
    """Returns the controls for the GPIO line of a new terminal."""
    return (
        el("label", "Chip", for_="new-chip"),
        el("input", type="text", id="new-chip", name="chip", value="gpiochip0", maxlength=128),
        el("label", "Line", for_="new-offset"),
        el("input", type="text", inputmode="numeric", id="new-offset", name="offset", size=6),
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
