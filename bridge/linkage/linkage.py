"""Takes the engine's linkage effects and does them; the engine never waits for any of it.

Every action of an alarm begins here, with its row of the outbox; what an action does is in modules of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bridge.core.definitions.channels import CHANNEL, CHANNELS, Server, server_of
from bridge.core.effects import EndLinkage, ExtendLinkage, LinkageEffect, RunAction, RunLinkage, SilenceSound
from bridge.core.facts import ActionEnded
from bridge.linkage.alarm_clips import Clips
from bridge.linkage.alarm_pictures import PictureOrder, PictureTaker, new_job, upload_jobs
from bridge.linkage.alarm_sounds import Sound, Sounds, sound_by_command, sound_of
from bridge.linkage.delivery.delivery_queue import DeliveryQueue, QueueState
from bridge.linkage.delivery.job_bodies import MailJob, body_of
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.sender_of import sender_of
from bridge.linkage.devices import Media, camera_of
from bridge.linkage.mqtt_picture import PublishedPictures
from bridge.linkage.pending_actions import NOT_TAKEN, PendingActions
from bridge.linkage.preload import warm_up
from bridge.linkage.running_actions import TOO_MANY, RunningActions
from bridge.runtime.supervise import kept_alive

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import Now
    from bridge.store.store import Store

FLUSH_S = 1.0


class Linkage:
    """Runs snapshots, mails, uploads, clips and sounds; the caller keeps `run` running as a task.

    `report` gets outcomes as facts. `show` gets each picture as it came, with the input and the id of its alarm, or
    None for one by command; `publish` gets one small enough for MQTT, or None for no picture, and the alarm's id.
    `changed` is called when the state of a queue, of the card or of the loudspeaker changes. `now()` is the time,
    `random()` a number in [0, 1).
    """

    def __init__(  # noqa: PLR0913 - each of them is one thing of the world outside
        self,
        settings: Settings,
        *,
        store: Store,
        now: Callable[[], Now],
        random: Callable[[], float],
        release_year: int,
        report: Callable[[ActionEnded], None],
        show: Callable[[str | None, bytes, str | None], None],
        publish: Callable[[str | None, bytes | None, str | None], None],
        picture_room: Callable[[], int | None] = lambda: None,
        changed: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._now = now
        self._release_year = release_year
        self._report = report
        self._changed = changed
        self._rebuild, self._warm = asyncio.Event(), asyncio.Event()
        self._show = show
        self._pending = PendingActions(outbox=store.outbox, now=now, report=report)
        self._actions = RunningActions(report=report, pending=self._pending)
        self._published = PublishedPictures(
            publish=publish, spawn=partial(self._actions.begin, "snapshot"), report=report, room=picture_room
        )
        cache = PictureCache(store.outbox.pictures)
        queue = partial(
            DeliveryQueue,
            outbox=store.outbox,
            cache=cache,
            settle=lambda: asyncio.to_thread(store.flush, FLUSH_S),
            now=now,
            random=random,
            release_year=release_year,
            report=report,
            changed=changed,
        )
        self._queues: dict[str, DeliveryQueue] = {
            channel.key: queue(sender_of(channel)(settings=self._in_force, zone=lambda: now().zone, cache=cache))
            for channel in CHANNELS
        }
        self._pictures = PictureTaker(
            queues=self._queues,
            cache=cache,
            now=now,
            report=report,
            show=self._shown,
            device=lambda: self._settings.device.id,
        )
        self._clips = Clips(
            settings=self._in_force,
            media=lambda: self.media,
            now=now,
            report=report,
            changed=changed,
            pending=self._pending,
        )
        self._sounds = Sounds(speaker=lambda: self.media.speaker, report=report, changed=changed)
        self.media = self._make_media()
        """The present cameras, clips and speaker."""

    @property
    def queues(self) -> dict[str, QueueState]:
        """State of each configured channel's queue, by the channel's key."""
        return {
            channel.key: self._queues[channel.key].state
            for channel in CHANNELS
            if server_of(self._settings, channel) is not None
        }

    @property
    def playing(self) -> bool | None:
        """Whether a sound plays; None without a loudspeaker."""
        return None if self.media.speaker is None else self.media.speaker.playing

    def perform(self, effect: LinkageEffect) -> None:
        """Begins the actions of an effect and returns at once; before `run` they wait for it."""
        match effect:
            case RunLinkage():
                self._alarm(effect)
            case RunAction():
                self._action(effect)
            case ExtendLinkage():
                self._clips.begin(effect.input, at=self._now().monotonic)
            case EndLinkage():
                self._clips.end(effect.input)
                self._sounds.end(effect.input)
            case SilenceSound():
                self._sounds.silence()

    def apply(self, settings: Settings) -> None:
        """Puts new settings in force. Cameras, recorders and speaker are rebuilt only if their settings changed."""
        old, self._settings = self._settings, settings
        parts = ("cameras", "recording", "audio")
        moved = old.device.timezone != settings.device.timezone
        if moved or any(getattr(old, part) != getattr(settings, part) for part in parts):
            self._rebuild.set()
        for channel in CHANNELS:
            if server_of(old, channel) != server_of(settings, channel):
                self._queues[channel.key].retry_now()
        self._changed()

    async def run(self) -> None:
        """Runs until cancelled; clips are finished then, mails and uploads wait on the disk."""
        async with asyncio.TaskGroup() as group:
            self._pending.report_cut_short()
            try:
                group.create_task(self._warm_up(), name="warm up")
                for key, queue in self._queues.items():
                    group.create_task(kept_alive(CHANNEL[key].words.many, queue.run), name=key)
                self._actions.open(group)
                media = group.create_task(kept_alive("media", self.media.run), name="media")
                while True:
                    await self._rebuild.wait()
                    self._rebuild.clear()
                    await self._warm_up()
                    # New recorders first: an alarm that begins while an old clip is finished is recorded.
                    before, self.media = media, self._make_media()
                    media = group.create_task(kept_alive("media", self.media.run), name="media")
                    self._clips.go_on()
                    before.cancel()
                    await asyncio.wait((before,))
            finally:
                self._actions.close()

    # An alarm, or an action by command

    def _alarm(self, effect: RunLinkage) -> None:
        """Begins clip, sound, pictures and messages of an alarm."""
        self._clips.begin(effect.input, at=effect.at, seq=effect.seq, alarm=effect.alarm)
        sound = sound_of(effect.input, self._settings, alarm=effect.alarm)
        if sound is not None:
            self._play(sound, effect.seq)
        order = PictureOrder(
            camera=camera_of(effect.input, self._settings) or "",
            input=effect.input,
            at=effect.at,
            time=effect.time,
            seq=effect.seq,
            kind="alarm",
            alarm=effect.alarm,
        )
        message = MailJob(
            input=effect.input, cause=effect.cause, time=effect.time, held_back=effect.held_back, alarm=effect.alarm
        )
        self._take_and_send(order, message, effect.channels)

    def _action(self, effect: RunAction) -> None:
        """Begins one action by command."""
        request, by = effect.request, effect.request.origin.by
        if request.kind == "audible" and request.stop:
            self._sounds.silence()
        elif request.kind == "audible":
            self._play(sound_by_command(request, self._settings), effect.seq)
        elif request.kind == "record":
            self._clips.record(request.input, seconds=request.duration_s, at=effect.at, seq=effect.seq)
        else:
            channels = (request.kind,) if request.kind in CHANNEL else ()
            order = PictureOrder(
                camera=camera_of(request.input, self._settings) or "",
                input=request.input,
                at=effect.at,
                time=effect.time,
                seq=effect.seq,
                kind="command",
                by=by,
                is_published=request.kind == "snapshot",
            )
            cause = "command" if request.text else "test"
            message = MailJob(input=request.input, cause=cause, time=effect.time, by=by, text=request.text)
            self._take_and_send(order, message, channels)

    def _take_and_send(self, order: PictureOrder, message: MailJob, channels: Sequence[str]) -> None:
        """Stores the jobs of messages and uploads, then takes their pictures: a kill loses only these.

        Without a camera the messages go without pictures, and there are no uploads.
        """
        for channel in (CHANNEL[key] for key in channels if not CHANNEL[key].one_a_picture):
            server = server_of(self._settings, channel)
            if server is None:
                continue
            with_pictures = channel.takes_pictures and bool(order.camera)
            sent = replace(message, pictures_missing=NOT_TAKEN) if with_pictures else message
            job = new_job(channel.key, order.seq, body_of(sent), self._now())
            self._queues[channel.key].add(job, held=with_pictures)
            if with_pictures:
                order = replace(order, messages=(*order.messages, job), **_series(server))
        if not order.camera:
            return
        uploads = [key for key in channels if CHANNEL[key].one_a_picture]
        order = replace(order, uploads=upload_jobs(order, uploads, self._now()))
        for job in order.uploads:
            self._queues[job.kind].add(job, held=True)
        pending = self._pending.begin("snapshot", seq=order.seq, input=order.input, by=order.by, alarm=order.alarm)
        if not self._actions.begin("snapshot", order.input, partial(self._take, order), pending, alarm=order.alarm):
            self._pictures.refuse(order, TOO_MANY)
            self._pending.end(pending)

    async def _take(self, order: PictureOrder) -> None:
        await self._warm.wait()
        await self._pictures.take(order, self.media.cameras.get(order.camera))

    def _shown(self, order: PictureOrder, jpeg: bytes) -> None:
        """Shows a picture as that of its alarm's input.

        One by a test or command as no input's, for it replaces no alarm's.
        """
        input_id = order.input if order.alarm is not None else None
        self._show(input_id, jpeg, order.alarm)
        if order.is_published:
            self._published.show(input_id, jpeg, alarm=order.alarm)

    async def _warm_up(self) -> None:
        await warm_up(self._settings)
        self._warm.set()

    def _play(self, sound: Sound, seq: int) -> None:
        """Plays a sound in a task of its own; reports it as failed if too many actions run."""
        asked = self._sounds.ask(sound)
        pending = self._pending.begin("audible", seq=seq, input=sound.owner, by=sound.by, alarm=sound.alarm)
        if not self._actions.begin(
            "audible", sound.owner, partial(self._sounds.play, asked), pending, alarm=sound.alarm
        ):
            self._sounds.refuse(asked, TOO_MANY)
            self._pending.end(pending)

    # Around

    def _make_media(self) -> Media:
        return Media(
            self._settings,
            zone=self._now().zone,
            clock_set=lambda: self._now().local.year >= self._release_year,
            report=self._clips.reported,
            changed=self._changed,
        )

    def _in_force(self) -> Settings:
        return self._settings


def _series(server: Server) -> dict[str, Any]:
    """Returns number and interval of an alarm's pictures, if the channel's settings have them; else an empty dict."""
    pictures = getattr(server, "pictures", None)
    return {} if pictures is None else {"count": pictures.count, "interval_s": pictures.interval_s}
