"""Live: inputs, outputs with Start and Stop, why and until when an output is on, the last day, the latest entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.web.html import Html, el, some
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.log_rows import log_list
from bridge.web.pages.timeline_part import timeline_section

Event = Mapping[str, Any]
"""A part as in an event: its view, mood and words."""


def live_page(
    frame: Frame, settings: Settings, inputs: Mapping[str, Event], outputs: Mapping[str, Event], recent: Sequence[Event]
) -> str:
    """Returns the page. `inputs` and `outputs` are states by id, `recent` the newest entries, oldest first."""
    return page(
        frame,
        here="./",
        title="Live",
        scripts=("live.js", "timeline.js", *(("live_cameras.js",) if settings.cameras else ())),
        body=some(
            el(
                "div",
                _column(
                    "Alarm in",
                    "inputs",
                    [
                        input_part(each, inputs.get(each.id), simulated=settings.is_simulated(each))
                        for each in settings.inputs
                    ],
                ),
                _column(
                    "Alarm out",
                    "outputs",
                    [
                        output_part(each, outputs.get(each.id), simulated=settings.is_simulated(each))
                        for each in settings.outputs
                    ],
                ),
                class_="columns",
            ),
            _cameras(settings) if settings.cameras else None,
            timeline_section(None),
            el(
                "section",
                el("h2", "Just now", id="recent"),
                log_list(recent, label="recent", last=recent[-1]["seq"] if recent else 0),
                el("p", el("a", "The whole log", href="log")),
                class_="card",
            ),
        ),
    )


def _cameras(settings: Settings) -> Html:
    """Returns the section of the cameras; the page's script asks for their pictures while it is looked at."""
    return el(
        "section",
        el("h2", "Cameras", id="cameras"),
        el(
            "div",
            *(
                el(
                    "figure",
                    el("img", alt=f"Camera {name}", hidden=True),
                    el("figcaption", el("b", name), " ", el("span", "No picture yet", class_="said")),
                    data_camera=f"camera?of={quote(name)}",
                )
                for name in settings.cameras
            ),
            class_="pictures",
        ),
        el(
            "p",
            "Not renewed, since nobody has touched the page for some minutes. ",
            el("button", "Go on", type="button", id="watch"),
            class_="note",
            id="unwatched",
            hidden=True,
        ),
        class_="card",
    )


def _column(title: str, name: str, rows: Sequence[Html]) -> Html:
    """Returns the list of inputs or of outputs; without any a link that adds one."""
    empty = el("p", "None yet: ", el("a", "add one", href=title.lower().replace(" ", "-")), ".", class_="note")
    return el(
        "section",
        el("h2", title, id=name),
        el("ul", *rows, class_="parts", aria_labelledby=name) if rows else empty,
        class_="card",
    )


def input_part(settings: InputSettings, event: Event | None, *, simulated: bool) -> Html:
    """Returns an input's state as a list item; `event` None: not known yet.

    On the simulated board the contact is a switch.
    """
    words = _words(event)
    return _part(
        "input",
        settings.id,
        event,
        _contact(settings, event, "Contact of") if simulated else _terminals(),
        el(
            "div",
            el("h3", el("a", settings.label, href=f"alarm-in?input={settings.id}")),
            el("p", _word(words, "state"), _word(words, "problem"), class_="state"),
            el("p", _word(words, "contact"), _word(words, "since")),
            _elsewhere(settings, _word(words, "line")),
            el("p", _word(words, "armed")),
            el("p", _word(words, "last"), class_="note"),
            class_="text",
        ),
        el(
            "div",
            _button("Test alarm", f"api/inputs/{settings.id}/trigger", settings.label),
            *(_line_buttons(settings.id, settings.label) if simulated else []),
            class_="buttons",
        ),
    )


def output_part(settings: OutputSettings, event: Event | None, *, simulated: bool) -> Html:
    """Returns an output's state, with its manual control, as a list item; `event` None: not known yet."""
    words = _words(event)
    return _part(
        "output",
        settings.id,
        event,
        _terminals(),
        el(
            "div",
            el("h3", el("a", settings.label, href=f"alarm-out?output={settings.id}")),
            el("p", _word(words, "state"), _word(words, "problem"), class_="state"),
            el("p", _word(words, "why"), _word(words, "until"), el("span", class_="left", data_left=True)),
            el("p", "Terminal: ", _word(words, "contact"), class_="note"),
            _elsewhere(settings, _word(words, "line"), _word(words, "confirmed")),
            class_="text",
        ),
        el(
            "div",
            _button("Start", f"api/outputs/{settings.id}/start", settings.label),
            _button("Stop", f"api/outputs/{settings.id}/stop", settings.label),
            *(_line_buttons(settings.id, settings.label) if simulated else []),
            class_="buttons",
        ),
    )


def _elsewhere(settings: InputSettings | OutputSettings, *words: Html) -> Html | None:
    """Returns the words of a line in another device; None for a line of this machine."""
    is_far = settings.line is not None and settings.line.is_far
    return el("p", *words, class_="note") if is_far else None


def _part(kind: str, part: str, event: Event | None, *inside: Html) -> Html:
    """Returns the list's item of one input or output; `event` None: its state is not known yet."""
    mood = str(event["mood"]) if event else "unknown"
    return el(
        "li",
        el("span", class_="lamp", aria_hidden="true"),
        *inside,
        class_="part",
        data_kind=kind,
        data_part=part,
        data_mood=mood,
        data_contact=str(event["contact"]) if event else "unknown",
        data_until=event.get("until") if event else None,
    )


def _contact(settings: InputSettings, event: Event | None, label: str) -> Html:
    """Returns the terminal of the simulated board as a switch between the input and G."""
    connected = event is not None and event["contact"] == "connected"
    return el(
        "button",
        _drawing(),
        type="button",
        class_="contact",
        role="switch",
        aria_checked="true" if connected else "false",
        aria_label=f"{label} {settings.label} with G",
        title="Connect to G, or disconnect",
        data_board=settings.id,
    )


def _terminals() -> Html:
    """Returns the drawing of a contact."""
    return el("span", _drawing(), class_="contact", aria_hidden="true")


def _drawing() -> Html:
    """Returns the drawing of two screw terminals, the right one G, with the wire between them."""
    return el(
        "svg",
        el("rect", x=1, y=12, width=20, height=26, rx=3, class_="block"),
        el("rect", x=47, y=12, width=20, height=26, rx=3, class_="block"),
        el("circle", cx=11, cy=25, r=6, class_="screw"),
        el("circle", cx=57, cy=25, r=6, class_="screw"),
        el("path", d="M7 25h8M53 25h8", class_="slot"),
        el("path", d="M11 25H57", class_="wire"),
        viewBox="0 0 68 40",
        width=68,
        height=40,
        aria_hidden="true",
        focusable="false",
    )


def _line_buttons(part: str, label: str) -> list[Html]:
    """Returns the buttons that break and mend a line, for the simulated board."""
    return [
        el(
            "button",
            text,
            type="button",
            class_=f"quiet {do}",
            aria_label=f"{text} of {label}",
            data_post=f"api/board/{part}",
            data_do=do,
        )
        for text, do in (("Break line", "fail"), ("Mend line", "heal"))
    ]


def _button(text: str, path: str, label: str) -> Html:
    """Returns a button that posts to `path`; `label` names the terminal to screen readers."""
    return el("button", text, type="button", aria_label=f"{text} {label}", data_post=path)


def _word(words: Mapping[str, str], place: str) -> Html:
    """Returns the element that shows one of the words, empty if there is none for `place`."""
    return el("span", words.get(place, ""), data_word=place)


def _words(event: Event | None) -> Mapping[str, str]:
    """Returns the words of an event, by their place on the page."""
    return event["words"] if event else {"state": "Not known yet"}
