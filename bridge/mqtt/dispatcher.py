"""Dispatches incoming messages: commands to the receiver, the others to the topic that they concern."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from bridge.mqtt.commands.receiver import CommandReceiver
from bridge.mqtt.messages import Incoming
from bridge.mqtt.payloads import OFFLINE, ONLINE
from bridge.mqtt.publishing.birth import Birth
from bridge.mqtt.publishing.publisher import Publisher

_LOG = logging.getLogger(__name__)
ONLINE_GAP_S = 1.0
"""Shortest time between two `online` that correct another client's `offline`."""
LAST_WORD_S = 0.5
"""A broker that stops in good order publishes the will of this very session, and closes it right after."""


class Dispatcher:
    """Dispatches the messages of a session. `later` calls a function after some seconds.

    `heard` is called when Home Assistant has said that it is online or offline.
    """

    def __init__(
        self,
        *,
        publisher: Publisher,
        receiver: CommandReceiver,
        later: Callable[[float, Callable[[], None]], object],
        birth: Birth,
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self.announced = False
        """Whether there is a session on which everything was published, `online` included, and which is to last."""
        self.home_assistant: bool | None = None
        """Whether Home Assistant said last that it is online; None while it has said nothing in this session."""
        self._heard = heard
        self._publisher = publisher
        self._receiver = receiver
        self._later = later
        self._birth = birth
        self._online_at = 0.0
        self._session = 0
        self._is_online = False
        """Whether `online` has arrived in this session; an `offline` before that is an old retained one."""
        self._echoes: dict[str, int] | None = None
        """Number of expected echoes of our own empty messages, by topic; None with MQTT 5, which suppresses them."""

    def begin(self, *, echoes: bool) -> None:
        """Starts a session. `echoes`: the broker returns our own messages on subscribed topics, as under 3.1.1."""
        self._echoes = {} if echoes else None
        self._is_online = False
        self.home_assistant = None
        self._session += 1

    def expect_echo(self, topic: str) -> None:
        """Notes that an empty message, which clears this topic, may come back; the echo is no command."""
        if self._echoes is not None:
            self._echoes[topic] = self._echoes.get(topic, 0) + 1

    def knows(self, topic: str) -> bool:
        """Returns whether a topic is the bridge's own, or one that it reads beside those of lines."""
        topics = self._publisher.topics
        return topic.startswith(f"{topics.device}/") or topic in (topics.birth, topics.discovery)

    def receive(self, message: Incoming) -> None:
        """Hands a message to the part that its topic concerns; ignores an expected echo."""
        topics = self._publisher.topics
        if message.topic == topics.availability:
            self._guard_availability(message.payload)
        elif message.topic == topics.birth:
            self._note_home_assistant(message.payload)
            self._answer_birth(message)
        elif topics.is_description(message.topic):
            self._publisher.descriptions.found(message)
        elif not self._is_echo(message):
            self._receiver.take(message)

    def _guard_availability(self, payload: bytes) -> None:
        """Publishes `online` again after another session's will has set our availability to `offline`."""
        if payload == ONLINE:
            self._is_online = True
        if payload == ONLINE or not self._is_online or not self.announced:
            return
        at = asyncio.get_running_loop().time()
        if self._online_at <= at:
            wait_s = max(LAST_WORD_S, self._online_at + ONLINE_GAP_S - at)
            self._online_at = at + wait_s
            self._later(wait_s, partial(self._say_online, self._session))

    def _say_online(self, session: int) -> None:
        """Publishes `online` and logs why, if that session still lasts."""
        if self.announced and session == self._session:
            _LOG.info(
                "another client set %s to offline (a twin with this device id?); publishing online again",
                self._publisher.topics.availability,
            )
            self._publisher.say_online()

    def _note_home_assistant(self, payload: bytes) -> None:
        """Notes that Home Assistant is online, or offline; its own will says the latter too."""
        if payload in (ONLINE, OFFLINE):
            self.home_assistant = payload == ONLINE
            self._heard()

    def _answer_birth(self, message: Incoming) -> None:
        """Announces everything again, after a while, if Home Assistant has started; ignores a retained message."""
        if message.retained:
            return  # retained from before this session, in which everything has just been announced
        wait_s = self._birth.heard(message.payload, asyncio.get_running_loop().time())
        if wait_s is not None:
            self._later(wait_s, self._announce_again)

    def _announce_again(self) -> None:
        if self.announced:
            self._publisher.announce_again()

    def _is_echo(self, message: Incoming) -> bool:
        """Returns whether a message is an expected echo, and expects one fewer."""
        if message.payload or not self._echoes or not self._echoes.get(message.topic):
            return False
        self._echoes[message.topic] -= 1
        return True
