"""The MQTT side as one object: takes effects, keeps a session with the broker, submits commands as facts.

Above 300 lines, since each port of this room to another is here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from bridge.core.definitions.settings import Settings
from bridge.core.effects import (
    Answer,
    PublishArmed,
    PublishClock,
    PublishEffect,
    PublishEvent,
    PublishInput,
    PublishOutput,
    PublishSettings,
    PublishTripped,
)
from bridge.core.facts import Fact, Now
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus
from bridge.mqtt.broker_link import BrokerLink
from bridge.mqtt.commands.answers import Request
from bridge.mqtt.commands.journal_questions import JournalQuestions
from bridge.mqtt.commands.receiver import CommandReceiver, Handler
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.description_limit import DescriptionLimit
from bridge.mqtt.dispatcher import Dispatcher
from bridge.mqtt.line_topics import Lines, LineTopics
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.publishing.birth import Birth
from bridge.mqtt.publishing.journal_publisher import JournalPublisher, JournalSource
from bridge.mqtt.publishing.publisher import Publisher
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.status_payload import status
from bridge.mqtt.publishing.status_publisher import StatusPublisher
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.rights_watch import ASK_AGAIN_S, RightsWatch
from bridge.mqtt.session_service import GOODBYE_S, Served, SessionService
from bridge.mqtt.topics import CommandKind

MqttEffect = PublishEffect | JournalEntry


class MqttAdapter:
    """The one object of this room that the rest of the program holds.

    `perform` takes effects at any time, before `run` too, and never blocks.
    `run` lasts until it is cancelled, or until `stop` has published the goodbye.
    `submit` takes facts; `now` is the time; `random` returns numbers in [0, 1).
    `status_view` is called whenever `<d>/status` is due, and rights that are missing on the broker are asked for
    again every `ask_again_s`. `lines` are the lines on topics of other devices, if there can be any.
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
        lines: Lines | None = None,
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        self._settings = settings
        self._connections_changed: Callable[[], None] = lambda: None
        self._synchronised = True
        self._outbox = SendQueue()
        self._publisher = Publisher(
            settings=settings,
            outbox=self._outbox,
            ledger=ledger,
            later=self._later,
            online_answered=self._online_answered,
        )
        self._status = StatusPublisher(
            payload=lambda: self._status_payload(status_view()), publish=self._publisher.status
        )
        self._rights = RightsWatch(
            publisher=self._publisher,
            changed=self.status_changed,
            restored=self._announce_everything,
            ask_again_s=ask_again_s,
        )
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
            publisher=self._publisher,
            receiver=self._receiver,
            later=self._later,
            birth=Birth(random=random),
            heard=self._heard_of_home_assistant,
        )
        self._feed = JournalPublisher(
            source=journal, topic=topics.journal, put=self._outbox.put, unsent_changed=self._unsent_changed
        )
        self._journal = journal
        self._unsent_shown: int | None = None
        """Number of unsent entries in the last status."""
        self._description = DescriptionLimit(self._publisher)
        self._lines = None if lines is None else LineTopics(lines, outbox=self._outbox)
        self._link = BrokerLink(
            settings=lambda: self._settings,
            receive=self._receive,
            refused=self._refused,
            random=random,
        )
        self._service = SessionService(
            Served(
                outbox=self._outbox,
                publisher=self._publisher,
                dispatcher=self._dispatcher,
                rights=self._rights,
                description=self._description,
                feed=self._feed,
                questions=self._questions,
                status=self._status,
                lines=self._lines,
            ),
            settings=lambda: self._settings,
            submit=submit,
            stands=self._stands,
            leaving=self._link.leaving,
        )

    @property
    def connected(self) -> bool:
        """Whether there is a session on which everything has been announced."""
        return self._service.session is not None

    @property
    def home_assistant(self) -> bool | None:
        """Whether Home Assistant said last on the broker that it is online; None while nothing was heard of it."""
        return self._dispatcher.home_assistant if self.connected else None

    @property
    def problem(self) -> str | None:
        """Reason why there is no session, or the rights that it lacks, for a person; None while all is well."""
        return self._link.problem or self._rights.problem

    @property
    def picture_room(self) -> int | None:
        """Bytes of the largest picture that the broker takes; None without a session, or while no limit is known."""
        return self._service.picture_room

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
            case PublishTripped():
                self._publisher.tripped(effect.input, effect.tripped)
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
                self._answer(effect)
            case PublishClock():
                self._synchronised = effect.synchronised
                self._judge_clock()
                self.status_changed()
            case PublishSettings():
                self._take(effect.settings)

    def _answer(self, effect: Answer) -> None:
        """Publishes an answer; after a refused edit also the settings that are still in force."""
        self._receiver.answer(effect)
        if effect.faults and isinstance(effect.origin.request, Request):
            self._publisher.settings_again(effect.origin.request.topic.removesuffix("/set"))
        self.status_changed()

    def snapshot(self, input_id: str | None, jpeg: bytes | None, alarm: str | None = None) -> None:
        """Publishes a picture of an input's alarm with the alarm's id, or one of no input; None clears the picture."""
        self._publisher.snapshot(input_id, jpeg, alarm)

    def camera(self, camera_id: str, *, online: bool) -> None:
        """Publishes whether a camera answers."""
        self._publisher.camera(camera_id, online=online)

    def clips(self, names: tuple[str, ...]) -> None:
        """Publishes which sound clips can be chosen."""
        self._publisher.clips(names)

    def status_changed(self) -> None:
        """Schedules `<d>/status`, since a value of `status_view` has changed."""
        self._status.changed()

    async def run(self) -> None:
        """Keeps a session with the broker, for ever."""
        await self._link.run(self._serve)

    async def stop(self) -> None:
        """Publishes `offline` and disconnects, within about three seconds; `run` ends."""
        self._link.stop()
        session = self._service.session
        if session is not None:
            await asyncio.wait((session.ended,), timeout=GOODBYE_S + 1)

    def when_connections_change(self, call: Callable[[], None]) -> None:
        """Has `call` called whenever `connected` or `home_assistant` has changed."""
        self._connections_changed = call

    def _heard_of_home_assistant(self) -> None:
        self._connections_changed()

    async def _serve(self, session: Session) -> Ended:
        try:
            return await self._service.serve(session)
        finally:
            self._connections_changed()

    def _stands(self, session: Session) -> None:
        self._link.stands(session)
        self._connections_changed()

    def _take(self, settings: Settings) -> None:
        """Applies new settings.

        If broker, device id or discovery prefix differ, the session ends and `run` begins another.
        """
        before, self._settings = self._settings, settings
        self._publisher.settings(settings)
        topics = self._publisher.topics
        self._receiver.topics = topics
        self._judge_clock()
        self._feed.topic = topics.journal
        place = (settings.mqtt, settings.device.id, settings.home_assistant.prefix)
        if place != (before.mqtt, before.device.id, before.home_assistant.prefix):
            self._link.settings_changed()
        self._rights.parts_changed()

    def _judge_clock(self) -> None:
        """Decides whether `expires` can be judged: a clock is trusted unless the settings demand synchronisation.

        A clock before the release's year makes nothing expire by itself.
        """
        self._receiver.clock_is_right = self._synchronised or self._settings.device.clock == "trust"

    def _refused(self, topic: str, size: int, code: int, words: str) -> None:
        """Passes on that the broker refused a message, or takes messages on its topic again."""
        self._rights.refused(topic, size, code, words)
        self._description.refused(topic, size, code)

    def _online_answered(self, taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
        self._rights.online_answered(taken)

    def _announce_everything(self) -> None:
        """Publishes everything again, after the broker granted rights that were missing."""
        self._publisher.announce_again()
        self._feed.again()

    def _status_payload(self, view: BridgeStatus) -> bytes:
        self._unsent_shown = view.journal_unsent
        return status(view, clock_synchronised=self._synchronised, broker_problem=self._rights.problem)

    def _unsent_changed(self) -> None:
        """Has the status published if it shows another number of unsent entries than there are.

        An entry that is acknowledged at once changes nothing that anybody has seen.
        """
        if self._journal is not None and self._journal.count != self._unsent_shown:
            self.status_changed()

    def _receive(self, message: Incoming) -> None:
        if self._lines is not None and self._lines.receive(message) and not self._dispatcher.knows(message.topic):
            return
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
        """Calls `do` after some seconds; never, if the event loop does not run yet."""
        try:
            asyncio.get_running_loop().call_later(seconds, do)
        except RuntimeError:
            return  # before the loop runs: everything is published when there is a connection
