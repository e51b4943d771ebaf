"""Cameras, recorders, clips and loudspeaker of the settings; rebuilt when these change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from typing import TYPE_CHECKING

from bridge.actions.camera.shared_camera import RingRate, SharedCamera
from bridge.actions.camera.source import address_of, pictures_of
from bridge.actions.recording.clip_store import CardState, ClipStore
from bridge.actions.recording.recorder import CameraRecorder
from bridge.actions.recording.reports import ClipTimes, RecordReport
from bridge.actions.recording.retention import Limits
from bridge.actions.sound.speaker import Speaker
from bridge.errors import ActionError, ActionFailed
from bridge.runtime.supervise import kept_alive

if TYPE_CHECKING:
    from bridge.core.definitions.settings import CameraSettings, RecordingSettings, Settings

log = logging.getLogger(__name__)


def camera_of(input_id: str | None, settings: Settings) -> str | None:
    """Returns the id of the camera in the input's linkage, else of the first camera; None without cameras."""
    linked = next((each.linkage.camera for each in settings.inputs if each.id == input_id), None)
    return linked or next(iter(settings.cameras), None)


class Media:
    """One set of cameras, recorders and a speaker; the caller keeps `run` running as a task while the set is used.

    `clock_set()`: clips may be deleted for their age. `report` gets the reports on clips and streams; `changed` is
    called when `card` or a stream's problem changes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        zone: tzinfo,
        clock_set: Callable[[], bool],
        report: Callable[[RecordReport], None],
        changed: Callable[[], None],
    ) -> None:
        """Builds the set, and starts nothing. A camera whose address cannot be used is logged and left out."""
        self.speaker = None
        if settings.audio is not None:
            self.speaker = Speaker(device=settings.audio.device, folder=settings.audio.folder)
        self.clips: ClipStore | None = None
        self.cameras: dict[str, SharedCamera] = {}
        self.recorders: dict[str, CameraRecorder] = {}
        recording = settings.recording
        if recording is not None:
            limits = Limits(quota_mb=recording.quota_mb, keep_days=recording.keep_days, reserve_mb=recording.reserve_mb)
            self.clips = ClipStore(
                folder=recording.folder, limits=limits, clock_trusted=clock_set, report=lambda _: changed()
            )
        for name, camera in settings.cameras.items():
            if recording is not None and self.clips is not None and camera.stream is not None:
                self._add_recorder(name, camera, recording, self.clips, zone, report)
            self._add_pictures(name, camera)

    @property
    def problem(self) -> str | None:
        """The reason why clips cannot be recorded: of the card, else of a stream; None if there is no problem."""
        card = None if self.clips is None else self.clips.problem
        streams = [f"camera {name}: {each.problem}" for name, each in self.recorders.items() if each.problem]
        return card or (streams[0] if streams else None)

    @property
    def card(self) -> CardState | None:
        """State of the card; None without recording."""
        return None if self.clips is None else self.clips.state

    async def look(self, camera: str) -> bytes:
        """Returns a recent picture of a camera, for people who watch it; an alarm's picture comes first.

        Raises ActionFailed or ActionRefused if the camera gives none now.
        """
        shared = self.cameras.get(camera)
        if shared is None:
            message = f"camera {camera} gives no pictures"
            raise ActionFailed(message)
        return (await shared.look()).jpeg

    async def run(self) -> None:
        """Runs cameras, recorders and retention until cancelled; then closes them."""
        parts: list[tuple[str, Callable[[], Coroutine[None, None, None]]]] = []
        if self.clips is not None:
            parts.append(("clips", self.clips.run))
        parts += [(f"recorder {name}", each.run) for name, each in self.recorders.items()]
        parts += [(f"pictures {name}", each.run) for name, each in self.cameras.items()]
        try:
            async with asyncio.TaskGroup() as group:
                for name, work in parts:
                    group.create_task(kept_alive(name, work), name=name)
                await asyncio.Event().wait()  # cameras without a ring of their own are used until the end too
        finally:
            if self.speaker is not None:
                self.speaker.silence()
            for name, camera in self.cameras.items():
                try:
                    await camera.close()
                except Exception:
                    log.exception("camera %s could not be closed", name)

    def _add_recorder(
        self,
        name: str,
        camera: CameraSettings,
        recording: RecordingSettings,
        clips: ClipStore,
        zone: tzinfo,
        report: Callable[[RecordReport], None],
    ) -> None:
        """Adds the camera's recorder; a camera whose address cannot be used is logged and left out."""
        if camera.stream is None:
            return
        try:
            url = address_of(camera, camera.stream)
        except ActionError as error:
            log.warning("camera %s cannot be recorded: %s", name, error)
            return
        self.recorders[name] = CameraRecorder(
            camera=name,
            url=url,
            store=clips,
            report=report,
            times=ClipTimes(pre_s=recording.pre_s, post_s=recording.post_s),
            ca_file=camera.ca_file,
            zone=zone,
        )

    def _add_pictures(self, name: str, camera: CameraSettings) -> None:
        """Adds the camera's pictures; a camera that gives none is logged and left out.

        One that is to name its addresses itself is left out in silence until it has.
        """
        if camera.onvif is not None and camera.snapshot is None and camera.stream is None:
            return
        ring = None if camera.ring is None else RingRate(rate_hz=camera.ring.rate_hz, keep_s=camera.ring.keep_s)
        try:
            source = pictures_of(camera, recorder=self.recorders.get(name))
        except ActionError as error:
            log.warning("camera %s gives no pictures: %s", name, error)
            return
        self.cameras[name] = SharedCamera(source=source, ring=ring)
