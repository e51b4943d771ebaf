"""The settings with the addresses that cameras named, where the settings leave them to ONVIF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.definitions.settings import CameraSettings, Settings
    from bridge.lines.camera_port import CameraAddresses


def with_addresses(settings: Settings, found: Mapping[str, CameraAddresses]) -> Settings:
    """Returns the settings with picture and stream of each camera that has an `onvif` address and named them.

    What is written stays. A camera whose addresses are not known yet stays without.
    """
    cameras = {
        name: _with_addresses(camera, found[name]) if camera.onvif is not None and name in found else camera
        for name, camera in settings.cameras.items()
    }
    return settings if cameras == settings.cameras else replace(settings, cameras=cameras)


def _with_addresses(camera: CameraSettings, found: CameraAddresses) -> CameraSettings:
    return replace(camera, snapshot=camera.snapshot or found.snapshot, stream=camera.stream or found.stream)
