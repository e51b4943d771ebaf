"""Which camera looks at what an input watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.settings.definitions.settings import Settings


def camera_of(input_id: str | None, settings: Settings) -> str | None:
    """The name of the camera that its linkage names, else of the first; None when there is none at all."""
    linked = next((each.linkage.camera for each in settings.inputs if each.id == input_id), None)
    return linked or next(iter(settings.cameras), None)
