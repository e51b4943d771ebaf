"""Serves one session with the broker: subscribes, announces everything, publishes until its end (`mqtt.md` 3)."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bridge.core.definitions.settings import Settings
from bridge.core.facts import BrokerFound, BrokerLost, Fact
from bridge.mqtt.commands.journal_questions import JournalQuestions
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.description_limit import DescriptionLimit
from bridge.mqtt.dispatcher import Dispatcher
from bridge.mqtt.line_topics import LineTopics
from bridge.mqtt.publishing.description_room import PACKET_HEAD
from bridge.mqtt.publishing.journal_publisher import JournalPublisher
from bridge.mqtt.publishing.publisher import Publisher
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.status_publisher import StatusPublisher
from bridge.mqtt.rights_watch import RightsWatch
from bridge.mqtt.subscriptions import Subscriptions
from bridge.mqtt.topics import LONGEST_ID

GOODBYE_S = 2.0
"""Limit for the broker's answer to `offline`."""
SETTLED_S = 10.0
"""A connection that has stood for so long, and has nothing left to publish, was not ended by an announcement."""
LOOK_S = 1.0
"""Between two looks whether everything is published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Parts of this room that take part in a session, and live longer than one."""

    outbox: SendQueue
    publisher: Publisher
    dispatcher: Dispatcher
    rights: RightsWatch
    description: DescriptionLimit
    feed: JournalPublisher
    questions: JournalQuestions
    status: StatusPublisher
    lines: LineTopics | None


class SessionService:
    """Serves one session after the other with the room's parts.

    `submit` takes the facts that the broker was found and lost; `settings` returns those in force. `stands` is called
    once everything is announced; when `leaving` is set, the session ends in good order.
    """

    def __init__(
        self,
        parts: Served,
        *,
        settings: Callable[[], Settings],
        submit: Callable[[Fact], None],
        stands: Callable[[Session], None],
        leaving: asyncio.Event,
    ) -> None:
        self.session: Session | None = None
        """The session on which everything has been announced; None without one."""
        self._parts = parts
        self._settings = settings
        self._submit = submit
        self._stands = stands
        self._leaving = leaving

    @property
    def picture_room(self) -> int | None:
        """Bytes of the largest picture that the broker takes; None without a session, or while no limit is known."""
        if self.session is None or self.session.largest_packet is None:
            return None
        topic = self._parts.publisher.topics.snapshot("i" * LONGEST_ID)
        return max(self.session.largest_packet - len(topic) - PACKET_HEAD, 0)

    async def serve(self, session: Session) -> Ended:
        """Serves the session until it ends. Returns its end."""
        parts = self._parts
        self._submit(BrokerFound())
        parts.status.put()
        parts.outbox.open(session.publish, window=session.window, flush=session.flush)
        parts.dispatcher.begin(echoes=session.echoes)
        parts.rights.begin(session)
        parts.description.begin(session)
        descriptions = parts.publisher.descriptions
        descriptions.begin(echoes=session.echoes)
        subscriptions = Subscriptions(session)
        topics = parts.publisher.topics
        try:
            ended = await subscriptions.descriptions(descriptions.topics)
            ended = ended or await subscriptions.all_others(topics, self._settings())
            if ended is not None:
                return ended
            await self._announce(session)
            self.session = session
            parts.dispatcher.announced = True
            self._stands(session)
            return await self._publish_until_ended(session, subscriptions)
        finally:
            self.session = None
            parts.dispatcher.announced = False
            parts.outbox.close()
            self._submit(BrokerLost())
            # An announcement leaves thousands of small tuples in the interpreter's free lists, which a whole collection
            # empties. It takes a moment: what lives for ever is frozen.
            gc.collect()

    async def _announce(self, session: Session) -> None:
        """Returns when everything is announced, or at the end of the session."""
        task = asyncio.create_task(self._parts.publisher.announce(), name="mqtt announcement")
        await asyncio.wait((task, session.ended), return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        else:
            task.cancel()

    async def _publish_until_ended(self, session: Session, subscriptions: Subscriptions) -> Ended:
        """Runs the tasks of a session until it ends. Returns its end."""
        parts = self._parts
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(parts.feed.run(window=session.window), name="mqtt journal"),
                group.create_task(parts.status.run(), name="mqtt status"),
                group.create_task(parts.publisher.descriptions.run(), name="mqtt descriptions"),
                group.create_task(parts.questions.run(), name="mqtt journal questions"),
                group.create_task(parts.rights.run(session, subscriptions, self._settings), name="mqtt rights"),
                group.create_task(self._settle(session), name="mqtt window"),
                group.create_task(self._goodbye_when_asked(session), name="mqtt goodbye"),
            ]
            if parts.lines is not None:
                tasks.append(group.create_task(parts.lines.run(session), name="mqtt lines"))
            ended = await asyncio.shield(session.ended)
            if ended.hung_up and (ended.hasty or ended.code in codes.TOO_MANY):
                parts.feed.hung_up()
            for task in tasks:
                task.cancel()
        return ended

    async def _settle(self, session: Session) -> None:
        """Lifts the caution of `BrokerLimits` once the session has stood for a while with everything published."""
        await asyncio.sleep(SETTLED_S)
        while self._parts.outbox.unfinished:  # noqa: ASYNC110 - it changes with each message
            await asyncio.sleep(LOOK_S)
        session.limits.settled()
        self._parts.outbox.widen(session.window)
        self._parts.feed.widen(session.window)

    async def _goodbye_when_asked(self, session: Session) -> None:
        """Publishes `offline` before the disconnect; if the broker does not acknowledge it, the will publishes it."""
        await self._leaving.wait()
        self._parts.dispatcher.announced = False
        acknowledged: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._parts.publisher.say_offline(acknowledged.set_result)
        is_published = False
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                is_published = await acknowledged
        if is_published:
            await session.close()
        else:
            session.abort("the broker does not take the goodbye")
