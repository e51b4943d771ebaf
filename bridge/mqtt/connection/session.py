"""One MQTT session over one connected socket, driven by the event loop and without a thread.

paho builds CONNECT, SUBSCRIBE and PINGREQ, `publish_packet` the publishes; `packet_reader` reads. paho's own
keepalive is not used, which would need two keepalives to detect a dead broker: `keepalive` needs one and a quarter.

Above 300 lines, since it is one state machine: packets, the socket and the timers all change the same few fields.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.errors import BrokerError
from bridge.mqtt.connection import properties as props
from bridge.mqtt.connection import publish_packet as packets
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.broker_limits import NO_QOS, NO_RETAIN, BrokerLimits
from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.end_text import hang_up_text
from bridge.mqtt.connection.keepalive import Check, Keepalive
from bridge.mqtt.connection.packet_reader import (
    LARGEST_KEPT,
    Connack,
    Disconnect,
    Other,
    Packet,
    PacketReader,
    Puback,
    Publish,
    Suback,
)
from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter, Login
from bridge.mqtt.messages import Acknowledged, Incoming, Outgoing
from bridge.text.printable import escaped

_LOG = logging.getLogger(__name__)
ANSWER_S = 10.0
"""Limit for a broker's CONNACK."""
SUBACK_S = 5.0
"""Limit for a SUBACK: without one the session goes on, and the subscription is asked for again."""
UNANSWERED_S = 1.0
"""Limit for a SUBACK of a broker that has not answered a SUBSCRIBE before."""
TURN_S = 0.002
"""Messages are read in a row for so long; then lines get their turn, whatever the broker sends."""
LARGEST_WINDOW = 20
"""Limit of publishes that are not acknowledged yet; Mosquitto's limit for a client."""
SETTLE_S = 0.1
"""Between two messages to a broker that limits their rate."""
RECENT_S = 1.0
"""A message at QoS 0 that was sent longer ago did not end the connection."""
PROBE_S = 1.0
"""A message that goes out alone and is not acknowledged for so long may have ended the connection."""
DISCONNECT = b"\xe0\x00"
_PUBREC, _PUBREL, _PUBCOMP, _PINGRESP = 5, 6, 7, 13
_EXACTLY_ONCE = 2

Refused = Callable[[str, int, int, str], None]
"""Called with topic, bytes, reason code and its words of a message that the broker refused, and with a code of success
of the first one that it takes on that topic again."""


class Session:
    """One session: `open`, then subscribe and publish; `ended` is done once either side has ended it.

    `receive` is called for every message, on the loop, in order; `refused` for a publish that the broker refused.
    """

    def __init__(
        self,
        *,
        sock: BufferedSocket,
        login: Login,
        receive: Callable[[Incoming], None],
        limits: BrokerLimits | None = None,
        refused: Refused | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()
        self.limits = limits or BrokerLimits(warn=_LOG.warning)
        self.full_window = LARGEST_WINDOW
        """Publishes that may be unacknowledged; `window` is what is used of them."""
        self.refused_filters: dict[str, str] = {}
        """Filters that the broker refused, with its reason."""
        self._login = login
        self._receive = receive
        self._refused = refused or self._log_refusal
        self._socket = sock
        self._descriptor = sock.fileno()
        self._reader = PacketReader(login.version)
        self._largest: int | None = None
        self._qos = self.limits.qos
        self._retain = self.limits.retain
        self._wildcards = self.limits.wildcards
        self._refused_topics: set[str] = set()
        self._pending: dict[int, tuple[Outgoing, int, Acknowledged]] = {}
        self._recent: deque[tuple[float, Outgoing, int]] = deque(maxlen=LARGEST_WINDOW)
        """Messages at QoS 0, which nothing acknowledges, with the time of sending."""
        self._answers: deque[tuple[Outgoing, int, Acknowledged]] = deque()
        """Messages at QoS 0 that go out one at a time, each followed by a PINGREQ."""
        self._stale: frozenset[int] = frozenset()
        self._acknowledges = False
        self._twice_seen: set[int] = set()
        """Identifiers of messages at QoS 2 on their way; we subscribe at QoS 1, but a broker may send them."""
        self._connack: asyncio.Future[None] = self._loop.create_future()
        self._subscribing: tuple[Filter, ...] = ()
        self._suback_of = 0
        self._suback: asyncio.Future[Suback] | None = None
        self._subscribe_limit_s = SUBACK_S
        self._listens = False
        self._leaving = False
        self._flushing = False
        self._watching_writes = False
        self._keepalive = Keepalive(keepalive_s=login.keepalive_s, at=self._loop.time())
        self._check: asyncio.TimerHandle | None = None
        self._client = self._make_client()

    @property
    def version(self) -> Version:
        """The version of MQTT on this connection."""
        return self._login.version

    @property
    def window(self) -> int:
        """Publishes that may be unacknowledged now."""
        return 1 if self.limits.careful else self.full_window

    @property
    def wildcards(self) -> bool:
        """Whether the broker takes filters with wildcards."""
        return self._wildcards

    @property
    def echoes(self) -> bool:
        """Whether the client's own publishes come back from every filter."""
        return self.version is not Version.V5 or not self.limits.options

    @property
    def announced_largest(self) -> int | None:
        """Bytes of the largest packet by the broker's own word; None without one."""
        return self._largest

    @property
    def largest_packet(self) -> int | None:
        """Bytes of the largest packet that the broker takes; None while no limit is known."""
        known = [one for one in (self._largest, self.limits.largest) if one is not None]
        return min(known, default=None)

    async def open(self) -> Ended | None:
        """Sends CONNECT and waits for the answer. Returns None when the session is open, else the reason."""
        properties = None
        if self.version is Version.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0
            properties.ReceiveMaximum = 100
        self._client.connect_async(
            "connected already", keepalive=self._login.keepalive_s, clean_start=True, properties=properties
        )
        self._loop.add_reader(self._descriptor, self._on_readable)
        self._client.reconnect()
        if not await self._answered(self._connack):
            self.abort("the broker did not answer CONNECT")
        if self.ended.done():
            return self.ended.result()
        self._arm()
        return None

    async def subscribe(self, filters: Sequence[Filter]) -> Ended | None:
        """Subscribes, a few filters a packet, and waits for each answer. Returns None, or the end of the session.

        `refused_filters` has those of these filters that the broker refused, or did not answer in time.
        """
        for one in filters:
            self.refused_filters.pop(one.topic, None)
            if one.largest_kept is not None:
                self._reader.largest_kept[one.topic] = one.largest_kept
        taken = [one for one in filters if not self.limits.leaves_out_filter(one.topic)]
        for one in filters:
            if one not in taken:
                self.refused_filters[one.topic] = "the broker closes the connection then"
        many = self.limits.filters_a_packet
        self._listens = True
        for begin in range(0, len(taken), many):
            await self._subscribe(tuple(taken[begin : begin + many]))
            if self.ended.done():
                return self.ended.result()
        return None

    async def _subscribe(self, filters: tuple[Filter, ...]) -> None:
        self._suback = answer = self._loop.create_future()
        self._subscribing = filters
        _, mid = self._client.subscribe([(one.topic, self._options(one)) for one in filters])
        self._suback_of = mid or 0
        answered = await self._answered(answer, self._subscribe_limit_s)
        if not answered:
            self._subscribe_limit_s = UNANSWERED_S
        if self.ended.done():
            return
        self._subscribing = ()
        found = answer.result().codes if answered else b""
        reason = answer.result().reason if answered else None
        for number, one in enumerate(filters):
            if number >= len(found):
                self.refused_filters[one.topic] = "not answered"
            elif found[number] >= codes.FAILED:
                self.refused_filters[one.topic] = codes.in_words(found[number], reason=reason)
                if found[number] == codes.NO_WILDCARDS:
                    self._wildcards = self.limits.wildcards = False

    def publish(self, message: Outgoing, acknowledged: Acknowledged) -> bool:
        """Publishes at QoS 1; `acknowledged` is called with the broker's answer.

        Returns False, and makes no call, once the session has ended, and for a message that the broker does not take.
        """
        if self.ended.done():
            return False
        mid = self._client.next_identifier() if self._qos else None
        packet = packets.publish(message, identifier=mid, properties=self._properties(message), retain=self._retain)
        size = len(packet)
        largest = self.largest_packet
        if largest is not None and size > largest:  # MQTT 5, 3.2.2.3.6: of the whole packet
            self.limits.log_too_large(message.topic, size)
            return False
        if self.limits.leaves_out(message, self._loop.time()):
            return False
        self._socket.send(packet)
        self._flush_soon()
        if mid is not None:
            self._pending[mid] = (message, size, acknowledged)
            if self.limits.careful:
                self._loop.call_later(PROBE_S, self._probe, mid)
            return True
        # MQTT 5, 3.2.2.3.4: a broker with a maximum of QoS 0 acknowledges nothing
        if self.limits.careful:
            self._answers.append((message, size, acknowledged))
            self._client.ping()  # answered once the broker has read the message before it
        else:
            self._recent.append((self._loop.time(), message, size))
            self._loop.call_soon(acknowledged, True)  # noqa: FBT003 - its only argument
        return True

    def _properties(self, message: Outgoing) -> bytes:
        """Returns the packed properties of a PUBLISH; MQTT 3.1.1 has none."""
        if self.version is not Version.V5:
            return b""
        if message.correlation is None:
            return packets.NO_PROPERTIES
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.correlation
        return bytes(properties.pack())  # type: ignore[no-untyped-call]

    def flush(self) -> None:
        """Sends the unsent publishes now, and not at the end of this turn of the loop."""
        if not self.ended.done():
            self._send_out()

    async def close(self) -> None:
        """Sends DISCONNECT, so that the broker publishes no will, and waits until it is written."""
        if self.ended.done():
            return
        self._leaving = True
        if self._client.want_write():
            self._client.loop_write()
        self._socket.send(DISCONNECT)
        self._write()
        try:
            async with asyncio.timeout(1):
                await asyncio.shield(self.ended)
        except TimeoutError:
            self.abort("the goodbye could not be written")

    def abort(self, why: str, how: EndReason = EndReason.UNREACHABLE) -> None:
        """Closes the connection without DISCONNECT; the broker publishes the will."""
        self._end(Ended(how=how, why=why))

    # What the event loop calls, and what packets bring.

    def _make_client(self) -> PahoClient:
        login = self._login
        client = PahoClient(self._socket, login.version, login.client_id)
        if login.username is not None:
            client.username_pw_set(login.username, login.password)
        if login.will is not None:
            retained = login.will.retained and self._retain
            client.will_set(login.will.topic, login.will.payload, qos=self._qos, retain=retained)
        client.on_socket_register_write = self._on_register_write
        return client

    def _on_register_write(self, _client: Client, _data: Any, _socket: Any) -> None:
        self._flush_soon()

    def _options(self, one: Filter) -> Any:
        if self.version is not Version.V5:
            return 1
        if not self.limits.options:
            return SubscribeOptions(qos=1)
        return SubscribeOptions(
            qos=1,
            noLocal=not one.own_too,
            retainAsPublished=one.flag_retained,
            retainHandling=SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE,
        )

    async def _answered(self, answer: asyncio.Future[Any], limit_s: float = ANSWER_S) -> bool:
        """Returns whether the answer came in time; also False when the session ended meanwhile."""
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.wait((answer, self.ended), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            pass
        finally:
            came = answer.done()
            if not came:
                answer.cancel()
        return came

    def _take(self, packet: Packet) -> None:
        match packet:
            case Puback():
                self._acknowledge(packet)
            case Publish():
                self._on_publish(packet)
            case Connack() if not self._connack.done():
                self._on_connack(packet)
            case Disconnect():
                self._on_disconnect(packet)
            case _ if not self._connack.done():
                self._end(Ended(how=EndReason.TOO_NEW, why="the broker's answer to CONNECT makes no sense"))
            case Suback(identifier=identifier):
                if self._suback is not None and not self._suback.done() and identifier == self._suback_of:
                    self._suback.set_result(packet)
            case Other(kind=kind) if kind == _PINGRESP and self._answers:
                message, _, acknowledged = self._answers.popleft()
                self._settle(message, acknowledged)
            case Other(kind=kind, identifier=identifier) if kind == _PUBREL and identifier in self._twice_seen:
                self._twice_seen.discard(identifier)
                self._socket.send(packets.answer(_PUBCOMP, identifier))
                self._flush_soon()

    def _on_connack(self, packet: Connack) -> None:
        code = packet.code if self.version is Version.V5 and not packet.old_form else codes.from_311(packet.code)
        why = codes.in_words(code, reason=packet.properties.text(props.REASON))
        if packet.old_form and code < codes.FAILED:
            code = codes.UNSUPPORTED_VERSION  # it speaks 3.1.1 all the same, and would not understand our packets
        if code < codes.FAILED:
            self._apply_limits(packet)
            self._connack.set_result(None)
        elif code in codes.DENIED:
            self._end(Ended(how=EndReason.DENIED, why=why, code=code))
        elif code == codes.UNSUPPORTED_VERSION:
            self._end(Ended(how=EndReason.TOO_NEW, why=why, code=code))
        else:
            server = packet.properties.text(props.SERVER_REFERENCE)
            named = codes.in_words(code, reason=packet.properties.text(props.REASON), server=server)
            self._end(Ended(how=EndReason.REFUSED, why=f"the broker refuses: {named}", code=code))

    def _apply_limits(self, packet: Connack) -> None:
        """Applies the limits of an MQTT 5 broker's CONNACK; those that make no sense are left out."""
        numbers, odd = dict(packet.properties.numbers), list(packet.properties.odd)
        for zero in (props.RECEIVE_MAXIMUM, props.MAXIMUM_PACKET_SIZE):
            if numbers.get(zero) == 0:
                odd.append(f"{props.name(zero)} 0")
                del numbers[zero]
        if packet.session_present:
            odd.append("session present after a clean start")
        if odd:
            self.limits.log_once(
                "odd",
                f"the broker's CONNACK is against MQTT {self.version.label} ({', '.join(odd)}): going on without that",
            )
        self.full_window = min(LARGEST_WINDOW, numbers.get(props.RECEIVE_MAXIMUM, LARGEST_WINDOW))
        self._largest = numbers.get(props.MAXIMUM_PACKET_SIZE)
        if numbers.get(props.MAXIMUM_QOS, 1) == 0:
            self._qos = 0
            self.limits.log_once("qos", NO_QOS)
        if numbers.get(props.RETAIN_AVAILABLE, 1) == 0:
            self._retain = False
            self.limits.log_once("retain", NO_RETAIN)
        if numbers.get(props.WILDCARDS_AVAILABLE, 1) == 0:
            self._wildcards = False
        keepalive_s = numbers.get(props.SERVER_KEEP_ALIVE) or self._login.keepalive_s
        self._keepalive = Keepalive(keepalive_s=keepalive_s, at=self._loop.time())

    def _on_disconnect(self, packet: Disconnect) -> None:
        how = EndReason.UNREACHABLE
        if packet.code == codes.TAKEN_OVER:
            how = EndReason.TAKEN_OVER
        elif packet.code == codes.ADMINISTRATIVE:
            how = EndReason.SENT_AWAY
        name = codes.in_words(packet.code or codes.NORMAL, reason=packet.reason, server=packet.server)
        last = ""
        if packet.code not in codes.INNOCENT:
            last = hang_up_text(self._unanswered(), self._subscribing, None)
        why = f"the broker closed the connection: {name}{last}"
        self._end(self._hang_up(how, why, code=packet.code))

    def _hung_up(self) -> None:
        """The connection ended without a DISCONNECT."""
        broken = self._socket.error
        hung_up = broken is None or isinstance(broken, ConnectionError | ssl.SSLEOFError)
        reason = f" ({broken})" if broken is not None else ""
        if not hung_up:
            self._end(Ended(how=EndReason.UNREACHABLE, why=f"the connection broke{reason}"))
        elif not self._connack.done():
            why = f"the broker hung up without an answer; does it want TLS, a certificate or a password?{reason}"
            self._end(Ended(how=EndReason.TOO_NEW, why=why))
        else:
            last = hang_up_text(self._unanswered(), self._subscribing, self.version)
            why = f"the broker closed the connection without a reason{reason}{last}"
            self._end(self._hang_up(EndReason.THROWN_OUT, why))

    def _hang_up(self, how: EndReason, why: str, *, code: int | None = None) -> Ended:
        return Ended(
            how=how,
            why=why,
            code=code,
            hung_up=self._connack.done(),
            unanswered=self._unanswered(),
            filters=self._subscribing,
            gives_reasons=self.version is Version.V5,
        )

    def _unanswered(self) -> tuple[tuple[Outgoing, int], ...]:
        if self._qos:
            return tuple((message, size) for message, size, _ in self._pending.values())
        if self._answers:
            return tuple((message, size) for message, size, _ in self._answers)
        since = self._loop.time() - RECENT_S
        return tuple((message, size) for at, message, size in self._recent if at >= since)

    def _acknowledge(self, packet: Puback) -> None:
        waiting = self._pending.pop(packet.identifier, None)
        if waiting is None:
            return
        message, size, acknowledged = waiting
        self._acknowledges = True
        if packet.code >= codes.FAILED:
            self._refused_topics.add(message.topic)
            self._refused(message.topic, size, packet.code, codes.in_words(packet.code, reason=packet.reason))
            if packet.code == codes.TOO_LARGE:
                self.limits.too_large(message.topic, size)
            acknowledged(False)  # noqa: FBT003 - its only argument
            return
        if message.topic in self._refused_topics:
            self._refused_topics.discard(message.topic)
            self._refused(message.topic, size, packet.code, codes.in_words(packet.code))
        self._settle(message, acknowledged)

    def _settle(self, message: Outgoing, acknowledged: Acknowledged) -> None:
        """Calls `acknowledged` for a message that the broker has taken."""
        if self.ended.done():
            return
        if self.limits.unproven:
            self.limits.accepted(message)
        if self.limits.slow:
            self._loop.call_later(SETTLE_S, acknowledged, True)  # noqa: FBT003 - its only argument
        else:
            acknowledged(True)  # noqa: FBT003

    def _log_refusal(self, topic: str, size: int, code: int, words: str) -> None:
        if code >= codes.FAILED:
            self.limits.log_once(f"refused {topic}", f"the broker refuses {topic} ({size} bytes): {words}")

    def _on_publish(self, packet: Publish) -> None:
        if packet.qos:
            exactly_once = packet.qos == _EXACTLY_ONCE
            self._socket.send(packets.answer(_PUBREC if exactly_once else packets.PUBACK, packet.identifier))
            self._flush_soon()
            if exactly_once and packet.identifier in self._twice_seen:
                return
            if exactly_once:
                self._twice_seen.add(packet.identifier)
        topic = packet.topic
        if topic is None or not self._listens:
            # Without a subscription it was queued for an earlier session, and is none of this one's commands.
            self.limits.log_once("no topic", "the broker sent a message without a topic, or before any subscription")
            return
        if packet.cut:
            kept = self._reader.largest_kept.get(topic, LARGEST_KEPT)
            self.limits.log_once(
                f"cut {topic}",
                f"a message of {packet.size} bytes lies on {ascii(topic)[1:-1]}: only {kept} bytes are read; "
                "clear it if it is retained",
            )
        incoming = Incoming(
            topic=topic,
            payload=packet.payload,
            retained=packet.retained,
            response_topic=packet.response_topic,
            correlation=packet.correlation,
            expiry_s=packet.expiry_s,
            cut=packet.cut,
        )
        try:
            self._receive(incoming)
        except Exception:  # noqa: BLE001 - logged whole; the next message has nothing to do with it
            _LOG.exception("a message on %s could not be handled", escaped(topic))

    def _flush_soon(self) -> None:
        """Schedules one write for all publishes of this turn of the loop."""
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flushing = False
        if not self.ended.done():
            self._send_out()

    def _send_out(self) -> None:
        if self._client.want_write():
            self._client.loop_write()
        self._keepalive.sent(self._loop.time())
        self._write()

    def _write(self) -> None:
        if self.ended.done():
            return
        left = self._socket.flush()
        if left != self._watching_writes:
            self._watching_writes = left
            if left:
                self._loop.add_writer(self._descriptor, self._write)
            else:
                self._loop.remove_writer(self._descriptor)
        if self._socket.ended:
            self._on_readable()
        elif self._leaving and not left:
            self._end(Ended(how=EndReason.UNREACHABLE, why="closed by this side"))

    def _on_readable(self) -> None:
        self._reader.feed(self._socket.fill())
        self._keepalive.heard(self._loop.time())
        self._read()

    def _read(self) -> None:
        until = self._loop.time() + TURN_S
        try:
            while (packet := self._reader.next()) is not None:
                self._take(packet)
                if self.ended.done():
                    return
                if self._loop.time() > until:
                    self._loop.remove_reader(self._descriptor)
                    self._loop.call_soon(self._read_on)
                    return
        except BrokerError as error:
            how = EndReason.UNREACHABLE if self._connack.done() else EndReason.TOO_NEW
            self.abort(f"the broker {error}", how)
            return
        except Exception:  # noqa: BLE001 - logged whole; a new session begins from nothing
            _LOG.exception("the MQTT session failed")
            self.abort("an error of our own")
            return
        if self._socket.ended:
            self._hung_up()

    def _read_on(self) -> None:
        if not self.ended.done():
            self._loop.add_reader(self._descriptor, self._on_readable)
            self._read()

    def _arm(self) -> None:
        self._check = self._loop.call_at(self._keepalive.next_check(), self._check_keepalive)

    def _check_keepalive(self) -> None:
        if self.ended.done():
            return
        match self._keepalive.check(self._loop.time()):
            case Check.PING:
                self._client.ping()
                self._release_stale()
            case Check.GIVE_UP:
                self.abort("the broker does not answer any more")
                return
        self._arm()

    def _probe(self, mid: int) -> None:
        """Asks a broker that does not answer for a message: some proxies report the end only at the next packet."""
        if mid in self._pending and not self.ended.done():
            self._client.ping()

    def _release_stale(self) -> None:
        """Messages that wait since the ping before the last: their answers were lost, and others wait behind them."""
        lost = [mid for mid in self._stale if mid in self._pending]
        if lost and not self._acknowledges and self._qos:
            self._qos = self.limits.qos = 0
            self.limits.log_once("qos", f"the broker acknowledges nothing: {NO_QOS}")
        for mid in lost:
            _, _, acknowledged = self._pending.pop(mid)
            acknowledged(False)  # noqa: FBT003 - its only argument
        self._stale = frozenset(self._pending)

    def _end(self, ended: Ended) -> None:
        if self.ended.done():
            return
        self.ended.set_result(ended)
        if self._check is not None:
            self._check.cancel()
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        self._pending.clear()
        self._answers.clear()
        self._recent.clear()
        self._socket.close()
