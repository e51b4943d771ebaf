"""One clip: fragmented MP4, which is playable up to its last seconds if the writing is cut off."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from bridge.actions.media.pre_event_ring import Packet
from bridge.actions.media.timeline import Timeline
from bridge.system.atomic_file import sync_folder

_FRAGMENT_S = 2.0
_OPTIONS = {
    "movflags": "frag_keyframe+empty_moov+default_base_moof",
    # Key pictures may be far apart.
    "frag_duration": str(round(_FRAGMENT_S * 1_000_000)),
    # Without it up to 256 KiB wait in this process, the file's header among them.
    "flush_packets": "1",
}
_COPIED_SOUND = {"aac", "mp3", "opus", "ac3", "eac3", "alac", "flac"}
_TELEPHONE_SOUND = {"pcm_alaw", "pcm_mulaw"}


def left_out(streams: Iterable[Any]) -> str | None:
    """Returns the codec of a sound track that MP4 cannot hold, or None if every track fits."""
    names = [s.codec_context.name for s in streams if s.type == "audio"]
    return next((name for name in names if name not in _COPIED_SOUND | _TELEPHONE_SOUND), None)


class ClipFile:
    """A new file, which has its final name from the start and is synced every 2 s.

    Video is copied. G.711 sound, which MP4 cannot hold, is the only thing that is transcoded, to AAC.
    Raises OSError (PyAV's errors are some) if the card does not accept a write.
    """

    def __init__(self, *, folder: Path, day: str, stem: str, streams: Iterable[Any], begin: Packet) -> None:
        self.path, self._fd = _create(folder, day, stem)
        self._synced = time.monotonic()
        self._out = av.open(str(self.path), "w", format="mp4", options=_OPTIONS)
        self._tracks: dict[int, _Copied | _Coded] = {}
        for stream in streams:
            name = stream.codec_context.name
            if stream.type == "video" or name in _COPIED_SOUND:
                self._tracks[stream.index] = _Copied(self._out, stream)
            elif name in _TELEPHONE_SOUND:
                self._tracks[stream.index] = _Coded(self._out, stream)
        self._bases: dict[int, Fraction] = {stream.index: stream.time_base for stream in streams}
        self._timeline = Timeline(begin_s=begin.dts * self._bases[begin.stream])
        self.seconds = 0.0

    def write(self, packet: Packet) -> None:
        """Appends a packet; packets come in the order of their arrival.

        Packets of unknown streams, and sound before the first picture, are left out. Raises OSError.
        """
        track = self._tracks.get(packet.stream)
        if track is None:
            return
        base = self._bases[packet.stream]
        placed = self._timeline.place(
            packet.stream, pts=packet.pts, dts=packet.dts, duration=packet.duration, base=base
        )
        if placed is None:
            return
        track.write(packet, *placed, base)
        if packet.video:
            self.seconds = float(placed[1] * base)
        if packet.arrival - self._synced > _FRAGMENT_S:
            self._synced = packet.arrival
            os.fdatasync(self._fd)

    def close(self) -> None:
        """Finishes, syncs and closes the file; called once, also after a failed write. Raises OSError."""
        try:
            for track in self._tracks.values():
                track.finish()
        finally:
            try:
                self._out.close()
                os.fsync(self._fd)
            finally:
                os.close(self._fd)


class _Copied:
    """A track whose packets are written as they are."""

    def __init__(self, out: Any, stream: Any) -> None:
        self._out = out
        self._track = out.add_stream_from_template(stream)
        if stream.codec_context.name == "hevc":
            # Apple's players know H.265 by this tag alone; FFmpeg writes another one.
            self._track.codec_tag = "hvc1"

    def write(self, packet: Packet, pts: int, dts: int, base: Fraction) -> None:
        """Writes a packet as it is, with times in units of `base`."""
        self._out.mux(_library_packet(packet, pts, dts, base, self._track))

    def finish(self) -> None:
        """Does nothing: no packet is held back."""


class _Coded:
    """A track whose sound is encoded anew, since MP4 cannot hold the camera's."""

    def __init__(self, out: Any, stream: Any) -> None:
        rate_hz = stream.codec_context.sample_rate
        self._out = out
        self._track = out.add_stream("aac", rate=rate_hz)
        self._track.layout = "mono"
        self._decoder: Any = av.CodecContext.create(stream.codec_context.name, "r")
        self._decoder.sample_rate = rate_hz
        self._decoder.layout = "mono"
        self._resampler = av.AudioResampler("fltp", "mono", rate_hz)

    def write(self, packet: Packet, pts: int, dts: int, base: Fraction) -> None:
        """Encodes a packet's sound anew and writes it; times are in units of `base`."""
        for frame in self._decoder.decode(_library_packet(packet, pts, dts, base, None)):
            frame.time_base = base
            for piece in self._resampler.resample(frame):
                self._out.mux(self._track.encode(piece))

    def finish(self) -> None:
        """Writes the sound that the encoder still holds."""
        self._out.mux(self._track.encode(None))


def _library_packet(packet: Packet, pts: int, dts: int, base: Fraction, track: Any) -> av.Packet[Any]:
    """Returns a packet of PyAV with these stamps in `base`, for `track` if there is one."""
    raw: av.Packet[Any] = av.Packet(packet.data)
    raw.time_base = base
    raw.pts, raw.dts, raw.duration = pts, dts, packet.duration
    raw.is_keyframe = packet.key
    if track is not None:
        raw.stream = track
    return raw


def _create(folder: Path, day: str, stem: str) -> tuple[Path, int]:
    """Returns path and descriptor of a new, empty file `folder`/`day`/`stem`.mp4. Raises OSError.

    An existing name gets a number, since the same hour comes twice when daylight saving ends.
    """
    place = folder / day
    place.mkdir(exist_ok=True)
    for number in range(1, 100):
        path = place / (f"{stem}.mp4" if number == 1 else f"{stem}-{number}.mp4")
        try:
            fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o640)
        except FileExistsError:
            continue
        for directory in (place, folder):
            sync_folder(directory)
        return path, fd
    raise FileExistsError(stem)
