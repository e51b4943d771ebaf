"""Reads a stream into the ring, and writes clips from it in a second thread, so a slow card never stalls reading.

The two threads are connected by a bounded queue. For media processes only.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av.error

from bridge.actions.media.clip_file import ClipFile
from bridge.actions.media.messages import BeginClip, ClipBegun, ClipEnded, Report
from bridge.actions.media.pre_event_ring import Packet, PacketRing

_WAITING_BYTES = 48 * 1024 * 1024
"""Limit of the queue for a slow card; above it the clip is given up, since memory is limited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begin:
    order: BeginClip


@dataclass(frozen=True, slots=True, kw_only=True)
class _End:
    error: str | None = None


class ClipWriter:
    """Writes clips on a thread of its own, in the order of the calls."""

    def __init__(self, *, streams: list[Any], report: Callable[[Report], None]) -> None:
        self._streams = streams
        self._report = report
        self._todo: queue.SimpleQueue[_Begin | _End | Packet | None] = queue.SimpleQueue()
        self._waiting = 0
        self._count = threading.Lock()
        self._order: BeginClip | None = None
        self._file: ClipFile | None = None
        self.broken = False
        """Whether the card failed during the last clip; the failure has been reported."""
        self._thread = threading.Thread(target=self._run, name="clip writer", daemon=True)
        self._thread.start()

    def begin(self, order: BeginClip) -> None:
        """Begins a clip of the packets that follow; a clip being written is finished before."""
        self._todo.put(_Begin(order=order))

    def end(self, error: str | None = None) -> None:
        """Finishes the clip, if one is being written; `error` is reported as the reason why it is incomplete."""
        self._todo.put(_End(error=error))

    def write(self, packet: Packet) -> bool:
        """Queues a packet and returns True; False if the card is too slow, and the caller gives the clip up."""
        with self._count:
            if self._waiting + len(packet.data) > _WAITING_BYTES:
                return False
            self._waiting += len(packet.data)
        self._todo.put(packet)
        return True

    def finish(self, *, within_s: float) -> bool:
        """Finishes the clip and ends the thread. Returns False if the card hangs for `within_s`."""
        self._todo.put(_End())
        self._todo.put(None)
        self._thread.join(within_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Writes the queued packets and ends of clips, until None is queued; runs on a thread of its own."""
        while (item := self._todo.get()) is not None:
            match item:
                case _Begin(order=order):
                    self._close(None)
                    self._order, self.broken = order, False
                case _End(error=error):
                    self._close(error)
                case _:
                    with self._count:
                        self._waiting -= len(item.data)
                    self._append(item)

    def _append(self, packet: Packet) -> None:
        """Writes a packet, into a new file if it is a clip's first; a failure ends the clip and is reported."""
        if self._order is None:
            return
        try:
            if self._file is None:
                self._file = _open(self._order, self._streams, packet)
                pre_s = max(0.0, self._order.at - packet.arrival)
                self._report(ClipBegun(clip=self._order.clip, path=str(self._file.path), pre_s=pre_s))
            self._file.write(packet)
        except (OSError, av.error.FFmpegError) as error:
            self.broken = True
            self._close(getattr(error, "strerror", None) or type(error).__name__)

    def _close(self, error: str | None) -> None:
        """Closes the file and reports the end of the clip, with `error` or the error of closing.

        Nothing without a clip.
        """
        order, file = self._order, self._file
        self._order = self._file = None
        if order is None:
            return
        if file is not None:
            try:
                file.close()
            except (OSError, av.error.FFmpegError) as failed:
                error = error or getattr(failed, "strerror", None) or type(failed).__name__
        path = None if file is None else str(file.path)
        self._report(ClipEnded(clip=order.clip, path=path, seconds=file.seconds if file else 0.0, error=error))


def _open(order: BeginClip, streams: list[Any], begin: Packet) -> ClipFile:
    """Returns the file of a new clip. Raises OSError if the folder is not on the ordered card."""
    folder = Path(order.folder)
    if os.stat(folder).st_dev != order.device:  # noqa: PTH116 - Path.stat is the same
        raise OSError(0, "the card was taken out")
    return ClipFile(folder=folder, day=order.day, stem=order.stem, streams=streams, begin=begin)


class Recorder:
    """The ring and the writer of one open stream. Thread-safe.

    Every `begin` is followed by exactly one ClipEnded.
    """

    def __init__(self, *, streams: list[Any], pre_s: float, report: Callable[[Report], None]) -> None:
        self._ring = PacketRing(pre_s=pre_s)
        self._pre_s = pre_s
        self._report = report
        self._writer = ClipWriter(streams=streams, report=report)
        self._lock = threading.Lock()
        self._writing = False
        self._next: BeginClip | None = None

    def take(self, packet: Packet) -> None:
        """Adds a packet to the ring, and to the clip if one is being written."""
        with self._lock:
            self._ring.add(packet)
            if self._next is not None and packet.video and packet.key:
                self._writer.begin(self._next)
                self._next, self._writing = None, True
            self._writing = self._writing and not self._writer.broken
            if self._writing and not self._writer.write(packet):
                self._writing = False
                self._writer.end("the card is too slow")

    def begin(self, order: BeginClip) -> None:
        """Begins a clip with the ring's packets.

        During a clip, or with an empty ring, the new clip begins at the next key picture; an earlier one that waits for
        that is cancelled.
        """
        with self._lock:
            held = self._ring.since(order.at - self._pre_s)
            if (self._writing and not self._writer.broken) or not held:
                self._drop_next()
                self._next = order
                return
            self._writer.begin(order)
            self._writing = all(self._writer.write(packet) for packet in held)
            if not self._writing:
                self._writer.end("the card is too slow")

    def end(self) -> None:
        """Finishes the clip, and cancels one that waits for a key picture; nothing without a clip."""
        with self._lock:
            self._writing = False
            self._drop_next()
            self._writer.end()

    def held(self) -> list[Packet]:
        """Returns the ring's packets."""
        with self._lock:
            return list(self._ring)

    def size(self) -> tuple[float, int]:
        """Returns the size of the ring in seconds and in bytes."""
        with self._lock:
            return self._ring.held_s, self._ring.held_bytes

    def finish(self, *, within_s: float) -> bool:
        """Finishes the clip and ends the writer's thread. Returns False if the card hangs for `within_s`."""
        with self._lock:
            self._writing = False
            self._drop_next()
        return self._writer.finish(within_s=within_s)

    def _drop_next(self) -> None:
        """Cancels the clip that waits for a key picture, if there is one, and reports its end."""
        order, self._next = self._next, None
        if order is not None:
            self._report(ClipEnded(clip=order.clip, path=None, seconds=0.0))
