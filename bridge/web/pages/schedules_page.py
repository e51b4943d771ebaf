"""Schedules: the week as a grid, days to the minute, special days. A script draws the grid."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.core.schedule import Schedule
from bridge.core.schedule_text import write_schedule
from bridge.web.html import Child, Html, el, some
from bridge.web.pages.fields import select
from bridge.web.pages.layout import Frame, page

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SCRIPTS = ("schedule.js",)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditableSchedule:
    """A schedule that can be edited: one with a name, or an input's or output's own.

    `key` is its name in the page's address.
    `written` is its present text, or that of the schedule used until it has one of its own.
    `patch` is its path in the merge patch sent to `target`.
    """

    key: str
    label: str
    written: str | Mapping[str, Any]
    target: str
    patch: tuple[str, ...]
    borrowed: str | None = None
    """The name of the schedule used in place of an own one."""


def editable_schedules(settings: Settings) -> tuple[EditableSchedule, ...]:
    """Returns all editable schedules: named ones, then those of inputs, then those of outputs."""
    named = [
        EditableSchedule(
            key=name,
            label=name,
            written=write_schedule(schedule),
            target="api/settings",
            patch=("schedules", name),
        )
        for name, schedule in settings.schedules.items()
    ]
    inputs = [_own(settings, "inputs", one.id, one.label, one.schedule, ("schedule",)) for one in settings.inputs]
    outputs = [
        _own(settings, "outputs", one.id, one.label, one.timing.schedule, ("timing", "schedule"))
        for one in settings.outputs
    ]
    return (*named, *inputs, *outputs)


def _own(
    settings: Settings, kind: str, part: str, label: str, ref: str | Schedule, patch: tuple[str, ...]
) -> EditableSchedule:
    """Returns a terminal's own schedule, or the one that it borrows, ready to be edited as its own."""
    return EditableSchedule(
        key=f"{kind}.{part}",
        label=f"{label}: its own",
        written=write_schedule(settings.schedule(ref)),
        target=f"api/{kind}/{part}/settings",
        patch=patch,
        borrowed=ref if isinstance(ref, str) else None,
    )


def schedules_page(frame: Frame, settings: Settings, key: str | None) -> str:
    """Returns the page with the schedule of the key `key`, or the first one if there is no such schedule."""
    known = editable_schedules(settings)
    chosen = next((place for place in known if place.key == key), known[0] if known else None)
    body = some(
        _choose(known, chosen),
        None if chosen is None else _editor(chosen, _users(settings, chosen.key)),
    )
    return page(frame, here="schedules", title="Schedules", scripts=SCRIPTS, body=body)


def _choose(known: Sequence[EditableSchedule], chosen: EditableSchedule | None) -> Html:
    options = [(place.key, place.label) for place in known]
    return el(
        "div",
        el(
            "form",
            el("label", "Schedule", for_="of"),
            select(options, chosen.key if chosen else "", id="of", name="of"),
            el("noscript", el("button", "Show", type="submit")),
            method="get",
            class_="channel",
        )
        if known
        else el("p", "There is no schedule yet.", class_="note"),
        el(
            "details",
            el("summary", "Add a schedule"),
            el(
                "form",
                el("label", "Name", for_="new-schedule"),
                el("input", type="text", id="new-schedule", name="id", maxlength=32, aria_describedby="new-fault"),
                el("button", "Add", type="submit"),
                el("p", "Small letters, digits and hyphens.", class_="help"),
                el("p", class_="fault", id="new-fault", role="alert"),
                class_="channel",
                id="add-schedule",
                novalidate=True,
                autocomplete="off",
            ),
            open=not known,
            class_="add",
        ),
    )


def _editor(chosen: EditableSchedule, users: Sequence[str]) -> Html:
    return el(
        "div",
        _note(chosen, users),
        el(
            "section",
            el("h2", "Week", id="week"),
            el(
                "p",
                "Paint with the mouse, or with arrows, Space, and Shift with arrows; on a phone, tap half hours.",
                class_="help",
                id="week-help",
            ),
            el(
                "div",
                class_="week",
                role="grid",
                aria_labelledby="week",
                aria_describedby="week-help",
                aria_multiselectable="true",
            ),
            el("p", class_="note", id="cell", aria_hidden="true"),
            class_="card",
        ),
        el(
            "div",
            el(
                "section",
                el("h2", "To the minute", id="minutes"),
                el("label", "Day", for_="day"),
                select([(str(nth), name) for nth, name in enumerate(DAYS)], "0", id="day"),
                el("ul", class_="periods", aria_labelledby="minutes", id="periods"),
                el("p", el("button", "Add a period", type="button", id="add-period")),
                el(
                    "p",
                    el("label", "Copy this day to", for_="copy-to"),
                    select(
                        [
                            ("0,1,2,3,4", "Monday to Friday"),
                            ("5,6", "Saturday and Sunday"),
                            ("0,1,2,3,4,5,6", "Every day"),
                            *((str(nth), name) for nth, name in enumerate(DAYS)),
                        ],
                        "",
                        id="copy-to",
                    ),
                    el("button", "Copy", type="button", id="copy"),
                    class_="copy",
                ),
                class_="card",
            ),
            el(
                "section",
                el("h2", "Special days", id="special"),
                el(
                    "p",
                    "Such a day has only these periods, whatever the week says; without any it is closed.",
                    class_="help",
                ),
                el("ul", class_="periods", id="specials", aria_labelledby="special"),
                el("p", el("button", "Add a special day", type="button", id="add-special")),
                class_="card",
            ),
            class_="columns",
        ),
        el("p", class_="fault", id="schedule-fault", role="alert"),
        el(
            "div",
            el("button", "Apply", type="button", class_="primary", id="apply"),
            el("button", "Undo", type="button", class_="quiet", id="undo"),
            el("p", class_="said note", role="status"),
            class_="bar",
        ),
        _deletion(users) if chosen.patch[0] == "schedules" else None,
        id="editor",
        data_target=chosen.target,
        data_patch=".".join(chosen.patch),
        data_written=json.dumps(chosen.written),
        data_borrowed=chosen.borrowed,
    )


def _deletion(users: Sequence[str]) -> Html:
    """Returns the section that deletes the schedule, after the script has asked for confirmation."""
    return el(
        "section",
        el("h2", "Delete this schedule"),
        el("p", "It is in use, and stays until its users have another one.", class_="help") if users else None,
        el("button", "Delete this schedule", type="button", class_="grave", id="delete"),
        class_="card apart",
    )


def _note(chosen: EditableSchedule, users: Sequence[str]) -> Html:
    """Returns the sentence that names the users of the chosen schedule."""
    note: Child
    if chosen.borrowed is not None:
        note = f"It uses the schedule “{chosen.borrowed}” now. What is applied here becomes its own."
    elif chosen.patch[0] != "schedules":
        note = "Used by nobody else."
    else:
        note = f"Used by {', '.join(users)}." if users else "Not used yet."
    return el("p", note, class_="note")


def _users(settings: Settings, name: str) -> list[str]:
    """Returns the labels of inputs and outputs that use the schedule called `name`."""
    inputs = [one.label for one in settings.inputs if one.schedule == name]
    return inputs + [one.label for one in settings.outputs if one.timing.schedule == name]
