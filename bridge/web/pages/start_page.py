"""The guided start: password, broker, a first input and output, a test alarm; each step may be passed over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Form, Options, form
from bridge.web.pages.layout import Frame, page
from bridge.web.pages.live_page import Event, input_part, output_part
from bridge.web.pages.setup_services import KEPT
from bridge.web.pages.system_page import SERVICES, service_card
from bridge.web.ports import FoundLines

STEPS = ("Password", "MQTT broker", "Alarm in", "Alarm out", "Test alarm")
LAST = len(STEPS)


def start_page(
    frame: Frame,
    step: int,
    settings: Settings,
    *,
    status: Mapping[str, Any],
    rest: Mapping[str, Any],
    lines: FoundLines,
    views: Mapping[str, Event],
) -> str:
    """Returns the page of a step, from 1 on.

    `status` is the answer of `/api/status`, `rest` that of `/api/settings`, `lines` the free lines of the machine,
    `views` the states of the inputs and outputs by their ids.
    """
    match step:
        case 1:
            content = _password(rest)
        case 2:
            content = _broker(status, rest)
        case 3:
            content = _input(settings, lines)
        case 4:
            content = _output(settings, lines)
        case _:
            content = _alarm(settings, views)
    body = some(
        el("ol", *(_step(nth, name, step) for nth, name in enumerate(STEPS, 1)), class_="steps", aria_label="Steps"),
        content,
        _ways(step),
    )
    scripts = {2: ("system.js", "form.js"), LAST: ("live.js",)}.get(step, ("form.js",))
    title = f"Guided start: {STEPS[step - 1]}"
    return page(frame, here="start", title=title, scripts=(*scripts, "start.js"), body=body)


def _step(nth: int, name: str, present: int) -> Html:
    """Returns one step of the list above the page."""
    return el("li", el("a", name, href=f"start?step={nth}", aria_current="step" if nth == present else None))


def _ways(step: int) -> Html:
    """Returns the links to the next step and out of the guided start."""
    onward = el("a", "Next step", href=f"start?step={step + 1}", class_="button") if step < LAST else None
    words = "To the live page" if step == LAST else "Leave the guided start"
    leave = el("a", words, href="start?leave=1", class_="button")
    return el("p", onward, leave, class_="buttons")


def _note(*words: Html | str) -> Html:
    return el("p", *words, class_="note")


def _password(rest: Mapping[str, Any]) -> Html:
    """Returns the step of the page's own password."""
    edited = Form(values=rest, target="api/settings")
    reach = [("127.0.0.1", "This device alone"), ("0.0.0.0", "The whole network")]  # noqa: S104 - needs a password
    return some(
        _note("Whoever opens this page can set off alarms and change everything."),
        form(
            edited,
            (
                "The page's password",
                [
                    edited.secret("web.password", "Password", KEPT),
                    edited.choice("web.host", "May be opened from", reach, "You are asked to log in after that."),
                ],
            ),
            apply="Apply and go on",
        ),
    )


def _broker(status: Mapping[str, Any], rest: Mapping[str, Any]) -> Html:
    """Returns the step of the broker; alarms work without one."""
    edited = Form(values=rest, target="api/settings")
    found = [row for row in SERVICES if row[0] == "broker"]
    cards = [service_card(key, name, status[key], action, part, None) for key, name, action, part in found]
    return some(
        _note("Home Assistant and Node-RED are reached through it. Alarms on this device work without it."),
        el("div", *cards, class_="tiles"),
        form(
            edited,
            (
                "MQTT broker",
                [
                    edited.text("mqtt.host", "Host", "Name or address.", maxlength=253),
                    edited.number("mqtt.port", "Port", "Empty: 1883, with TLS 8883."),
                    edited.present("mqtt.tls", "TLS"),
                    edited.text("mqtt.username", "User name", maxlength=1024),
                    edited.secret("mqtt.password", "Password", KEPT),
                ],
            ),
        ),
    )


def _input(settings: Settings, lines: FoundLines) -> Html:
    """Returns the step of the first input."""
    edited = Form(values={"trigger_mode": "connect"}, target="api/inputs", method="POST")
    return some(
        _known("Inputs", settings.inputs),
        form(
            edited,
            (
                "A contact",
                [
                    *_named(edited, "Such as Garage door."),
                    *_line(edited, settings, lines, "alarm-in"),
                    edited.choice(
                        "trigger_mode",
                        "Trigger Mode",
                        [("connect", "Connect"), ("disconnect", "Disconnect")],
                        "Connect: the alarm begins when the terminal connects with G (ground).",
                    ),
                ],
            ),
            apply="Add and go on",
        ),
    )


def _output(settings: Settings, lines: FoundLines) -> Html:
    """Returns the step of the first output, which the first input's alarm sets off."""
    edited = Form(values={"kind": "generic", "connected_level": "high"}, target="api/outputs", method="POST")
    kinds = [("generic", "Generic"), ("siren", "Siren"), ("strobe", "Strobe"), ("lock", "Lock")]
    cause = next((one for one in settings.inputs), None)
    levels = [("high", "High"), ("low", "Low, as on many relay boards")]
    level = edited.choice("connected_level", "On when its line is", levels)
    return el(
        "div",
        _known("Outputs", settings.outputs),
        _note(f"The alarm of {cause.label} sets it off.") if cause else None,
        form(
            edited,
            (
                "What an alarm sets off",
                [
                    *_named(edited, "Such as Siren."),
                    *_line(edited, settings, lines, "alarm-out"),
                    edited.choice("kind", "Kind", kinds),
                    None if _is_simulated(settings) else level,
                    edited.number("alarm_time_ms", "Alarm Time (ms)", "10000 is ten seconds; empty: until stopped."),
                ],
            ),
            apply="Add and go on",
        ),
        data_cause=cause.id if cause else None,
    )


def _named(edited: Form, such: str) -> list[Html]:
    """Returns the fields of a new terminal's name and id; the script makes the id of the name."""
    return [
        edited.text("name", "Name", such),
        edited.text("id", "Id", "Names topics and entities, and stays; the name can change.", maxlength=32),
    ]


def _line(edited: Form, settings: Settings, lines: FoundLines, elsewhere: str) -> list[Html]:
    """Returns the choice of a free line; nothing on the simulated board, whose terminals have none.

    `elsewhere` is the page that adds a terminal of any kind: without a GPIO line there are those of cameras and others.
    """
    if _is_simulated(settings):
        return []
    options: Options = [("null", "Choose a line"), *((json.dumps(written), label) for label, written in lines.lines)]
    found = f"{lines.problem.removesuffix('.')}." if lines.problem else "No free GPIO line was found on this device."
    others = some(
        " Take one ", el("a", "of a camera", href="cameras"), " or ", el("a", "of another kind", href=elsewhere)
    )
    hint = lines.problem if lines.lines else some(found, others, ".")
    return [edited.choice("line", "GPIO line", options, hint, kind="json")]


def _is_simulated(settings: Settings) -> bool:
    return settings.lines.driver == "simulated"


def _known(title: str, parts: Sequence[InputSettings] | Sequence[OutputSettings]) -> Html | None:
    """Returns the names of those that there are already, or None."""
    return _note(f"{title} so far: {', '.join(one.label for one in parts)}.") if parts else None


def _alarm(settings: Settings, views: Mapping[str, Event]) -> Html:
    """Returns the step that sets off the first input's alarm."""
    if not settings.inputs:
        return _note("There is no input yet: ", el("a", "add one", href="start?step=3"), ".")
    parts: list[Html] = [
        *(input_part(one, views.get(one.id), simulated=settings.is_simulated(one)) for one in settings.inputs),
        *(output_part(one, views.get(one.id), simulated=settings.is_simulated(one)) for one in settings.outputs),
    ]
    return some(
        _note("Test alarm sets off everything that is linked to it; Silence above stops it."),
        el("section", el("ul", *parts, class_="parts"), class_="card"),
    )
