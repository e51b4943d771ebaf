"""A picture's path on the FTP server: the template of the settings, filled in and made safe (pure)."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime

from bridge.text.file_name import LONGEST_BYTES, safe_name

PART = ".part"
"""Suffix of an upload's name until it is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFacts:
    """The values of a path template's tokens.

    `local` is the alarm's or the picture's wall time in the device's zone.
    `seq` is the alarm's number, `picture` counts from 1 within it: `{seq}` contains both, so that no two uploads
    have one name.
    `camera` is None if there is none.
    """

    device: str
    input: str
    camera: str | None
    local: datetime
    seq: int
    kind: str
    picture: int = 1


def render_path(template: str, facts: UploadFacts) -> str:
    """Returns the path of an upload: relative to the log-in folder, or absolute if the template is.

    The caller has checked the template with `bridge.core.definitions.vocabulary.check_path_template`. Every segment of
    the result is a `safe_name`, and the last leaves room for `PART`.
    """
    values = _values(facts)
    filled = "".join(
        literal + ("" if token is None else values[token])
        for literal, token, _, _ in string.Formatter().parse(template)
    )
    *folders, file = filled.split("/")
    segments = [safe_name(folder) for folder in folders if folder]
    segments.append(safe_name(file, longest_bytes=LONGEST_BYTES - len(PART)))
    return ("/" if filled.startswith("/") else "") + "/".join(segments)


def _values(facts: UploadFacts) -> dict[str, str]:
    """Returns each token's value, itself a safe name, so that no value adds a segment or leaves one empty."""
    return {
        token: safe_name(value)
        for token, value in {
            "device": facts.device,
            "input": facts.input,
            "camera": facts.camera or "",
            "date": facts.local.date().isoformat(),
            "time": facts.local.strftime("%H%M%S"),
            "seq": str(facts.seq) if facts.picture == 1 else f"{facts.seq}-{facts.picture}",
            "kind": facts.kind,
        }.items()
    }
