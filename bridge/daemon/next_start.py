"""Settings that are read once, at the start."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

log = logging.getLogger(__name__)

AT_NEXT_START: Final = ("lines", "store")


def log_what_waits(before: Settings, after: Settings, *, is_page_served: bool) -> None:
    """Logs which changes of settings take effect at the next start; of the page's only where it was off at this one."""
    for part in AT_NEXT_START:
        if getattr(before, part) != getattr(after, part):
            log.warning("%s: changed; takes effect at the next start", part)
    if not is_page_served and before.web != after.web:
        log.warning("web: changed; takes effect at the next start")
