"""Choosing, adding and removing an input or output."""

from __future__ import annotations

from bridge.web.html import Html, el
from bridge.web.pages.fields import Options, select


def channel(kind: str, label: str, options: Options, chosen: str | None, *, simulated: bool) -> Html:
    """Which one is shown; without scripts, by a button. Adding one asks for its id first."""
    return el(
        "div",
        el(
            "form",
            el("label", label, for_="channel"),
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
            class_="add",
        ),
    )


def _line() -> tuple[Html, ...]:
    return (
        el("label", "Chip", for_="new-chip"),
        el("input", type="text", id="new-chip", name="chip", value="gpiochip0", maxlength=128),
        el("label", "Line", for_="new-offset"),
        el("input", type="text", inputmode="numeric", id="new-offset", name="offset", size=6),
    )


def removal(kind: str, part: str, label: str) -> Html:
    """Taking it away, after a question."""
    return el(
        "p",
        el(
            "button",
            f"Remove {label}",
            type="button",
            class_="quiet",
            data_remove=f"api/{kind}s/{part}",
            data_name=label,
        ),
    )
