"""A full journal: how fast its end is read, and how fast what the broker missed gets there, all of it."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.broker import free_port
from bench.figures import median
from bench.old_journal import write_journal
from bench.ours import TOPIC, alarm2mqtt
from bench.stage import Stage
from bench.table import Row
from bench.waiting import TooLate, hear_while
from bench.wire import Client, Message
from bridge.store.journal_query import LATEST, EntryFilter, read_entries, read_unsent

PART = "journal"
ENTRIES = 50_000
LATEST_MS = 10.0
A_SECOND = 1_000.0
REPLAYED_S = 120.0
MARKED_S = 10.0
QUERIES = 100


class Replay:
    """A subscriber to the journal; `done` when it has heard the entry with the id `last`."""

    def __init__(self, stage: Stage, *, last: str) -> None:
        self.done = False
        self._last = f'"{last}"'.encode()
        self._payloads: list[tuple[int, bytes]] = []
        self.client = Client(port=stage.broker.port, name="reads-the-journal", heard=self._arrived)
        self.client.subscribe(f"{TOPIC}/journal")

    def _arrived(self, message: Message) -> None:
        # Read later: the broker waits for what is done here.
        self._payloads.append((message.at_ns, message.payload))
        self.done = self.done or self._last in message.payload

    def told(self) -> list[tuple[int, int]]:
        """When each replayed entry came, and its number, in the order of arrival."""
        told = [(at_ns, json.loads(payload)) for at_ns, payload in self._payloads]
        return [(at_ns, entry["seq"]) for at_ns, entry in told if entry["boot"] == "before"]


def _took_ms(work: Callable[[], object]) -> list[float]:
    took = []
    for _ in range(QUERIES):
        begin_ns = time.monotonic_ns()
        work()
        took.append((time.monotonic_ns() - begin_ns) / 1e6)
    return took


def _over_http(port: int) -> list[float]:
    """The same entries as a page asks for them, on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)

    def ask() -> None:
        connection.request("GET", f"/api/journal?limit={LATEST}")
        answer = connection.getresponse()
        assert answer.status == http.HTTPStatus.OK
        assert len(json.loads(answer.read())["entries"]) == LATEST

    took = _took_ms(ask)
    connection.close()
    return took


def _left_unsent(path: Path) -> int:
    """Entries of the old boot that the database still takes for unsent."""
    return sum(entry.boot == "before" for entry in read_unsent(path, after=0, limit=ENTRIES))


def _row(what: str, unit: str, ours: float, **compared: Any) -> Row:
    return Row(part=PART, what=what, unit=unit, ours=ours, **compared)


def _replay_rows(replay: Replay, path: Path, backlog: int) -> list[Row]:
    told = replay.told()
    seqs = [seq for _, seq in told]
    seconds = (told[-1][0] - told[0][0]) / 1e9 if len(told) > 1 else REPLAYED_S
    waited_for = range(ENTRIES - backlog + 1, ENTRIES + 1)
    return [
        _row(f"{backlog} entries replayed to a subscriber", "/s", len(told) / seconds, least=A_SECOND),
        _row("lost", "", len(set(waited_for) - set(seqs)), limit=0),
        _row("told twice, or though the broker had them", "", len(seqs) - len(set(waited_for) & set(seqs)), limit=0),
        _row("out of order", "", sum(after < before for before, after in pairwise(seqs)), limit=0),
        _row("unsent in the database afterwards", "", _left_unsent(path), limit=0),
    ]


def measure(stage: Stage) -> list[Row]:
    """Replay first, from the start of the program on; then queries while it runs."""
    backlog, port = 3_000 if stage.quick else 20_000, free_port()
    folder = stage.folder / "journal"
    ours = alarm2mqtt(folder, stage.broker.port, web={"port": port})
    path = write_journal(folder, entries=ENTRIES, unsent=backlog)
    replay = Replay(stage, last=f"before-{ENTRIES}")
    program, _ = stage.timed_start(ours, replay.client)
    try:
        hear_while([replay.client], lambda: not replay.done, within_s=REPLAYED_S, what="the replay")
        hear_while([replay.client], lambda: _left_unsent(path) > 0, within_s=MARKED_S, what="marks in the database")
    except TooLate as late:
        sys.stderr.write(f"{late}\n")  # what is missing is counted below
    read, asked = _took_ms(lambda: read_entries(path, EntryFilter(limit=LATEST))), _over_http(port)
    replay.client.close()
    program.stop()
    queried = f"last {LATEST} of {ENTRIES} entries"
    return [
        _row(f"{queried} from the database, median", "ms", median(read), limit=LATEST_MS),
        _row(f"{queried} from the database, worst of {QUERIES}", "ms", max(read)),
        _row(f"{queried} over HTTP, median", "ms", median(asked), limit=LATEST_MS),
        *_replay_rows(replay, path, backlog),
    ]
