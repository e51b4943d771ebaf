"""Names that people, devices and settings give, made fit to be the name of one file or folder (pure)."""

from __future__ import annotations

import re
import unicodedata

LONGEST_BYTES = 255
"""NAME_MAX of Linux's file systems, counted in UTF-8."""

_NOT_ALLOWED = frozenset('/\\:*?"<>|')
"""Separators, and what Windows servers refuse or servers take as patterns."""

_NOT_ALLOWED_KINDS = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, lone surrogates, and separators of lines and paragraphs."""

_EDGES = re.compile(r"^[\s.~]+|[\s.]+$")
"""A leading dot hides, a leading tilde is somebody's home; spaces and dots at the end get lost."""


def safe_name(text: str, *, longest_bytes: int = LONGEST_BYTES) -> str:
    """Returns `text` as one segment of a path, in which nothing separates, hides or breaks a line.

    The result is never empty, `.` or `..`. Each bad character becomes `_`. A name longer than `longest_bytes` of UTF-8
    (at least 8) loses its middle, for the beginning is what people read and the end distinguishes files. A safe name
    comes back unchanged.
    """
    name = "".join("_" if _bad(letter) else letter for letter in text)
    return _shorten(_EDGES.sub("", name) or "_", longest_bytes)


def _bad(letter: str) -> bool:
    """Returns whether a character must not be in a file's name."""
    return letter in _NOT_ALLOWED or unicodedata.category(letter) in _NOT_ALLOWED_KINDS


def _shorten(name: str, longest_bytes: int) -> str:
    """Returns `name` without its middle if its UTF-8 is longer than `longest_bytes`; no letter is cut in two."""
    raw = name.encode()
    if len(raw) <= longest_bytes:
        return name
    head = raw[: longest_bytes // 2].decode(errors="ignore")
    tail = raw[-(longest_bytes - longest_bytes // 2) :].decode(errors="ignore")
    return head + tail
