"""The page's way to cameras: a search, what one has, and its picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bridge.core.definitions.document import as_document
from bridge.errors import ActionFailed, ActionRefused
from bridge.lines.onvif.inquiry import CameraInquiries, Way
from bridge.lines.onvif.inquiry import CameraOffer as Inquired
from bridge.lines.onvif.known import device_service, known_camera
from bridge.web.camera_desk import CameraOffer, FoundCamera, OfferedTerminal

if TYPE_CHECKING:
    from bridge.core.definitions.services import CameraSettings
    from bridge.core.definitions.settings import Settings
    from bridge.lines.camera_port import CameraPort
    from bridge.lines.onvif.offer import OfferedTerminal as Offered
    from bridge.linkage.linkage import Linkage


class CameraDesk:
    """Asks cameras in a process of its own; `linkage` answers None until settings need one."""

    def __init__(
        self, *, settings: Callable[[], Settings], port: CameraPort, linkage: Callable[[], Linkage | None]
    ) -> None:
        self._settings = settings
        self._port = port
        self._linkage = linkage
        self._inquiries = CameraInquiries()

    async def search(self) -> tuple[FoundCamera, ...]:
        """Returns the cameras in the networks of this machine. Raises ActionFailed."""
        found = await self._inquiries.search()
        return tuple(
            FoundCamera(address=each.address, name=each.name, known_as=self._known_as(each.address)) for each in found
        )

    async def survey(self, address: str, *, username: str | None, password: str) -> CameraOffer:
        """Returns what the camera at an address has; one of the settings is asked with their log-in.

        Raises ValueError for what is no address, and ActionFailed or CameraRefused.
        """
        service = device_service(address)
        known = known_camera(self._settings(), service)
        if known is not None and known[1].onvif is not None and not username:
            return await self.survey_known(known[0])
        way = Way(address=service, username=username or None, password=password)
        return await self._offer(way, None if known is None else known[0])

    async def survey_known(self, camera: str) -> CameraOffer:
        """Returns what a camera of the settings has. Raises ActionFailed, ActionRefused or CameraRefused."""
        settings = self._settings().cameras[camera]
        if settings.onvif is None:
            message = "it has no ONVIF address in the settings"
            raise ActionRefused(message)
        return await self._offer(_way(settings, settings.onvif), camera)

    async def picture(self, camera: str) -> bytes:
        """Returns a picture of a camera as it is now, a JPEG.

        Raises ActionFailed or ActionRefused as the camera does.
        """
        linkage = self._linkage()
        shared = None if linkage is None else linkage.media.cameras.get(camera)
        if shared is None:
            message = "the address of its picture is not known yet: it is asked by ONVIF"
            raise ActionFailed(message)
        return (await shared.picture()).jpeg

    def online(self) -> Mapping[str, bool]:
        """Returns whether each camera answers, by its id."""
        return self._port.is_online

    async def _offer(self, way: Way, camera: str | None) -> CameraOffer:
        settings = self._settings()
        taken = {*settings.cameras, *(each.id for each in settings.inputs), *(each.id for each in settings.outputs)}
        found = await self._inquiries.survey(way, camera=camera, taken=taken)
        return _offer_of(found, way.address, settings, is_known=camera is not None)

    def _known_as(self, address: str) -> str | None:
        known = known_camera(self._settings(), address)
        return None if known is None else known[0]


def _way(camera: CameraSettings, address: str) -> Way:
    return Way(
        address=address,
        username=camera.username,
        password="" if camera.password is None else camera.password.reveal(),
        ca_file=None if camera.ca_file is None else str(camera.ca_file),
    )


def _offer_of(found: Inquired, address: str, settings: Settings, *, is_known: bool) -> CameraOffer:
    return CameraOffer(
        address=address,
        camera=found.camera,
        is_known=is_known,
        title=found.title,
        inputs=_terminals(found.inputs, [(each.id, each.line) for each in settings.inputs]),
        outputs=_terminals(found.outputs, [(each.id, each.line) for each in settings.outputs]),
        has_picture=found.has_picture,
        has_stream=found.has_stream,
        missing=found.missing,
    )


def _terminals(offered: Sequence[Offered], present: Sequence[tuple[str, Any]]) -> list[OfferedTerminal]:
    """Returns the offered terminals, each with the id of the one that has its line already."""
    lines = [(own, as_document(line)) for own, line in present if line is not None]

    def known_as(line: Mapping[str, Any]) -> str | None:
        means = {key: value for key, value in line.items() if key not in ("hold_s", "mode")}
        return next((own for own, each in lines if all(each.get(key) == value for key, value in means.items())), None)

    return [
        OfferedTerminal(id=each.id, line=each.line, is_offered=each.is_offered, known_as=known_as(each.line))
        for each in offered
    ]
