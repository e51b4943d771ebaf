"""The engine's timer: the kernel's and the event loop's keep one contract."""

from __future__ import annotations

import time

import pytest
from programs.mqtt_client import until

from bridge.runtime.deadline_timer import KernelTimer, LoopTimer, deadline_timer

BOTH = pytest.mark.parametrize("kind", [KernelTimer, LoopTimer])


class Rings:
    """A timer of a kind, and the instants at which it rang."""

    def __init__(self, kind: type[KernelTimer | LoopTimer]):
        self.at: list[float] = []
        self.timer = kind(lambda: self.at.append(time.monotonic()))

    def __enter__(self):
        return self

    def __exit__(self, *_: object):
        self.timer.close()

    async def rung(self, times: int) -> list[float]:
        await until(lambda: len(self.at) >= times, what=f"ring {times}")
        return self.at


async def after(seconds: float) -> None:
    """Returns when another timer has rung that was set later than those of the test."""
    with Rings(LoopTimer) as other:
        other.timer.set(time.monotonic() + seconds)
        await other.rung(1)


@BOTH
async def test_it_rings_once_and_never_before_the_instant(kind):
    with Rings(kind) as rings:
        at = time.monotonic() + 0.02
        rings.timer.set(at)
        assert (await rings.rung(1))[0] >= at
        await after(0.02)
        assert len(rings.at) == 1, "a timer that has rung is quiet"


@BOTH
async def test_an_instant_in_the_past_rings_at_once_the_clocks_zero_too(kind):
    with Rings(kind) as rings:
        rings.timer.set(0.0)
        await rings.rung(1)
        rings.timer.set(time.monotonic() - 1)
        await rings.rung(2)


@BOTH
async def test_the_last_instant_counts_and_none_stops_it(kind):
    with Rings(kind) as rings:
        soon = time.monotonic() + 0.01
        rings.timer.set(soon)
        rings.timer.set(soon + 0.05)
        assert (await rings.rung(1))[0] >= soon + 0.05
        rings.timer.set(time.monotonic() + 0.01)
        rings.timer.set(None)
        await after(0.03)
        assert len(rings.at) == 1


async def test_a_ring_that_sets_it_again_is_followed_by_the_next():
    rings: list[float] = []

    def ring() -> None:
        rings.append(time.monotonic())
        if len(rings) < 3:
            made.set(rings[-1] + 0.001)

    made = deadline_timer(ring)
    made.set(time.monotonic())
    await until(lambda: len(rings) == 3, what="three rings")
    made.close()


async def test_this_machine_has_the_kernels_timer():
    made = deadline_timer(lambda: None)
    made.close()
    assert isinstance(made, KernelTimer)
