"""The device's state as topics: states, settings, and the description of the device.

Synchronous and without a connection of its own: every method may be called at any time, and
the messages are sent while there is a connection.

Above 300 lines, since each topic of the device is published, repeated and cleared by the same few rules.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial

from bridge.core.definitions.settings import Settings
from bridge.core.effects import InputView, OutputView, PublishEvent
from bridge.mqtt import payloads
from bridge.mqtt.discovery.description import Announced, announced, discovery, read_announced
from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing import settings_payloads as settings_shown
from bridge.mqtt.publishing.event_gate import EventGate
from bridge.mqtt.publishing.retained_topics import Retained
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.throttled_topics import ThrottledTopics
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.topics import InputTopics, OutputTopics, Topics

_LOG = logging.getLogger(__name__)
LARGEST_SNAPSHOT = 512 * 1024
"""Limit of a picture in bytes; `mqtt.md` 1."""
PACKET_HEAD = 16
"""Bytes of a PUBLISH beside topic and payload, and some more: not all brokers count alike."""
TAKEN_UP_S = 2.0
"""Seconds after which Home Assistant has processed a changed description."""


class Publisher:
    """Keeps every topic of the device up to date.

    `later` calls a function after some seconds; it may do nothing without a connection.
    `online_answered` is called with the broker's answer for each `online`.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        outbox: SendQueue,
        ledger: Ledger,
        later: Callable[[float, Callable[[], None]], object],
        online_answered: Callable[[bool], None],
    ) -> None:
        self._online_answered = online_answered
        self.topics = Topics.of(settings)
        self._settings = settings
        self._outbox = outbox
        self._ledger = ledger
        self._later = later
        self._shown = Retained(outbox=outbox, ledger=ledger)
        self._states = Retained(outbox=outbox, ledger=ledger)
        self._attributes = ThrottledTopics(hold=self._states.hold, later=later)
        self._events = EventGate(put=outbox.put, later=later)
        self._inputs: dict[str, InputTopics] = {}
        self._outputs: dict[str, OutputTopics] = {}
        self._views: dict[str, InputView | OutputView] = {}
        self._armed: bool | None = None
        self._announced: Announced | None = None
        self._clips: tuple[str, ...] = ()
        self._described_as: tuple[str, bytes] | None = None
        """The description published on this connection."""
        self.largest_packet: int | None = None
        """Bytes of the largest packet that the broker takes for a description; None where there is no limit."""
        self._small = False
        """Whether a description that lacks entities was logged."""
        self._deleted = False
        """Whether a person deleted the device in Home Assistant; the description is withheld until a change."""
        self._adopt(settings)

    @property
    def dropped_events(self) -> int:
        """Number of events of new inputs that were dropped while they waited."""
        return self._events.dropped

    def tripped(self, input_id: str, tripped: bool | None) -> None:  # noqa: FBT001 - the payload, as in a view
        """Publishes an input's state, and sends it now; its view follows."""
        own = self._inputs.get(input_id)
        if own is not None and self._states.hold(own.state, payloads.on_off(tripped)):
            self._outbox.hurry()

    def input(self, view: InputView) -> None:
        """Publishes an input's state; kept for later if its settings are not in force yet."""
        self._views[view.id] = view
        own = self._inputs.get(view.id)
        if own is None:
            return
        hold = self._states.hold
        hold(own.availability, payloads.online(view.available))
        if hold(own.state, payloads.on_off(view.tripped)):
            self._outbox.hurry()
        hold(own.alarm, payloads.on_off(view.alarm))
        self._attributes.put(own.attributes, partial(payloads.input_attributes, view))

    def output(self, view: OutputView) -> None:
        """Publishes an output's state."""
        self._views[view.id] = view
        own = self._outputs.get(view.id)
        if own is None:
            return
        hold = self._states.hold
        hold(own.availability, payloads.online(view.available))
        if hold(own.state, payloads.on_off(view.on)):
            self._outbox.hurry()
        self._attributes.put(own.attributes, partial(payloads.output_attributes, view))

    def armed(self, *, armed: bool) -> None:
        """Publishes the device's armed switch."""
        self._armed = armed
        self._states.hold(self.topics.armed, payloads.on_off(armed))

    def event(self, happened: PublishEvent) -> None:
        """Publishes an event of an input, of a new one once it can be heard; without a connection it is dropped."""
        own = self._inputs.get(happened.input)
        if own is not None:
            self._events.put(happened.input, Outgoing(topic=own.event, payload=payloads.event(happened)))

    def snapshot(self, input_id: str | None, jpeg: bytes | None) -> None:
        """Publishes a picture of an input's alarm, or of no input.

        None, or one that is too large, clears the last one.
        """
        # An empty payload is kept too, so that a broker that is away now is cleared later.
        payload = b"" if jpeg is None or len(jpeg) > LARGEST_SNAPSHOT else jpeg
        if input_id in self._inputs:
            self._states.hold(self.topics.snapshot(input_id), payload)
        self._states.hold(self.topics.snapshot(), payload)

    def status(self, payload: bytes, *, again: bool) -> None:
        """Publishes the state of the bridge; `again` also if it has not changed."""
        (self._states.repeat if again else self._states.hold)(self.topics.status, payload)

    def settings(self, settings: Settings) -> None:
        """Applies new settings: publishes added parts, clears removed ones.

        The prefix may change only between connections.
        The state of a select whose options have changed is published again once Home Assistant
        has processed the description.
        """
        self._deleted = False
        self._adopt(settings)
        before = self._described_as
        described = self._describe(again=False)
        if self._described_as != before:
            self._later(TAKEN_UP_S, self._shown.repeat_all)
        if self._armed is not None:
            self.armed(armed=self._armed)
        for view in tuple(self._views.values()):
            if isinstance(view, InputView):
                self.input(view)
            else:
                self.output(view)
        self._sweep(described)

    def clips(self, names: tuple[str, ...]) -> None:
        """Describes the device again if other sound clips can be chosen than before."""
        if names != self._clips:
            self._clips = names
            self._describe(again=False)

    def announce(self) -> None:
        """Publishes everything at the begin of a connection, in the order of `mqtt.md` 3."""
        self._events.reset()
        described = self._describe()
        self._shown.repeat_all()
        self._attributes.flush()
        self._states.repeat_all()
        self.say_online()
        self._sweep(described)

    def settings_again(self, topic: str) -> None:
        """Publishes a settings topic again after a refused change, so that a client showing the change reverts it."""
        self._shown.again(topic)

    def announce_again(self) -> None:
        """Publishes everything again after Home Assistant's start, settings too: the broker may retain nothing."""
        self._describe()
        self._shown.repeat_all()
        self._attributes.flush()
        self._states.repeat_all()
        self.say_online()

    def say_online(self) -> None:
        """Publishes `online`."""
        self._ledger.add(self.topics.availability)
        online = Outgoing(topic=self.topics.availability, payload=payloads.ONLINE, retained=True)
        self._outbox.put(online, self._online_answered)

    def repeat(self, topics: Iterable[str]) -> None:
        """Publishes what these topics hold once more; events and answers hold nothing."""
        for topic in topics:
            if topic == self.topics.discovery:
                self._describe()
            self._shown.again(topic)
            self._states.again(topic)

    def say_offline(self, acknowledged: Callable[[bool], None]) -> None:
        """Publishes the last states, then `offline`. `acknowledged` is called with the broker's answer."""
        self._attributes.flush()
        offline = Outgoing(topic=self.topics.availability, payload=payloads.OFFLINE, retained=True)
        self._outbox.put(offline, acknowledged)

    def found_description(self, payload: bytes) -> None:
        """Takes a message on our discovery topic: the retained one from before, or another client's."""
        topic = self.topics.discovery
        if payload:
            if self._announced is None:
                self._announced = read_announced(topic, payload)
        elif self._announced is not None:
            _LOG.info("the device was deleted in Home Assistant; a change of settings or a restart announces it again")
            self._deleted = True
            self._described_as = None
            self._ledger.discard(topic)

    def _adopt(self, settings: Settings) -> None:
        """Computes the topics of new settings, drops views of removed parts, and publishes the settings topics."""
        self._settings = settings
        self.topics = topics = Topics.of(settings)
        self._inputs = {one.id: topics.input(one.id) for one in settings.inputs}
        self._outputs = {one.id: topics.output(one.id) for one in settings.outputs}
        known = self._inputs.keys() | self._outputs.keys()
        self._views = {part: view for part, view in self._views.items() if part in known}
        self._shown.hold(topics.settings, settings_shown.device_settings(settings))
        for one in settings.inputs:
            self._shown.hold(self._inputs[one.id].settings, settings_shown.input_settings(one))
        for other in settings.outputs:
            self._shown.hold(self._outputs[other.id].settings, settings_shown.output_settings(other))

    def _describe(self, *, again: bool = True) -> frozenset[str]:
        """Publishes discovery, step by step.

        Returns its topics; `_announced` changes only with the broker's acknowledgement.
        Without `again`, a description already sent on this connection is not sent again.
        """
        if self._deleted:
            return frozenset()
        steps = discovery(self._settings, self._announced, self._room_for_description(), clips=self._clips)
        topics = frozenset(topic for topic, _ in steps)
        if not again and steps and steps[-1] == self._described_as:
            return topics
        self._described_as = steps[-1] if steps else None
        self._log_entities_left_out()
        new = self._new_inputs() if steps else ()
        self._events.close(new)
        for number, (topic, payload) in enumerate(steps, start=1):
            if payload:
                self._ledger.add(topic)
            self._outbox.put(
                Outgoing(topic=topic, payload=payload, retained=True),
                partial(self._described, topic, payload, number == len(steps), new),
            )
        return topics

    def _new_inputs(self) -> tuple[str, ...]:
        """Returns the inputs that the description published last does not have."""
        if not self._settings.home_assistant.discovery:
            return ()
        last = self._announced
        known = last.components if last is not None and last.topic == self.topics.discovery else {}
        return tuple(each for each in self._inputs if f"{each}_event" not in known)

    def _described(
        self,
        topic: str,
        payload: bytes,
        is_last: bool,  # noqa: FBT001 - bound at its place
        new: tuple[str, ...],
        taken: bool,  # noqa: FBT001 - an acknowledgement's one value
    ) -> None:
        if is_last:
            self._events.acknowledged(new)
        if taken and not payload:
            self._ledger.discard(topic)
        if taken and is_last:
            self._announced = read_announced(topic, payload)

    def _log_entities_left_out(self) -> None:
        """Logs once that the broker's limit leaves entities out of the description."""
        room = self._room_for_description()
        whole = announced(self._settings)
        if room is None or whole is None or self._small:
            return
        kept = announced(self._settings, room)
        count = 0 if kept is None else len(kept.components)
        if count < len(whole.components):
            self._small = True
            _LOG.warning(
                "left out: %d of %d entities in Home Assistant, settings first: the broker takes packets of at most "
                "%s bytes; raise its limit for packets",
                len(whole.components) - count,
                len(whole.components),
                self.largest_packet,
            )

    def _room_for_description(self) -> int | None:
        """Returns the bytes that a packet of the broker leaves for a description's payload; None without a limit."""
        if self.largest_packet is None:
            return None
        return self.largest_packet - len(self.topics.discovery) - PACKET_HEAD

    def _sweep(self, described: frozenset[str]) -> None:
        """Clears every retained topic of the ledger that is not current."""
        current = {*self.topics.retained(self._settings), *described}
        for topic in sorted(self._ledger.known() - current):
            self._shown.forget(topic)
            self._attributes.forget(topic)
            self._states.clear(topic)
