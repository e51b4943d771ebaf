"""paho with a socket that is connected already, and with acknowledgements left to the session.

paho would open the socket itself, and block in doing so.
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
    """A paho client whose `reconnect` takes the given socket (`_create_socket` of paho 2).

    `answered` is told of each PUBACK that is not a plain yes.
    """

    def __init__(
        self, wire: BufferedSocket, version: Version, client_id: str, *, answered: Callable[[int, ReasonCode], None]
    ) -> None:
        self._wire = wire
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
        """Whether what comes next is the beginning of a packet."""
        return not self._in_packet["command"]

    def next_identifier(self) -> int:
        """For a PUBLISH; paho numbers its SUBSCRIBEs from the same row."""
        return self._mid_generate()

    def ping(self) -> None:
        """Ask for a sign of life; paho itself does so only after a whole keepalive."""
        self._send_pingreq()

    def _create_socket(self) -> BufferedSocket:
        return self._wire

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
