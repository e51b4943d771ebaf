"""What the bridge shows of itself, as topics: states, settings, and the description of the device.

Synchronous and without a connection of its own: everything may be told to it at any time, and
goes out when there is one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from bridge.core.definitions.settings import Settings
from bridge.core.effects import InputView, OutputView, PublishEvent
from bridge.mqtt import payloads
from bridge.mqtt.discovery.description import Announced, discovery, read_announced
from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing import settings_payloads as settings_shown
from bridge.mqtt.publishing.retained_topics import Retained
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.throttled_topics import ThrottledTopics
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.topics import InputTopics, OutputTopics, Topics

_LOG = logging.getLogger(__name__)
LARGEST_SNAPSHOT = 512 * 1024
"""Bytes; `mqtt.md` 1."""
TAKEN_UP_S = 2.0
"""Seconds in which Home Assistant has taken up a changed description."""


class Publisher:
    """Keeps every topic of the device right.

    `later` calls a function after some seconds; it may do nothing while no connection stands.
    `hurry` sends what has been published so far, before anything else is even made.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        outbox: SendQueue,
        ledger: Ledger,
        later: Callable[[float, Callable[[], None]], object],
        hurry: Callable[[], None],
    ) -> None:
        self._hurry = hurry
        self.topics = Topics.of(settings)
        self._settings = settings
        self._outbox = outbox
        self._ledger = ledger
        self._later = later
        self._shown = Retained(outbox=outbox, ledger=ledger)
        self._states = Retained(outbox=outbox, ledger=ledger)
        self._attributes = ThrottledTopics(hold=self._states.hold, later=later)
        self._inputs: dict[str, InputTopics] = {}
        self._outputs: dict[str, OutputTopics] = {}
        self._views: dict[str, InputView | OutputView] = {}
        self._announced: Settings | Announced | None = None
        self._described_as: tuple[str, bytes] | None = None
        """The description that the broker has from this connection."""
        self._deleted = False
        """A person deleted the device in Home Assistant; it is not described again until something changes."""
        self._take(settings)

    def input(self, view: InputView) -> None:
        """An input as it is now; kept for when its settings arrive, should they be behind."""
        self._views[view.id] = view
        own = self._inputs.get(view.id)
        if own is None:
            return
        hold = self._states.hold
        hold(own.availability, payloads.online(view.available))
        if hold(own.state, payloads.on_off(view.tripped)):
            self._hurry()
        hold(own.alarm, payloads.on_off(view.alarm))
        self._attributes.put(own.attributes, partial(payloads.input_attributes, view))

    def output(self, view: OutputView) -> None:
        """An output as it is now."""
        self._views[view.id] = view
        own = self._outputs.get(view.id)
        if own is None:
            return
        hold = self._states.hold
        hold(own.availability, payloads.online(view.available))
        if hold(own.state, payloads.on_off(view.on)):
            self._hurry()
        self._attributes.put(own.attributes, partial(payloads.output_attributes, view))

    def event(self, happened: PublishEvent) -> None:
        """Something that happens now; without a connection nobody is told."""
        own = self._inputs.get(happened.input)
        if own is not None:
            self._outbox.put(Outgoing(topic=own.event, payload=payloads.event(happened)))

    def snapshot(self, input_id: str | None, jpeg: bytes | None) -> None:
        """A picture of an input's alarm, or of nobody's; None, or one that is too large, clears the one before."""
        # Nothing is held as well, so that a broker that is away now is told when it comes.
        payload = b"" if jpeg is None or len(jpeg) > LARGEST_SNAPSHOT else jpeg
        if input_id in self._inputs:
            self._states.hold(self.topics.snapshot(input_id), payload)
        self._states.hold(self.topics.snapshot(), payload)

    def status(self, payload: bytes, *, again: bool) -> None:
        """How the bridge is doing; `again` publishes it even when nothing in it changed."""
        (self._states.repeat if again else self._states.hold)(self.topics.status, payload)

    def settings(self, settings: Settings) -> None:
        """New settings are in force: parts come and go. The topics' stem may change only between connections.

        A state that a select did not know as one of its options is shown again once Home Assistant
        knows it from the description.
        """
        self._deleted = False
        self._take(settings)
        before = self._described_as
        described = self._describe(anew=False)
        if self._described_as != before:
            self._later(TAKEN_UP_S, self._shown.repeat_all)
        for view in tuple(self._views.values()):
            if isinstance(view, InputView):
                self.input(view)
            else:
                self.output(view)
        self._sweep(described)

    def announce(self) -> None:
        """A connection has begun: everything, in the order of `mqtt.md` 3."""
        described = self._describe()
        self._shown.repeat_all()
        self._attributes.flush()
        self._states.repeat_all()
        self.say_online()
        self._sweep(described)

    def settings_again(self, topic: str) -> None:
        """A change of what this topic shows was refused: whoever showed it already takes it back."""
        self._shown.again(topic)

    def announce_again(self) -> None:
        """Home Assistant has started, and may know nothing."""
        self._describe()
        self._attributes.flush()
        self._states.repeat_all()
        self.say_online()

    def say_online(self) -> None:
        """The bridge is there."""
        self._ledger.add(self.topics.availability)
        self._outbox.put(Outgoing(topic=self.topics.availability, payload=payloads.ONLINE, retained=True))

    def say_offline(self, acknowledged: Callable[[bool], None]) -> None:
        """The bridge ends in good order; the last that it shows goes before."""
        self._attributes.flush()
        offline = Outgoing(topic=self.topics.availability, payload=payloads.OFFLINE, retained=True)
        self._outbox.put(offline, acknowledged)

    def found_description(self, payload: bytes) -> None:
        """What lies on our discovery topic from before, or what somebody else has just put there."""
        topic = self.topics.discovery
        if payload:
            if self._announced is None:
                self._announced = read_announced(topic, payload)
        elif self._announced is not None:
            _LOG.info(
                "somebody deleted the device in Home Assistant; it is described again after a change or a restart"
            )
            self._deleted = True
            self._described_as = None
            self._ledger.discard(topic)

    def _take(self, settings: Settings) -> None:
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

    def _describe(self, *, anew: bool = True) -> frozenset[str]:
        """Discovery, step by step; what was announced counts only once the broker has it. The topics it is on.

        Unless it is wanted `anew`, a description that was sent on this connection is not sent again.
        """
        if self._deleted:
            return frozenset()
        steps = discovery(self._settings, self._announced)
        topics = frozenset(topic for topic, _ in steps)
        if not anew and steps and steps[-1] == self._described_as:
            return topics
        self._described_as = steps[-1] if steps else None
        for number, (topic, payload) in enumerate(steps, start=1):
            if payload:
                self._ledger.add(topic)
            self._outbox.put(
                Outgoing(topic=topic, payload=payload, retained=True),
                partial(self._described, topic, payload, self._settings if number == len(steps) else None),
            )
        return topics

    def _described(self, topic: str, payload: bytes, settings: Settings | None, taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
        if taken and not payload:
            self._ledger.discard(topic)
        if taken and settings is not None:
            self._announced = settings

    def _sweep(self, described: frozenset[str]) -> None:
        """Clear every retained topic that was ever published and is not current."""
        current = {*self.topics.retained(self._settings), *described}
        for topic in sorted(self._ledger.known() - current):
            self._shown.forget(topic)
            self._attributes.forget(topic)
            self._states.clear(topic)
