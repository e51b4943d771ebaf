"""One input on an MQTT topic: from messages to its contact, and from silence to the loss of its line."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Final

from bridge.core.contact import Contact
from bridge.core.definitions.mqtt_lines import MqttSource
from bridge.core.facts import MessageIgnored
from bridge.core.line_driver import LineFact
from bridge.errors import MessageMalformed
from bridge.lines.contact_source import ContactSource
from bridge.lines.message_port import Follower, Message, MessagePort
from bridge.lines.mqtt.matching import NOT_THERE, contact_in, value_in

BROKER_AWAY_S: Final = 10.0
"""So long the last contact stands without a broker."""
ANSWER_S: Final = 10.0
"""So long after a question the first message counts as its answer: a state, and no event."""
_OFFLINE: Final = frozenset({"offline", "false", "0"})
_LOG = logging.getLogger(__name__)


class MqttInput:
    """Follows the topics of one line; `open` begins, `close` ends."""

    def __init__(self, terminal: str, line: MqttSource, *, port: MessagePort, put: Callable[[LineFact], None]) -> None:
        self._terminal = terminal
        self._line = line
        self._port = port
        self._put = put
        self._source = ContactSource(terminal, put=put, hold_s=line.hold_s)
        self._problems: dict[str, str] = {}
        """The reason for which the contact cannot be known, by the missing part: `broker`, `device` or `message`."""
        self._asked_at: float | None = None
        self._complained = False
        self._away: asyncio.TimerHandle | None = None
        self._stale: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begins to follow the topics, on a running event loop."""
        self._source.begin()
        self._await_broker()
        topics = {self._line.topic} | ({self._line.availability} if self._line.availability else set())
        self._port.follow(
            self._terminal,
            Follower(
                topics=frozenset(topics),
                receive=self._receive,
                broker_found=self._broker_found,
                broker_lost=self._await_broker,
            ),
        )

    def close(self) -> None:
        """Leaves the topics, and reports nothing more."""
        self._port.leave(self._terminal)
        self._source.close()
        for timer in (self._away, self._stale):
            if timer is not None:
                timer.cancel()

    def _broker_found(self) -> None:
        """Reports the last contact again, now that the topics are subscribed to, and sends the line's question."""
        if self._away is not None:
            self._away.cancel()
            self._away = None
        self._find("broker")
        if self._stale is None and "message" not in self._problems:
            self._await_message()
        if self._line.ask is not None:
            self._asked_at = asyncio.get_running_loop().time()
            self._port.publish(self._line.ask.topic, self._line.ask.payload.encode(), self._asked)

    def _await_broker(self) -> None:
        """Begins the time for which the last contact stands without a broker."""
        if self._away is None:
            self._away = asyncio.get_running_loop().call_later(BROKER_AWAY_S, self._broker_away)

    def _broker_away(self) -> None:
        self._lose("broker", "the MQTT broker is away")

    def _await_message(self) -> None:
        """Begins the time within which the next message must come, if the line has such a limit.

        It goes on without a broker: a value that is too old then does not stand again.
        """
        if self._stale is not None:
            self._stale.cancel()
            self._stale = None
        if self._line.stale_s is not None:
            self._stale = asyncio.get_running_loop().call_later(self._line.stale_s, self._silent)

    def _silent(self) -> None:
        self._stale = None
        self._lose("message", f"{self._line.topic}: no message for {self._line.stale_s:g} s")

    def _lose(self, missing: str, problem: str) -> None:
        self._problems[missing] = problem
        self._source.lost(problem)

    def _find(self, missing: str) -> None:
        """Reports that the source is in reach, with its last contact, unless something else is missing."""
        self._problems.pop(missing, None)
        if not self._problems:
            self._source.found()

    def _asked(self, problem: str | None) -> None:
        """Logs that a question could not be sent; nothing for None."""
        if problem is not None and self._line.ask is not None:
            _LOG.warning("%s: the question on %s was not sent: %s", self._terminal, self._line.ask.topic, problem)

    def _receive(self, message: Message) -> None:
        if message.topic == self._line.availability:
            self._receive_availability(message.payload)
        if message.topic == self._line.topic:
            self._receive_value(message)

    def _receive_availability(self, payload: bytes) -> None:
        """Reports that the device went offline, or that it is back with its last contact."""
        if is_offline(payload):
            self._lose("device", f"{self._line.availability} is offline")
        else:
            self._find("device")

    def _receive_value(self, message: Message) -> None:
        """Reports the contact that a message means; a malformed message is counted and ignored."""
        line = self._line
        try:
            value = value_in(message.payload, line.path)
        except MessageMalformed as malformed:
            self._ignore(str(malformed))
            return
        self._complained = False
        self._await_message()
        if value is NOT_THERE:
            self._find("message")
            return
        contact = contact_in(value, line.connected, line.disconnected)
        if line.hold_s is not None and contact is Contact.DISCONNECTED and line.disconnected is None:
            self._find("message")  # another event than the one that counts ends nothing
            return
        self._problems.pop("message", None)
        is_event = not message.retained and not self._is_answer()
        if self._problems:
            self._source.noted(contact, is_event=is_event)  # of a device that is offline, all the same
        else:
            self._source.seen(contact, is_event=is_event)

    def _is_answer(self) -> bool:
        """Returns whether a message that came just now is the first after a question, and in time.

        The question counts as answered then.
        """
        asked_at, self._asked_at = self._asked_at, None
        return asked_at is not None and asyncio.get_running_loop().time() < asked_at + ANSWER_S

    def _ignore(self, fault: str) -> None:
        """Counts a message that means nothing; logged once until a good one comes."""
        self._put(MessageIgnored(terminal=self._terminal))
        if not self._complained:
            self._complained = True
            _LOG.warning("%s: a message on %s %s; ignored", self._terminal, self._line.topic, fault)


def is_offline(payload: bytes) -> bool:
    """Returns whether an availability message means offline: the word, `false` or `0`, or JSON with such a `state`."""
    text = payload.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return False
        text = str(found.get("state", "")) if isinstance(found, dict) else ""
    return text.lower() in _OFFLINE
