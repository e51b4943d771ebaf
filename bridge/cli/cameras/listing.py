"""The list of cameras: found or named, asked with the log-in that is known or given, and written as settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bridge.cli.cameras.text import Entry, block
from bridge.errors import ActionError, CameraRefused, MessageMalformed
from bridge.lines.onvif.client import Access
from bridge.lines.onvif.discovery import FoundCamera
from bridge.lines.onvif.known import known_camera
from bridge.lines.onvif.search import search
from bridge.lines.onvif.survey import Survey, survey
from bridge.text.printable import printable

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

_Answer = Survey | ActionError | MessageMalformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A camera's block, or, if it `is_found` not, a sentence for standard error."""

    text: str
    is_found: bool


@dataclass(kw_only=True)
class CameraListing:
    """The cameras of one call. `given` is the command line's log-in, and `password_file` the file of its password.

    `ask` asks a person for the log-in at a camera, and returns None for none; None where nobody can be asked.
    """

    settings: Settings | None
    given: Access | None
    password_file: str | None
    ask: Callable[[str], Access | None] | None
    _taken: set[str] = field(init=False, default_factory=set)
    _typed: Access | None = field(init=False, default=None)

    def blocks(self, address: str | None) -> Iterator[Listed]:
        """Yields the camera at a device service, or without one each camera that is found in the network.

        Of a camera in the settings it is their address that is asked: they know its path.
        """
        if address is None:
            found = asyncio.run(search())
            if not found:
                yield Listed(text="no camera answered the search; name one by its ADDRESS", is_found=False)
        else:
            known = known_camera(self.settings, address)
            address = address if known is None else known[1].onvif or address
            found = [FoundCamera(endpoint=address, address=address, name="")]
        if self.settings is not None:
            of_inputs, of_outputs = self.settings.inputs, self.settings.outputs
            self._taken.update(self.settings.cameras, (each.id for each in of_inputs), (each.id for each in of_outputs))
        accesses = [self._access(each.address, is_named=address is not None) for each in found]
        # The questions to people come after those to cameras: Ctrl-C ends them at once outside of a loop.
        answers = asyncio.run(_asked(list(zip((each.address for each in found), accesses, strict=True))))
        for camera, access, first in zip(found, accesses, answers, strict=True):
            yield self._listed(camera, *self._settled(camera.address, access, first))

    def _access(self, address: str, *, is_named: bool) -> Access | None:
        """Returns the log-in at a camera: the settings' own, but for a named camera the command line's; or None."""
        known = known_camera(self.settings, address)
        own = None if known is None else known[1]
        ca_file = None if own is None else own.ca_file
        if own is None or own.username is None or (is_named and self.given is not None):
            return None if self.given is None else replace(self.given, ca_file=ca_file)
        password = "" if own.password is None else own.password.reveal()
        return Access(username=own.username, password=password, ca_file=ca_file)

    def _settled(self, address: str, access: Access | None, answer: _Answer) -> tuple[Access | None, _Answer]:
        """Gets a log-in for a camera that asks for one: what another one took, then a person's. Returns both."""
        if access is not None:
            return access, answer
        if _is_refused(answer) and self._typed is not None:
            access, answer = self._typed, _one(address, self._typed)
        if _is_refused(answer) and self.ask is not None:
            typed = self.ask(urlsplit(address).netloc)
            if typed is not None:
                access, answer = typed, _one(address, typed)
                self._typed = self._typed if _is_refused(answer) else typed
        return access, answer

    def _listed(self, camera: FoundCamera, access: Access | None, answer: _Answer) -> Listed:
        password = "" if access is None else access.password
        if not isinstance(answer, Survey):
            reason = printable(str(answer), hide=[password])
            if _is_refused(answer) and access is None:
                reason = "asks for a log-in: give it by --username and --password-file, or at a terminal"
            elif _is_refused(answer):
                reason = f"did not take the log-in, which is not tried again ({reason})"
            return Listed(text=f"{urlsplit(camera.address).netloc}: {reason}", is_found=False)
        known = known_camera(self.settings, camera.address)
        entry = Entry(
            address=camera.address,
            name=camera.name,
            known_as=None if known is None else known[0],
            username=None if access is None else access.username,
            password=password,
            password_file=self.password_file,
        )
        return Listed(text=block(entry, answer, self._taken), is_found=True)


def _one(address: str, access: Access) -> _Answer:
    return asyncio.run(_asked([(address, access)]))[0]


async def _asked(cameras: Sequence[tuple[str, Access | None]]) -> list[_Answer]:
    """Asks all cameras at once. Returns the answer of each, or the error in its place."""

    async def answer(address: str, access: Access | None) -> _Answer:
        try:
            return await survey(address, access or Access())
        except (ActionError, MessageMalformed) as error:
            return error

    return list(await asyncio.gather(*(answer(*each) for each in cameras)))


def _is_refused(answer: _Answer) -> bool:
    return isinstance(answer, CameraRefused) and answer.is_login
