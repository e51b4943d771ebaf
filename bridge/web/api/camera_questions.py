"""Questions to cameras over HTTP: a search of the network, what a camera has, and a picture to try it.

Nothing in a camera or in the settings is changed.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import asdict
from functools import partial

from bridge.errors import ActionError, CameraRefused
from bridge.web.api.routes import DONE, Call, Param, Reply, Route, refused
from bridge.web.camera_desk import CameraDesk, CameraOffer
from bridge.web.live import Live

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


def routes(live: Live, desk: CameraDesk) -> tuple[Route, ...]:
    """Returns the routes by which `desk` asks cameras."""
    work = CameraQuestions(live=live, desk=desk)
    route = partial(Route, tag="cameras")
    answers = {"type": "object"}
    return (
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
    )


class CameraQuestions:
    """The handlers of these routes; an unknown camera is 404."""

    def __init__(self, *, live: Live, desk: CameraDesk) -> None:
        self._live = live
        self._desk = desk
        self._taken: dict[str, bytes] = {}
        """The last picture of each camera that was tried."""

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
            return missing_camera()
        return await _surveyed(self._desk.survey_known(name))

    async def take_picture(self, call: Call) -> Reply:
        """Takes a picture and keeps it; the refusal says why there is none."""
        name = call.path["camera"]
        if name not in self._live.settings.cameras:
            return missing_camera()
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


def missing_camera() -> Reply:
    """Returns the reply for a camera that does not exist (404)."""
    return refused("there is no such camera", status=404)
