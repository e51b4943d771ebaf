"""The device's state as topics: states and settings; their descriptions for Home Assistant are in `descriptions`.

Without a connection of its own: every method may be called at any time, and the messages are sent while there is a
connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

from bridge.core.definitions.settings import Settings
from bridge.core.effects import InputView, OutputView, PublishEvent
from bridge.mqtt import payloads
from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing import settings_payloads as settings_shown
from bridge.mqtt.publishing.descriptions import Descriptions
from bridge.mqtt.publishing.event_gate import EventGate
from bridge.mqtt.publishing.replay_rate import ReplayPace
from bridge.mqtt.publishing.retained_topics import Retained
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.throttled_topics import ThrottledTopics
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.topics import InputTopics, OutputTopics, Topics

AT_ONCE = 500
"""Topics that are published at full speed; a broker drops what is more than 1000 ahead of a subscriber."""
LARGEST_SNAPSHOT = 512 * 1024
"""Limit of a picture in bytes; `mqtt.md` 1."""


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
        self._cameras: dict[str, bool] = {}
        """Whether each camera answers, as far as that is known."""
        self.descriptions = Descriptions(
            settings=settings,
            outbox=outbox,
            ledger=ledger,
            events=self._events,
            later=later,
            changed=self._settings_of,
            is_busy=self._is_busy,
            is_in_alarm=self._is_in_alarm,
        )
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

    def camera(self, camera_id: str, *, online: bool) -> None:
        """Publishes whether a camera answers; one that is not in the settings is passed over."""
        self._cameras[camera_id] = online
        if camera_id in self._settings.cameras and self._settings.cameras[camera_id].onvif is not None:
            self._states.hold(self.topics.camera_availability(camera_id), payloads.online(online))

    def event(self, happened: PublishEvent) -> None:
        """Publishes an event of an input, of a new one once it can be heard; without a connection it is dropped."""
        own = self._inputs.get(happened.input)
        if own is not None:
            self._events.put(happened.input, Outgoing(topic=own.event, payload=payloads.event(happened)))

    def snapshot(self, input_id: str | None, jpeg: bytes | None, alarm: str | None = None) -> None:
        """Publishes a picture of an input's alarm with the alarm's id, or a picture of no input.

        None, or one that is too large, clears the last one.
        """
        # An empty payload is kept too, so that a broker that is away now is cleared later.
        payload = b"" if jpeg is None or len(jpeg) > LARGEST_SNAPSHOT else jpeg
        own = self._inputs.get(input_id) if input_id else None
        if own is not None:
            said = payloads.picture(alarm if payload else None)
            self._states.hold_with(self.topics.snapshot(input_id), payload, about=own.picture, said=said)
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
        self._adopt(settings)
        self.descriptions.settings(settings)
        if self._armed is not None:
            self.armed(armed=self._armed)
        for camera_id, online in self._cameras.items():
            self.camera(camera_id, online=online)
        for view in tuple(self._views.values()):
            if isinstance(view, InputView):
                self.input(view)
            else:
                self.output(view)
        self._sweep()

    def clips(self, names: tuple[str, ...]) -> None:
        """Takes which sound clips can be chosen."""
        self.descriptions.clips(names)

    async def announce(self) -> None:
        """Publishes everything at the begin of a connection, in the order of `mqtt.md` 3."""
        self._events.reset()
        await self.descriptions.announce()
        await self._repeat_all()
        self._sweep()

    def settings_again(self, topic: str) -> None:
        """Publishes a settings topic again after a refused change, so that a client showing the change reverts it."""
        self._shown.again(topic)

    def announce_again(self) -> None:
        """Publishes everything again after Home Assistant's start, settings too: the broker may retain nothing."""
        self.descriptions.again(self._repeat_all)

    async def _repeat_all(self) -> None:
        """Publishes all settings, then all states, then `online`; many of them no faster than subscribers can take."""
        clock, pace, number = asyncio.get_running_loop().time, ReplayPace(), 0
        self._attributes.flush(self._states.keep)
        for held in (self._shown, self._states):
            for topic in held.topics():
                number += 1
                wait_s = pace.wait_s(clock()) if number > AT_ONCE else None
                if wait_s is not None:
                    await asyncio.sleep(wait_s)
                held.again(topic)
        self.say_online()

    def say_online(self) -> None:
        """Publishes `online`."""
        self._ledger.add(self.topics.availability)
        online = Outgoing(topic=self.topics.availability, payload=payloads.ONLINE, retained=True)
        self._outbox.put(online, self._online_answered)

    def repeat(self, topics: Iterable[str]) -> None:
        """Publishes what these topics hold once more; events and answers hold nothing."""
        topics = tuple(topics)
        self.descriptions.repeat(topics)
        for topic in topics:
            self._shown.again(topic)
            self._states.again(topic)

    def say_offline(self, acknowledged: Callable[[bool], None]) -> None:
        """Publishes the last states, then `offline`. `acknowledged` is called with the broker's answer."""
        self._attributes.flush()
        offline = Outgoing(topic=self.topics.availability, payload=payloads.OFFLINE, retained=True)
        self._outbox.put(offline, acknowledged)

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

    def _settings_of(self, part: str) -> None:
        """Publishes a part's settings again: Home Assistant may have read them before the description that fits."""
        if part in self._inputs:
            self._shown.again(self._inputs[part].settings)
        if part in self._outputs:
            self._shown.again(self._outputs[part].settings)

    def _is_busy(self) -> bool:
        return any(view.tripped if isinstance(view, InputView) else view.on for view in self._views.values())

    def _is_in_alarm(self) -> bool:
        return any(isinstance(view, InputView) and view.alarm for view in self._views.values())

    def _sweep(self) -> None:
        """Clears every retained topic of the ledger that is not current; descriptions first, which remove devices."""
        current = {*self.topics.retained(self._settings), *self.descriptions.topics}
        doomed = self._ledger.known() - current
        for topic in sorted(doomed, key=lambda one: (one.startswith(f"{self.topics.device}/"), one)):
            self.descriptions.forget(topic)
            self._shown.forget(topic)
            self._attributes.forget(topic)
            self._states.clear(topic)
