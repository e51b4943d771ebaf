"""Pictures from RTSP streams and video devices: one media process for each picture, which ends with it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import importlib.util
from pathlib import Path

from bridge.actions.camera.picture import Picture, picture_of
from bridge.actions.media.child import MediaChild
from bridge.actions.media.messages import OpenCamera, PictureMissed, PictureTaken, Report, TakePicture
from bridge.errors import ActionFailed, ActionRefused
from bridge.text.device_url import DeviceUrl

TIMEOUT_S = 15.0
"""Limit for opening a stream and receiving its next key picture."""


class StreamPictures:
    """One camera's stream, for cameras without a snapshot address and without a recorder."""

    def __init__(self, *, url: DeviceUrl, ca_file: Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._camera = OpenCamera(full_url=url.full, ca_file=None if ca_file is None else str(ca_file.absolute()))
        self._shown = url.shown
        self._timeout_s = timeout_s

    async def picture(self, *, at: float) -> Picture:
        """Opens the stream and returns its first picture, dated by its arrival; `at` only gives its offset.

        Raises:
            ActionRefused: PyAV is not installed, or the stream cannot be opened before a setting is changed.
            ActionFailed: no picture came within the time limit; a retry may help.
        """
        require_media()
        child = await MediaChild.start(self._camera)
        try:
            child.order(TakePicture(request=0, at=at))
            report = await child.report(silence_s=self._timeout_s)
        except ActionFailed:
            message = f"camera {self._shown}: no picture within {self._timeout_s:g} s"
            raise ActionFailed(message) from None
        finally:
            await asyncio.shield(child.stop())
        if report is None:
            message = f"camera {self._shown}: the media process died"
            raise ActionFailed(message)
        return picture_of_report(report, at=at, shown=self._shown)

    async def close(self) -> None:
        """Does nothing: no connection is kept."""


def require_media() -> None:
    """Raises ActionRefused if PyAV is not installed; does not import it into this process."""
    if importlib.util.find_spec("av") is None:
        message = "RTSP and video devices need the package av: install alarm2mqtt[media]"
        raise ActionRefused(message)


def picture_of_report(report: Report, *, at: float, shown: str) -> Picture:
    """Returns the picture of a report; `shown` names the camera in messages.

    Raises ActionRefused or ActionFailed if the report has none, by its reason.
    """
    match report:
        case PictureTaken():
            try:
                jpeg = base64.b64decode(report.jpeg, validate=True)
            except binascii.Error:
                jpeg = b""
            return picture_of(jpeg, monotonic=report.monotonic, at=at)
        case PictureMissed():
            message = f"camera {shown}: {report.reason}"
            raise ActionRefused(message) if report.permanent else ActionFailed(message)
    message = f"camera {shown}: no picture was told"
    raise ActionFailed(message)
