"""Recording all the time: what the media process takes while it holds the seconds before an alarm.

Processor time and resident memory are those of the media process that the bridge has started. How
much its ring holds it tells nobody but the bridge, so a second one, started here with the same
order, is listened to.
"""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bench.ours import alarm2mqtt
from bench.process import Died, Program, cpu_s, resident_mb
from bench.stage import Stage
from bench.table import Row
from bench.waiting import hear_while
from bridge.actions.media_child import MODULE, MediaChild
from bridge.actions.media_messages import Beat, OpenCamera, Report, Ring
from tests.cameras import RtspCamera, rtsp_camera_is_missing

PART = "recording"
PRE_S = 5.0
KBPS = 4000
FRESH_S = 15.0
SILENCE_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a ring held: its most, and the stream's bytes a second while it was filled."""

    most_bytes: int
    bytes_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Percent of a core and resident megabytes, of the media process and of the whole program."""

    media_percent: float
    all_percent: float
    media_mb: float
    empty_mb: float


def _missing() -> str | None:
    """Why this cannot be measured here, or None."""
    return rtsp_camera_is_missing() or (None if importlib.util.find_spec("av") else "no PyAV (the extra named media)")


@asynccontextmanager
async def _child(url: str, *, ring: bool) -> AsyncIterator[MediaChild]:
    """A media process of our own; without `ring` it waits for somebody to want a picture."""
    order = Ring(pre_s=PRE_S, sound=False, frozen_s=FRESH_S) if ring else None
    child = await MediaChild.start(OpenCamera(full_url=url, ca_file=None, ring=order))
    try:
        yield child
    finally:
        await child.stop()


async def _next(reports: AsyncIterator[Report]) -> Beat:
    """The next beat, of which there is one a second; raises Died when there will be none."""
    async for report in reports:
        if isinstance(report, Beat):
            return report
    message = "the media process ended"
    raise Died(message)


async def _watched(url: str, program: Program, media: int, seconds: float) -> tuple[Held, Taken]:
    """From a full ring on, for so long."""
    async with _child(url, ring=True) as child, _child(url, ring=False) as empty:
        reports = child.reports(silence_s=SILENCE_S)
        beats = [await _next(reports)]
        while beats[-1].held_s < PRE_S:
            beats.append(await _next(reports))
        filling = max((beat for beat in beats if 0 < beat.held_s < PRE_S), key=lambda beat: beat.held_s)
        begin_s, before = time.monotonic(), (cpu_s(media), program.cpu_s())
        while time.monotonic() - begin_s < seconds:
            beats.append(await _next(reports))
        lasted_s = time.monotonic() - begin_s
        taken = Taken(
            media_percent=(cpu_s(media) - before[0]) / lasted_s * 100,
            all_percent=(program.cpu_s() - before[1]) / lasted_s * 100,
            media_mb=resident_mb(media),
            empty_mb=resident_mb(empty.pid),
        )
    held = Held(most_bytes=max(beat.held_bytes for beat in beats), bytes_per_s=filling.held_bytes / filling.held_s)
    return held, taken


def _rows(seconds: float, held: Held | None, taken: Taken | None, absent: str) -> list[Row]:
    def row(what: str, unit: str, ours: float | None, **compared: Any) -> Row:
        return Row(part=PART, what=what, unit=unit, ours=ours, absent=absent, **compared)

    always = f"{KBPS / 1000:g} Mbit/s into the ring for {seconds:g} s: "
    return [
        row(f"{always}media process", "% of a core", taken and taken.media_percent, limit=5.0),
        row(f"{always}media process and bridge", "% of a core", taken and taken.all_percent),
        row("the stream in fact", "Mbit/s", held and held.bytes_per_s * 8 / 1e6),
        row(
            "the ring at its largest",
            "MB",
            held and held.most_bytes / 1e6,
            peer_name=f"bit rate x {PRE_S:g} s",
            peer=held and held.bytes_per_s * PRE_S / 1e6,
            floor=1.3,
        ),
        row(
            "media process, resident memory",
            "MB",
            taken and taken.media_mb,
            peer_name="with no stream",
            peer=taken and taken.empty_mb,
        ),
    ]


def measure(stage: Stage) -> list[Row]:
    """As the module says; told as not measured where there is no RTSP camera to be had."""
    seconds = 10.0 if stage.quick else 30.0
    missing = _missing()
    if missing is not None:
        return _rows(seconds, None, None, missing)
    # Snow is what fills its bit rate; a still picture would take a tenth of it.
    with RtspCamera(stage.folder, audio="none", size="1280x720", fps=25, gop=25, kbps=KBPS, pattern="snow") as camera:
        ours = alarm2mqtt(
            stage.folder / "recording",
            stage.broker.port,
            cameras={"gate": {"stream": camera.url}},
            recording={"folder": str(stage.folder / "clips"), "pre_s": PRE_S},
        )
        program = stage.started(ours)
        hear_while([], lambda: program.child(MODULE) is None, within_s=SILENCE_S, what="the media process")
        media = program.child(MODULE)
        assert media is not None
        held, taken = asyncio.run(_watched(camera.url, program, media, seconds))
        program.stop()
    return _rows(seconds, held, taken, "")
