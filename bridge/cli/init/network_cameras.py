"""The cameras of the network, asked for the first settings file."""

from __future__ import annotations

import asyncio

from bridge.lines.onvif.client import Access
from bridge.lines.onvif.discovery import FoundCamera
from bridge.lines.onvif.search import search
from bridge.lines.onvif.survey import Survey, survey


class NetworkCameras:
    """Searches and asks, each in a loop of its own: between them a person is asked."""

    def search(self) -> list[FoundCamera]:
        """Returns the cameras that answer a search."""
        return asyncio.run(search())

    def survey(self, address: str, username: str | None, password: str) -> Survey:
        """Returns what a camera has. Raises ActionFailed, ActionRefused, CameraRefused or MessageMalformed."""
        return asyncio.run(survey(address, Access(username=username, password=password)))
