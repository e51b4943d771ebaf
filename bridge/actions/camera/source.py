"""Chooses the source of a camera's pictures: HTTP, a stream, or a recorder's ring."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.camera.picture import Picture, PictureSource
from bridge.actions.camera.stream_source import StreamPictures
from bridge.core.definitions.settings import CameraSettings
from bridge.errors import ActionError, ActionRefused
from bridge.text.device_url import DeviceUrl, device_url

_log = logging.getLogger(__name__)

PROMPT_S = 0.5
"""Time for a snapshot; the ring can be asked after it, for it goes back seconds."""


class Ring(PictureSource, Protocol):
    """A recorder, as a source of pictures."""

    @property
    def problem(self) -> str | None:
        """The reason why the recorder has no stream, or None."""


class RingFirst:
    """Takes pictures from a recorder's ring while it has a stream, else from the camera itself."""

    def __init__(self, *, ring: Ring, otherwise: PictureSource) -> None:
        self._ring = ring
        self._otherwise = otherwise

    async def picture(self, *, at: float) -> Picture:
        """Returns the picture nearest to `at`, of the ring or the camera. Raises ActionError as both do."""
        source = self._ring if self._ring.problem is None else self._otherwise
        return await source.picture(at=at)

    async def close(self) -> None:
        """Closes the camera's own source; the recorder belongs to its owner."""
        await self._otherwise.close()


class PromptOrRing:
    """Takes the camera's own picture if it comes promptly, else the recorder's picture of the instant.

    A snapshot shows the moment at which the camera got round to it; the ring has the moment of the alarm.
    """

    def __init__(self, *, camera: PictureSource, ring: Ring, prompt_s: float = PROMPT_S) -> None:
        self._camera = camera
        self._ring = ring
        self._prompt_s = prompt_s

    async def picture(self, *, at: float) -> Picture:
        """Returns the snapshot, or the ring's picture nearest to `at` if the snapshot is slow or fails.

        Raises the snapshot's ActionError when the ring has none either.
        """
        snapshot = asyncio.create_task(self._camera.picture(at=at), name="snapshot")
        try:
            await asyncio.wait((snapshot,), timeout=self._prompt_s)
            if snapshot.done() and snapshot.exception() is None:
                return snapshot.result()
            if self._ring.problem is None:
                try:
                    return await self._ring.picture(at=at)
                except ActionError as error:
                    _log.info("no picture of the stream, waiting for the snapshot: %s", error)
            return await snapshot
        finally:
            snapshot.cancel()
            await asyncio.gather(snapshot, return_exceptions=True)

    async def close(self) -> None:
        """Closes the snapshot's source; the recorder belongs to its owner."""
        await self._camera.close()


def address_of(camera: CameraSettings, address: str) -> DeviceUrl:
    """Returns `address`, one of the camera's, parsed and with the camera's credentials.

    Raises ActionRefused if it is invalid.
    """
    password = None if camera.password is None else camera.password.reveal()
    return device_url(address, username=camera.username, password=password)


def pictures_of(camera: CameraSettings, *, recorder: Ring | None = None) -> PictureSource:
    """Returns the source of the camera's pictures: its snapshot address, else its stream.

    A stream that `recorder` has open is not opened a second time. Beside a snapshot address the recorder helps out when
    the snapshot is slow or fails. Raises ActionRefused for a camera without an address, or with an invalid one.
    """
    address = camera.snapshot or camera.stream
    if address is None:
        message = "the camera has neither a snapshot nor a stream address"
        raise ActionRefused(message)
    url = address_of(camera, address)
    if url.scheme in ("http", "https"):
        pictures = HttpPictures(url=url, ca_file=camera.ca_file)
        return pictures if recorder is None else PromptOrRing(camera=pictures, ring=recorder)
    source = StreamPictures(url=url, ca_file=camera.ca_file)
    if recorder is not None and address == camera.stream:
        return RingFirst(ring=recorder, otherwise=source)
    return source
