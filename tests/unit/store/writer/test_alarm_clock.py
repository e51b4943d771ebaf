"""The writer's alarm clock: the kernel's and the threads' keep one contract."""

from __future__ import annotations

import threading
import time

import pytest
from words.store_probe import PATIENCE_S

from bridge.store.writer.alarm_clock import KernelAlarmClock, ThreadAlarmClock, alarm_clock

BOTH = pytest.mark.parametrize("kind", [KernelAlarmClock, ThreadAlarmClock])


class Sleeper:
    """A thread that sleeps by a clock, once."""

    def __init__(self, clock):
        self.clock = clock
        self.woke_at = None
        self._thread = threading.Thread(target=self._sleep)
        self._thread.start()

    def _sleep(self):
        self.clock.wait()
        self.woke_at = time.monotonic()

    def wakes(self, within_s=PATIENCE_S):
        self._thread.join(within_s)
        return not self._thread.is_alive()


@BOTH
def test_it_sleeps_until_the_instant_and_not_less(kind):
    clock = kind()
    at = time.monotonic() + 0.02
    clock.set(at)
    sleeper = Sleeper(clock)
    assert sleeper.wakes()
    assert sleeper.woke_at >= at
    clock.close()


@BOTH
def test_another_thread_moves_the_instant_of_one_who_sleeps(kind):
    clock = kind()
    clock.set(None)
    sleeper = Sleeper(clock)
    assert not sleeper.wakes(0.02)
    clock.set(time.monotonic() + 3600)
    assert not sleeper.wakes(0.02)
    clock.set(0.0)
    assert sleeper.wakes()
    clock.close()


@BOTH
def test_an_instant_that_came_before_anybody_slept_is_not_slept_through_twice(kind):
    clock = kind()
    clock.set(0.0)
    assert Sleeper(clock).wakes()
    again = Sleeper(clock)
    assert not again.wakes(0.02)
    clock.set(0.0)
    assert again.wakes()
    clock.close()


def test_this_machine_has_the_kernels():
    clock = alarm_clock()
    clock.close()
    assert isinstance(clock, KernelAlarmClock)
