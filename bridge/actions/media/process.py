"""`python -m bridge.actions.media.process`: one camera's stream, apart from the bridge.

A library that crashes on a broken stream takes this process with it and not the alarms. It lives
for one session: when the stream ends, the clip is finished and the process too, and the bridge
starts another. It does what the bridge orders and decides nothing. When its input ends (the bridge
is gone) or it is told to terminate, it finishes the clip and goes.
"""

from __future__ import annotations

import base64
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, BinaryIO

import av.error
import av.logging

from bridge.actions.media.clip_file import left_out
from bridge.actions.media.messages import (
    Beat,
    BeginClip,
    EndClip,
    OpenCamera,
    PictureMissed,
    PictureTaken,
    Report,
    Ring,
    StreamCame,
    StreamWent,
    TakePicture,
    decode,
    encode,
)
from bridge.actions.media.picture import take_held, take_one
from bridge.actions.media.ring_recorder import Recorder
from bridge.actions.media.stream import fault_of, open_camera, packets
from bridge.errors import ActionError, ActionFailed, ActionRefused

if TYPE_CHECKING:
    from av.container import InputContainer

_BEAT_S = 1.0
_FINISH_S = 4.0
_OPENING_S = 30.0
_HANG_S = 5.0
"""The reader has its own time limit; so much later it is the library that hangs."""
_NICENESS = 5
"""Alarms come first, also on one core."""


class Session:
    """One camera, opened once."""

    def __init__(self, *, camera: OpenCamera, ring: Ring, orders: BinaryIO, reports: BinaryIO) -> None:
        self._camera = camera
        self._ring = ring
        self._orders = orders
        self._reports = reports
        self._telling = threading.Lock()
        self._leaving = threading.Lock()
        self._recorder: Recorder | None = None
        self._video: object = None
        self._patience_ends = time.monotonic() + _OPENING_S

    def tell(self, report: Report) -> None:
        """Called from several threads."""
        with self._telling:
            try:
                self._reports.write(encode(report))
                self._reports.flush()
            except BrokenPipeError:
                return  # the bridge is gone; the end of our input says so too

    def run(self) -> None:
        """Read orders until there are no more; the stream is read by a thread."""
        threading.Thread(target=self._stream, name="stream", daemon=True).start()
        threading.Thread(target=self._beat, name="beat", daemon=True).start()
        for line in self._orders:
            order = decode(line)
            recorder = self._recorder
            match order:
                case BeginClip() if recorder is not None:
                    recorder.begin(order)
                case EndClip() if recorder is not None:
                    recorder.end()
                case TakePicture():
                    threading.Thread(target=self._picture, args=(order,), name="picture", daemon=True).start()
                case _:
                    pass  # the stream is not there: that was told, or will be
        self.leave(StreamWent(reason="stopped"))

    def leave(self, last_words: StreamWent) -> None:
        """Finish the clip, say why, and end the process, wherever its other threads hang."""
        self._leaving.acquire()  # the first one ends us; whoever comes second waits here for that
        recorder = self._recorder
        finished = recorder is None or recorder.finish(within_s=_FINISH_S)
        self.tell(last_words)
        os._exit(0 if finished else 1)

    def _stream(self) -> None:
        try:
            camera, frozen_s = self._camera, self._ring.frozen_s
            with open_camera(camera.full_url, ca_file=camera.ca_file, frozen_s=frozen_s) as source:
                # Before the source is closed: a clip's tracks are made after its streams.
                self._leave_for(self._read(source))
        except (av.error.FFmpegError, OSError) as error:
            self._leave_for(fault_of(error, url=self._camera.full_url))

    def _read(self, source: InputContainer) -> ActionError:
        """Fill the ring until the stream ends, and say why it did."""
        if not source.streams.video:
            return ActionRefused("the stream has no picture")
        chosen = [source.streams.video[0], *(source.streams.audio[:1] if self._ring.sound else ())]
        recorder = Recorder(streams=chosen, pre_s=self._ring.pre_s, tell=self.tell)
        try:
            for packet in packets(source, chosen, frozen_s=self._ring.frozen_s):
                self._patience_ends = packet.arrival + self._ring.frozen_s + _HANG_S
                recorder.take(packet)
                if self._recorder is None and packet.video and packet.key:
                    self._video, self._recorder = chosen[0], recorder
                    self.tell(StreamCame(left_out=left_out(chosen)))
        except (av.error.FFmpegError, OSError, ActionError) as error:
            return fault_of(error)
        except Exception as error:  # noqa: BLE001 - told, and the process ends; its text may hold the address
            return ActionFailed(f"the media process failed ({type(error).__name__})")
        return ActionFailed("the camera ended the stream")

    def _leave_for(self, fault: ActionError) -> None:
        self.leave(StreamWent(reason=str(fault), permanent=isinstance(fault, ActionRefused)))

    def _beat(self) -> None:
        pause = threading.Event()
        while not pause.wait(_BEAT_S):
            if time.monotonic() > self._patience_ends:
                self._leave_for(ActionFailed("nothing came in time"))
            held_s, held_bytes = (0.0, 0) if self._recorder is None else self._recorder.size()
            self.tell(Beat(held_s=held_s, held_bytes=held_bytes))

    def _picture(self, order: TakePicture) -> None:
        recorder = self._recorder
        if recorder is None:
            self.tell(picture_of_camera(order, self._camera))
            return
        try:
            jpeg, monotonic = take_held(recorder.held(), stream=self._video, at=order.at)
        except ActionError as error:
            self.tell(_missed(order, error))
        else:
            self.tell(_taken(order, jpeg, monotonic))


def picture_of_camera(order: TakePicture, camera: OpenCamera) -> PictureTaken | PictureMissed:
    """A picture over a connection of its own."""
    try:
        jpeg, monotonic = take_one(camera.full_url, ca_file=camera.ca_file)
    except ActionError as error:
        return _missed(order, error)
    return _taken(order, jpeg, monotonic)


def _taken(order: TakePicture, jpeg: bytes, monotonic: float) -> PictureTaken:
    return PictureTaken(request=order.request, jpeg=base64.b64encode(jpeg).decode("ascii"), monotonic=monotonic)


def _missed(order: TakePicture, error: ActionError) -> PictureMissed:
    return PictureMissed(request=order.request, reason=str(error), permanent=isinstance(error, ActionRefused))


def main() -> None:
    """Take orders from standard input and report on standard output."""
    av.logging.set_level(None)
    os.nice(_NICENESS)
    # The terminal's interrupt is for the bridge, which then ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, reports = sys.stdin.buffer, sys.stdout.buffer
    camera = decode(orders.readline())
    if not isinstance(camera, OpenCamera):
        sys.exit("the first order must be a camera")
    if camera.ring is not None:
        session = Session(camera=camera, ring=camera.ring, orders=orders, reports=reports)
        # Before there are other threads: they inherit it, and only the one that waits for it hears of it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=_leave_when_told, args=(session,), name="terminate", daemon=True).start()
        session.run()
    for line in orders:
        order = decode(line)
        if isinstance(order, TakePicture):
            reports.write(encode(picture_of_camera(order, camera)))
            reports.flush()


def _leave_when_told(session: Session) -> None:
    """A handler would run in the main thread, which a signal just before its read does not wake from it."""
    signal.sigwait({signal.SIGTERM})
    session.leave(StreamWent(reason="stopped"))


if __name__ == "__main__":
    main()
