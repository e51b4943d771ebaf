"""Clips and sounds over HTTP. A name in a request is only ever compared with existing names."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from bridge.errors import ActionError
from bridge.web.api.routes import DONE, Call, Reply, Route, refused
from bridge.web.live import Live
from bridge.web.ports import ClipShelf, Ports, SoundLibrary


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of clips and sounds."""
    clips, sounds = ClipApi(ports.clips), SoundApi(ports.sounds, live=live)
    clip, sound = partial(Route, tag="clips"), partial(Route, tag="sounds")
    one = "/api/clips/{day}/{file}"
    return (
        clip(
            method="GET",
            path="/api/clips",
            says="All recorded clips, newest first",
            work=clips.list,
            answers=_list("clips"),
        ),
        clip(method="GET", path=one, says="A clip", work=clips.get, gives="video/mp4"),
        clip(method="DELETE", path=one, says="Delete a clip", work=clips.delete, refuses=True),
        sound(method="GET", path="/api/sounds", says="All sound clips", work=sounds.list, answers=_list("sounds")),
        sound(
            method="PUT",
            path="/api/sounds/{name}",
            says="Keep a sound clip: a WAV file",
            work=sounds.put,
            takes="audio/wav",
            refuses=True,
        ),
        sound(method="DELETE", path="/api/sounds/{name}", says="Delete a sound clip", work=sounds.delete, refuses=True),
    )


class ClipApi:
    """The handlers of clips; a refusal is 404 for an unknown clip, 503 if the card cannot be read, else 422."""

    def __init__(self, shelf: Callable[[], ClipShelf | None]) -> None:
        self._shelf = shelf

    async def list(self, call: Call) -> Reply:
        """Returns all clips, newest first; an empty list if recording is not configured.

        503 if the card cannot be read.
        """
        del call
        shelf = self._shelf()
        try:
            found = () if shelf is None else await asyncio.to_thread(shelf.clips)
        except ActionError as error:
            return refused(str(error), status=503)
        return Reply(
            body={"clips": [{"name": clip.name, "size": clip.size, "modified": clip.modified} for clip in found]}
        )

    async def get(self, call: Call) -> Reply:
        """Returns one clip as a file; 404 if there is no such clip."""
        shelf = self._shelf()
        try:
            if shelf is not None:
                return Reply(file=await asyncio.to_thread(shelf.path_of, _clip(call)), kind="video/mp4")
        except ActionError as error:
            return refused(str(error), status=404)
        return refused("nothing is recorded", status=404)

    async def delete(self, call: Call) -> Reply:
        """Deletes one clip; 404 if there is no such clip, 422 if it is being written or the card refuses."""
        shelf = self._shelf()
        if shelf is None:
            return refused("nothing is recorded", status=404)
        try:
            await asyncio.to_thread(shelf.path_of, _clip(call))
        except ActionError as error:
            return refused(str(error), status=404)
        try:
            await asyncio.to_thread(shelf.delete, _clip(call))
        except ActionError as error:
            return refused(str(error))
        return DONE


class SoundApi:
    """The handlers of sounds; a refusal is 404 for an unknown sound, else 422."""

    def __init__(self, shelf: Callable[[], SoundLibrary | None], *, live: Live) -> None:
        self._shelf = shelf
        self._live = live

    async def list(self, call: Call) -> Reply:
        """Returns the names of all sound clips; an empty list if audio is not configured."""
        del call
        shelf = self._shelf()
        return Reply(body={"sounds": [] if shelf is None else list(await asyncio.to_thread(shelf.names))})

    async def put(self, call: Call) -> Reply:
        """Checks and stores an uploaded WAV file.

        Refused if it cannot be played or stored, or audio is not configured.
        """
        shelf = self._shelf()
        if shelf is None:
            return refused("audio is not configured")
        try:
            await asyncio.to_thread(shelf.add, call.path["name"], call.content)
        except ActionError as error:
            return refused(str(error), path="file")
        return DONE

    async def delete(self, call: Call) -> Reply:
        """Deletes one sound clip; refused if an input's linkage plays it, 404 if there is no such clip."""
        shelf, name = self._shelf(), call.path["name"]
        if shelf is None or name not in await asyncio.to_thread(shelf.names):
            return refused("there is no such sound", status=404)
        users = [
            one.label for one in self._live.settings.inputs if one.linkage.audible and name in one.linkage.audible.clips
        ]
        if users:
            return refused(f"is the sound of {', '.join(users)}")
        try:
            await asyncio.to_thread(shelf.delete, name)
        except ActionError as error:
            return refused(str(error))
        return DONE


def _clip(call: Call) -> str:
    """Returns a recorded clip's name, `<day>/<file>`, from the address."""
    return f"{call.path['day']}/{call.path['file']}"


def _list(name: str) -> dict[str, object]:
    """Returns the JSON Schema of an object with one list, called `name`."""
    item = {"type": "string"} if name == "sounds" else {"$ref": "#/components/schemas/Clip"}
    return {"type": "object", "properties": {name: {"type": "array", "items": item}}, "required": [name]}
