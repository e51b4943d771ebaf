"""The lines and media that one camera offers, asked of it once, for a person who writes settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar
from xml.etree.ElementTree import Element

from bridge.errors import ActionFailed, CameraRefused, MessageMalformed
from bridge.lines.onvif import requests
from bridge.lines.onvif.client import Access, CameraClient
from bridge.lines.onvif.envelope import Request
from bridge.lines.onvif.event_properties import OfferedEvent, events_in
from bridge.lines.onvif.media_addresses import media_addresses
from bridge.lines.onvif.requests import Relay
from bridge.lines.onvif.services import ANSWER_S, learn_services

_T = TypeVar("_T")
_MODEL = "model"
"""The one part that nobody misses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The lines and the media of one camera; `missing` are the parts that it did not answer, each with its reason.

    The addresses may hold passwords.
    """

    model: str = ""
    inputs: tuple[str, ...] = ()
    relays: tuple[Relay, ...] = ()
    events: tuple[OfferedEvent, ...] = ()
    snapshot: str | None = field(default=None, repr=False)
    stream: str | None = field(default=None, repr=False)
    missing: tuple[str, ...] = ()


async def survey(address: str, access: Access) -> Survey:
    """Asks the camera at a device service for all that it has; nothing in it is changed.

    Raises as `CameraClient.call`; a log-in that is refused is not tried again, for cameras lock out who does.
    """
    client = CameraClient(access)
    try:
        return await _Questions(client, address, has_login=access.username is not None).ask()
    finally:
        client.close()


class _Questions:
    """The questions to one camera, over one connection."""

    def __init__(self, client: CameraClient, address: str, *, has_login: bool) -> None:
        self._client = client
        self._address = address
        self._has_login = has_login
        self._is_trusted = False
        self._missing: list[str] = []

    async def ask(self) -> Survey:
        services = await learn_services(self._client, self._address)
        model = await self._part(_MODEL, self._address, requests.DEVICE_INFORMATION, requests.model_in)
        device_io = services.get(requests.DEVICE_IO, self._address)
        inputs = await self._part("alarm inputs", device_io, requests.INPUTS, requests.inputs_in)
        relays = await self._part("relays", self._address, requests.RELAYS, requests.relays_in)
        events_at = services.get(requests.EVENTS, self._address)
        events = await self._part("events", events_at, requests.EVENT_PROPERTIES, events_in)
        snapshot, stream = await self._media(services.get(requests.MEDIA, self._address))
        return Survey(
            model=model or "",
            inputs=tuple(filter(None, inputs or ())),
            relays=tuple(each for each in relays or () if each.token),
            events=tuple(events or ()),
            snapshot=snapshot,
            stream=stream,
            missing=tuple(self._missing),
        )

    async def _part(self, part: str, address: str, request: Request, read: Callable[[Element], _T]) -> _T | None:
        """Asks one question. Returns its answer; None, and the reason in `missing`, if the camera has none."""
        try:
            found = await self._client.call(address, request, within_s=ANSWER_S)
        except (CameraRefused, MessageMalformed, ActionFailed) as error:
            self._miss(part, error)
            return None
        self._is_trusted = self._has_login
        return None if found is None else read(found)

    async def _media(self, address: str) -> tuple[str | None, str | None]:
        try:
            return await media_addresses(self._client, address, configured=self._address)
        except (CameraRefused, MessageMalformed, ActionFailed) as error:
            self._miss("picture and stream", error)
            return None, None

    def _miss(self, part: str, error: Exception) -> None:
        """Notes a part without an answer; raises a refused log-in, unless the camera took it before."""
        if isinstance(error, CameraRefused) and error.is_login and not self._is_trusted:
            raise error
        if part != _MODEL:
            self._missing.append(f"{part}: {error}")
