"""What a server said, made fit to be shown: one short printable line without secrets."""

from __future__ import annotations

import base64
from collections.abc import Iterable

LONGEST = 200
HIDDEN = "…"


def printable(text: str, *, hide: Iterable[str] = ()) -> str:
    """One line of at most `LONGEST` characters; every string of `hide` is cut out, as it is and in base64.

    Servers echo commands, and the one that logs in carries the password. RFC 4954 sends it as
    base64, alone (LOGIN) or behind the user name (PLAIN): give the pair with its NULs as a secret
    of its own.
    """
    for secret in sorted(filter(None, hide), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        text = text.replace(base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii"), HIDDEN)
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
