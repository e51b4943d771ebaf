"""One output that is a device on the broker: its contact as a payload, and the device's own word for it."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable
from typing import Final

from bridge.core.contact import Contact
from bridge.core.definitions.mqtt_lines import SECONDS, MqttSink
from bridge.core.facts import SinkFound, SinkLost, SinkReported
from bridge.core.line_driver import LineFact
from bridge.errors import MessageMalformed
from bridge.lines.message_port import NO_BROKER, Follower, Message, MessagePort
from bridge.lines.mqtt.matching import NOT_THERE, contact_in, value_in

TRIED_S: Final = 5.0
"""So long a command is tried; then it is dropped, and the contact that holds when the broker is back is set once."""
WITHOUT_END_S: Final = 1800
"""Stands for what is left of a demand that has no end."""
_LOG = logging.getLogger(__name__)


def payload_for(line: MqttSink, contact: Contact, *, left_s: float | None) -> bytes:
    """Returns the payload that makes a contact, with what is left of the demand in whole seconds, at least 1."""
    text = line.connected if contact is Contact.CONNECTED else line.disconnected
    seconds = WITHOUT_END_S if left_s is None else max(1, math.ceil(left_s))
    return text.replace(SECONDS, str(seconds)).encode()


class MqttOutput:
    """Commands one device; `open` begins, `close` ends."""

    def __init__(self, terminal: str, line: MqttSink, *, port: MessagePort, put: Callable[[LineFact], None]) -> None:
        self._terminal = terminal
        self._line = line
        self._port = port
        self._put = put
        self._contact = Contact.UNKNOWN
        self._until: float | None = None
        self._number = 0
        """Counts commands, so that the answer to an older one is not taken for the newest one's."""
        self._is_lost = False
        self._complained = False
        self._trying: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begins to follow the device's state, on a running event loop, and sets the contact that holds."""
        topics = frozenset() if self._line.state is None else frozenset({self._line.state.topic})
        self._port.follow(
            self._terminal,
            Follower(
                topics=topics,
                receive=self._receive,
                broker_found=self._broker_found,
                broker_lost=self._broker_lost,
            ),
        )
        self._command()

    def set(self, contact: Contact, until: float | None) -> None:
        """Notes a contact, with the end of its demand on the loop's clock; `open` and `drive` command it."""
        self._contact, self._until = contact, until

    def drive(self, contact: Contact, until: float | None) -> None:
        """Commands a contact; a command that cannot be sent within `TRIED_S` is dropped.

        A device whose payload does not name the end of its demand is commanded only when the contact is another.
        """
        is_news = contact is not self._contact or (contact is Contact.CONNECTED and SECONDS in self._line.connected)
        self.set(contact, until)
        if is_news:
            self._command()

    def close(self) -> None:
        """Leaves the device as it was commanded last."""
        self._port.leave(self._terminal)
        self._stop_trying()

    def _command(self) -> None:
        """Publishes the contact that holds; nothing while it is unknown."""
        if self._contact is Contact.UNKNOWN:
            return
        if self._trying is None and not self._is_lost:
            problem = f"{self._line.topic} could not be commanded for {TRIED_S:g} s"
            self._trying = asyncio.get_running_loop().call_later(TRIED_S, self._drop, problem)
        self._number += 1
        number = self._number
        left_s = None if self._until is None else self._until - asyncio.get_running_loop().time()
        payload = payload_for(self._line, self._contact, left_s=left_s)
        self._port.publish(self._line.topic, payload, lambda problem: self._sent(number, problem))

    def _sent(self, number: int, problem: str | None) -> None:
        """Handles the result of a command: without a broker the command waits for one, a refusal ends it."""
        if number != self._number:
            return
        if problem is None:
            self._stop_trying()
            if self._is_lost:
                self._is_lost = False
                self._put(SinkFound(terminal=self._terminal))
        elif problem != NO_BROKER:
            self._drop(f"{self._line.topic}: {problem}")

    def _drop(self, problem: str) -> None:
        """Gives the command up, and reports the device as out of reach, once."""
        self._stop_trying()
        if not self._is_lost:
            self._is_lost = True
            self._put(SinkLost(terminal=self._terminal, problem=problem))

    def _broker_found(self) -> None:
        """Sets the contact that holds now, unless the last command reached the broker."""
        if self._is_lost or self._trying is not None:
            self._command()

    def _broker_lost(self) -> None:
        """Withdraws the reported contact, since nobody knows any longer what the device does."""
        if self._line.state is not None:
            self._put(SinkReported(terminal=self._terminal, contact=Contact.UNKNOWN))

    def _stop_trying(self) -> None:
        if self._trying is not None:
            self._trying.cancel()
            self._trying = None

    def _receive(self, message: Message) -> None:
        """Reports the contact that a message of the device means; a malformed message is logged once and ignored."""
        state = self._line.state
        if state is None:
            return
        try:
            value = value_in(message.payload, state.path)
        except MessageMalformed as malformed:
            if not self._complained:
                self._complained = True
                _LOG.warning("%s: a message on %s %s; ignored", self._terminal, state.topic, malformed)
            return
        self._complained = False
        if value is not NOT_THERE:
            contact = contact_in(value, state.connected, state.disconnected)
            self._put(SinkReported(terminal=self._terminal, contact=contact))
