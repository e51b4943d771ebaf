"""Takes the engine's linkage effects and does them; the engine never waits for any of it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from typing import TYPE_CHECKING

from bridge.actions.record import CameraRecorder
from bridge.actions.record_reports import ClipFinished, ClipMissed, RecordReport
from bridge.core.effects import EndLinkage, ExtendLinkage, LinkageEffect, RunAction, RunLinkage, SilenceSound
from bridge.core.facts import ActionEnded
from bridge.linkage.carriers import MailCarrier, UploadCarrier
from bridge.linkage.jobs import MailJob, body_of
from bridge.linkage.media import Media
from bridge.linkage.pictures import PictureOrder, PictureTaker, new_job
from bridge.linkage.sounds import Sound, play, sound_by_command, sound_of
from bridge.linkage.worker import QueueState, Worker
from bridge.runtime.supervise import kept_alive

if TYPE_CHECKING:
    from bridge.core.facts import Now
    from bridge.settings.model import Settings
    from bridge.store.store import Store

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Actions under way; beyond them a new one is refused and told."""
PICTURE_PATIENCE_S = 30.0
"""A mail waits so long for pictures that nobody brings: that is, only after a kill in between."""
FLUSH_S = 1.0
NOT_TAKEN = "the program was stopped before it was taken"

_Work = Callable[[], Coroutine[None, None, None]]


class Linkage:
    """Snapshot, mail, upload, clip and sound. `run` has to be a running task.

    `tell` takes outcomes as facts; `show` publishes a picture, of an input's alarm or of nobody's;
    `changed` hears that the state of a queue, of the card or of the loudspeaker is another. `now` is the time, `random`
    gives numbers in [0, 1).
    """

    def __init__(
        self,
        settings: Settings,
        *,
        store: Store,
        now: Callable[[], Now],
        random: Callable[[], float],
        release_year: int,
        tell: Callable[[ActionEnded], None],
        show: Callable[[str | None, bytes], None],
        changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._now = now
        self._release_year = release_year
        self._tell = tell
        self._changed = changed
        self._rebuild = asyncio.Event()
        self._group: asyncio.TaskGroup | None = None
        self._waiting: deque[tuple[str, Coroutine[None, None, None]]] = deque()
        self._running = 0
        pictures = store.outbox.pictures
        worker = partial(
            Worker,
            outbox=store.outbox,
            settle=lambda: asyncio.to_thread(store.flush, FLUSH_S),
            now=lambda: now().local,
            random=random,
            release_year=release_year,
            tell=tell,
            changed=changed,
        )
        self._mail = worker(MailCarrier(settings=self._in_force, zone=self._zone, pictures=pictures))
        self._uploads = worker(UploadCarrier(settings=self._in_force, zone=self._zone, pictures=pictures))
        self._pictures = PictureTaker(
            mail=self._mail,
            uploads=self._uploads,
            kept=pictures,
            now=now,
            tell=tell,
            show=show,
            device=lambda: self._settings.device.id,
        )
        self.media = self._make_media()
        """Cameras, clips and speaker as they are now."""

    @property
    def email(self) -> QueueState | None:
        """The mails that wait, if mail is configured."""
        return None if self._settings.email is None else self._mail.state

    @property
    def ftp(self) -> QueueState | None:
        """The uploads that wait, if uploading is configured."""
        return None if self._settings.ftp is None else self._uploads.state

    @property
    def playing(self) -> bool | None:
        """Whether something plays, if there is a loudspeaker."""
        return None if self.media.speaker is None else self.media.speaker.playing

    def perform(self, effect: LinkageEffect) -> None:
        """Begins what is asked for; returns at once."""
        match effect:
            case RunLinkage():
                self._alarm(effect)
            case RunAction():
                self._action(effect)
            case ExtendLinkage():
                for recorder in self._recorders_of(effect.input):
                    recorder.extend()
            case EndLinkage():
                for recorder in self._recorders_of(effect.input):
                    recorder.end(input=effect.input)
                if self.media.speaker is not None:
                    self.media.speaker.end(effect.input)
            case SilenceSound():
                if self.media.speaker is not None:
                    self.media.speaker.silence()

    def apply(self, settings: Settings) -> None:
        """New settings: cameras, recorders and speaker are rebuilt only when theirs changed."""
        old, self._settings = self._settings, settings
        if any(getattr(old, part) != getattr(settings, part) for part in ("cameras", "recording", "audio")):
            self._rebuild.set()
        if old.email != settings.email:
            self._mail.poke(hopeful=True)
        if old.ftp != settings.ftp:
            self._uploads.poke(hopeful=True)
        self._changed()

    async def run(self) -> None:
        """Until cancelled; clips are finished then, mails and uploads wait on the disk."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                group.create_task(kept_alive("mail", self._mail.run), name="mail")
                group.create_task(kept_alive("uploads", self._uploads.run), name="uploads")
                while self._waiting:
                    name, work = self._waiting.popleft()
                    group.create_task(work, name=name)
                while True:
                    media = group.create_task(self.media.run(), name="media")
                    await self._rebuild.wait()
                    self._rebuild.clear()
                    media.cancel()
                    await asyncio.wait((media,))
                    self.media = self._make_media()
            finally:
                self._group = None

    # An alarm, or an action by command

    def _alarm(self, effect: RunLinkage) -> None:
        linkage = next(each.linkage for each in self._settings.inputs if each.id == effect.input)
        camera = self._camera_of(effect.input)
        if linkage.record:
            self._record(camera, effect.input, lambda recorder: recorder.begin(input=effect.input, at=effect.at))
        sound = sound_of(effect.input, self._settings)
        if sound is not None:
            self._play(sound)
        order = PictureOrder(
            camera=camera or "",
            input=effect.input,
            at=effect.at,
            time=effect.time,
            seq=effect.seq,
            kind="alarm",
            upload=linkage.ftp,
        )
        mail = MailJob(input=effect.input, cause=effect.cause, time=effect.time, held_back=effect.held_back)
        self._take_and_mail(order, mail if effect.email else None)

    def _action(self, effect: RunAction) -> None:
        request, by = effect.request, effect.request.origin.by
        camera = self._camera_of(request.input)
        if request.kind == "audible" and request.stop:
            self.perform(SilenceSound())
        elif request.kind == "audible":
            self._play(sound_by_command(request, self._settings))
        elif request.kind == "record":
            name = request.input or "command"
            usual_s = 10.0 if self._settings.recording is None else self._settings.recording.post_s
            seconds = request.duration_s or usual_s
            self._record(camera, name, lambda recorder: recorder.record(input=name, seconds=seconds, at=effect.at))
        else:
            order = PictureOrder(
                camera=camera or "",
                input=request.input,
                at=effect.at,
                time=effect.time,
                seq=effect.seq,
                kind="command",
                upload=request.kind == "ftp",
                by=by,
            )
            cause = "command" if request.text else "test"
            mail = MailJob(input=request.input, cause=cause, time=effect.time, by=by, text=request.text)
            self._take_and_mail(order, mail if request.kind == "email" else None)

    def _take_and_mail(self, order: PictureOrder, mail: MailJob | None) -> None:
        """The mail's job is kept before its pictures are taken: a kill in between loses only those."""
        server = self._settings.email
        if mail is not None and server is not None:
            wait_s = 0.0
            if order.camera:
                order = replace(order, count=server.pictures.count, interval_s=server.pictures.interval_s)
                wait_s = PICTURE_PATIENCE_S + order.count * order.interval_s
                mail = replace(mail, pictures_missing=NOT_TAKEN)
            job = new_job("email", order.seq, body_of(mail), now=self._now().local, wait_s=wait_s)
            self._mail.add(job)
            order = replace(order, mail=job)
        if order.camera:
            work = partial(self._pictures.take, order, self.media.cameras.get(order.camera))
            self._spawn("snapshot", order.input, work)

    def _play(self, sound: Sound) -> None:
        self._spawn("audible", sound.owner, partial(self._sound, sound))

    async def _sound(self, sound: Sound) -> None:
        """Begin and end are changes of `playing`; the first is true by the time anybody looks."""
        self._changed()
        try:
            await play(sound, self.media.speaker, self._tell)
        finally:
            self._changed()

    def _record(self, camera: str | None, name: str, act: Callable[[CameraRecorder], None]) -> None:
        recorder = self.media.recorders.get(camera or "")
        if recorder is not None:
            act(recorder)
            return
        error = "there is no camera" if camera is None else f"camera {camera} has no stream that can be recorded"
        self._tell(ActionEnded(kind="clip", reason="failed", input=name, error=error))

    def _recorded(self, report: RecordReport) -> None:
        match report:
            case ClipFinished():
                self._tell(
                    ActionEnded(
                        kind="clip",
                        reason="recorded",
                        input=report.input,
                        path=report.name,
                        seconds=report.seconds,
                        error=None if report.error is None else str(report.error),
                    )
                )
            case ClipMissed():
                self._tell(ActionEnded(kind="clip", reason="failed", input=report.input, error=str(report.error)))
        self._changed()

    # Around

    def _spawn(self, kind: str, source: str | None, work: _Work) -> None:
        """A task of its own, whose fault is told and is nobody else's."""
        if self._running + len(self._waiting) >= MOST_AT_ONCE:
            self._tell(ActionEnded(kind=kind, reason="failed", input=source, error="too many at once"))
        elif self._group is None:
            self._waiting.append((kind, self._guarded(kind, source, work)))
        else:
            self._group.create_task(self._guarded(kind, source, work), name=kind)

    async def _guarded(self, kind: str, source: str | None, work: _Work) -> None:
        self._running += 1
        try:
            await work()
        except Exception as error:
            log.exception("%s failed", kind)
            self._tell(ActionEnded(kind=kind, reason="failed", input=source, error=f"fault inside: {error!r}"[:200]))
        finally:
            self._running -= 1

    def _camera_of(self, input_id: str | None) -> str | None:
        linked = next((each.linkage.camera for each in self._settings.inputs if each.id == input_id), None)
        return linked or next(iter(self._settings.cameras), None)

    def _recorders_of(self, input_id: str) -> list[CameraRecorder]:
        """The one that the input's alarm recorded with; all, if its settings changed in between."""
        recorder = self.media.recorders.get(self._camera_of(input_id) or "")
        return list(self.media.recorders.values()) if recorder is None else [recorder]

    def _make_media(self) -> Media:
        return Media(
            self._settings,
            zone=self._zone(),
            clock_set=lambda: self._now().local.year >= self._release_year,
            report=self._recorded,
            changed=self._changed,
        )

    def _in_force(self) -> Settings:
        return self._settings

    def _zone(self) -> tzinfo:
        zone = self._now().local.tzinfo
        assert zone is not None  # noqa: S101 - local times know their zone
        return zone
