"""Kinds of line in a person's words."""

from __future__ import annotations

from typing import Any

_WORDS = {"gpio": "GPIO", "http": "HTTP", "mqtt": "MQTT", "onvif": "ONVIF"}


def kind_words(kind: str) -> str:
    """Returns `onvif_event` as `ONVIF event`."""
    first, *rest = [_WORDS.get(part, part) for part in kind.split("_")]
    return " ".join([first[0].upper() + first[1:], *rest])


def place_words(line: Any) -> str:
    """Returns where a line is, such as `ONVIF event of gate`; empty for a line of this machine, and for None."""
    if line is None or not line.is_far:
        return ""
    camera = getattr(line, "camera", None)
    return kind_words(line.kind) + (f" of {camera}" if camera else "")
