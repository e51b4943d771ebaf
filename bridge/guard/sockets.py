"""The guard's two sockets, both in Linux's abstract namespace: a read-only container can hold no socket file."""

from __future__ import annotations

import logging
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

log = logging.getLogger(__name__)

_CREDENTIALS = struct.Struct("iII")
_ANSWER_BYTES = 200
_MESSAGE_BYTES = 4096


class NotifySocket:
    """The daemon's `NOTIFY_SOCKET`; sd_notify(3)."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(b"")  # the kernel picks a free name; unix(7), autobind

    @property
    def address(self) -> str:
        """The value of the daemon's `NOTIFY_SOCKET`."""
        name: bytes = self.socket.getsockname()
        return "@" + name[1:].decode("ascii")

    def messages(self, sender: int | None) -> Iterator[str]:
        """Yields the waiting messages of the process `sender` and drops those of others; none for None. Does not wait.

        With the host's network any process can write to the socket.
        """
        while True:
            try:
                data, ancillary, _, _ = self.socket.recvmsg(_MESSAGE_BYTES, socket.CMSG_SPACE(_CREDENTIALS.size))
            except BlockingIOError:
                return
            for _, kind, credentials in ancillary:
                if kind == socket.SCM_CREDENTIALS and _CREDENTIALS.unpack(credentials)[0] == sender:
                    yield data.decode("utf-8", "replace")

    def close(self) -> None:
        """Closes the socket."""
        self.socket.close()


class HealthSocket:
    """The socket that `alarm2mqtt healthy` asks; each caller gets one answer.

    `is_open` is False, which is logged, if another guard has the socket.
    """

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
        self.is_open = True
        try:
            self.socket.bind(_health_address())
            self.socket.listen()
        except OSError as error:
            self.is_open = False
            log.warning("`alarm2mqtt healthy` is answered by another guard, which has the socket: %s", error.strerror)

    def answer(self, *, well: bool, words: str) -> None:
        """Sends `well: <words>` or `unwell: <words>` to the caller that waits; without a caller it does nothing."""
        with suppress(BlockingIOError, ConnectionError):
            caller, _ = self.socket.accept()
            with caller:
                caller.settimeout(0)
                caller.send(f"{'well' if well else 'unwell'}: {words}"[:_ANSWER_BYTES].encode("utf-8", "ignore"))

    def close(self) -> None:
        """Closes the socket."""
        self.socket.close()


def ask(patience_s: float = 3.0) -> tuple[bool, str]:
    """Returns whether the daemon of this container is well, and the guard's words.

    If no guard answers within `patience_s`, the result is False and the reason.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as caller:
        caller.settimeout(patience_s)
        try:
            caller.connect(_health_address())
            answer = caller.recv(4 * _ANSWER_BYTES).decode("utf-8", "replace")
        except OSError as error:
            return False, f"no guard answers: {error.strerror or error}"
    verdict, _, words = answer.partition(": ")
    return verdict == "well", words


def _health_address() -> bytes:
    """Returns the health socket's address, a different one for each container.

    It differs even where containers share the host's network and its names.
    """
    return f"\0alarm2mqtt-guard-{os.stat('/proc/self/ns/pid').st_ino}".encode()  # noqa: PTH116 - pathlib costs memory
