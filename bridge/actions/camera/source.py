"""Which adapter gives a camera's pictures."""

from __future__ import annotations

from typing import Protocol

from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.camera.picture import Picture, PictureSource
from bridge.actions.camera.stream_source import StreamPictures
from bridge.actions.camera.url import CameraUrl, camera_url
from bridge.core.definitions.settings import CameraSettings
from bridge.errors import ActionRefused


class Ring(PictureSource, Protocol):
    """A recorder, as far as pictures go."""

    @property
    def problem(self) -> str | None:
        """Why it has no stream, or None."""


class RingFirst:
    """Pictures of the very instant from a recorder's ring, while it has a stream; else the camera's own."""

    def __init__(self, *, ring: Ring, otherwise: PictureSource) -> None:
        self._ring = ring
        self._otherwise = otherwise

    async def picture(self, *, at: float) -> Picture:
        """As PictureSource."""
        source = self._ring if self._ring.problem is None else self._otherwise
        return await source.picture(at=at)

    async def close(self) -> None:
        """The recorder goes on: it is not ours."""
        await self._otherwise.close()


def address_of(camera: CameraSettings, address: str) -> CameraUrl:
    """One of a camera's addresses with its credentials."""
    password = None if camera.password is None else camera.password.reveal()
    return camera_url(address, username=camera.username, password=password)


def pictures_of(camera: CameraSettings, *, recorder: Ring | None = None) -> PictureSource:
    """The camera's snapshot address, or else its stream.

    A stream that is recorded is not opened a second time. Raises ActionRefused for a camera that
    has neither address.
    """
    address = camera.snapshot or camera.stream
    if address is None:
        message = "the camera has neither a snapshot nor a stream address"
        raise ActionRefused(message)
    url = address_of(camera, address)
    if url.scheme in ("http", "https"):
        return HttpPictures(url=url, ca_file=camera.ca_file)
    source = StreamPictures(url=url, ca_file=camera.ca_file)
    if recorder is not None and address == camera.stream:
        return RingFirst(ring=recorder, otherwise=source)
    return source
