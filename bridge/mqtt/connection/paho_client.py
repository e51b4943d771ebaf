"""paho with a socket that is connected already, and with acknowledgements left to the session.

paho would open the socket itself, and block meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import Version

_ID = 2
"""Bytes of a packet identifier."""


class PahoClient(Client):
    """A paho client on a connected socket (`_create_socket` of paho 2).

    `answered` is called with identifier and reason of each PUBACK that is a refusal, or has properties.
    """

    def __init__(
        self, sock: BufferedSocket, version: Version, client_id: str, *, answered: Callable[[int, ReasonCode], None]
    ) -> None:
        self._socket = sock
        self._answered = answered
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if version is Version.V5 else True,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
        )

    @property
    def between_packets(self) -> bool:
        """Whether the next byte begins a packet."""
        return not self._in_packet["command"]

    def next_identifier(self) -> int:
        """Returns the packet identifier for a PUBLISH; paho numbers its SUBSCRIBEs in the same sequence."""
        return self._mid_generate()

    def ping(self) -> None:
        """Sends PINGREQ; paho itself does so only after a whole keepalive."""
        self._send_pingreq()

    def _create_socket(self) -> BufferedSocket:
        return self._socket

    def _handle_pubackcomp(self, cmd: Literal["PUBACK", "PUBCOMP"]) -> MQTTErrorCode:
        """A PUBACK that `BufferedSocket.take_plain_puback` left: a refusal, or one with properties."""
        packet = self._in_packet["packet"]
        if cmd != "PUBACK" or len(packet) < _ID:
            return super()._handle_pubackcomp(cmd)
        code = (
            ReasonCode(PacketTypes.PUBACK, identifier=packet[_ID])
            if len(packet) > _ID
            else ReasonCode(PacketTypes.PUBACK)
        )
        self._answered(packet[0] << 8 | packet[1], code)
        return MQTTErrorCode.MQTT_ERR_SUCCESS
