"""Answers to WS-Discovery on the loopback interface, as cameras in its network would give them."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Sequence
from typing import Self

GROUP, PORT = "239.255.255.250", 3702


def matches(*addresses: str, name: str = "Gate", endpoint: str = "urn:uuid:aa") -> bytes:
    """An answer of one camera."""
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Body><d:ProbeMatches><d:ProbeMatch>'
        f"<a:EndpointReference><a:Address>{endpoint}</a:Address></a:EndpointReference>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
        f"<d:Scopes>onvif://www.onvif.org/Profile/T onvif://www.onvif.org/name/{name}</d:Scopes>"
        f"<d:XAddrs>{' '.join(addresses)}</d:XAddrs></d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()


class CameraSearch:
    """Sends each of these packets to whoever asks for cameras."""

    def __init__(self, answers: Sequence[bytes]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        """The ids of the questions."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((GROUP, PORT))
        member = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        self._socket.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over = True
        self._thread.join()
        self._socket.close()

    _is_over = False

    def _run(self) -> None:
        while not self._is_over:
            try:
                question, sender = self._socket.recvfrom(65_535)
            except TimeoutError:
                continue
            asked = re.search(rb"MessageID>([^<]+)<.*Types>dn:NetworkVideoTransmitter<", question)
            if asked is not None:
                self.asked.append(asked.group(1).decode())
                for each in self.answers:
                    self._socket.sendto(each, sender)
