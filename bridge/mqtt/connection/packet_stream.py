"""The packets of one connection: written together at the end of a turn of the loop, read for a bounded time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.keepalive import Keepalive
from bridge.mqtt.connection.packet_reader import Packet, PacketReader

TURN_S = 0.002
"""Packets are read in a row for so long; then lines get their turn, whatever the broker sends."""


class PacketStream:
    """Packets over a connected socket, on the event loop; from `open` until `close`.

    `take` is called for each packet of the broker, in order. `failed` is called with what `take` or the reader raised,
    and `over` once the connection has ended, or all was written after `finish`; both are expected to call `close`.
    """

    def __init__(
        self,
        sock: BufferedSocket,
        reader: PacketReader,
        *,
        keepalive: Keepalive,
        take: Callable[[Packet], None],
        failed: Callable[[Exception], None],
        over: Callable[[], None],
    ) -> None:
        self.closed = False
        self.keepalive = keepalive
        """Informed of what is sent and heard."""
        self._loop = asyncio.get_running_loop()
        self._socket = sock
        self._descriptor = sock.fileno()
        self._reader = reader
        self._take, self._failed, self._over = take, failed, over
        self._flushing = False
        self._watching_writes = False
        self._finishing = False

    @property
    def error(self) -> OSError | None:
        """The error that broke the connection; None while it stands, and after the broker closed it."""
        return self._socket.error

    def open(self) -> None:
        """Starts reading."""
        self._loop.add_reader(self._descriptor, self._on_readable)

    def send(self, packet: bytes) -> None:
        """Sends a packet, with all others of this turn of the loop in one write at its end."""
        self._socket.send(packet)
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self._flush)

    def flush(self) -> None:
        """Sends the unsent packets now, and not at the end of this turn of the loop."""
        if not self.closed:
            self.keepalive.sent(self._loop.time())
            self._write()

    def finish(self) -> None:
        """Calls `over` once all unsent packets have been written."""
        self._finishing = True
        self._write()

    def close(self) -> None:
        """Closes the connection. Nothing is called afterwards."""
        self.closed = True
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        self._socket.close()
        # Whoever is called holds this stream: without an end of that circle, a session would stay in the memory.
        self._take, self._failed, self._over = _ignore, _ignore, _nothing

    def _flush(self) -> None:
        self._flushing = False
        self.flush()

    def _write(self) -> None:
        """Writes as much as the socket takes, and watches the socket for as long as anything is left."""
        if self.closed:
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
        elif self._finishing and not left:
            self._over()

    def _on_readable(self) -> None:
        self._reader.feed(self._socket.fill())
        self.keepalive.heard(self._loop.time())
        self._read()

    def _read(self) -> None:
        """Hands on the packets that have come; after `TURN_S` the rest waits for the next turn of the loop."""
        until = self._loop.time() + TURN_S
        try:
            while (packet := self._reader.next()) is not None:
                self._take(packet)
                if self.closed:
                    return
                if self._loop.time() > until:
                    self._loop.remove_reader(self._descriptor)
                    self._loop.call_soon(self._read_on)
                    return
        except Exception as error:  # noqa: BLE001 - its owner decides
            self._failed(error)
            return
        if self._socket.ended:
            self._over()

    def _read_on(self) -> None:
        """Continues reading after the turn of others, unless the connection was closed meanwhile."""
        if not self.closed:
            self._loop.add_reader(self._descriptor, self._on_readable)
            self._read()


def _ignore(_: object) -> None:
    """Ignores a call for a closed connection."""


def _nothing() -> None:
    """Ignores the end of a closed connection."""
