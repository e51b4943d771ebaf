"""Cameras: those of the settings, one's form, and those of the network, taken over with a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bridge.core.definitions.inputs import LinkageSettings
from bridge.core.definitions.services import CameraSettings
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.web.html import Html, el, some
from bridge.web.pages.fields import Form, form
from bridge.web.pages.key_controls import Around
from bridge.web.pages.key_fields import key_field, shown_keys
from bridge.web.pages.layout import Frame, page

ONLINE = {True: "Online", False: "Does not answer"}
SCRIPTS = ("form.js", "channel.js", "cameras.js")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCamera:
    """A camera in the list: whether it answers (None: not known), its lines, and the input of its last picture.

    `picture` is None if there is none. `unlinked` are inputs with a line in it whose alarm starts nothing yet.
    """

    id: str
    online: bool | None
    lines: Sequence[InputSettings | OutputSettings]
    unlinked: Sequence[str]
    picture: str | None


def shown_cameras(
    settings: Settings, online: Mapping[str, bool], pictures: Mapping[str, datetime]
) -> list[ShownCamera]:
    """Returns the cameras of the settings; `pictures` has the times of the last pictures by input."""
    terminals: list[InputSettings | OutputSettings] = [*settings.inputs, *settings.outputs]
    first = next(iter(settings.cameras), None)
    found = []
    for name in settings.cameras:
        own = [each.id for each in settings.inputs if (each.linkage.camera or first) == name and each.id in pictures]
        found.append(
            ShownCamera(
                id=name,
                online=online.get(name),
                lines=[each for each in terminals if _is_in(name, each)],
                unlinked=[each.label for each in settings.inputs if _is_in(name, each) and _starts_nothing(each)],
                picture=max(own, key=lambda each: pictures[each], default=None),
            )
        )
    return found


def _starts_nothing(each: InputSettings) -> bool:
    """Returns whether an alarm of an input has no action."""
    return replace(each.linkage, camera=None) == LinkageSettings()


def _is_in(camera: str, terminal: InputSettings | OutputSettings) -> bool:
    """Returns whether a terminal's line is in a camera."""
    return getattr(terminal.line, "camera", None) == camera


def cameras_page(frame: Frame, cameras: Sequence[ShownCamera], *, can_ask: bool) -> str:
    """Returns the list of cameras, with the search if there is somebody who can ask."""
    body = some(
        el("p", el("a", "Add a camera", href="?add", class_="button")),
        el("ul", *map(_camera, cameras), class_="tiles plain") if cameras else el("p", "There is no camera yet."),
        _search() if can_ask else None,
    )
    return page(frame, here="cameras", title="Cameras", scripts=("cameras.js",), body=body)


def camera_page(frame: Frame, camera: str | None, values: Mapping[str, Any], *, can_ask: bool) -> str:
    """Returns the form of one camera, or for None of a new one; `values` are its settings as JSON."""
    is_new = camera is None
    edited = Form(
        values=values,
        target="api/cameras" if is_new else f"api/cameras/{camera}",
        method="POST" if is_new else "PATCH",
        then="?camera=" if is_new else "",
    )
    fields = [
        key_field(edited, CameraSettings, key, Around(), is_fresh=is_new) for key in shown_keys(CameraSettings).values()
    ]
    named = [edited.text("id", "Id", "Small letters, digits and hyphens; it stays.", maxlength=32)] if is_new else []
    body = some(
        el("p", el("a", "All cameras", href="cameras")),
        None
        if camera is None or not can_ask
        else el("section", el("h2", camera), *_trial(camera), class_="card manual"),
        form(edited, ("A new camera" if is_new else "Settings", [*named, *fields]), apply="Add" if is_new else "Apply"),
        None if camera is None else _removal(camera),
    )
    return page(frame, here="cameras", title="Cameras", scripts=SCRIPTS, body=body)


def _camera(camera: ShownCamera) -> Html:
    """Returns a camera of the list."""
    mood = {True: "good", False: "bad", None: "off"}[camera.online]
    return el(
        "li",
        el("h2", el("a", camera.id, href=f"?camera={camera.id}")),
        el("p", "" if camera.online is None else ONLINE[camera.online], class_="state"),
        el("p", _lines(camera), class_="note"),
        el("p", f"Starts nothing yet: {', '.join(camera.unlinked)}. Choose Event Actions there.", class_="note")
        if camera.unlinked
        else None,
        *_trial(camera.id, camera.picture),
        class_="card",
        data_mood=mood,
    )


def _lines(camera: ShownCamera) -> Html:
    """Returns a camera's inputs and outputs, each leading to its page."""
    if not camera.lines:
        return some("No input or output has a line in it")
    links = [
        el("a", each.label, href=f"alarm-in?input={each.id}")
        if isinstance(each, InputSettings)
        else el("a", each.label, href=f"alarm-out?output={each.id}")
        for each in camera.lines
    ]
    return some("Lines of ", links[0], *(part for link in links[1:] for part in (", ", link)))


def _trial(camera: str, picture: str | None = None) -> list[Html | None]:
    """Returns the button that takes a picture, and its place; `picture` is the input of the last one."""
    return [
        el(
            "p",
            el("button", "Test picture", type="button", aria_label=f"Test picture of {camera}", data_try=camera),
            class_="buttons",
        ),
        el("p", class_="fault", role="alert", data_tried=camera),
        el(
            "img",
            src=None if picture is None else f"picture?of={picture}",
            alt=f"Last picture of {camera}",
            data_picture=camera,
            hidden=picture is None,
        ),
    ]


def _search() -> Html:
    """Returns the search for cameras; the page's script shows what it finds."""
    return el(
        "section",
        el("h2", "Find cameras"),
        el(
            "p",
            "Finds the ONVIF cameras of the networks that this device is in, and asks them what they have. "
            "Nothing in a camera is changed.",
            class_="help",
        ),
        el(
            "form",
            _asked("username", "User name", "For cameras that are not in the settings yet.", type_="text"),
            _asked("password", "Password", None, type_="password"),
            el("div", el("button", "Find cameras", type="submit", class_="primary"), class_="buttons"),
            _asked(
                "address",
                "Or the address of one",
                "Such as 192.168.1.20 or 192.168.1.20:8080, or the address of its device service.",
            ),
            el("div", el("button", "Ask it", type="button", data_ask=True), class_="buttons"),
            el("p", class_="note", role="status", id="found-said"),
            id="find",
            novalidate=True,
            autocomplete="off",
        ),
        el("div", id="found"),
        class_="card",
    )


def _asked(name: str, label: str, help_: str | None, *, type_: str = "text") -> Html:
    return el(
        "div",
        el("label", label, for_=f"find-{name}"),
        el(
            "input",
            type=type_,
            id=f"find-{name}",
            name=name,
            maxlength=256,
            autocomplete="new-password" if type_ == "password" else "off",
            spellcheck="false",
            aria_describedby=f"find-{name}-help" if help_ else None,
        ),
        el("p", help_, class_="help", id=f"find-{name}-help") if help_ else None,
        class_="field",
    )


def _removal(camera: str) -> Html:
    """Returns the button that removes the camera, after the script has asked for confirmation."""
    return el(
        "section",
        el("h2", "Remove this camera"),
        el("p", "A camera in which inputs or outputs have their lines stays until they have others.", class_="help"),
        el(
            "button",
            f"Remove {camera}",
            type="button",
            class_="grave",
            data_remove=f"api/cameras/{camera}",
            data_name=camera,
        ),
        class_="card apart",
    )
