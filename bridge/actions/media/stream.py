"""A camera's stream by PyAV, demuxed and never decoded. For media processes only."""

from __future__ import annotations

import errno
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import av
import av.error

from bridge.actions.media.memory_limit import OPENING_BYTES, STREAMING_BYTES, limit_memory
from bridge.actions.media.pre_event_ring import Packet
from bridge.errors import ActionError, ActionFailed, ActionRefused

if TYPE_CHECKING:
    from av.container import InputContainer

_OPEN_S = 10.0
_REFUSED = (
    av.error.HTTPNotFoundError,
    av.error.ProtocolNotFoundError,
    av.error.DemuxerNotFoundError,
)


def fault_of(error: Exception, *, url: str = "") -> ActionError:
    """Returns the ActionError for a library's exception, without its text, which holds the address and the password."""
    if isinstance(error, ActionError):
        return error
    if isinstance(error, av.error.ExitError):
        return ActionFailed("nothing came in time")
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return ActionRefused("user name or password refused")
    reason = str(getattr(error, "strerror", None) or type(error).__name__)
    if url.startswith("rtsps:") and getattr(error, "errno", None) == errno.EIO:
        # FFmpeg gives no further reason for a failed handshake.
        reason = "no TLS connection; perhaps its certificate is not trusted by ca_file"
    return ActionRefused(reason) if isinstance(error, _REFUSED) else ActionFailed(reason)


def open_camera(url: str, *, ca_file: str | None, frozen_s: float = _OPEN_S, quick: bool = False) -> InputContainer:
    """Opens an rtsp, rtsps or v4l2 address and returns the container.

    `quick` skips the two seconds of probing the stream. A read fails if nothing arrives for `frozen_s`. RTSP runs over
    TCP if the camera supports it. With rtsps, certificate and host name are checked. What the camera announces is
    allocated only within the limits of `memory_limit`. Raises `av.error.FFmpegError` or OSError; `fault_of` explains
    them.
    """
    if url.startswith("v4l2:"):
        return av.open(url.removeprefix("v4l2:"), format="video4linux2", timeout=(_OPEN_S, frozen_s))
    options = {"rtsp_flags": "prefer_tcp", "fflags": "nobuffer", "max_delay": "200000"}
    if quick:
        options |= {"analyzeduration": "0", "probesize": "32"}
    if url.startswith("rtsps:"):
        paths = ssl.get_default_verify_paths()
        options |= {"tls_verify": "1", "ca_file": ca_file or paths.cafile or paths.openssl_cafile}
    limit_memory(OPENING_BYTES)
    try:
        return av.open(url, options=options, timeout=(_OPEN_S, frozen_s))
    finally:
        limit_memory(STREAMING_BYTES)


def packets(source: InputContainer, streams: list[Any], *, frozen_s: float) -> Iterator[Packet]:
    """Yields the packets of `streams`, each picture whole, until the stream ends.

    Raises ActionFailed if no picture arrives for `frozen_s`, and PyAV's errors.
    """
    held: Packet | None = None
    last_picture = time.monotonic()
    last_stamp: dict[int, int] = {}
    for raw in source.demux(streams):
        now = time.monotonic()
        if raw.size:
            packet = _own(raw, now, last_stamp)
            if not packet.video:
                yield packet
            elif held is not None and (held.pts, held.dts) == (packet.pts, packet.dts):
                # Slices or parameter sets that came as packets of their own are one picture.
                held = replace(held, data=held.data + packet.data, key=held.key or packet.key)
            else:
                if held is not None:
                    yield held
                held = packet
            if packet.video:
                last_picture = now
        if now - last_picture > frozen_s:
            message = f"no picture came for {frozen_s:g} s"
            raise ActionFailed(message)
    if held is not None:
        yield held


def _own(raw: av.Packet[Any], now: float, last_stamp: dict[int, int]) -> Packet:
    """Returns PyAV's packet as one of ours, with stamps in place of missing ones."""
    stream = raw.stream.index
    duration = int(raw.duration or 0)
    guess = last_stamp.get(stream, 0) + max(duration, 1)
    dts = raw.dts if raw.dts is not None else raw.pts if raw.pts is not None else guess
    last_stamp[stream] = dts
    return Packet(
        stream=stream,
        video=raw.stream.type == "video",
        key=bool(raw.is_keyframe),
        pts=raw.pts if raw.pts is not None else dts,
        dts=dts,
        duration=duration,
        arrival=now,
        data=bytes(raw),
    )
