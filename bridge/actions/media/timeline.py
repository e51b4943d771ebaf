"""A clip's own time line: cameras repeat stamps, jump back when their clock is set, and jump ahead after a gap."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

_GAP_S = 10
_STEP_BACK_S = 1


@dataclass(slots=True, kw_only=True)
class _Track:
    shift: int
    last_dts: int | None = None
    spacing: int = 1


class Timeline:
    """Stamps of all streams of one clip, from zero, always growing.

    `begin_s` is the decoding time of the clip's first picture in the source's time.
    """

    def __init__(self, *, begin_s: Fraction) -> None:
        self._begin_s = begin_s
        self._tracks: dict[int, _Track] = {}

    def place(self, stream: int, *, pts: int, dts: int, duration: int, base: Fraction) -> tuple[int, int] | None:
        """Returns `(pts, dts)` for the clip, in the same time base, or None for a packet before the first picture.

        A small step back or a repeated stamp is moved behind the last one. A jump, back by more than a second or ahead
        by more than ten, is removed from this stream from then on.
        """
        track = self._tracks.get(stream)
        if track is None:
            track = self._tracks[stream] = _Track(shift=round(self._begin_s / base))
        new = dts - track.shift
        if track.last_dts is None:
            if new < 0:
                del self._tracks[stream]
                return None
        else:
            step = new - track.last_dts
            if not -_STEP_BACK_S <= step * base <= _GAP_S:
                expected = track.last_dts + track.spacing
                track.shift += new - expected
                new = expected
            elif step <= 0:
                new = track.last_dts + 1
            else:
                track.spacing = step
        if duration > 0:
            track.spacing = duration
        track.last_dts = new
        # A picture is never shown before it is decoded.
        return max(pts - track.shift, new), new
