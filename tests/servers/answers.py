"""Answers of a server, byte for byte: in one segment, in several, without an end, or by hanging up."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Endless:
    """The same bytes over and over, until the client goes away."""

    piece: bytes


Answer = bytes | tuple[bytes, ...] | Endless | None
"""A tuple is sent in several segments; None hangs up."""


def say(connection: socket.socket, answer: Answer) -> bool:
    """Sends an answer, and returns whether the conversation goes on."""
    if answer is None:
        return False
    if isinstance(answer, Endless):
        block = answer.piece * (65_536 // len(answer.piece) + 1)
        while True:
            connection.sendall(block)
    for number, piece in enumerate((answer,) if isinstance(answer, bytes) else answer):
        if number:
            time.sleep(0.05)
        connection.sendall(piece)
    return True


def code_of(answer: Answer) -> bytes:
    """The code of an answer's last line; empty where there is none."""
    whole = b"".join(answer) if isinstance(answer, tuple) else answer
    return whole.rstrip().rpartition(b"\n")[2][:3] if isinstance(whole, bytes) else b""
