"""The journal over HTTP: some entries as JSON, or all of them as a file."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable

from bridge.core.journal import DETAILS, KINDS, JournalEntry
from bridge.text.json_text import as_json
from bridge.web.api.routes import Call, Param, Reply, Route
from bridge.web.ports import JournalQuery, Ports
from bridge.web.view_json import entry_json

LARGEST_SEQ = 2**53 - 1
CHUNK = 500
"""Entries read at once for a file, so that a hundred thousand are never in memory together."""
COLUMNS = ("seq", "time", "time_utc", "kind", *DETAILS, "id", "boot")
QUERY = (
    Param(
        name="limit", schema={"type": "integer", "minimum": 1, "maximum": 1000}, says="At most so many; default 100."
    ),
    Param(name="kind", schema={"type": "string", "enum": list(KINDS)}, says="Only entries of this kind."),
    Param(
        name="after",
        schema={"type": "integer", "minimum": 0, "maximum": LARGEST_SEQ},
        says="The first entries after this number, instead of the newest.",
    ),
)


def routes(ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of the journal."""
    journal = JournalApi(ports)
    return (
        Route(
            method="GET",
            path="/api/journal",
            says="Entries of the journal, oldest first",
            work=journal.entries,
            tag="journal",
            query=QUERY,
            answers={
                "type": "object",
                "properties": {"entries": {"type": "array", "items": {"$ref": "#/components/schemas/Entry"}}},
                "required": ["entries"],
            },
        ),
        Route(
            method="GET",
            path="/api/journal.csv",
            says="The whole journal as a table",
            work=journal.table,
            tag="journal",
            gives="text/csv",
        ),
        Route(
            method="GET",
            path="/api/journal.jsonl",
            says="The whole journal, an entry a line",
            work=journal.lines,
            tag="journal",
            gives="application/x-ndjson",
        ),
    )


class JournalApi:
    """The handlers of these routes."""

    def __init__(self, ports: Ports) -> None:
        self._entries = ports.entries

    async def entries(self, call: Call) -> Reply:
        """Returns the entries that the query asks for, oldest first, as JSON."""
        query = JournalQuery(
            limit=call.query.get("limit", 100), kind=call.query.get("kind"), after_seq=call.query.get("after")
        )
        return Reply(content=await asyncio.to_thread(self._as_document, query))

    def _as_document(self, query: JournalQuery) -> bytes:
        return as_json({"entries": [entry_json(entry) for entry in self._entries(query)]})

    async def table(self, call: Call) -> Reply:
        """Returns the whole journal as CSV, for a spreadsheet."""
        del call
        return Reply(stream=self._csv(), kind="text/csv; charset=utf-8", name="journal.csv")

    async def lines(self, call: Call) -> Reply:
        """Returns the whole journal as JSON lines, for a program."""
        del call
        return Reply(stream=self._lines(), kind="application/x-ndjson", name="journal.jsonl")

    async def _lines(self) -> AsyncIterator[bytes]:
        async for part in self._all(_json_lines):
            yield part

    async def _csv(self) -> AsyncIterator[bytes]:
        yield (",".join(COLUMNS) + "\r\n").encode()
        async for part in self._all(_csv_lines):
            yield part

    async def _all(self, written: Callable[[tuple[JournalEntry, ...]], bytes]) -> AsyncIterator[bytes]:
        """Yields the journal in pieces, oldest first, each formatted by `written`.

        Reading and formatting run off the event loop: alarms must not wait for an export.
        """

        def part(after: int) -> tuple[bytes, int]:
            """Returns the next entries as text, and the number of the last one; empty at the end."""
            found = self._entries(JournalQuery(limit=CHUNK, after_seq=after))
            return (written(found), found[-1].seq) if found else (b"", after)

        after = -1
        while True:
            content, after = await asyncio.to_thread(part, after)
            if not content:
                return
            yield content


def _json_lines(entries: tuple[JournalEntry, ...]) -> bytes:
    """Returns each entry as a line of JSON."""
    return b"".join(as_json(entry_json(entry)) + b"\n" for entry in entries)


def _csv_lines(entries: tuple[JournalEntry, ...]) -> bytes:
    """Returns each entry as a line of CSV, in the order of `COLUMNS`."""
    text = io.StringIO()
    rows = csv.writer(text)
    for fields in map(entry_json, entries):
        rows.writerow([_cell(fields.get(column, "")) for column in COLUMNS])
    return text.getvalue().encode()


def _cell(value: object) -> object:
    """Returns the value.

    A text that a spreadsheet would read as a formula gets a `'` in front (OWASP, "CSV injection").
    """
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
