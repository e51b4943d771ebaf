"""paho as the builder of packets: CONNECT, SUBSCRIBE, PINGREQ and DISCONNECT.

paho would open the socket itself, and block meanwhile. It reads nothing: `packet_reader` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from bridge.mqtt.connection.paho_library import Client
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session_types import Filter, Login

RECEIVE_MAXIMUM = 100
"""Messages at QoS 1 or 2 that the broker may send without an answer."""


class _Out:
    """paho's socket: whatever is written to it goes out as packets of the session."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send

    def send(self, data: bytes | bytearray) -> int:
        """Sends all of `data`, so that paho never waits to write. Returns the number of bytes."""
        self._send(bytes(data))
        return len(data)

    def recv(self, _count: int) -> bytes:
        """Raises BlockingIOError, so that paho reads nothing: the session reads."""
        raise BlockingIOError

    def fileno(self) -> int:
        """Returns -1: paho has nothing to watch."""
        return -1

    def setblocking(self, _flag: bool) -> None:  # noqa: FBT001 - paho's protocol
        """Ignores the mode: the session's socket never blocks."""

    def close(self) -> None:
        """Does nothing: the session closes its own socket."""


class PahoClient(Client):
    """A paho client that writes each packet with `send` at once (`_create_socket` of paho 2)."""

    def __init__(self, send: Callable[[bytes], None], login: Login, *, qos: int, retain: bool) -> None:
        self._out = _Out(send)
        self._version = login.version
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=login.client_id,
            clean_session=None if login.version is Version.V5 else True,
            protocol=MQTTProtocolVersion(login.version),
            reconnect_on_failure=False,
        )
        if login.username is not None:
            self.username_pw_set(login.username, login.password)
        if login.will is not None:
            retained = login.will.retained and retain
            self.will_set(login.will.topic, login.will.payload, qos=qos, retain=retained)
        self._keepalive_s = login.keepalive_s

    def hello(self) -> None:
        """Sends CONNECT, for a session that begins and ends with this connection."""
        properties = None
        if self._version is Version.V5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = 0
            properties.ReceiveMaximum = RECEIVE_MAXIMUM
        self.connect_async("connected already", keepalive=self._keepalive_s, clean_start=True, properties=properties)
        self.reconnect()

    def subscribe_to(self, filters: Sequence[Filter], *, options: bool) -> int:
        """Sends SUBSCRIBE at QoS 1; the options of MQTT 5 are left out without `options`. Returns its identifier."""
        _, identifier = self.subscribe([(one.topic, self._options(one, options=options)) for one in filters])
        return identifier or 0

    def next_identifier(self) -> int:
        """Returns the packet identifier for a PUBLISH; paho numbers its SUBSCRIBEs in the same sequence."""
        return self._mid_generate()

    def ping(self) -> None:
        """Sends PINGREQ; paho itself does so only after a whole keepalive."""
        self._send_pingreq()

    def _options(self, one: Filter, *, options: bool) -> Any:
        """Returns the options of one subscription: the QoS alone for MQTT 3.1.1."""
        if self._version is not Version.V5:
            return one.qos
        if not options:
            return SubscribeOptions(qos=one.qos)
        return SubscribeOptions(
            qos=one.qos,
            noLocal=not one.own_too,
            retainAsPublished=one.flag_retained,
            retainHandling=SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE,
        )

    def _create_socket(self) -> _Out:
        """Returns the socket that paho writes to, in place of one that paho would open."""
        return self._out
