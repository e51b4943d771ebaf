"""Pulse mode: which phase an output is in, from absolute times, so that it never drifts."""

from __future__ import annotations


def phase(*, start: float, now: float, on_s: float, off_s: float) -> tuple[bool, float]:
    """Whether the phase is the active one, and the next edge, which is always after `now`.

    It begins active. Whoever looks late gets the phase of now: periods are skipped, never caught up.
    """
    period = on_s + off_s
    cycle = max(int((now - start) / period) - 1, 0)  # one back: the division may round up
    while True:
        rise = start + cycle * period
        if now < rise:
            return False, rise
        if now < rise + on_s:
            return True, rise + on_s
        cycle += 1
