"""Port of a data channel, out of the answers to EPSV and PASV in all their dialects (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bridge.errors import ActionFailed

_EXTENDED = re.compile(r"(\D)\1\1(\d{1,6})\1")
"""RFC 2428: `(|||port|)`; some servers leave out the parentheses."""
_SIX_NUMBERS = re.compile(r"(?<!\d)(\d{1,3})" + r"\s*,\s*(\d{1,3})" * 5 + r"(?!\d)")
"""RFC 1123, 4.1.2.6: host and port may stand anywhere, with or without parentheses."""
_HIGHEST_BYTE, _HIGHEST_PORT = 255, 65_535


class LostAtEpsv(ActionFailed):
    """The server hung up at EPSV or did not answer it: another connection should begin with PASV."""


class NoDataChannel(ActionFailed):
    """The server names no port, or its port cannot be reached; another command may lead to one that can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPort:
    """Port of a data channel; `host` is the address in the answer, None where the answer has none."""

    port: int
    host: str | None = None


def data_port(lines: Sequence[str]) -> DataPort | None:
    """Returns the port in the lines of an answer, or None if there is none, or an impossible one.

    Either form is accepted after either command: translators between IPv6 and IPv4 mix them.
    """
    for line in lines:
        if extended := _EXTENDED.search(line):
            port = int(extended[2])
            return DataPort(port=port) if 0 < port <= _HIGHEST_PORT else None
        if six := _SIX_NUMBERS.search(line):
            numbers = [int(number) for number in six.groups()]
            port = numbers[4] * 256 + numbers[5]
            if max(numbers) > _HIGHEST_BYTE or port == 0:
                return None
            return DataPort(port=port, host=".".join(str(number) for number in numbers[:4]))
    return None
