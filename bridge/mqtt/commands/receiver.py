"""Receives commands and publishes their answers: exactly one answer for each command."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Protocol

from bridge.core.effects import Answer
from bridge.core.facts import CommandRejected, Fact, Now, Origin
from bridge.errors import CommandRefused, Fault
from bridge.mqtt.commands import payload as commands
from bridge.mqtt.commands.answers import Request, answer
from bridge.mqtt.commands.replay_protection import SeenCommands, check_age, check_retained
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.topics import CommandKind, CommandTopic, Topics
from bridge.text.printable import escaped, short_repr

_LOG = logging.getLogger(__name__)
MADE_HERE = (
    CommandKind.OUTPUT_SET,
    CommandKind.INPUT_TRIGGER,
    CommandKind.ACTION_RUN,
    CommandKind.SILENCE,
    CommandKind.ARMED_SET,
)
LONGEST_TOPIC_KEPT = 200
"""Limit of a refused command's topic in the journal, in characters."""


class Handler(Protocol):
    """Executes a kind of command that is no fact of the core: a change of settings, or a question."""

    def __call__(self, topic: CommandTopic, fields: Mapping[str, object], origin: Origin) -> None:
        """Starts a command; its `Answer` follows later.

        Raises CommandRefused to refuse it, and then no `Answer` follows. `fields` is strict JSON without the command's
        own `id` and `expires`.
        """


class CommandReceiver:
    """Parses commands, submits them as facts, and answers each once. Synchronous; it never blocks.

    `submit` takes facts; `send` publishes an answer; `clear` removes a retained message; `now` is the time. `handlers`
    execute the kinds that are no facts; a kind without a handler is refused.
    """

    def __init__(
        self,
        *,
        topics: Topics,
        submit: Callable[[Fact], None],
        send: Callable[[Outgoing], None],
        clear: Callable[[str], None],
        now: Callable[[], Now],
        handlers: Mapping[CommandKind, Handler],
    ) -> None:
        self.topics = topics
        self.clock_is_right = True
        self.rejected = 0
        """Number of commands refused, here or by their executor."""
        self._submit = submit
        self._send = send
        self._clear = clear
        self._now = now
        self._handlers = handlers
        self._seen = SeenCommands()

    def take(self, message: Incoming) -> bool:
        """Executes or refuses the command in a message, and answers a refusal.

        Returns whether the topic is one of commands; any other message is left alone.
        """
        topic = self.topics.command(message.topic)
        if topic is None:
            return False
        if message.retained and not message.payload:
            return True  # a retained message was cleared
        request = self._request(message, None)
        try:
            if message.retained:
                self._clear(message.topic)
            payload = _read(topic.kind, message)
            request = self._request(message, payload.id)
            self._obey(topic, payload, message, request)
        except CommandRefused as refused:
            self._refuse(request, refused)
        return True

    def answer(self, effect: Answer) -> None:
        """Publishes the result of a command from MQTT, to repeats of it too; other origins are ignored."""
        request = effect.origin.request
        if not isinstance(request, Request):
            return
        if effect.faults:
            self.rejected += 1
        content = answer(request, effect.faults, self._now().local)
        for asker in (request, *self._seen.remember_answer(request, content)):
            self._reply(asker, content)

    def _obey(self, topic: CommandTopic, payload: commands.Payload, message: Incoming, request: Request) -> None:
        """Executes a parsed command, unless it is a repeat, which gets the answer of the first.

        Raises CommandRefused.
        """
        check_retained(retained=message.retained)
        if not payload.stops:
            self._check_response_topic(message.response_topic)
        now = self._now()
        expires = commands.expires_of(payload)
        check_age(
            expires=expires,
            utc=now.local.astimezone(UTC),
            expiry_s=message.expiry_s,
            clock_is_right=self.clock_is_right,
        )
        # A question changes nothing: it is answered anew, and its long answer is not kept.
        asks = topic.kind is CommandKind.JOURNAL_GET
        repeat = None if asks else self._seen.seen_before(request, now.monotonic)
        if repeat is not None:
            _LOG.debug("command %s on %s is a repeat, and is not executed again", request.id, request.topic)
            if repeat.answer is not None:
                self._reply(request, repeat.answer)
            return
        try:
            self._hand_on(topic, payload, Origin(by="mqtt", request=request))
        except CommandRefused:
            self._seen.withdraw(request)
            raise

    def _hand_on(self, topic: CommandTopic, payload: commands.Payload, origin: Origin) -> None:
        """Submits a command as a fact, or starts its handler. Raises CommandRefused."""
        if topic.target and topic.kind is not CommandKind.ACTION_RUN and not topic.names_an_id:
            message = f"{short_repr(topic.target)} is no id"
            raise CommandRefused(message)
        if topic.kind in MADE_HERE:
            self._submit(commands.fact_of(topic, payload, origin))
            return
        handler = self._handlers.get(topic.kind)
        if handler is None:
            message = f"not available: nothing here takes {topic.kind.value}"
            raise CommandRefused(message)
        handler(topic, {key: value for key, value in payload.fields.items() if key != "expires"}, origin)

    def _request(self, message: Incoming, command_id: str | None) -> Request:
        """Returns the request of a message, with its own response topic if that is safe, else with the device's."""
        own = message.response_topic
        return Request(
            topic=message.topic,
            id=command_id,
            reply_to=own if own is not None and self._may_answer_on(own) else self.topics.response,
            correlation=message.correlation,
        )

    def _check_response_topic(self, own: str | None) -> None:
        """Raises CommandRefused for a response topic that is not safe."""
        if own is not None and not self._may_answer_on(own):
            message = "its response topic cannot be answered on"
            raise CommandRefused(message)

    def _may_answer_on(self, topic: str) -> bool:
        """Returns whether a response topic is safe: a client that may only command must not overwrite our states."""
        return (
            topic != ""
            and not any(sign in topic for sign in "+#\0")
            and not topic.startswith("$")
            and not topic.startswith(f"{self.topics.prefix}/")
            and (
                topic in (self.topics.response, self.topics.journal_entries)
                or not topic.startswith(f"{self.topics.device}/")
            )
        )

    def _refuse(self, request: Request, refused: CommandRefused) -> None:
        """Counts, journals and answers a refusal."""
        self.rejected += 1
        # The journal tells it too, and that is limited: whoever floods commands must not flood the log.
        _LOG.debug("command on %s refused: %s", escaped(request.topic), refused)
        topic = request.topic[:LONGEST_TOPIC_KEPT]
        self._submit(CommandRejected(origin=Origin(by="mqtt"), topic=topic, message=str(refused)))
        fault = Fault(path=refused.path, message=refused.message)
        # Not through `answered`: a repeat that is refused must not answer for the command at work.
        self._reply(request, answer(request, (fault,), self._now().local))

    def _reply(self, request: Request, content: bytes) -> None:
        self._send(Outgoing(topic=request.reply_to, payload=content, correlation=request.correlation))


def _read(kind: CommandKind, message: Incoming) -> commands.Payload:
    """Returns the parsed payload of a message. Raises CommandRefused if it is invalid or was cut.

    The end of a cut payload may say another thing; a silence is executed all the same.
    """
    if message.cut and kind is not CommandKind.SILENCE:
        text = "is larger than the bridge reads"
        raise CommandRefused(text)
    return commands.read(kind, message.payload)
