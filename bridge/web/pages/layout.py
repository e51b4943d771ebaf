"""The frame of every page: head, header, navigation."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bridge.web.html import Child, Html, document, el, some

PAGES = (
    ("./", "Live"),
    ("alarm-in", "Alarm in"),
    ("alarm-out", "Alarm out"),
    ("cameras", "Cameras"),
    ("schedules", "Schedules"),
    ("pictures", "Pictures and clips"),
    ("log", "Log"),
    ("system", "System"),
    ("setup", "Set up"),
)
"""Address and title of each page. Addresses are relative and side by side, so that they work below any prefix."""

DISARMED = "Disarmed: only inputs that are always armed can alarm."


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The data of every page: device name, CSRF token, whether there is a log-out (`guarded`), the armed switch.

    `connections` are state and text of broker and Home Assistant; one that is not used is left out. `alarms` are the
    names of the inputs in alarm.
    """

    device: str
    token: str
    guarded: bool
    armed: bool
    connections: Mapping[str, Mapping[str, str]]
    alarms: Sequence[str] = ()


def page(frame: Frame, *, here: str, title: str, scripts: tuple[str, ...], body: Child) -> str:
    """Returns a page of the navigation as text.

    `here` is its address in `PAGES`, `scripts` are names of static files.
    """
    return document(
        lang="en",
        head=_head(f"{title} · {frame.device}", scripts=("page.js", *scripts), token=frame.token),
        body=el(
            "body",
            el("a", "Skip to content", class_="skip", href="#content"),
            _header(frame),
            _navigation(here),
            el(
                "noscript",
                el("p", "This page needs JavaScript to show what changes and to change it.", class_="banner"),
            ),
            el("p", class_="banner", id="connection", role="status", hidden=True),
            el("p", DISARMED, class_="banner disarmed", id="disarmed", role="status", hidden=frame.armed),
            el("main", el("h1", title), body, id="content", tabindex="-1"),
            el("div", id="toast", role="status", aria_live="polite"),
            data_page=here,
        ),
    )


def bare_page(*, title: str, body: Child) -> str:
    """Returns a page outside the navigation, for log-in."""
    return document(
        lang="en", head=_head(title, scripts=(), token=None), body=el("body", el("main", body), class_="bare")
    )


def _head(title: str, *, scripts: tuple[str, ...], token: str | None) -> Html:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="csrf-token", content=token) if token else None,
        el("title", title),
        el("link", rel="icon", href="static/icon.svg", type="image/svg+xml"),
        el("link", rel="stylesheet", href="static/page.css"),
        el("script", src="static/early.js") if scripts else None,
        *(el("script", type="module", src=f"static/{name}") for name in scripts),
    )


def _header(frame: Frame) -> Html:
    return el(
        "header",
        el("p", frame.device, class_="device"),
        el(
            "p",
            f"In alarm: {', '.join(frame.alarms)}" if frame.alarms else None,
            class_="alarms",
            id="alarms",
            role="alert",
        ),
        el(
            "ul",
            *(
                el("li", el("a", words["text"], href="system"), data_connection=name, data_state=words["state"])
                for name, words in frame.connections.items()
            ),
            class_="connections",
            aria_label="Connections",
        ),
        _armed_switch(armed=frame.armed),
        el("button", "Silence", type="button", class_="danger", data_post="api/silence", data_done="Silenced"),
        el("form", el("button", "Log out", type="submit", class_="quiet"), method="post", action="logout")
        if frame.guarded
        else None,
        class_="top",
    )


def _armed_switch(*, armed: bool) -> Html:
    """Returns the device's armed switch. It asks for one state, not for a change: what was clicked is what counts."""
    return el(
        "button",
        "Armed",
        type="button",
        class_="armed",
        id="armed",
        role="switch",
        aria_checked="true" if armed else "false",
        data_post="api/armed",
        data_body=json.dumps({"armed": not armed}),
    )


def _navigation(here: str) -> Html:
    links = some(
        el("li", el("a", name, href=address, aria_current="page" if address == here else None))
        for address, name in PAGES
    )
    return el("nav", el("ul", links), aria_label="Pages")
