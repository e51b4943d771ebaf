"""Cameras of the settings over HTTP: listed, added with their lines, changed and removed.

Passwords are never answered, nor addresses that may hold one; whatever is sent for a secret goes the way of every edit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import MASK
from bridge.core.definitions.services import CameraSettings
from bridge.errors import Fault
from bridge.web.api import camera_questions
from bridge.web.api.camera_questions import missing_camera
from bridge.web.api.routes import DONE, Call, Param, Reply, Route, refusal, refused
from bridge.web.live import Live
from bridge.web.ports import Ports, SettingsDesk

FOUND = (
    Param(name="cameras", schema={"type": "object"}, says="New cameras, by id."),
    Param(name="inputs", schema={"type": "array"}, says="Inputs to add."),
    Param(name="outputs", schema={"type": "array"}, says="Outputs to add."),
)


def camera_settings(camera: CameraSettings) -> dict[str, Any]:
    """Returns a camera's settings as JSON, with a mask for its password and for addresses that may hold one."""
    shown: dict[str, Any] = as_document(camera)
    for key in ("snapshot", "stream"):
        if shown[key] is not None and not is_open(shown[key]):
            shown[key] = MASK
    return {key: value for key, value in shown.items() if key != "password_file"}


def is_open(address: str) -> bool:
    """Returns whether an address holds nothing that could be a password: neither a user part nor a query nor `=`."""
    return not set(address) & set("@?=")


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of cameras, those of `camera_questions` included if there is a desk that asks cameras.

    Routes that change something are there only with a desk that can write the settings file.
    """
    work = CamerasApi(live=live, ports=ports)
    route = partial(Route, tag="cameras")
    rows = [
        route(method="GET", path="/api/cameras", says="All cameras", work=work.all, answers={"type": "object"}),
        route(
            method="GET",
            path="/api/cameras/{camera}",
            says="Settings of a camera, without passwords",
            work=work.one,
            answers={"type": "object"},
        ),
    ]
    if ports.cameras is not None:
        rows += camera_questions.routes(live, ports.cameras)
    if ports.settings is not None:
        change = partial(route, refuses=True)
        rows += [
            change(method="POST", path="/api/cameras", says="Add a camera", work=work.add, patch=True),
            change(
                method="POST",
                path="/api/found-cameras/take-over",
                says="Add cameras, inputs and outputs, all of them or none",
                work=work.take_over,
                body=FOUND,
            ),
            change(
                method="PATCH",
                path="/api/cameras/{camera}",
                says="Change a camera",
                work=work.patch,
                patch=True,
            ),
            change(method="DELETE", path="/api/cameras/{camera}", says="Remove a camera", work=work.remove),
        ]
    return tuple(rows)


class CamerasApi:
    """The handlers of the routes of cameras of the settings; an unknown camera is 404."""

    def __init__(self, *, live: Live, ports: Ports) -> None:
        self._live = live
        self._ports = ports

    async def all(self, call: Call) -> Reply:
        """Returns each camera's settings, and whether it answers: null where that is not known."""
        del call
        online = self._online()
        found = {
            name: {**camera_settings(camera), "online": online.get(name)}
            for name, camera in self._live.settings.cameras.items()
        }
        return Reply(body={"cameras": found})

    async def one(self, call: Call) -> Reply:
        """Returns the settings of one camera."""
        camera = self._live.settings.cameras.get(call.path["camera"])
        return missing_camera() if camera is None else Reply(body=camera_settings(camera))

    async def add(self, call: Call) -> Reply:
        """Adds a camera: its settings, and its `id`."""
        name, settings = call.body.get("id"), {key: each for key, each in call.body.items() if key != "id"}
        if not isinstance(name, str) or not name:
            return refused("is missing", path="id")
        return await self._changed(lambda desk: desk.take_over({"cameras": {name: settings}}, call.by), name)

    async def take_over(self, call: Call) -> Reply:
        """Adds cameras, inputs and outputs in one edit."""
        return await self._changed(lambda desk: desk.take_over(call.body, call.by))

    async def patch(self, call: Call) -> Reply:
        """Changes one camera by a merge patch."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return missing_camera()
        return await self._changed(lambda desk: desk.patch_rest({"cameras": {name: call.body}}, call.by), name)

    async def remove(self, call: Call) -> Reply:
        """Removes a camera; one that inputs or outputs need is refused."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return missing_camera()
        return await self._changed(lambda desk: desk.patch_rest({"cameras": {name: None}}, call.by))

    async def _changed(
        self, change: Callable[[SettingsDesk], Awaitable[tuple[Fault, ...]]], camera: str | None = None
    ) -> Reply:
        """Makes a change. Returns done, or a refusal whose paths are relative to the camera, if one is given."""
        assert self._ports.settings is not None  # noqa: S101 - there are no such rows without it
        faults = await change(self._ports.settings)
        return refusal(tuple(_relative(fault, camera) for fault in faults)) if faults else DONE

    def _online(self) -> Mapping[str, bool]:
        return {} if self._ports.cameras is None else self._ports.cameras.online()


def _relative(fault: Fault, camera: str | None) -> Fault:
    """Returns the fault with its path relative to the camera, if it is about that; a fault of the id is at `id`."""
    own = f"cameras.{camera}"
    if camera is None or not (fault.path == own or fault.path.startswith(f"{own}.")):
        return fault
    return replace(fault, path=fault.path.removeprefix(own).lstrip(".") or "id")
