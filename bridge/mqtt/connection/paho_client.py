"""paho as the builder of packets, with a socket that is connected already.

paho would open the socket itself, and block meanwhile. It reads nothing: `packet_reader` does.
"""

from __future__ import annotations

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import Version


class PahoClient(Client):
    """A paho client on a connected socket (`_create_socket` of paho 2)."""

    def __init__(self, sock: BufferedSocket, version: Version, client_id: str) -> None:
        self._socket = sock
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if version is Version.V5 else True,
            protocol=MQTTProtocolVersion(version),
            reconnect_on_failure=False,
        )

    def next_identifier(self) -> int:
        """Returns the packet identifier for a PUBLISH; paho numbers its SUBSCRIBEs in the same sequence."""
        return self._mid_generate()

    def ping(self) -> None:
        """Sends PINGREQ; paho itself does so only after a whole keepalive."""
        self._send_pingreq()

    def _create_socket(self) -> BufferedSocket:
        return self._socket
