"""Messages that come in: commands for the receiver, and what others say on topics that are ours too."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bridge.mqtt.commands.receiver import CommandReceiver
from bridge.mqtt.messages import Incoming
from bridge.mqtt.payloads import ONLINE
from bridge.mqtt.publishing.birth import Birth
from bridge.mqtt.publishing.publisher import Publisher

_LOG = logging.getLogger(__name__)
ONLINE_GAP_S = 1.0
"""`online` is put back at most once in so long, should somebody insist on `offline`."""


class Dispatcher:
    """Sorts what the broker delivers. `later` calls a function after some seconds."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        receiver: CommandReceiver,
        later: Callable[[float, Callable[[], None]], object],
        birth: Birth,
    ) -> None:
        self.announced = False
        """Whether a session stands on which everything was said, `online` included, and is to stay so."""
        self._publisher = publisher
        self._receiver = receiver
        self._later = later
        self._birth = birth
        self._says_online_at = 0.0
        self._is_online = False
        """Whether the broker has said `online` in this session; an `offline` before that was there already."""
        self._echoes: dict[str, int] | None = None
        """How many empty messages of our own are on their way back, by topic; None where they do not come."""

    def begin(self, *, echoes: bool) -> None:
        """A session begins; under 3.1.1 what is published comes back from what is subscribed to."""
        self._echoes = {} if echoes else None
        self._is_online = False

    def expect_echo(self, topic: str) -> None:
        """A topic is being cleared; the empty message that may come back is no command."""
        if self._echoes is not None:
            self._echoes[topic] = self._echoes.get(topic, 0) + 1

    def receive(self, message: Incoming) -> None:
        """A message from the broker."""
        topics = self._publisher.topics
        if message.topic == topics.availability:
            self._guard_availability(message.payload)
        elif message.topic == topics.birth:
            self._answer_birth(message)
        elif message.topic == topics.discovery:
            self._publisher.found_description(message.payload)
        elif not self._is_echo(message):
            self._receiver.take(message)

    def _guard_availability(self, payload: bytes) -> None:
        """The will of a twin, or of our own session before this one, has said that we are gone."""
        if payload == ONLINE:
            self._is_online = True
        if payload == ONLINE or not self._is_online or not self.announced:
            return
        at = asyncio.get_running_loop().time()
        if self._says_online_at <= at:
            wait_s = max(0.0, self._says_online_at + ONLINE_GAP_S - at)
            self._says_online_at = at + wait_s
            self._later(wait_s, self._say_online)

    def _say_online(self) -> None:
        if self.announced:
            _LOG.info("somebody said that this device is offline; saying online again")
            self._publisher.say_online()

    def _answer_birth(self, message: Incoming) -> None:
        if message.retained:
            return  # it was there before us; everything has just been announced
        wait_s = self._birth.heard(message.payload, asyncio.get_running_loop().time())
        if wait_s is not None:
            self._later(wait_s, self._announce_again)

    def _announce_again(self) -> None:
        if self.announced:
            self._publisher.announce_again()

    def _is_echo(self, message: Incoming) -> bool:
        if message.payload or not self._echoes or not self._echoes.get(message.topic):
            return False
        self._echoes[message.topic] -= 1
        return True
