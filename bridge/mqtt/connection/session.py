"""One MQTT session over one connected socket, by paho, driven by the event loop and without a thread.

paho's own keepalive is not used, which would need two keepalives to detect a dead broker:
`keepalive` needs one and a quarter.

Above 300 lines, since it is one state machine: paho's callbacks, the socket and the timers all change the same
few fields.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.mqtt.connection import publish_packet as packets
from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.keepalive import Check, Keepalive
from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter, Login
from bridge.mqtt.messages import Acknowledged, Incoming, Outgoing
from bridge.text.printable import escaped

_LOG = logging.getLogger(__name__)
ANSWER_S = 10.0
"""Limit for a broker's CONNACK or SUBACK."""
TURN_S = 0.002
"""Messages are read in a row for so long; then lines get their turn, whatever the broker sends."""
LARGEST_WINDOW = 20
"""Limit of publishes that are not acknowledged yet; Mosquitto's limit for a client."""
_DENIED = frozenset({134, 135, 138, 140})
"""MQTT 5, 3.2.2.2: bad user name or password, not authorized, banned, bad authentication method."""
_UNSUPPORTED_VERSION = 132
_TAKEN_OVER = 142
_FAILED = 128
"""Reason codes from here on are failures."""


class Session:
    """One session: `open`, then subscribe and publish; `ended` is done once either side has ended it.

    `receive` is called for every message, on the loop, in order.
    """

    def __init__(self, *, sock: BufferedSocket, login: Login, receive: Callable[[Incoming], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Ended] = self._loop.create_future()
        self.window = LARGEST_WINDOW
        self._login = login
        self._receive = receive
        self._socket = sock
        self._descriptor = sock.fileno()
        self._largest: int | None = None
        self._qos = 1
        self._refused: set[str] = set()
        self._pending: dict[int, tuple[str, Acknowledged]] = {}
        self._connack: asyncio.Future[None] = self._loop.create_future()
        self._suback: asyncio.Future[list[ReasonCode]] | None = None
        self._flushing = False
        self._watching_writes = False
        self._keepalive = Keepalive(keepalive_s=login.keepalive_s, at=self._loop.time())
        self._check: asyncio.TimerHandle | None = None
        self._client = self._make_client()

    @property
    def version(self) -> Version:
        """The version of MQTT on this connection."""
        return self._login.version

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
        await self._first(self._connack, "did not answer CONNECT")
        if self.ended.done():
            return self.ended.result()
        self._arm()
        return None

    async def subscribe(self, filters: Sequence[Filter]) -> Ended | None:
        """Subscribes to all filters at once and waits for the answer. Returns None, or the end of the session."""
        self._suback = self._loop.create_future()
        self._client.subscribe([(one.topic, self._options(one)) for one in filters])
        await self._first(self._suback, "did not answer SUBSCRIBE")
        if self.ended.done():
            return self.ended.result()
        for one, code in zip(filters, self._suback.result(), strict=False):
            if code.value >= _FAILED:
                _LOG.warning("the broker does not let us listen to %s: %s", one.topic, code)
        return None

    def publish(self, message: Outgoing, acknowledged: Acknowledged) -> bool:
        """Publishes at QoS 1; `acknowledged` is called with the broker's answer.

        Returns False, and makes no call, once the session has ended, and for a message too large for the broker.
        """
        if self.ended.done():
            return False
        mid = self._client.next_identifier() if self._qos else None
        packet = packets.publish(message, identifier=mid, properties=self._properties(message))
        if self._largest is not None and len(packet) > self._largest:  # MQTT 5, 3.2.2.3.6: of the whole packet
            self._warn_once(message.topic, f"messages over {self._largest} bytes")
            return False
        self._socket.send(packet)
        self._flush_soon()
        if mid is not None:
            self._pending[mid] = (message.topic, acknowledged)
        else:  # MQTT 5, 3.2.2.3.4: a broker with a maximum of QoS 0 acknowledges nothing
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
        self._client.disconnect()
        try:
            async with asyncio.timeout(1):
                await asyncio.shield(self.ended)
        except TimeoutError:
            self.abort("the goodbye could not be written")

    def abort(self, why: str, how: EndReason = EndReason.UNREACHABLE) -> None:
        """Closes the connection without DISCONNECT; the broker publishes the will."""
        self._end(Ended(how=how, why=why))

    # What paho and the event loop call.

    def _make_client(self) -> PahoClient:
        login = self._login
        client = PahoClient(self._socket, login.version, login.client_id, answered=self._answered)
        if login.username is not None:
            client.username_pw_set(login.username, login.password)
        if login.will is not None:
            client.will_set(login.will.topic, login.will.payload, qos=1, retain=login.will.retained)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        client.on_socket_register_write = lambda _client, _data, _socket: self._flush_soon()
        return client

    def _options(self, one: Filter) -> Any:
        if self.version is not Version.V5:
            return 1
        return SubscribeOptions(
            qos=1,
            noLocal=not one.own_too,
            retainAsPublished=one.flag_retained,
            retainHandling=SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE,
        )

    async def _first(self, answer: asyncio.Future[Any], silent: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                await asyncio.wait((answer, self.ended), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            self.abort(f"the broker {silent}")
        finally:
            if not answer.done():
                answer.cancel()

    def _on_connect(
        self, _client: Client, _data: Any, _flags: ConnectFlags, code: ReasonCode, properties: Properties | None
    ) -> None:
        if code.value == 0:
            self._apply_limits(properties)
            if not self._connack.done():
                self._connack.set_result(None)
        elif code.value in _DENIED:
            self._end(Ended(how=EndReason.DENIED, why=str(code)))
        elif code.value == _UNSUPPORTED_VERSION:
            self._end(Ended(how=EndReason.TOO_NEW, why=str(code)))
        else:
            self._end(Ended(how=EndReason.REFUSED, why=f"the broker refuses: {code}"))

    def _apply_limits(self, properties: Properties | None) -> None:
        """Applies the limits of an MQTT 5 broker's CONNACK."""
        self.window = min(LARGEST_WINDOW, getattr(properties, "ReceiveMaximum", LARGEST_WINDOW))
        self._largest = getattr(properties, "MaximumPacketSize", None)
        self._qos = min(1, getattr(properties, "MaximumQoS", 1))
        keepalive_s = getattr(properties, "ServerKeepAlive", self._login.keepalive_s)
        self._keepalive = Keepalive(keepalive_s=keepalive_s or self._login.keepalive_s, at=self._loop.time())

    def _on_disconnect(
        self, _client: Client, _data: Any, flags: DisconnectFlags, code: ReasonCode, _given: Properties | None
    ) -> None:
        broken = self._socket.error
        hung_up = broken is None or isinstance(broken, ConnectionError | ssl.SSLEOFError)
        reason = f" ({broken})" if broken is not None else ""
        if flags.is_disconnect_packet_from_server:
            how = EndReason.TAKEN_OVER if code.value == _TAKEN_OVER else EndReason.UNREACHABLE
            self._end(Ended(how=how, why=f"the broker closed the connection: {code}"))
        elif not hung_up:
            self._end(Ended(how=EndReason.UNREACHABLE, why=f"the connection broke{reason}"))
        elif not self._connack.done():
            self._end(
                Ended(
                    how=EndReason.TOO_NEW,
                    why=f"the broker hung up without an answer; does it want TLS, or a certificate?{reason}",
                )
            )
        else:
            self._end(Ended(how=EndReason.THROWN_OUT, why=f"the broker closed the connection{reason}"))

    def _on_subscribe(self, _client: Client, _data: Any, _mid: int, codes: list[ReasonCode], _given: Any) -> None:
        if self._suback is not None and not self._suback.done():
            self._suback.set_result(codes)

    def _answered(self, mid: int, code: ReasonCode) -> None:
        """Called for a PUBACK that is a refusal, or a success with properties."""
        if code.value < _FAILED:
            self._acknowledge(mid)
        elif mid in self._pending:
            topic, acknowledged = self._pending.pop(mid)
            self._warn_once(topic, f"this: {code}")
            acknowledged(False)  # noqa: FBT003 - its only argument

    def _acknowledge(self, mid: int) -> None:
        if mid in self._pending:
            _, acknowledged = self._pending.pop(mid)
            acknowledged(True)  # noqa: FBT003 - its only argument

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            _LOG.debug("a message on a topic that is not UTF-8 is ignored")
            return
        properties = message.properties
        incoming = Incoming(
            topic=topic,
            payload=bytes(message.payload),
            retained=bool(message.retain),
            response_topic=getattr(properties, "ResponseTopic", None),
            correlation=getattr(properties, "CorrelationData", None),
            expiry_s=getattr(properties, "MessageExpiryInterval", None),
        )
        try:
            self._receive(incoming)
        except Exception:  # noqa: BLE001 - logged whole; else paho would hand over the same message for ever
            _LOG.exception("a message on %s could not be handled", escaped(topic))

    def _warn_once(self, topic: str, what: str) -> None:
        if topic not in self._refused:
            self._refused.add(topic)
            _LOG.warning("the broker does not take %s on %s", what, topic)

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
            self._read()

    def _on_readable(self) -> None:
        self._socket.fill()
        self._keepalive.heard(self._loop.time())
        self._read()

    def _read(self) -> None:
        until = self._loop.time() + TURN_S
        try:
            while self._socket.has_input and not self.ended.done():
                if self._loop.time() > until:
                    self._loop.remove_reader(self._descriptor)
                    self._loop.call_soon(self._read_on)
                    return
                mid = self._socket.take_plain_puback() if self._client.between_packets else None
                if mid is None:
                    self._client.loop_read()
                else:
                    self._acknowledge(mid)
        except Exception:  # noqa: BLE001 - logged whole; paho is left within a packet, and only a new session helps
            _LOG.exception("the MQTT session failed")
            self.abort("an error of our own")

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
            case Check.GIVE_UP:
                self.abort("the broker does not answer any more")
                return
        self._arm()

    def _end(self, ended: Ended) -> None:
        if self.ended.done():
            return
        self.ended.set_result(ended)
        if self._check is not None:
            self._check.cancel()
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        self._pending.clear()
        self._socket.close()
