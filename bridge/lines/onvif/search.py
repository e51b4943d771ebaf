"""The search for cameras in the networks of this machine, over UDP."""

from __future__ import annotations

import asyncio
import socket
import struct
import uuid
from contextlib import ExitStack
from typing import Final

from bridge.lines.onvif.discovery import GROUP, PORT, FoundCamera, cameras_in, distinct, probe

SEARCH_S: Final = 2.0
_AGAIN_S: Final = 0.5
"""The question is sent twice: UDP loses packets."""
MOST_CAMERAS: Final = 256
"""Limit of what is kept, whoever sends."""


async def search(within_s: float = SEARCH_S) -> list[FoundCamera]:
    """Asks for cameras in every network that this machine is in. Returns those that answered within the time."""
    packet = probe(str(uuid.uuid4()))
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    found: dict[str, FoundCamera] = {}
    with ExitStack() as opened:
        sockets = [opened.enter_context(each) for index, _ in socket.if_nameindex() for each in _sockets(index)]

        def take(one: socket.socket) -> None:
            try:
                answer, sender = one.recvfrom(65_535)
            except OSError:
                return  # an ICMP error of an earlier packet; other answers follow
            if len(found) < MOST_CAMERAS:
                found.update((each.endpoint, each) for each in cameras_in(answer, sender[0]))

        for one in sockets:
            loop.add_reader(one, take, one)
        try:
            _send(sockets, packet)
            await asyncio.sleep(min(_AGAIN_S, within_s))
            _send(sockets, packet)
            await asyncio.sleep(max(0.0, end - loop.time()))
        finally:
            for one in sockets:
                loop.remove_reader(one)
    return distinct(found.values())


def _sockets(index: int) -> list[socket.socket]:
    """Returns a socket that sends to the group by one interface; none where the interface takes none."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.settimeout(0)
    try:
        one.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", bytes(4), bytes(4), index))
    except OSError:
        one.close()
        return []
    return [one]


def _send(sockets: list[socket.socket], packet: bytes) -> None:
    for one in sockets:
        try:
            one.sendto(packet, (GROUP, PORT))
        except OSError:
            continue  # an interface without an address or a carrier has no cameras
