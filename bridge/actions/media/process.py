"""`python -m bridge.actions.media.process`: one camera's stream, apart from the bridge.

A library that crashes on a broken stream ends this process and not the alarms. The process lives
for one session: when the stream ends, it finishes the clip and exits, and the bridge
starts another. It follows the bridge's orders and decides nothing. When its input ends (the bridge
is gone), or on SIGTERM, it finishes the clip and exits.
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
from bridge.actions.media.memory_limit import be_killed_first
from bridge.actions.media.messages import (
    Beat,
    BeginClip,
    EndClip,
    OpenCamera,
    PictureMissed,
    PictureTaken,
    Report,
    Ring,
    StreamEnded,
    StreamStarted,
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
"""Delay beyond the reader's own time limit, after which the library counts as hanging."""
_NICENESS = 5
"""Alarms have priority, also on one core."""


class Session:
    """One camera, opened once; `run` and `leave` end the process and never return."""

    def __init__(self, *, camera: OpenCamera, ring: Ring, orders: BinaryIO, reports: BinaryIO) -> None:
        self._camera = camera
        self._ring = ring
        self._orders = orders
        self._reports = reports
        self._report_lock = threading.Lock()
        self._leaving = threading.Lock()
        self._recorder: Recorder | None = None
        self._video: object = None
        self._deadline = time.monotonic() + _OPENING_S

    def report(self, report: Report) -> None:
        """Writes a report to the bridge; ignored if the bridge is gone. Thread-safe."""
        with self._report_lock:
            try:
                self._reports.write(encode(report))
                self._reports.flush()
            except BrokenPipeError:
                return  # the bridge is gone; our input ends too

    def run(self) -> None:
        """Executes orders until the input ends, then ends the process; a thread reads the stream."""
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
                    pass  # there is no stream: that is or will be reported
        self.leave(StreamEnded(reason="stopped"))

    def leave(self, last: StreamEnded) -> None:
        """Finishes the clip, reports `last`, and ends the process, even if other threads hang.

        Exit code 1 if the clip did.
        """
        self._leaving.acquire()  # the first caller ends the process; a second one blocks here until then
        recorder = self._recorder
        finished = recorder is None or recorder.finish(within_s=_FINISH_S)
        self.report(last)
        os._exit(0 if finished else 1)

    def _stream(self) -> None:
        """Reads the stream until it ends, then ends the process with the reason."""
        try:
            camera, frozen_s = self._camera, self._ring.frozen_s
            with open_camera(camera.full_url, ca_file=camera.ca_file, frozen_s=frozen_s) as source:
                # Before the source is closed: a clip's tracks are made after its streams.
                self._leave_for(self._read(source))
        except (av.error.FFmpegError, OSError) as error:
            self._leave_for(fault_of(error, url=self._camera.full_url))

    def _read(self, source: InputContainer) -> ActionError:
        """Fills the ring until the stream ends. Returns the reason of its end."""
        if not source.streams.video:
            return ActionRefused("the stream has no picture")
        chosen = [source.streams.video[0], *(source.streams.audio[:1] if self._ring.sound else ())]
        recorder = Recorder(streams=chosen, pre_s=self._ring.pre_s, report=self.report)
        try:
            for packet in packets(source, chosen, frozen_s=self._ring.frozen_s):
                self._deadline = packet.arrival + self._ring.frozen_s + _HANG_S
                recorder.take(packet)
                if self._recorder is None and packet.video and packet.key:
                    self._video, self._recorder = chosen[0], recorder
                    self.report(StreamStarted(left_out=left_out(chosen)))
        except (av.error.FFmpegError, OSError, ActionError) as error:
            return fault_of(error)
        except Exception as error:  # noqa: BLE001 - reported, and the process ends; its text may hold the address
            return ActionFailed(f"the media process failed ({type(error).__name__})")
        return ActionFailed("the camera ended the stream")

    def _leave_for(self, fault: ActionError) -> None:
        """Ends the process with this fault as the stream's end."""
        self.leave(StreamEnded(reason=str(fault), permanent=isinstance(fault, ActionRefused)))

    def _beat(self) -> None:
        """Reports a sign of life each `_BEAT_S`, and ends the process if the library hangs."""
        pause = threading.Event()
        while not pause.wait(_BEAT_S):
            if time.monotonic() > self._deadline:
                self._leave_for(ActionFailed("nothing came in time"))
            held_s, held_bytes = (0.0, 0) if self._recorder is None else self._recorder.size()
            self.report(Beat(held_s=held_s, held_bytes=held_bytes))

    def _picture(self, order: TakePicture) -> None:
        """Reports the picture of an order: from the ring if the stream has started, else over another connection."""
        recorder = self._recorder
        if recorder is None:
            self.report(picture_of_camera(order, self._camera))
            return
        try:
            jpeg, monotonic = take_held(recorder.held(), stream=self._video, at=order.at)
        except ActionError as error:
            self.report(_missed(order, error))
        else:
            self.report(_taken(order, jpeg, monotonic))


def picture_of_camera(order: TakePicture, camera: OpenCamera) -> PictureTaken | PictureMissed:
    """Takes a picture over a connection of its own. Returns the report of it, or of its failure."""
    try:
        jpeg, monotonic = take_one(camera.full_url, ca_file=camera.ca_file)
    except ActionError as error:
        return _missed(order, error)
    return _taken(order, jpeg, monotonic)


def _taken(order: TakePicture, jpeg: bytes, monotonic: float) -> PictureTaken:
    """Returns the answer to an order: the picture."""
    return PictureTaken(request=order.request, jpeg=base64.b64encode(jpeg).decode("ascii"), monotonic=monotonic)


def _missed(order: TakePicture, error: ActionError) -> PictureMissed:
    """Returns the answer to an order: the reason why there is no picture."""
    return PictureMissed(request=order.request, reason=str(error), permanent=isinstance(error, ActionRefused))


def main() -> None:
    """Runs a media process: orders on standard input, reports on standard output, until the input ends.

    Exits with code 1 if the first order is no camera.
    """
    av.logging.set_level(None)
    os.nice(_NICENESS)
    be_killed_first()
    # The terminal's interrupt is for the bridge, which then ends our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, reports = sys.stdin.buffer, sys.stdout.buffer
    camera = decode(orders.readline())
    if not isinstance(camera, OpenCamera):
        sys.exit("the first order must be a camera")
    if camera.ring is not None:
        session = Session(camera=camera, ring=camera.ring, orders=orders, reports=reports)
        # Before other threads start: they inherit the mask, so only the thread in sigwait gets the signal.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        threading.Thread(target=_leave_on_sigterm, args=(session,), name="terminate", daemon=True).start()
        session.run()
    for line in orders:
        order = decode(line)
        if isinstance(order, TakePicture):
            reports.write(encode(picture_of_camera(order, camera)))
            reports.flush()


def _leave_on_sigterm(session: Session) -> None:
    """Ends the session on SIGTERM.

    A signal handler would run in the main thread, which a signal just before its read does not wake.
    """
    signal.sigwait({signal.SIGTERM})
    session.leave(StreamEnded(reason="stopped"))


if __name__ == "__main__":
    main()
