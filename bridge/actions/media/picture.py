"""Pictures by PyAV: from a stream of their own, or decoded from a ring. For media processes only."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import av
import av.error

from bridge.actions.media.pre_event_ring import Packet
from bridge.actions.media.stream import fault_of, open_camera
from bridge.errors import ActionFailed

_QUALITY = 3
"""FFmpeg's scale for MJPEG, 2 is the best; a 1080p picture is about 300 kB."""
_WARM_UP = 5
"""Number of skipped pictures of a video device: the first are dark while its exposure settles."""


def as_jpeg(frame: Any, *, part: float = 1.0, quality: int = _QUALITY) -> bytes:
    """Returns a decoded picture (`frame`) as a JPEG.

    `part` below 1 shrinks both sides, to even numbers; nothing is enlarged. `quality` is FFmpeg's scale: 2 is the best,
    higher is worse.
    """
    # An even number of pixels each way: the colour planes have half the size.
    width, height = (max(round(side * part / 2) * 2, 2) if part < 1 else side for side in (frame.width, frame.height))
    frame = frame.reformat(width=width, height=height, format="yuvj420p")
    frame.pts = 0
    encoder: Any = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.qmin = encoder.qmax = quality
    return b"".join(bytes(packet) for part in (frame, None) for packet in encoder.encode(part))


def take_one(url: str, *, ca_file: str | None) -> tuple[bytes, float]:
    """Returns the camera's next picture as a JPEG, and the instant of its arrival (monotonic).

    Raises ActionFailed or ActionRefused if none comes.
    """
    skip = _WARM_UP if url.startswith("v4l2:") else 0
    try:
        with open_camera(url, ca_file=ca_file, quick=True) as source:
            for packet in source.demux(source.streams.video[0]):
                arrived = time.monotonic()
                for frame in _decoded(packet):
                    if skip:
                        skip -= 1
                        continue
                    return as_jpeg(frame), arrived
    except (av.error.FFmpegError, OSError, IndexError) as error:
        raise fault_of(error, url=url) from None
    message = "the stream ended before its first picture"
    raise ActionFailed(message)


def _decoded(packet: Any) -> list[Any]:
    """Returns the pictures of a packet; none if they depend on an earlier packet that was not received."""
    try:
        return list(packet.decode())
    except av.error.InvalidDataError:
        return []


def take_held(packets: Sequence[Packet], *, stream: Any, at: float) -> tuple[bytes, float]:
    """Returns the picture that arrived nearest to `at` as a JPEG, and its arrival.

    `packets` begin with a key picture, unless there are none. Only the group of the picture is decoded. Raises
    ActionFailed or ActionRefused if no picture is held or can be decoded.
    """
    pictures = [packet for packet in packets if packet.video]
    if not pictures:
        message = "nothing is held yet"
        raise ActionFailed(message)
    nearest = min(range(len(pictures)), key=lambda index: abs(pictures[index].arrival - at))
    first = max(index for index in range(nearest + 1) if pictures[index].key)
    decoder: Any = av.CodecContext.create(stream.codec_context.name, "r")
    decoder.extradata = stream.codec_context.extradata
    last = None
    for packet in [*pictures[first : nearest + 1], None]:
        raw = None if packet is None else av.Packet(packet.data)
        try:
            frames = decoder.decode(raw)
        except av.error.FFmpegError as error:
            raise fault_of(error) from None
        last = frames[-1] if frames else last
    if last is None:
        message = "the held pictures cannot be decoded"
        raise ActionFailed(message)
    return as_jpeg(last), pictures[nearest].arrival
