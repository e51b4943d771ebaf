"""Answers questions for past entries of the journal (`mqtt.md` 2): oldest first, in one message of bounded size.

One question is read and answered at a time, off the loop; a disk that does not answer holds up no other work.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence

from bridge.core.facts import Origin
from bridge.core.journal import KINDS, JournalEntry
from bridge.errors import CommandRefused, Fault, StoreError
from bridge.mqtt import payloads
from bridge.mqtt.commands.answers import Request
from bridge.mqtt.commands.fields import only, whole
from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.journal_publisher import JournalSource
from bridge.mqtt.topics import CommandTopic, Topics
from bridge.text.json_text import as_json
from bridge.text.printable import short_repr

_LOG = logging.getLogger(__name__)
LARGEST = 64 * 1024
"""Limit of an answer in bytes; entries above it wait for the next question."""
USUAL_LIMIT, LARGEST_LIMIT = 100, 1000
LARGEST_SEQ = 2**63 - 1
MOST_WAITING = 10
PATIENCE_S = 10.0

_Question = tuple[Request, int | None, int, frozenset[str] | None]


class JournalQuestions:
    """Queues questions and answers them; the caller keeps `run` running as a task while there is a session.

    `send` publishes an answer; `refuse` answers a question that cannot be answered after all.
    """

    def __init__(
        self,
        *,
        source: JournalSource | None,
        topics: Callable[[], Topics],
        send: Callable[[Outgoing], None],
        refuse: Callable[[Origin, Fault], None],
    ) -> None:
        self._source = source
        self._topics = topics
        self._send = send
        self._refuse = refuse
        self._reading: asyncio.Future[Sequence[JournalEntry]] | None = None
        self._waiting: asyncio.Queue[tuple[Origin, _Question]] = asyncio.Queue(MOST_WAITING)

    def __call__(self, topic: CommandTopic, fields: Mapping[str, object], origin: Origin) -> None:
        """Queues a question; its answer follows later.

        Raises CommandRefused if its fields are wrong or too many wait.
        """
        del topic
        only(fields, "after", "limit", "kinds")
        after = whole(fields, "after", 0, LARGEST_SEQ)
        limit = whole(fields, "limit", 1, LARGEST_LIMIT) or USUAL_LIMIT
        request = origin.request
        if self._source is None or not isinstance(request, Request):
            message = "not available: there is no journal here"
            raise CommandRefused(message)
        try:
            self._waiting.put_nowait((origin, (request, after, limit, _kinds(fields))))
        except asyncio.QueueFull:
            message = f"more than {MOST_WAITING} questions wait: ask again when they are answered"
            raise CommandRefused(message) from None

    async def run(self) -> None:
        """Answers questions until cancelled, at the end of a session; those that wait then are forgotten."""
        try:
            while True:
                origin, (request, after, limit, kinds) = await self._waiting.get()
                try:
                    # One more than asked for shows whether there are more.
                    found = await self._read(after, limit if after is None else limit + 1, kinds)
                    content = await asyncio.to_thread(entries_answer, request.id, found, limit)
                except StoreError as error:
                    self._refuse(origin, Fault(path="", message=str(error)))
                except Exception as error:  # noqa: BLE001 - one question must not end the session
                    _LOG.exception("a question for past entries")
                    self._refuse(origin, Fault(path="", message=f"fault inside: {type(error).__name__}"))
                else:
                    self._send(Outgoing(topic=self._topic(request), payload=content, correlation=request.correlation))
        finally:
            while not self._waiting.empty():
                self._waiting.get_nowait()

    async def _read(self, after: int | None, limit: int, kinds: frozenset[str] | None) -> Sequence[JournalEntry]:
        """Returns entries of the source, as its `past` does. No other read begins while one hangs.

        Raises:
            StoreError: the disk does not answer within the limit.
        """
        if self._source is None or (self._reading is not None and not self._reading.done()):
            message = "the disk with the journal does not answer"
            raise StoreError(message)
        self._reading = asyncio.ensure_future(self._source.past(after=after, limit=limit, kinds=kinds))
        await asyncio.wait({self._reading}, timeout=PATIENCE_S)
        if not self._reading.done():
            message = f"the disk with the journal did not answer within {PATIENCE_S:g} s"
            raise StoreError(message)
        return self._reading.result()

    def _topic(self, request: Request) -> str:
        """Returns the topic of the answer: the request's own, or that of past entries if it has none."""
        topics = self._topics()
        return topics.journal_entries if request.reply_to == topics.response else request.reply_to


def entries_answer(command_id: str | None, found: Sequence[JournalEntry], limit: int) -> bytes:
    """Returns the payload of an answer: the first `limit` entries of `found`, or as many as fit into `LARGEST` bytes.

    Each is as on the journal's own topic, marked as replayed. `more` in it: `found` has others after the last.
    """
    head = as_json({"id": command_id, "ok": True, "entries": []})[: -len("]}")]
    tail = b'],"more":false}'
    parts: list[bytes] = []
    size = len(head) + len(tail)
    for entry in found[:limit]:
        part = payloads.journal(entry, replayed=True)
        size += len(part) + len(",")
        if size > LARGEST and parts:
            break
        parts.append(part)
    more = len(parts) < len(found)
    return head + b",".join(parts) + b'],"more":' + (b"true}" if more else b"false}")


def _kinds(fields: Mapping[str, object]) -> frozenset[str] | None:
    """Returns the kinds that the question names; None if it names none.

    Raises CommandRefused for a word that is no kind.
    """
    if "kinds" not in fields:
        return None
    written = fields["kinds"]
    if not isinstance(written, list) or not written:
        message = f"must be a list of kinds, is {short_repr(written)}"
        raise CommandRefused(message, path="kinds")
    for index, kind in enumerate(written):
        if kind not in KINDS:
            message = f"must be one of {', '.join(KINDS)}, is {short_repr(kind)}"
            raise CommandRefused(message, path=f"kinds.{index}")
    return frozenset(written)
