"""`alarm2mqtt log`: prints the journal from outside the daemon."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bridge.cli.log_text import HEADING, as_json_line, as_line
from bridge.cli.since import since as instant_of
from bridge.core.journal import JournalEntry
from bridge.errors import Fault, SettingsError, StoreError
from bridge.store.journal_follow import POLL_S, Follower
from bridge.store.journal_query import EntryFilter, read_entries
from bridge.store.sqlite.connection import FILE_NAME

log = logging.getLogger(__name__)


def print_journal(
    folder: Path, now: datetime, *, since: str | None, limit: int, as_json: bool, follow: bool
) -> Iterator[str]:
    """Yields the newest `limit` entries as text lines, oldest first; with `since` only those from that time on.

    The first line is a heading, except with `as_json`. With `follow` it never ends: new entries follow as they are
    written.

    Raises:
        SettingsError: `since` is no time, or `limit` is not positive.
        StoreError: there is no journal in `folder`, or it cannot be read.
    """
    query = EntryFilter(limit=_positive(limit), since=_instant(since, now))
    line_of = as_json_line if as_json else as_line
    entries = read_entries(folder / FILE_NAME, query)
    if not as_json:
        yield HEADING
    yield from map(line_of, entries)
    if follow:
        with closing(Follower(folder / FILE_NAME, after_seq=entries[-1].seq if entries else 0)) as follower:
            yield from map(line_of, _new_entries(follower))


def _new_entries(follower: Follower) -> Iterator[JournalEntry]:
    """Yields new entries as they are written, for ever.

    A database that cannot be read is logged once, and read again.
    """
    logged = None
    while True:
        try:
            yield from follower.poll()
            logged = None
        except StoreError as error:
            if str(error) != logged:
                logged = str(error)
                log.warning("%s", logged)
        time.sleep(POLL_S)


def _positive(limit: int) -> int:
    """Returns the limit. Raises SettingsError if it is below 1."""
    if limit < 1:
        raise SettingsError([Fault(path="--lines", message="must be at least 1", value=str(limit))])
    return limit


def _instant(since: str | None, now: datetime) -> datetime | None:
    """Returns the instant that `since` means; None for None. Raises SettingsError if it is no time."""
    if since is None:
        return None
    try:
        return instant_of(since, now)
    except ValueError as error:
        raise SettingsError([Fault(path="--since", message=str(error))]) from None
