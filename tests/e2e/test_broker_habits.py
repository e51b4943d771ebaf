"""Habits of brokers, each a row: with every one the bridge is online, obeys, has a will, and comes back.

A relay in front of a real Mosquitto plays them. Those that some broker is known for are named after what it does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from fakes.mqtt_bridge import Bridge, D, an_input_view, on_port
from programs.mqtt_client import MqttClient, until
from servers.mosquitto import Mosquitto
from servers.relay import (
    CONNACK,
    CONNECT,
    PUBACK,
    PUBLISH,
    SUBACK,
    SUBSCRIBE,
    Habit,
    Link,
    Packet,
    Relay,
    disconnect,
    packet,
    passes,
)

from bridge.core.effects import PublishInput

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]

CONFIG = "homeassistant/device/front-gate/config"
CONTROL = b"\x1f\xea\x60" + b"quota\r\nERROR a line of its own\x1b[31m".ljust(60_000, b"!")
"""A reason string of 60 kB with what could steer a terminal."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A habit on what clients ask and on what the broker answers; what the log says of it, once; what is left."""

    habit: str
    asks: Habit = passes
    answers: Habit = passes
    old: bool = False
    told: str = ""
    """A part of the one warning; empty for a habit that needs none."""
    also: str = ""
    """A part of a second one."""
    states: bool = True
    obeys: bool = True
    described: bool = True
    within_s: float = 15.0
    mqtt: dict[str, int] = field(default_factory=dict)


def ends(when: Callable[[Link, Packet], bool], last_word: bytes = b"") -> Habit:
    """The connection is closed at a packet, after a last word."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if not when(link, one):
            return one.raw
        if last_word:
            link.reply(last_word)
        link.close()
        return None

    return habit


def connack(more: bytes) -> Habit:
    """The CONNACK of MQTT 5 has these properties."""

    def habit(_link: Link, one: Packet) -> bytes:
        return one.with_connack_properties(more) if one.kind == CONNACK else one.raw

    return habit


def pubacks(make: Callable[[Link, Packet], bytes | None]) -> Habit:
    """PUBACKs are others."""

    def habit(link: Link, one: Packet) -> bytes | None:
        return make(link, one) if one.kind == PUBACK else one.raw

    return habit


def refuses(code: int, topic: str) -> Habit:
    """A PUBLISH on a topic is answered by a refusal, and not passed on."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if one.kind != PUBLISH or not one.topic.startswith(topic):
            return one.raw
        link.reply(packet(PUBACK, one.identifier + bytes([code, 0])))
        return None

    return habit


def refuses_large(size: int) -> Habit:
    """A PUBLISH of more bytes is answered by a refusal, as Mosquitto's `message_size_limit` does it."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if one.kind != PUBLISH or one.size <= size:
            return one.raw
        link.reply(packet(PUBACK, one.identifier + b"\x95"))
        return None

    return habit


def subacks(answer: Callable[[list[tuple[str, int]]], bytes], *, pass_on: bool = False) -> Habit:
    """A SUBSCRIBE is answered with these codes; only where they all are the broker's own is it passed on."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if one.kind != SUBSCRIBE:
            return one.raw
        codes = answer(one.filters)
        if not codes:
            return one.raw
        link.reply(packet(SUBACK, one.identifier + (b"\x00" if link.version == 5 else b"") + codes))
        return one.raw if pass_on else None

    return habit


def once(act: Callable[[Link], None], at: int = PUBLISH) -> Habit:
    """The first connection alone is treated so, at its first packet of a kind."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if one.kind == at and not link.count and not link.memory:
            link.memory["done"] = 1
            act(link)
        return one.raw

    return habit


def says_and_closes(data: bytes) -> Callable[[Link], None]:
    def act(link: Link) -> None:
        link.reply(data)
        link.close()

    return act


def adds(data: bytes, to: int) -> Habit:
    """Something of the broker's own follows a kind of answer."""

    def habit(_link: Link, one: Packet) -> bytes:
        return one.raw + data if one.kind == to else one.raw

    return habit


def wants_will(mask: int, code: int) -> Habit:
    """A CONNECT whose will has one of these flags, and a PUBLISH with such a one, is refused."""

    def habit(link: Link, one: Packet) -> bytes | None:
        if one.kind == CONNECT and one.will_flags & mask:
            link.reply(packet(CONNACK, bytes([0, code, 0])))
        elif one.kind == PUBLISH and ((mask & 0x20 and one.retained) or (mask & 0x18 and one.qos)):
            link.reply(disconnect(code))
        else:
            return one.raw
        link.close()
        return None

    return habit


def one_at_a_time(link: Link, one: Packet) -> bytes | None:
    """Receive Maximum 1, to the letter: see `counts_pubacks`."""
    if one.kind == PUBLISH and one.qos:
        link.memory["open"] = link.memory.get("open", 0) + 1
        if link.memory["open"] > 1:
            link.reply(disconnect(0x93))
            link.close()
            return None
    return one.raw


def counts_pubacks(link: Link, one: Packet) -> bytes:
    if one.kind == PUBACK:
        link.memory["open"] = link.memory.get("open", 0) - 1
    return one.with_connack_properties(b"\x21\x00\x01") if one.kind == CONNACK else one.raw


def many_in_a_second(link: Link, one: Packet) -> bytes | None:
    """More than ten messages in half a second end the connection."""
    if one.kind == PUBLISH:
        at = asyncio.get_running_loop().time()
        begun = link.memory.get("ms", 0) / 1000
        if at - begun > 0.5:
            link.memory["ms"], link.memory["count"] = int(at * 1000), 0
        link.memory["count"] += 1
        if link.memory["count"] > 10:
            link.reply(disconnect(0x96))
            link.close()
            return None
    return one.raw


def in_pieces(link: Link, one: Packet) -> bytes | None:
    """Each answer comes in pieces of a byte."""
    for byte in one.raw[:-1]:
        link.reply(bytes([byte]))
    return one.raw[-1:]


def with_properties(_link: Link, one: Packet) -> bytes:
    """Acknowledgements carry a reason string of 60 kB."""
    if one.kind == CONNACK:
        return one.with_connack_properties(b"\x1f\x00\x04fine")
    if one.kind != PUBACK:
        return one.raw
    size = len(CONTROL)
    return packet(
        PUBACK, one.identifier + bytes([0, size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + CONTROL
    )


def is_publish(test: Callable[[Packet], bool]) -> Callable[[Link, Packet], bool]:
    return lambda _, one: one.kind == PUBLISH and test(one)


def is_subscribe(test: Callable[[list[tuple[str, int]]], bool]) -> Callable[[Link, Packet], bool]:
    return lambda _, one: one.kind == SUBSCRIBE and test(one.filters)


def wildcard(filters: list[tuple[str, int]]) -> bool:
    return any("+" in topic for topic, _ in filters)


LARGE = is_publish(lambda one: one.size > 8000)
ALIAS = b"\x30\x06\x00\x00\x03\x23\x00\x01"
UNKNOWN = (
    b"\x00\x00\xf0\x02\x18\x00\xb0\x04\x00\x07\x00\xb7\x90\x04\x7f\xff\x00\xb7\x50\x04\x00\x01\xb7\x00\x62\x02\x00\x01"
)
FLOOD = packet(0x31, b"\x00\x26alarm2mqtt/front-gate/output/siren/set\x00ON") * 2000

ROWS = (
    Row(habit="takes eight filters a SUBSCRIBE", asks=ends(is_subscribe(lambda all_: len(all_) > 8))),
    Row(habit="takes three filters a SUBSCRIBE", asks=ends(is_subscribe(lambda all_: len(all_) > 3))),
    Row(habit="takes one filter a SUBSCRIBE", asks=ends(is_subscribe(lambda all_: len(all_) > 1))),
    Row(
        habit="hangs up on a topic",
        asks=ends(is_publish(lambda one: one.topic == CONFIG)),
        told=f"left out: {CONFIG}",
        described=False,
    ),
    Row(
        habit="hangs up on a topic under 3.1.1",
        asks=ends(is_publish(lambda one: one.topic == CONFIG)),
        old=True,
        told=f"left out: {CONFIG}",
        described=False,
    ),
    Row(habit="hangs up on large messages", asks=ends(LARGE), old=True, told="left out: home", also="entities"),
    Row(habit="names a message too large", asks=ends(LARGE, disconnect(0x95)), told="is larger", also="entities"),
    Row(
        habit="refuses a message as too large, which MQTT 5 does not list",
        asks=refuses_large(5000),
        told="is larger",
        also="entities",
    ),
    Row(
        habit="announces a small packet size",
        answers=connack(b"\x27\x00\x00\x1f\x40"),
        told="entities in Home Assistant, settings first: the broker takes packets of at most 8000 bytes",
    ),
    Row(habit="calls size a quota", asks=ends(LARGE, disconnect(0x97)), told="is larger", also="entities"),
    Row(
        habit="ends with an unlisted code",
        asks=ends(LARGE, disconnect(0xB7)),
        told="left out: home",
        also="entities",
    ),
    Row(
        habit="ends at a topic with not authorized",
        asks=ends(is_publish(lambda one: one.topic == f"{D}/settings"), disconnect(0x87)),
        told=f"left out: {D}/settings",
    ),
    Row(habit="limits the rate", asks=many_in_a_second, within_s=30),
    Row(habit="does not retain, and says so at the will", asks=wants_will(0x20, 0x9A), told="no retained messages"),
    Row(
        habit="does not retain, and says so at a message",
        asks=ends(is_publish(lambda one: one.retained), disconnect(0x9A)),
        told="no retained messages",
    ),
    Row(
        habit="does not retain, and hangs up",
        asks=ends(is_publish(lambda one: one.retained)),
        told="no retained messages",
    ),
    Row(
        habit="does not retain, and hangs up under 3.1.1",
        asks=ends(is_publish(lambda one: one.retained)),
        old=True,
        told="no retained messages",
    ),
    Row(habit="announces that it does not retain", answers=connack(b"\x25\x00"), told="no retained messages"),
    Row(habit="refuses QoS 1 at the will", asks=wants_will(0x18, 0x9B), told="no messages at QoS 1"),
    Row(
        habit="refuses QoS 1 at a message",
        asks=ends(is_publish(lambda one: one.qos > 0), disconnect(0x9B)),
        told="no messages at QoS 1",
    ),
    Row(habit="announces QoS 0", answers=connack(b"\x24\x00"), told="no messages at QoS 1"),
    Row(
        habit="announces QoS 0 and hangs up on a topic",
        asks=ends(is_publish(lambda one: one.topic == CONFIG)),
        answers=connack(b"\x24\x00"),
        told=f"left out: {CONFIG}",
        also="no messages at QoS 1",
        described=False,
        within_s=30,
    ),
    Row(habit="takes one message at a time", asks=one_at_a_time, answers=counts_pubacks),
    Row(habit="announces a Receive Maximum of 0", answers=connack(b"\x21\x00\x00"), told="Receive Maximum"),
    Row(habit="announces a packet size of 0", answers=connack(b"\x27\x00\x00\x00\x00"), told="Maximum Packet Size 0"),
    Row(habit="has an unlisted property", answers=connack(b"\x7e\x01"), told="property 0x7E"),
    Row(habit="assigns another client id", answers=connack(b"\x12\x00\x05srv-1")),
    Row(habit="shortens the keepalive", answers=connack(b"\x13\x00\x02")),
    Row(habit="announces a keepalive of 0", answers=connack(b"\x13\x00\x00")),
    Row(habit="announces no wildcards", asks=ends(is_subscribe(wildcard)), answers=connack(b"\x28\x00")),
    Row(
        habit="refuses wildcards",
        asks=subacks(lambda all_: bytes([0xA2] * len(all_)) if wildcard(all_) else b""),
    ),
    Row(
        habit="refuses wildcards under 3.1.1",
        asks=subacks(lambda all_: bytes([0x80] * len(all_)) if wildcard(all_) else b""),
        old=True,
    ),
    Row(habit="ends at wildcards with the reason", asks=ends(is_subscribe(wildcard), disconnect(0xA2))),
    Row(habit="hangs up at wildcards", asks=ends(is_subscribe(wildcard)), within_s=40),
    Row(habit="hangs up at subscription options", asks=ends(is_subscribe(lambda all_: any(o > 2 for _, o in all_)))),
    Row(
        habit="hangs up at one filter",
        asks=ends(is_subscribe(lambda all_: any(t == "homeassistant/status" for t, _ in all_))),
        told="may not subscribe to homeassistant/status",
        within_s=30,
    ),
    Row(
        habit="refuses one filter with a quota",
        asks=subacks(lambda all_: b"\x97" + bytes(len(all_) - 1) if all_[0][0] == CONFIG else b""),
        told=f"may not subscribe to {CONFIG} (Quota exceeded)",
    ),
    Row(
        habit="answers no SUBSCRIBE",
        asks=lambda _, one: None if one.kind == SUBSCRIBE else one.raw,
        told="(not answered)",
        obeys=False,
        within_s=30,
    ),
    Row(
        habit="answers fewer filters than were asked",
        answers=lambda _, one: packet(SUBACK, one.body[:4]) if one.kind == SUBACK else one.raw,
        told="(not answered)",
    ),
    Row(habit="grants with unlisted codes", asks=subacks(lambda all_: bytes([0x33] * len(all_)), pass_on=True)),
    Row(
        habit="refuses the description",
        asks=refuses(0x87, CONFIG),
        told=f"may not publish on {CONFIG}",
        described=False,
    ),
    Row(habit="refuses the journal for ever", asks=refuses(0x99, f"{D}/journal")),
    Row(habit="refuses all messages", asks=refuses(0x87, "alarm2mqtt"), told=f"may not publish on {D}/#", states=False),
    Row(habit="refuses a topic with an unlisted code", asks=refuses(0xB7, CONFIG), told="0xB7", described=False),
    Row(habit="says that nobody listens", answers=pubacks(lambda _, one: packet(PUBACK, one.identifier + b"\x10"))),
    Row(
        habit="takes with unlisted codes", answers=pubacks(lambda _, one: packet(PUBACK, one.identifier + b"\x33\x00"))
    ),
    Row(
        habit="acknowledges twice, and what was not sent",
        answers=pubacks(lambda _, one: one.raw * 2 + b"\x40\x02\x77\x77"),
    ),
    Row(
        habit="acknowledges nothing",
        answers=pubacks(lambda *_: None),
        told="acknowledges nothing",
        mqtt={"keepalive_s": 5},
        within_s=40,
    ),
    Row(habit="has reasons of 60 kB with control characters", answers=with_properties),
    Row(habit="answers a byte at a time", answers=in_pieces),
    Row(habit="sends what no specification has", answers=adds(UNKNOWN, SUBACK)),
    Row(habit="uses an alias that was never allowed", answers=adds(ALIAS, SUBACK), told="without a topic"),
    Row(
        habit="sends a message before any subscription",
        answers=adds(b"\x30\x2c\x00\x26alarm2mqtt/front-gate/output/siren/set\x00ON!", CONNACK),
        told="without a topic, or before",
    ),
    Row(
        habit="has a session in spite of a clean start",
        answers=lambda _, one: bytes([0x20, one.raw[1], 1]) + one.body[1:] if one.kind == CONNACK else one.raw,
        told="session present",
    ),
    Row(habit="floods retained commands", answers=adds(FLOOD, SUBACK), within_s=40),
    Row(
        habit="moves away once", asks=once(says_and_closes(disconnect(0x9D, b"\x1c\x00\x04b:18"))), told='moved, "b:18"'
    ),
    Row(habit="ends once without a code", asks=once(says_and_closes(b"\xe0\x00")), told="Normal disconnection"),
    Row(habit="ends once in its shortest form", asks=once(says_and_closes(b"\xe0\x01\x8b")), told="shutting down"),
    Row(habit="is busy once", asks=once(says_and_closes(b"\x20\x03\x00\x89\x00"), CONNECT), told="Server busy"),
    Row(
        habit="refuses once with an unlisted code",
        asks=once(says_and_closes(b"\x20\x03\x00\xb7\x00"), CONNECT),
        told="0xB7",
    ),
    Row(
        habit="sends a length that makes no sense once",
        asks=once(lambda link: link.reply(b"\x30\xff\xff\xff\xff\xff")),
        told="no sense",
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.habit)
async def test_with_every_habit_of_a_broker_the_bridge_is_online_and_obeys_and_comes_back(row, tmp_path, caplog):
    caplog.set_level(logging.INFO)
    with Mosquitto(tmp_path) as broker, MqttClient(broker.port, f"{D}/#", "homeassistant/#") as others:
        async with (
            Relay(broker.port, asks=row.asks, answers=row.answers, old=row.old) as relay,
            Bridge(on_port(relay.port, **row.mqtt)).running(connected=False) as bridge,
        ):
            await is_well(row, bridge, others)
            begun = relay.connections
            relay.cut()
            if row.states:
                await until(lambda: others.last(f"{D}/availability") == b"offline", what="the will")
            await until(lambda: relay.connections > begun, within_s=row.within_s, what="a further connection")
            await is_well(row, bridge, others)
            await until(lambda: row.told in caplog.text, within_s=10, what="the warning")
    assert bool(others.on(CONFIG)) == row.described
    warnings = [
        record.message
        for record in caplog.records
        if record.levelno >= logging.WARNING and record.name.startswith("bridge.")
    ]
    assert not [record for record in caplog.records if record.exc_info]
    assert not [text for text in warnings if "taken over" in text]
    assert all(text.isprintable() and len(text) < 1000 for text in warnings)
    named = [text for text in warnings if row.told and row.told in text]
    assert len(named) == bool(row.told), warnings
    # Beside it only what was seen of each connection that ended.
    rest = [text for text in warnings if text not in named and "no connection to the broker" not in text]
    assert [row.also in text for text in rest] == [True] * bool(row.also), warnings


async def is_well(row, bridge, others):
    """It is online, shows what changes, and obeys."""
    await until(lambda: bridge.adapter.connected, within_s=row.within_s, what="a session")
    if row.states:
        await until(lambda: others.last(f"{D}/availability") == b"online", within_s=row.within_s, what="online")
    if row.described:
        await until(lambda: others.on(CONFIG), within_s=row.within_s, what="the description")
    for tripped in (True, False):
        wanted = b"ON" if tripped else b"OFF"
        bridge.adapter.perform(PublishInput(view=an_input_view(tripped=tripped)))
        if row.states:
            await until(
                lambda wanted=wanted: others.last(f"{D}/input/door/state") == wanted,
                within_s=row.within_s,
                what=f"the state {wanted!r}",
            )
    if row.obeys:
        count = len(bridge.commands)
        others.publish(f"{D}/output/siren/set", b"OFF")
        await until(lambda: len(bridge.commands) > count, within_s=row.within_s, what="being obeyed")
