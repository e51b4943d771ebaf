"""The MQTT side as one object: keeps a session with the broker, publishes effects, submits commands as facts.

Above 300 lines, since it is the one object that has connection, publishing and commands: halves of it would
call each other for everything.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress

from bridge.core.definitions.settings import Settings
from bridge.core.effects import (
    Answer,
    PublishArmed,
    PublishClock,
    PublishEvent,
    PublishInput,
    PublishOutput,
    PublishSettings,
)
from bridge.core.facts import BrokerFound, BrokerLost, Fact, Now
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus
from bridge.errors import BrokerError
from bridge.mqtt.commands.answers import Request
from bridge.mqtt.commands.journal_questions import JournalQuestions
from bridge.mqtt.commands.receiver import CommandReceiver, Handler
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.broker_socket import address_of, is_local
from bridge.mqtt.connection.connect import client_id_of, connect, will_of
from bridge.mqtt.connection.protocol_version import VersionChoice
from bridge.mqtt.connection.reconnect import EndReason, Reconnect, Retry
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.dispatcher import Dispatcher
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.publishing.birth import Birth
from bridge.mqtt.publishing.journal_publisher import JournalPublisher, JournalSource
from bridge.mqtt.publishing.publisher import Publisher
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.status_payload import status
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.rights_watch import ASK_AGAIN_S, RightsWatch
from bridge.mqtt.subscriptions import Subscriptions
from bridge.mqtt.topics import CommandKind

_LOG = logging.getLogger(__name__)
STATUS_EVERY_S = 60.0
STATUS_GAP_S = 1.0
GOODBYE_S = 2.0
SETTLED_S = 10.0
"""A connection that has stood for so long, and has nothing left to publish, was not ended by an announcement."""

MqttEffect = (
    PublishInput | PublishOutput | PublishEvent | PublishArmed | PublishClock | PublishSettings | Answer | JournalEntry
)


class MqttAdapter:
    """The one object of this room that the rest of the program holds.

    `perform` takes effects at any time, before `run` too, and never blocks.
    `run` lasts until it is cancelled, or until `stop` has published the goodbye.
    `submit` takes facts; `now` is the time; `random` returns numbers in [0, 1).
    `status_view` is called whenever `<d>/status` is due, and rights that are missing on the broker are asked for
    again every `ask_again_s`.
    A `JournalEntry` must be handed to the store before it is performed here.
    """

    def __init__(  # noqa: PLR0913 - the ports of this room to all others
        self,
        *,
        settings: Settings,
        submit: Callable[[Fact], None],
        now: Callable[[], Now],
        random: Callable[[], float],
        ledger: Ledger,
        status_view: Callable[[], BridgeStatus],
        journal: JournalSource | None = None,
        handlers: Mapping[CommandKind, Handler] | None = None,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        self._settings = settings
        self._submit = submit
        self._status_view = status_view
        self._outbox = SendQueue()
        self._publisher = Publisher(
            settings=settings,
            outbox=self._outbox,
            ledger=ledger,
            later=self._later,
            hurry=self._hurry,
            online_answered=self._online_answered,
        )
        self._rights = RightsWatch(
            publisher=self._publisher,
            changed=self.status_changed,
            restored=self._announce_everything,
            ask_again_s=ask_again_s,
        )
        self._limits = BrokerLimits(warn=_LOG.warning)
        topics = self._publisher.topics
        self._questions = JournalQuestions(
            source=journal,
            topics=lambda: self._publisher.topics,
            send=self._outbox.put,
            refuse=lambda origin, fault: self.perform(Answer(origin=origin, faults=(fault,))),
        )
        self._receiver = CommandReceiver(
            topics=topics,
            submit=submit,
            send=self._outbox.put,
            clear=self._clear,
            now=now,
            handlers={CommandKind.JOURNAL_GET: self._questions, **(handlers or {})},
        )
        self._dispatcher = Dispatcher(
            publisher=self._publisher, receiver=self._receiver, later=self._later, birth=Birth(random=random)
        )
        self._feed = JournalPublisher(
            source=journal, topic=topics.journal, put=self._outbox.put, unsent_changed=self.status_changed
        )
        self._reconnect = Reconnect(random=random)
        self._versions = VersionChoice()
        self._session: Session | None = None
        self._leave = asyncio.Event()
        """Set to end the session in good order: the broker's settings changed, or `stop` was called."""
        self._stopping = False
        self._no_session: str | None = "not connected yet"
        """The reason why there is no session, for a person; None while there is one."""
        self._synchronised = True
        self._status_due = asyncio.Event()

    @property
    def connected(self) -> bool:
        """Whether there is a session on which everything has been announced."""
        return self._session is not None

    @property
    def problem(self) -> str | None:
        """Reason why there is no session, or the rights that it lacks, for a person; None while all is well."""
        return self._no_session or self._rights.problem

    @property
    def rejected_commands(self) -> int:
        """Number of commands refused since the start."""
        return self._receiver.rejected

    @property
    def dropped_messages(self) -> int:
        """Number of events and answers dropped since the start because of a slow broker."""
        return self._outbox.dropped + self._publisher.dropped_events

    @property
    def unfinished_messages(self) -> int:
        """Number of messages that are queued or not acknowledged yet."""
        return self._outbox.unfinished

    def perform(self, effect: MqttEffect) -> None:
        """Publishes an effect of the engine."""
        match effect:
            case PublishInput():
                self._publisher.input(effect.view)
            case PublishOutput():
                self._publisher.output(effect.view)
            case PublishEvent():
                self._publisher.event(effect)
            case PublishArmed():
                self._publisher.armed(armed=effect.armed)
            case JournalEntry():
                self._feed.entry(effect)
            case Answer():
                self._receiver.answer(effect)
                if effect.faults and isinstance(effect.origin.request, Request):
                    self._publisher.settings_again(effect.origin.request.topic.removesuffix("/set"))
                self.status_changed()
            case PublishClock():
                self._synchronised = effect.synchronised
                self._judge_clock()
                self.status_changed()
            case PublishSettings():
                self._take(effect.settings)

    def snapshot(self, input_id: str | None, jpeg: bytes | None) -> None:
        """Publishes a picture of an input's alarm, or of no input; None clears the picture."""
        self._publisher.snapshot(input_id, jpeg)

    def clips(self, names: tuple[str, ...]) -> None:
        """Publishes which sound clips can be chosen."""
        self._publisher.clips(names)

    def _hurry(self) -> None:
        if self._session is not None:
            self._session.flush()

    def status_changed(self) -> None:
        """Schedules `<d>/status`, since a value of `status_view` has changed."""
        self._status_due.set()

    async def run(self) -> None:
        """Keeps a session with the broker, for ever."""
        while not self._stopping:
            self._leave.clear()
            retry = await self._attempt()
            if retry is None or self._stopping:
                continue
            self._no_session = retry.message
            _LOG.log(retry.level, "%s", retry.message)
            try:
                async with asyncio.timeout(retry.wait_s):
                    await self._leave.wait()
            except TimeoutError:
                continue

    async def stop(self) -> None:
        """Publishes `offline` and disconnects, within about three seconds; `run` ends."""
        self._stopping = True
        self._leave.set()
        if self._session is not None:
            await asyncio.wait((self._session.ended,), timeout=GOODBYE_S + 1)

    def _take(self, settings: Settings) -> None:
        """Applies new settings.

        A change of broker, device id or discovery prefix ends the session; `run` opens the next.
        """
        before, self._settings = self._settings, settings
        self._publisher.settings(settings)
        topics = self._publisher.topics
        self._receiver.topics = topics
        self._judge_clock()
        self._feed.topic = topics.journal
        if (before.mqtt, before.device.id, before.home_assistant.prefix) != (
            settings.mqtt,
            settings.device.id,
            settings.home_assistant.prefix,
        ):
            self._limits.forget()
            self._leave.set()
        self._rights.parts_changed()

    def _judge_clock(self) -> None:
        """Decides whether `expires` can be judged: a clock is trusted unless the settings demand synchronisation.

        A clock before the release's year makes nothing expire by itself.
        """
        self._receiver.clock_is_right = self._synchronised or self._settings.device.clock == "trust"

    async def _attempt(self) -> Retry | None:
        """Runs one connection from dialling to its end.

        Returns the wait before the next, or None if it was left on purpose.
        """
        settings = self._settings
        try:
            session = await connect(
                settings,
                client_id=client_id_of(settings),
                receive=self._receive,
                will=will_of(settings),
                versions=self._versions,
                limits=self._limits,
                refused=self._refused,
            )
        except BrokerError as error:
            self._limits.forget()
            return self._reconnect.ended(EndReason.UNREACHABLE, str(error), near=is_local(settings.mqtt))
        stood_s = None
        if isinstance(session, Ended):
            ended = session
        else:
            stands_since = asyncio.get_running_loop().time()
            try:
                ended = await self._serve(session)
            finally:
                session.abort("the program ends")
            stood_s = asyncio.get_running_loop().time() - stands_since
        if self._leave.is_set():
            return None
        return self._reconnect.ended(
            ended.how,
            f"{address_of(settings.mqtt)}: {ended.why}",
            near=is_local(settings.mqtt),
            after_s=stood_s,
            may_be_a_twin=ended.may_be_a_twin,
            gives_reasons=ended.gives_reasons,
            learnt=self._limits.learn(ended, asyncio.get_running_loop().time()),
        )

    async def _serve(self, session: Session) -> Ended:
        """Subscribes, announces everything, then feeds the session until it ends."""
        self._submit(BrokerFound())
        self._put_status()
        self._outbox.open(session.publish, window=session.window)
        self._dispatcher.begin(echoes=session.echoes)
        self._rights.begin(session)
        self._fit_description(session)
        subscriptions = Subscriptions(session)
        topics = self._publisher.topics
        try:
            refused = await subscriptions.description(topics) or await subscriptions.all_others(topics, self._settings)
            if refused is not None:
                return refused
            self._publisher.announce()
            self._session, self._no_session = session, None
            self._dispatcher.announced = True
            place = address_of(self._settings.mqtt)
            _LOG.info("%s to %s, MQTT %s", self._reconnect.connected(), place, session.version.label)
            return await self._feed_until_ended(session, subscriptions)
        finally:
            self._session = None
            self._dispatcher.announced = False
            self._outbox.close()
            self._submit(BrokerLost())

    async def _feed_until_ended(self, session: Session, subscriptions: Subscriptions) -> Ended:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._feed.run(window=session.window), name="mqtt journal"),
                group.create_task(self._keep_status(), name="mqtt status"),
                group.create_task(self._questions.run(), name="mqtt journal questions"),
                group.create_task(self._rights.run(session, subscriptions, lambda: self._settings), name="mqtt rights"),
                group.create_task(self._settle(session), name="mqtt window"),
                group.create_task(self._goodbye_when_asked(session), name="mqtt goodbye"),
            ]
            ended = await asyncio.shield(session.ended)
            for task in tasks:
                task.cancel()
        return ended

    async def _settle(self, session: Session) -> None:
        """A connection that stands for a while, with everything published, takes all that it may."""
        await asyncio.sleep(SETTLED_S)
        while self._outbox.unfinished:  # noqa: ASYNC110 - it changes with each message
            await asyncio.sleep(STATUS_GAP_S)
        self._limits.settled()
        self._outbox.widen(session.window)
        self._feed.widen(session.window)

    def _fit_description(self, session: Session) -> None:
        """Limits the description to what the broker announced, or to half of what it named too large."""
        refused = session.limits.refused_sizes.get(self._publisher.topics.discovery)
        half = None if refused is None else refused // 2
        known = [one for one in (session.announced_largest, half) if one is not None]
        self._publisher.largest_packet = min(known, default=None)

    def _refused(self, topic: str, size: int, code: int, words: str) -> None:
        """Takes a refusal of a message, or the end of one; a description that is too large is made smaller."""
        self._rights.refused(topic, size, code, words)
        if code == codes.TOO_LARGE and topic == self._publisher.topics.discovery and self._session is not None:
            self._session.limits.too_large(topic, size)
            self._fit_description(self._session)
            self._publisher.repeat([topic])

    def _online_answered(self, taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
        self._rights.online_answered(taken)

    def _announce_everything(self) -> None:
        """Rights that were missing are there."""
        self._publisher.announce()
        self._feed.again()

    async def _keep_status(self) -> None:
        """Publishes the status on change at most once a second, and every minute as a sign of life."""
        clock = asyncio.get_running_loop().time
        sign_of_life_at = clock() + STATUS_EVERY_S
        while True:
            await asyncio.sleep(STATUS_GAP_S)
            try:
                async with asyncio.timeout_at(sign_of_life_at):
                    await self._status_due.wait()
            except TimeoutError:
                sign_of_life_at = clock() + STATUS_EVERY_S
                self._put_status(again=True)
            else:
                self._put_status()

    def _put_status(self, *, again: bool = False) -> None:
        self._status_due.clear()
        payload = status(
            self._status_view(), clock_synchronised=self._synchronised, broker_problem=self._rights.problem
        )
        self._publisher.status(payload, again=again)

    async def _goodbye_when_asked(self, session: Session) -> None:
        """Publishes `offline` before the disconnect; if the broker does not acknowledge it, the will publishes it."""
        await self._leave.wait()
        self._dispatcher.announced = False
        acknowledged: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._publisher.say_offline(acknowledged.set_result)
        is_published = False
        with suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                is_published = await acknowledged
        if is_published:
            await session.close()
        else:
            session.abort("the broker does not take the goodbye")

    def _receive(self, message: Incoming) -> None:
        rejected = self._receiver.rejected
        self._rights.heard(message.topic)
        self._dispatcher.receive(message)
        if self._receiver.rejected != rejected:
            self.status_changed()

    def _clear(self, topic: str) -> None:
        """Clears a retained command."""
        self._dispatcher.expect_echo(topic)
        self._outbox.put(Outgoing(topic=topic, payload=b"", retained=True))

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        try:
            asyncio.get_running_loop().call_later(seconds, do)
        except RuntimeError:
            return  # before the loop runs: everything is published when there is a connection
