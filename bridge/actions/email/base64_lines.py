"""Base64 as a mail carries it (RFC 2045, 6.8), computed in pieces that let other threads run in between."""

from __future__ import annotations

import time
from binascii import b2a_base64

_LINE_BYTES, _LINE_LETTERS = 57, 76
_PIECE_BYTES = _LINE_BYTES * 600
"""Some 0.2 ms of computing, in which the event loop waits for the interpreter."""


def base64_lines(content: bytes) -> bytes:
    """Returns `content` in base64: lines of 76 letters joined by CR LF, without one at the end."""
    pieces = []
    for start in range(0, len(content), _PIECE_BYTES):
        letters = b2a_base64(content[start : start + _PIECE_BYTES], newline=False)
        lines = [letters[at : at + _LINE_LETTERS] for at in range(0, len(letters), _LINE_LETTERS)]
        pieces.append(b"\r\n".join(lines))
        time.sleep(0)  # releases the interpreter, which happens by itself only every 5 ms
    return b"\r\n".join(pieces)
