"""What comes in: whose `offline` an `offline` is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fakes.ledger import MemoryLedger
from words.builders import settings_of

from bridge.mqtt.commands.receiver import CommandReceiver
from bridge.mqtt.dispatcher import Dispatcher
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.payloads import OFFLINE, ONLINE
from bridge.mqtt.publishing.birth import Birth
from bridge.mqtt.publishing.publisher import Publisher
from bridge.mqtt.publishing.send_queue import SendQueue


async def published_after(*payloads: bytes, connects_again: bool = False) -> list[bytes]:
    """What is published on our own availability when these come in on it, in one session."""
    delayed: list[Callable[[], None]] = []
    sent: list[Outgoing] = []
    queue = SendQueue()
    queue.open(lambda message, _acknowledged: sent.append(message) or True, window=10)
    publisher = Publisher(
        settings=settings_of(),
        outbox=queue,
        ledger=MemoryLedger(),
        later=lambda _, act: delayed.append(act),
        online_answered=lambda _: None,
    )
    topics = publisher.topics
    receiver = CommandReceiver(
        topics=topics, submit=lambda _: None, send=queue.put, clear=lambda _: None, now=lambda: datetime.now(UTC),
        handlers={},
    )  # fmt: skip
    dispatcher = Dispatcher(
        publisher=publisher,
        receiver=receiver,
        later=lambda _, act: delayed.append(act),
        birth=Birth(random=lambda: 0.0),
    )
    dispatcher.begin(echoes=False)
    dispatcher.announced = True
    for payload in payloads:
        dispatcher.receive(Incoming(topic=topics.availability, payload=payload, retained=True))
    if connects_again:
        dispatcher.begin(echoes=False)
    for act in delayed:
        act()
    return [message.payload for message in sent if message.topic == topics.availability]


async def test_the_offline_of_the_run_before_is_overwritten_by_our_own_online_alone() -> None:
    assert await published_after(OFFLINE, ONLINE) == []


async def test_an_offline_after_our_own_online_is_a_twins_will_and_is_put_right() -> None:
    assert await published_after(OFFLINE, ONLINE, OFFLINE) == [ONLINE]


async def test_the_last_word_of_a_broker_that_stops_is_our_own_will_and_is_not_answered_in_the_next_session() -> None:
    assert await published_after(ONLINE, OFFLINE, connects_again=True) == []
