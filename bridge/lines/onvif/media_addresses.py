"""The addresses of a camera's pictures and its stream, asked of the camera (Media 5.15)."""

from __future__ import annotations

from typing import Final

from bridge.errors import CameraRefused
from bridge.lines.onvif import requests
from bridge.lines.onvif.address import mended_or
from bridge.lines.onvif.client import CameraClient

ANSWER_S: Final = 5.0


async def media_addresses(client: CameraClient, media: str, *, configured: str) -> tuple[str | None, str | None]:
    """Returns the addresses of picture and stream of the main profile; None where the camera names none.

    `media` is the address of the media service, `configured` that of the settings.
    Raises as `CameraClient.call`, and CameraRefused for a camera without a profile.
    """
    found = await client.call(media, requests.PROFILES, within_s=ANSWER_S)
    profiles = [] if found is None else requests.profiles_in(found)
    if not profiles:
        message = "it has no profile"
        raise CameraRefused(message)
    named: list[str | None] = []
    for request in (requests.snapshot_address(profiles[0]), requests.stream_address(profiles[0])):
        try:
            found = await client.call(media, request, within_s=ANSWER_S)
        except CameraRefused:
            found = None  # many a doorbell has one of both
        given = None if found is None else requests.address_in(found)
        named.append(None if given is None else mended_or(given, configured))
    return named[0], named[1]
