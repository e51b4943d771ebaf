"""Recording all the time: what the media process takes while it holds the seconds before an alarm.

Processor time and resident memory are those of the media process that the bridge has started. It
tells how much it holds once a second only; so that the most it ever holds is seen, a second ring is
filled here, from the same camera by the same code, and looked at with each packet.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.ours import alarm2mqtt
from bench.process import Program, cpu_s, resident_mb
from bench.stage import Stage
from bench.table import Row
from bench.waiting import hear_while
from bridge.actions.media.child import MODULE
from tests.servers.camera import RtspCamera, rtsp_camera_is_missing

PART = "recording"
PRE_S = 5.0
KBPS = 4000
FRESH_S = 15.0
STARTED_S = 20.0
FULL_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Percent of a core, resident megabytes, bytes in the ring and bytes a second of the stream."""

    media_percent: float
    all_percent: float
    media_mb: float
    empty_mb: float
    most_bytes: int
    bytes_per_s: float


def _missing() -> str | None:
    """Why this cannot be measured here, or None."""
    return rtsp_camera_is_missing() or (None if importlib.util.find_spec("av") else "no PyAV (the extra named media)")


class WatchedRing:
    """A ring that is looked at with each packet."""

    def __init__(self, url: str) -> None:
        # Only where there is PyAV.
        from bridge.actions.media.pre_event_ring import PacketRing  # noqa: PLC0415 - the same
        from bridge.actions.media.stream import open_camera, packets  # noqa: PLC0415 - the same

        self.most_bytes = 0
        self._ring = PacketRing(pre_s=PRE_S)
        self._source = open_camera(url, ca_file=None, frozen_s=FRESH_S)
        self._packets = packets(self._source, [self._source.streams.video[0]], frozen_s=FRESH_S)

    def fill(self, seconds: float) -> float:
        """Take what comes for so long; the stream's bytes a second meanwhile."""
        begin_s, taken = time.monotonic(), 0
        for packet in self._packets:
            self._ring.add(packet)
            taken += len(packet.data)
            self.most_bytes = max(self.most_bytes, self._ring.held_bytes)
            if packet.arrival - begin_s >= seconds:
                break
        return taken / (time.monotonic() - begin_s)

    def close(self) -> None:
        """Let the camera go."""
        self._packets.close()
        self._source.close()


@contextmanager
def _empty() -> Iterator[int]:
    """A media process that was told of no camera yet, for its memory."""
    with subprocess.Popen([sys.executable, "-m", MODULE], stdin=subprocess.PIPE) as process:
        try:
            yield process.pid
        finally:
            process.kill()


def _figures(url: str, program: Program, media: int, seconds: float) -> Figures:
    ring = WatchedRing(url)
    with _empty() as empty:
        ring.fill(FULL_S)
        begin_s, before = time.monotonic(), (cpu_s(media), program.cpu_s())
        bytes_per_s = ring.fill(seconds)
        lasted_s = time.monotonic() - begin_s
        figures = Figures(
            media_percent=(cpu_s(media) - before[0]) / lasted_s * 100,
            all_percent=(program.cpu_s() - before[1]) / lasted_s * 100,
            media_mb=resident_mb(media),
            empty_mb=resident_mb(empty),
            most_bytes=ring.most_bytes,
            bytes_per_s=bytes_per_s,
        )
    ring.close()
    return figures


def _rows(seconds: float, found: Figures | None, absent: str) -> list[Row]:
    def row(what: str, unit: str, ours: float | None, **compared: Any) -> Row:
        return Row(part=PART, what=what, unit=unit, ours=ours, absent=absent, **compared)

    always = f"{KBPS / 1000:g} Mbit/s into the ring for {seconds:g} s: "
    return [
        row(f"{always}media process", "% of a core", found.media_percent if found else None, limit=5.0),
        row(f"{always}media process and bridge", "% of a core", found.all_percent if found else None),
        row("the stream in fact", "Mbit/s", found.bytes_per_s * 8 / 1e6 if found else None),
        row(
            "the ring at its largest",
            "MB",
            found.most_bytes / 1e6 if found else None,
            peer_name=f"bit rate x {PRE_S:g} s",
            peer=found.bytes_per_s * PRE_S / 1e6 if found else None,
            floor=1.3,
        ),
        row(
            "media process, resident memory",
            "MB",
            found.media_mb if found else None,
            peer_name="with no stream",
            peer=found.empty_mb if found else None,
        ),
    ]


def measure(stage: Stage) -> list[Row]:
    """As the module says; told as not measured where there is no RTSP camera to be had."""
    seconds = 10.0 if stage.quick else 30.0
    missing = _missing()
    if missing is not None:
        return _rows(seconds, None, missing)
    # Snow is what fills its bit rate; a still picture would take a tenth of it.
    with RtspCamera(stage.folder, audio="none", size="1280x720", fps=25, gop=25, kbps=KBPS, pattern="snow") as camera:
        ours = alarm2mqtt(
            stage.folder / "recording",
            stage.broker.port,
            cameras={"gate": {"stream": camera.url}},
            recording={"folder": str(stage.folder / "clips"), "pre_s": PRE_S},
        )
        program = stage.started(ours)
        hear_while([], lambda: program.child(MODULE) is None, within_s=STARTED_S, what="the media process")
        media = program.child(MODULE)
        assert media is not None
        figures = _figures(camera.url, program, media, seconds)
        program.stop()
    return _rows(seconds, figures, "")
