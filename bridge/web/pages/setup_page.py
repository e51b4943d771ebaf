"""Set up: what the settings file says besides inputs, outputs and cameras, a section at a time, with its test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Form, form
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.setup_sections import SECTIONS, Section
from bridge.web.pages.system_page import SERVICES, service_card

State = Mapping[str, Any]


def setup_page(frame: Frame, status: State, rest: State) -> str:
    """Returns the list of all sections. `status` is the answer of `/api/status`, `rest` that of `/api/settings`."""
    rows = [_row(section, status, is_there=rest[section.key] is not None) for section in SECTIONS]
    start = el(
        "p",
        el("a", "Cameras", href="cameras"),
        " · ",
        el("a", "Guided start", href="start"),
        " · ",
        el("a", "Export and import", href="setup?part=archive"),
        class_="note",
    )
    body = el("section", el("ul", *rows, class_="files"), start, class_="card")
    return page(frame, here="setup", title="Set up", scripts=(), body=body)


def section_page(frame: Frame, section: Section, status: State, rest: State, sound: str | None) -> str:
    """Returns the page of one section: its service's state and test, its form, and for an optional one its removal.

    `sound` is a clip to test the loudspeaker, or None if there is none.
    """
    edited = Form(values=rest, target="api/settings")
    is_there = rest[section.key] is not None
    body = some(
        el("p", el("a", "All of Set up", href="setup")),
        _service(section, status, sound) if is_there else None,
        form(
            edited,
            (section.title, section.fields(edited)),
            apply="Apply" if is_there else "Add",
            adds=None if is_there else section.key,
        ),
        _removal(section) if is_there and section.optional else None,
    )
    scripts = ("system.js", "form.js", "setup.js")
    return page(frame, here="setup", title=f"Set up: {section.title}", scripts=scripts, body=body)


def _row(section: Section, status: State, *, is_there: bool) -> Html:
    """Returns a section's row: its link, its purpose and its state."""
    state = status.get(section.service) if section.service else None
    words = "Not set up" if not is_there else (state["problem"] or "All right") if state else ""
    return el(
        "li",
        el("span", el("a", section.title, href=f"setup?part={section.key}"), class_="what"),
        el("span", section.does, class_="what note"),
        el("span", words, class_="what problem" if state and state["problem"] else "what"),
    )


def _service(section: Section, status: State, sound: str | None) -> Html | None:
    """Returns the card with state and test of a section's service, or None if it has none."""
    found = [row for row in SERVICES if row[0] == section.service]
    cards = [service_card(key, name, status[key], action, part, sound) for key, name, action, part in found]
    return (
        el("div", *cards, el("p", class_="note", role="status", data_outcome=True), class_="tiles") if cards else None
    )


def _removal(section: Section) -> Html:
    """Returns the button that takes a section out of the settings, after the script has asked for confirmation."""
    return el(
        "p",
        el("button", f"Remove {section.title}", type="button", class_="quiet", data_section=section.key),
        el("span", class_="fault", role="alert", data_removal_fault=True),
    )
