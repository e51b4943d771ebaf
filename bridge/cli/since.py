"""The `--since` argument as people write it: `90s`, `30m`, `2h`, `3d`, `2026-12-24`, `2026-12-24 18:00` (pure)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

ALLOWED = "such as 90s, 30m, 2h, 3d, 2026-12-24 or 2026-12-24T18:00"
_AGO = re.compile(r"(\d{1,9})\s*([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def since(text: str, now: datetime) -> datetime:
    """Returns the instant that `text` means; a time without an offset is local, in the zone of `now`.

    Raises:
        ValueError: the text is no time; the message names the allowed forms.
    """
    written = text.strip()
    ago = _AGO.fullmatch(written)
    try:
        if ago is not None:
            return now - timedelta(**{_UNITS[ago.group(2)]: int(ago.group(1))})
        instant = datetime.fromisoformat(written)
    except (ValueError, OverflowError):
        message = f"{text!r} is no time: {ALLOWED}"
        raise ValueError(message) from None
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=now.tzinfo)
