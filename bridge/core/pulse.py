"""Pulse mode: which phase an output is in, from absolute times, so that it never drifts."""

from __future__ import annotations


def phase(*, start: float, now: float, on_s: float, off_s: float) -> tuple[bool, float]:
    """Returns whether a pulsing output is in its active phase at `now`, and the instant of the next edge, after `now`.

    Pulsing begins active at `start`. After a late call the phase is that of `now`: periods are skipped, never caught
    up.
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
