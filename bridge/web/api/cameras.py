"""Cameras over HTTP: found in the network, taken over, changed, and tried by a picture.

Passwords are never answered, nor addresses that may hold one; whatever is sent for a secret goes the way of every edit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from bridge.core.definitions.document import as_document
from bridge.core.definitions.services import CameraSettings
from bridge.errors import ActionError, CameraRefused, Fault
from bridge.web.api.routes import DONE, Call, Param, Reply, Route, refusal, refused
from bridge.web.camera_desk import CameraDesk, CameraOffer
from bridge.web.live import Live
from bridge.web.ports import Ports, SettingsDesk

MASK = "***"
_TEXT = {"type": "string", "maxLength": 256}
ADDRESS = Param(
    name="address",
    schema={**_TEXT, "minLength": 1},
    says="A host, host:port, or the address of the device service.",
    required=True,
)
USERNAME = Param(name="username", schema=_TEXT, says="User name at the camera.")
PASSWORD = Param(name="password", schema=_TEXT, says="Its password.")
AT = Param(name="at", schema=_TEXT, says="Ignored: a browser loads another address anew.")
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
    """Returns the routes of cameras.

    Those that change something only if there is a desk that can write the file, those that ask a camera only if there
    is one that can.
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
        answers = {"type": "object"}
        rows += [
            route(
                method="POST",
                path="/api/found-cameras",
                says="Find the cameras of the network",
                work=work.search,
                refuses=True,
                answers=answers,
            ),
            route(
                method="POST",
                path="/api/found-cameras/survey",
                says="Ask a camera at an address what it has",
                work=work.survey,
                body=(ADDRESS, USERNAME, PASSWORD),
                refuses=True,
                answers=answers,
            ),
            route(
                method="POST",
                path="/api/cameras/{camera}/survey",
                says="Ask a camera of the settings what it has",
                work=work.survey_known,
                refuses=True,
                answers=answers,
            ),
            route(
                method="POST",
                path="/api/cameras/{camera}/picture",
                says="Take a picture, to try the camera",
                work=work.take_picture,
                refuses=True,
            ),
            route(
                method="GET",
                path="/api/cameras/{camera}/picture",
                says="The picture that was taken last to try the camera",
                work=work.picture,
                query=(AT,),
                gives="image/jpeg",
            ),
        ]
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
    """The handlers of these routes; an unknown camera is 404."""

    def __init__(self, *, live: Live, ports: Ports) -> None:
        self._live = live
        self._ports = ports
        self._taken: dict[str, bytes] = {}
        """The last picture of each camera that was tried."""

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
        return _missing() if camera is None else Reply(body=camera_settings(camera))

    async def search(self, call: Call) -> Reply:
        """Returns the cameras of the network, after a search of two seconds."""
        del call
        try:
            found = await self._desk.search()
        except ActionError as error:
            return refused(str(error))
        return Reply(body={"found": [asdict(each) for each in found]})

    async def survey(self, call: Call) -> Reply:
        """Returns what a camera at an address has."""
        body = call.body
        return await _surveyed(
            self._desk.survey(
                body["address"], username=body.get("username") or None, password=body.get("password") or ""
            )
        )

    async def survey_known(self, call: Call) -> Reply:
        """Returns what a camera of the settings has."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return _missing()
        return await _surveyed(self._desk.survey_known(name))

    async def take_picture(self, call: Call) -> Reply:
        """Takes a picture and keeps it; the refusal says why there is none."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return _missing()
        try:
            self._taken[name] = await self._desk.picture(name)
        except ActionError as error:
            return refused(str(error))
        self._taken = {key: each for key, each in self._taken.items() if key in self._live.settings.cameras}
        return DONE

    async def picture(self, call: Call) -> Reply:
        """Returns the picture that was taken last."""
        picture = self._taken.get(call.path["camera"])
        if picture is None:
            return refused("there is no picture yet", status=404)
        return Reply(content=picture, kind="image/jpeg")

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
            return _missing()
        return await self._changed(lambda desk: desk.patch_rest({"cameras": {name: call.body}}, call.by), name)

    async def remove(self, call: Call) -> Reply:
        """Removes a camera; one that inputs or outputs need is refused."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return _missing()
        return await self._changed(lambda desk: desk.patch_rest({"cameras": {name: None}}, call.by))

    async def _changed(
        self, change: Callable[[SettingsDesk], Awaitable[tuple[Fault, ...]]], camera: str | None = None
    ) -> Reply:
        """Makes a change. Returns done, or a refusal whose paths are relative to the camera, if one is given."""
        assert self._ports.settings is not None  # noqa: S101 - there are no such rows without it
        faults = await change(self._ports.settings)
        return refusal(tuple(_relative(fault, camera) for fault in faults)) if faults else DONE

    @property
    def _desk(self) -> CameraDesk:
        """The desk that asks cameras; routes that ask exist only with one."""
        assert self._ports.cameras is not None  # noqa: S101 - there are no such rows without it
        return self._ports.cameras

    def _online(self) -> Mapping[str, bool]:
        return {} if self._ports.cameras is None else self._ports.cameras.online()


async def _surveyed(asked: Awaitable[CameraOffer]) -> Reply:
    """Waits for what a camera has. Returns it, or the reason why not; at `username` if it asks for a log-in."""
    try:
        return Reply(body=asdict(await asked))
    except ValueError as error:
        return refused(str(error), path="address")
    except CameraRefused as error:
        return refused(
            f"the camera did not take the log-in ({error})" if error.is_login else str(error), path="username"
        )
    except ActionError as error:
        return refused(str(error), path="address")


def _relative(fault: Fault, camera: str | None) -> Fault:
    """Returns the fault with its path relative to the camera, if it is about that; a fault of the id is at `id`."""
    own = f"cameras.{camera}"
    if camera is None or not (fault.path == own or fault.path.startswith(f"{own}.")):
        return fault
    return replace(fault, path=fault.path.removeprefix(own).lstrip(".") or "id")


def _missing() -> Reply:
    """Returns the reply for a camera that does not exist (404)."""
    return refused("there is no such camera", status=404)
