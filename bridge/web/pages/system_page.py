"""System: the state of each external service and a test of it; clock, version and warnings of the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core.definitions.channels import CHANNEL, CHANNELS
from bridge.web.html import Html, el, some
from bridge.web.pages.layout import Frame, page

SERVICES = (
    ("broker", "MQTT broker", "broker", "mqtt"),
    *((channel.key, channel.words.service, channel.key, channel.key) for channel in CHANNELS),
    ("card", "Card", "record", "recording"),
    ("store", "Store", "", "store"),
    ("audio", "Audio", "audible", "audio"),
)
"""For each service: its key in the status, its name, the action that tests it or none, its section of the settings."""


def system_page(frame: Frame, status: Mapping[str, Any], sound: str | None) -> str:
    """Returns the page.

    `status` is the answer of `/api/status`, `sound` a clip to test the loudspeaker, or None if there is none.
    """
    cards = [service_card(key, name, status[key], action, section, sound) for key, name, action, section in SERVICES]
    body = some(
        el("div", *cards, _about(status), _warnings(status["settings_warnings"]), class_="tiles"),
        el("p", el("a", "Set up", href="setup"), " changes servers, folders, passwords and the device itself."),
    )
    return page(frame, here="system", title="System", scripts=("system.js",), body=body)


def service_card(
    key: str, name: str, state: Mapping[str, Any] | None, action: str, section: str, sound: str | None
) -> Html:
    """Returns the card of the service with this key and name: its state, and the button that tests it.

    `state` is the service's part of `/api/status`; None: not set up, and `section` is the part of Set up that does it.
    `action` is the test, `sound` the clip for that of the loudspeaker, or None if there is none.
    """
    if state is None:
        missing = name if section in CHANNEL else section
        inside: list[Html | None] = [
            el("p", "Not set up: ", el("a", f"set up {missing}", href=f"setup?part={section}"), ".", class_="note")
        ]
    else:
        problem = state["problem"]
        inside = [
            el("p", "Problem" if problem else "All right", class_="state", data_state=True),
            el("p", problem or "", class_="problem", data_problem=True),
            el("dl", *(_fact(label, value) for label, value in state["facts"].items()), data_facts=True),
            _test(name, action, sound),
        ]
    mood = "off" if state is None else "bad" if state["problem"] else "good"
    return el("section", el("h2", name), *inside, class_="card", data_service=key, data_mood=mood)


def _fact(label: str, value: str) -> Html:
    return el("div", el("dt", label), el("dd", value))


def _test(name: str, action: str, sound: str | None) -> Html | None:
    """Returns the button that tests a service, or None if it has no test."""
    if not action or (action == "audible" and sound is None):
        return None
    if action == "broker":
        return el(
            "p",
            el(
                "button",
                "Test",
                type="button",
                aria_label=f"Test {name}",
                data_post="api/broker/test",
                data_done="The broker lets us in",
            ),
        )
    channel = CHANNEL.get(action)
    body = f'{{"clip": {_quoted(sound or "")}}}' if action == "audible" else None
    if channel is not None and "text" in channel.fields:
        body = '{"text": "A test from the page."}'
    return el(
        "p",
        el(
            "button",
            "Test",
            type="button",
            aria_label=f"Test {name}",
            data_post=f"api/actions/{action}",
            data_body=body,
            data_done="Begun; the log says how it ended",
        ),
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _about(status: Mapping[str, Any]) -> Html:
    """Returns the card of clock, version and counters."""
    return el(
        "section",
        el("h2", "Clock and version"),
        el(
            "p",
            "Synchronised" if status["clock_synchronised"] else "Not synchronised: schedules may be wrong",
            class_="state",
            data_clock=True,
        ),
        el(
            "dl",
            _fact("Version", status["version"]),
            el("div", el("dt", "Device time"), el("dd", status["now"][:19].replace("T", " "), data_now=status["now"])),
            _fact("Started", status["started"][:19].replace("T", " ")),
            el(
                "div",
                el("dt", "Commands refused over MQTT"),
                el("dd", str(status["rejected_commands"]), data_count="rejected_commands"),
            ),
            el(
                "div",
                el("dt", "Log entries that wait for the broker"),
                el("dd", str(status["journal_unsent"]), data_count="journal_unsent"),
            ),
        ),
        el("p", el("a", "Description of the API", href="api/openapi.json")),
        class_="card",
        data_service="clock",
        data_mood="good" if status["clock_synchronised"] else "bad",
    )


def _warnings(found: Sequence[str]) -> Html:
    """Returns the section of the settings' warnings, as `check` prints them."""
    return el(
        "section",
        el("h2", "Settings"),
        el("p", "Taken, with warnings" if found else "All right", class_="state"),
        el("ul", *(el("li", warning) for warning in found)) if found else None,
        class_="card",
        data_service="settings_file",
        data_mood="bad" if found else "good",
    )
