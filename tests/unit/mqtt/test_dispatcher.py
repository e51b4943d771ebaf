"""What comes in: whose `offline` an `offline` is."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from bridge.mqtt.dispatcher import Dispatcher
from bridge.mqtt.messages import Incoming
from bridge.mqtt.payloads import OFFLINE, ONLINE

AVAILABILITY = "alarm2mqtt/gate/availability"


async def said_online(*payloads: bytes) -> int:
    """How often `online` is put back when these come in on our own topic, in one session."""
    wanted: list[Callable[[], None]] = []
    count = 0

    def say_online() -> None:
        nonlocal count
        count += 1

    publisher: Any = SimpleNamespace(topics=SimpleNamespace(availability=AVAILABILITY), say_online=say_online)
    nobody: Any = None
    arrivals = Dispatcher(publisher=publisher, receiver=nobody, later=lambda _, do: wanted.append(do), birth=nobody)
    arrivals.begin(echoes=False)
    arrivals.announced = True
    for payload in payloads:
        arrivals.receive(Incoming(topic=AVAILABILITY, payload=payload, retained=True))
    for do in wanted:
        do()
    return count


async def test_the_offline_of_the_run_before_is_overwritten_by_our_own_online_alone() -> None:
    assert await said_online(OFFLINE, ONLINE) == 0


async def test_an_offline_after_our_own_online_is_a_twins_will_and_is_put_right() -> None:
    assert await said_online(OFFLINE, ONLINE, OFFLINE) == 1
