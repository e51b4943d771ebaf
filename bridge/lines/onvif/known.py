"""Cameras' addresses as people give them, and cameras of the settings recognised by theirs (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from bridge.core.definitions.services import CameraSettings
    from bridge.core.definitions.settings import Settings

SERVICE = "/onvif/device_service"
_PORTS = {"http": 80, "https": 443}


def device_service(given: str) -> str:
    """Returns the address of a camera's device service, of a host, `host:port` or a whole address.

    Raises:
        ValueError: it cannot be one; the message does not repeat it, for it may hold a password.
    """
    address = given if "://" in given else f"http://{given}"
    parts = None
    try:
        parts = urlsplit(address)
        is_right = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_right = False
    if "@" in address:
        message = "takes no user name and no password: give them on their own"
        raise ValueError(message)
    if parts is None or not is_right or not address.isprintable() or " " in address:
        message = "is no host, host:port, or address that begins with http:// or https://"
        raise ValueError(message)
    return address if parts.path.strip("/") else f"{parts.scheme}://{parts.netloc}{SERVICE}"


def known_camera(settings: Settings | None, address: str) -> tuple[str, CameraSettings] | None:
    """Returns id and settings of the camera at a device service; None if the settings have none there.

    One without an ONVIF address is known by the host of its picture or its stream.
    """
    if settings is None:
        return None
    for own_id, camera in settings.cameras.items():
        if camera.onvif is not None:
            if _place(camera.onvif) == _place(address):
                return own_id, camera
        elif _host(address) in {_host(each) for each in (camera.snapshot, camera.stream) if each is not None}:
            return own_id, camera
    return None


def _place(address: str) -> tuple[str | None, int | None]:
    parts = urlsplit(address)
    return parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _host(address: str) -> str | None:
    return urlsplit(address).hostname
