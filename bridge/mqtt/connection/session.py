"""One MQTT session over one connected socket, from CONNECT to its end, on the event loop and without a thread.

paho's own keepalive is not used, which would need two keepalives to detect a dead broker: `keepalive` needs one and a
quarter.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from bridge.errors import BrokerError
from bridge.mqtt.connection import connack, hang_up
from bridge.mqtt.connection.answer_in_time import came_in_time
from bridge.mqtt.connection.broker_limits import NO_QOS, NO_RETAIN, BrokerLimits
from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.hang_up import LastSent
from bridge.mqtt.connection.incoming_messages import IncomingMessages
from bridge.mqtt.connection.keepalive import Check, Keepalive
from bridge.mqtt.connection.packet_reader import (
    Connack,
    Disconnect,
    Other,
    Packet,
    PacketReader,
    Puback,
    Publish,
    Suback,
)
from bridge.mqtt.connection.packet_stream import PacketStream
from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.publish_window import PublishWindow, Refused
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter, Login
from bridge.mqtt.connection.subscriber import Subscriber
from bridge.mqtt.messages import Incoming

_LOG = logging.getLogger(__name__)
ANSWER_S = 10.0
"""Limit for a broker's CONNACK."""
GOODBYE_S = 1.0
"""Limit for writing DISCONNECT."""
_PUBREL, _PINGRESP = 6, 13


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
        self.limits.begin()
        self._login = login
        self._reader = PacketReader(login.version)
        self._stream = PacketStream(
            sock,
            self._reader,
            keepalive=Keepalive(keepalive_s=login.keepalive_s, at=self._loop.time()),
            take=self._take,
            failed=self._failed,
            over=self._over,
        )
        self._client = PahoClient(self._stream.send, login, qos=self.limits.qos, retain=self.limits.retain)
        self._window = PublishWindow(
            self._stream, client=self._client, version=login.version, limits=self.limits, refused=refused
        )
        self._subscriber = Subscriber(self._client, limits=self.limits, ended=self.ended)
        self._incoming = IncomingMessages(self._stream, self._reader, limits=self.limits, receive=receive)
        # Attributes, not methods: nothing stands between an edge and the socket.
        self.publish = self._window.publish
        self.flush = self._stream.flush
        self._connack: asyncio.Future[None] = self._loop.create_future()
        self._leaving = False
        self._check: asyncio.TimerHandle | None = None

    @property
    def version(self) -> Version:
        """The version of MQTT on this connection."""
        return self._login.version

    @property
    def window(self) -> int:
        """Publishes that may be unacknowledged now."""
        return self._window.size

    @property
    def wildcards(self) -> bool:
        """Whether the broker takes filters with wildcards."""
        return self._subscriber.wildcards

    @property
    def refused_filters(self) -> dict[str, str]:
        """Filters that the broker refused or did not answer in time, with the reason; the caller may remove some."""
        return self._subscriber.refused

    @property
    def echoes(self) -> bool:
        """Whether the client's own publishes come back from every filter."""
        return self.version is not Version.V5 or not self.limits.options

    @property
    def announced_largest(self) -> int | None:
        """Bytes of the largest packet by the broker's own word; None without one."""
        return self._window.announced_largest

    @property
    def largest_packet(self) -> int | None:
        """Bytes of the largest packet that the broker takes; None while no limit is known."""
        return self._window.largest_packet

    async def open(self) -> Ended | None:
        """Sends CONNECT and waits for the answer. Returns None once the session is open, else the reason against it."""
        self._stream.open()
        self._client.hello()
        if not await came_in_time(self._connack, self.ended, ANSWER_S):
            self.abort("the broker did not answer CONNECT")
        if self.ended.done():
            return self.ended.result()
        self._arm()
        return None

    async def subscribe(self, filters: Sequence[Filter]) -> Ended | None:
        """Subscribes, a few filters a packet, and waits for each answer.

        Returns None, or the session's end if it has ended. `refused_filters` has those of these filters that the broker
        refused, or did not answer in time.
        """
        for one in filters:
            if one.largest_kept is not None:
                self._reader.largest_kept[one.topic] = one.largest_kept
        self._incoming.listens = True
        await self._subscriber.subscribe(filters)
        return self.ended.result() if self.ended.done() else None

    async def close(self) -> None:
        """Sends DISCONNECT, so that the broker publishes no will, and waits until it is written.

        At most `GOODBYE_S`.
        """
        if self.ended.done():
            return
        self._leaving = True
        self._client.disconnect()
        self._stream.finish()
        await asyncio.wait((self.ended,), timeout=GOODBYE_S)
        self.abort("the goodbye could not be written")

    def abort(self, why: str, how: EndReason = EndReason.UNREACHABLE) -> None:
        """Closes the connection without DISCONNECT; the broker publishes the will. Does nothing after the end."""
        self._end(Ended(how=how, why=why))

    def _take(self, packet: Packet) -> None:
        """Hands a packet to the part that it is for; before the CONNACK any other packet ends the session."""
        match packet:
            case Puback():
                self._window.acknowledge(packet)
            case Publish():
                self._incoming.take(packet)
            case Connack() if not self._connack.done():
                self._on_connack(packet)
            case Disconnect():
                self._end(hang_up.disconnected(packet, self._last_sent()))
            case _ if not self._connack.done():
                self._end(Ended(how=EndReason.TOO_NEW, why="the broker's answer to CONNECT makes no sense"))
            case Suback():
                self._subscriber.answered(packet)
            case Other(kind=kind) if kind == _PINGRESP:
                self._window.ping_answered()
            case Other(kind=kind) if kind == _PUBREL:
                self._incoming.released(packet.identifier)

    def _on_connack(self, packet: Connack) -> None:
        """Applies the terms of the broker and opens the session, or ends it if the broker refuses."""
        terms = connack.read(packet, self.version)
        if isinstance(terms, Ended):
            self._end(terms)
            return
        if terms.odd:
            against = f"the broker's CONNACK is against MQTT {self.version.label}"
            self.limits.log_once("odd", f"{against} ({', '.join(terms.odd)}): going on without that")
        if not terms.qos:
            self.limits.log_once("qos", NO_QOS)
        if not terms.retain:
            self.limits.log_once("retain", NO_RETAIN)
        self._window.apply(terms)
        self._subscriber.wildcards = self._subscriber.wildcards and terms.wildcards
        keepalive_s = terms.keepalive_s or self._login.keepalive_s
        self._stream.keepalive = Keepalive(keepalive_s=keepalive_s, at=self._loop.time())
        self._connack.set_result(None)

    def _failed(self, error: Exception) -> None:
        """Ends the session because of bytes that make no sense, or of a packet that could not be handled."""
        if isinstance(error, BrokerError):
            self.abort(f"the broker {error}", EndReason.UNREACHABLE if self._connack.done() else EndReason.TOO_NEW)
            return
        _LOG.error("the MQTT session failed", exc_info=error)  # logged whole; a new session begins from nothing
        self.abort("an error of our own")

    def _over(self) -> None:
        """Ends the session after a connection that ended without a DISCONNECT of the broker."""
        if self._leaving:
            self.abort("closed by this side")
        else:
            self._end(hang_up.hung_up(self._stream.error, self._last_sent()))

    def _last_sent(self) -> LastSent:
        return LastSent(
            opened=self._connack.done(),
            unanswered=self._window.unanswered(),
            filters=self._subscriber.waiting,
            version=self.version,
            hasty=self._window.hasty,
        )

    def _arm(self) -> None:
        """Schedules the next check of the keepalive."""
        self._check = self._loop.call_at(self._stream.keepalive.next_check(), self._check_keepalive)

    def _check_keepalive(self) -> None:
        if self.ended.done():
            return
        match self._stream.keepalive.check(self._loop.time()):
            case Check.PING:
                self._client.ping()
                self._window.release_stale()
            case Check.GIVE_UP:
                self.abort("the broker does not answer any more")
                return
        self._arm()

    def _end(self, ended: Ended) -> None:
        """Ends the session with this result and closes the connection; does nothing after the end."""
        if self.ended.done():
            return
        self.ended.set_result(ended)
        if self._check is not None:
            self._check.cancel()
            self._check = None
        self._window.clear()
        self._stream.close()
