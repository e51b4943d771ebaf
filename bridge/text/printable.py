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
    """Returns foreign text as one line of at most `LONGEST` characters, without the secrets in `hide`.

    A character that does not print becomes a space; spaces are collapsed; a text that is too long ends in `…`.
    """
    text = without_secrets(text, hide)
    return shortened(_single_spaced("".join(letter if letter.isprintable() else " " for letter in text)), LONGEST)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """Returns `text` with `…` in place of each secret, be it plain or in base64. Empty secrets are ignored.

    Servers echo commands, and the command that logs in carries the password. RFC 4954 sends the password as base64,
    alone (LOGIN) or behind the user name (PLAIN): the caller adds that pair with its NULs as a secret of its own.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
        text = text.replace(base64.b64encode(secret.encode("utf-8", "replace")).decode("ascii"), HIDDEN)
    return text


def escaped(text: str) -> str:
    r"""Returns `text` with an escape such as `\x1b` for each character that does not print; nothing is lost."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def one_line(text: str) -> str:
    """Returns `text` on one line with single spaces. Formatting characters stay, since emoji are made with them."""
    return _single_spaced("".join(" " if unicodedata.category(letter) in _BREAKS_A_LINE else letter for letter in text))


def shortened(text: str, longest: int) -> str:
    """Returns `text`.

    If it has more than `longest` characters, its beginning and `…`, together `longest` characters.
    """
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def short_repr(value: object) -> str:
    """Returns a foreign value's Python literal in ASCII, cut to `LONGEST_REPR` characters (then it ends in `...`)."""
    text = ascii(value)
    return text if len(text) <= LONGEST_REPR else f"{text[: LONGEST_REPR - 3]}..."


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
