"""Where on the FTP server a picture goes: the template of the settings, filled in and made safe (pure)."""

from __future__ import annotations

import string
from dataclasses import dataclass
from datetime import datetime

from bridge.text.file_name import LONGEST_BYTES, safe_name

PART = ".part"
"""What an upload's name ends with until it is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadFacts:
    """What the tokens of a path template stand for.

    `local` is the alarm's or the picture's wall time in the device's zone. `seq` is the alarm's
    number, `picture` counts from 1 within it: `{seq}` shows both, so that no two uploads have one
    name. `camera` is None when there is none.
    """

    device: str
    input: str
    camera: str | None
    local: datetime
    seq: int
    kind: str
    picture: int = 1


def render_path(template: str, facts: UploadFacts) -> str:
    """The path, relative to where the server lets one log in, absolute if the template is.

    The template is one that `bridge.core.definitions.vocabulary.check_path_template` lets through. Every
    segment of the result is a `safe_name`, and the last leaves room for `PART`.
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
    """Each token's value, itself a safe name, so that none adds a segment or leaves one empty."""
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
