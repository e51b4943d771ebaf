"""Text of others made fit for one line: printable, shortened, without secrets (pure).

Servers, brokers, files and people at a terminal write it. Shown as it came, it could steer a terminal,
forge a line of a log, or repeat a password.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable

LONGEST = 200
LONGEST_REPR = 48
"""A value's share of a line that says what is wrong with it."""
HIDDEN = "…"

_BREAKS_A_LINE = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, lone surrogates, and separators of lines and paragraphs."""


def printable(text: str, *, hide: Iterable[str] = ()) -> str:
    """Returns what a server said as one line of at most `LONGEST` characters, without the secrets of `hide`."""
    text = without_secrets(text, hide)
    return shortened(_single_spaced("".join(letter if letter.isprintable() else " " for letter in text)), LONGEST)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Returns `text` with each secret cut out, as it is and in base64.

    Servers echo commands, and the one that logs in carries the password. RFC 4954 sends it as
    base64, alone (LOGIN) or behind the user name (PLAIN): give the pair with its NULs as a secret
    of its own.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        text = text.replace(base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii"), HIDDEN)
    return text


def escaped(text: str) -> str:
    r"""Returns `text` with an escape such as `\x1b` for each character that does not print; nothing is lost."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def one_line(text: str) -> str:
    """Returns `text` on one line with single spaces. Formatting characters stay: emoji are made with them."""
    return _single_spaced("".join(" " if unicodedata.category(letter) in _BREAKS_A_LINE else letter for letter in text))


def shortened(text: str, longest: int) -> str:
    """Returns `text`, or its beginning and `…`: at most `longest` characters."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def short_repr(value: object) -> str:
    """Returns a value that somebody sent as Python writes it: in ASCII, at most `LONGEST_REPR` characters."""
    text = ascii(value)
    return text if len(text) <= LONGEST_REPR else f"{text[: LONGEST_REPR - 3]}..."


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
