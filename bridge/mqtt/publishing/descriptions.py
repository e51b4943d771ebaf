"""Home Assistant's descriptions of the bridge and its terminals, kept up to date on the broker (`mqtt.md` 4).

Each description costs about a millisecond, and there may be hundreds: they are made one a turn of the loop, so that
lines get theirs, and no more are on their way than the broker acknowledges.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from functools import partial

from bridge.core.definitions.settings import Settings
from bridge.mqtt.discovery.description import (
    Description,
    Platforms,
    changed_parts,
    gone,
    parts,
    read_platforms,
    removals,
)
from bridge.mqtt.discovery.old_form import is_migration, is_old_form
from bridge.mqtt.discovery.row import InputPart, Part
from bridge.mqtt.messages import Incoming
from bridge.mqtt.publishing.deleted_devices import DeletedDevices, digest_of
from bridge.mqtt.publishing.description_room import DescriptionRoom
from bridge.mqtt.publishing.description_sender import DescriptionSender
from bridge.mqtt.publishing.event_gate import EventGate
from bridge.mqtt.publishing.old_description import OldDescription
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.topics import Topics
from bridge.system.page_address import address_for_others

_LOG = logging.getLogger(__name__)
TAKEN_UP_S = 2.0
"""Seconds after which Home Assistant has processed a changed description."""
MADE_S = 1.0
"""Seconds after which Home Assistant has made a new device: were a terminal first, the bridge would get no area."""
ASK_AGAIN_S = 60.0


class Descriptions:
    """The descriptions of all parts: `announce` at the begin of a connection, then `run` until its end.

    `is_busy` returns whether anything is tripped or on, `is_in_alarm` whether an alarm lasts: a description of the
    old form is moved while neither is. `changed` is called with a part's id once Home Assistant has processed its
    changed description; `later` calls a function after some seconds.
    """

    def __init__(
        self,
        *,
        settings: Settings,
        outbox: SendQueue,
        ledger: Ledger,
        events: EventGate,
        later: Callable[[float, Callable[[], None]], object],
        changed: Callable[[str], None],
        is_busy: Callable[[], bool],
        is_in_alarm: Callable[[], bool],
    ) -> None:
        self.room = DescriptionRoom()
        self._echoes = False
        self._settings = settings
        self._sender = DescriptionSender(outbox)
        self._ledger = ledger
        self._events = events
        self._later = later
        self._changed = changed
        self._old = OldDescription(sender=self._sender, ledger=ledger, is_busy=is_busy, is_in_alarm=is_in_alarm)
        self._clips: tuple[str, ...] = ()
        self._known: dict[str, Platforms] = {}
        """Components that the broker has, by topic."""
        self._sent: dict[str, bytes] = {}
        """Digest of the description published on this connection, by topic."""
        self._deleted = DeletedDevices()
        self._described: Settings | None = None
        """The settings that all descriptions on this connection have; None before they are complete."""
        self._unsure: set[str] = set()
        """Ids of parts described since with other settings."""
        self._asked: set[str] = set()
        """Topics to publish again."""
        self._everything = False
        self._then: list[Callable[[], Awaitable[None]]] = []
        self._due = asyncio.Event()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics of all descriptions; none while discovery is off."""
        settings = self._settings
        return tuple(Topics.of(settings).descriptions(settings)) if settings.home_assistant.discovery else ()

    def settings(self, settings: Settings) -> None:
        """Applies new settings: what differs is described by `run`."""
        before, self._settings = self._settings, settings
        if not settings.home_assistant.discovery:
            self._old.platforms = None
        self._withhold_events({one.id for one in before.inputs})
        self._due.set()

    def clips(self, names: tuple[str, ...]) -> None:
        """Describes the bridge again if other sound clips can be chosen than before."""
        if names != self._clips:
            self._clips = names
            self._unsure.add("")
            self._due.set()

    def begin(self, *, echoes: bool) -> None:
        """A connection begins; what lies on the topics is `found` before `announce`.

        `echoes`: the broker returns our own messages.
        """
        self._echoes = echoes
        self._described = None
        self._sent.clear()
        self._asked.clear()
        self._then.clear()
        self._everything = False
        self._sender.begin()

    async def announce(self) -> None:
        """Publishes all descriptions; those of an old form that is to be moved are left to `run`."""
        self._withhold_events()
        self._due.set()
        if self._old.platforms is None:
            await self._describe_parts(again=True)

    async def run(self) -> None:
        """Publishes what changes, for ever."""
        while True:
            await self._due.wait()
            self._due.clear()
            again, self._everything = self._everything, False
            if self._old.platforms is None or await self._move():
                await self._describe_parts(again=again)
            then, self._then = self._then, []
            for do in then:
                await do()

    def again(self, then: Callable[[], Awaitable[None]]) -> None:
        """Publishes all descriptions once more, and calls `then` after them."""
        self._everything = True
        self._then.append(then)
        self._due.set()

    def repeat(self, topics: Iterable[str]) -> None:
        """Publishes the descriptions among these topics once more."""
        self._asked.update(set(topics).intersection(self.topics))
        self._due.set()

    def forget(self, topic: str) -> None:
        """The topic is cleared, since its part was removed."""
        if topic in self._known:
            self._deleted.removed()
        for known in (self._known, self._sent):
            known.pop(topic, None)
        self._deleted.forget(topic)

    def found(self, message: Incoming) -> None:
        """Takes a message on a topic of a description: the one from before, a deletion, or an own one."""
        topic = message.topic
        if not message.payload:
            is_old = self._old.platforms is not None and topic == Topics.of(self._settings).discovery
            if not message.retained and (is_old or topic in self._sent or topic in self._known):
                self._delete(topic)
        elif is_migration(message.payload):
            self._old.came_back()
            if message.retained:
                self._found_components(topic, {})
        elif message.retained and self._sent.get(topic) != digest_of(message.payload):
            platforms = read_platforms(message.payload)
            if platforms is not None:
                self._found_components(topic, platforms)

    def _found_components(self, topic: str, platforms: Platforms) -> None:
        """Takes what lay on a topic, which some brokers deliver only after it was described anew."""
        if topic == Topics.of(self._settings).discovery:
            is_old = is_old_form(platforms) and self._settings.home_assistant.discovery
            self._old.platforms = platforms if is_old else None
            if is_old:
                self._due.set()
                return
        if topic not in self._sent:
            self._known.setdefault(topic, platforms)
        elif platforms:
            self._known[topic] = {**platforms, **self._known.get(topic, {})}
            self._asked.add(topic)
            self._due.set()

    def _delete(self, topic: str) -> None:
        """A person deleted a device: it stays deleted until its description changes."""
        if self._deleted.is_aftermath:
            self._later(MADE_S, partial(self.repeat, (topic,)))
            return
        _LOG.info("deleted in Home Assistant: %s; a change of its settings or a restart announces it again", topic)
        topics = self.topics if self._old.platforms is not None else (topic,)
        self._old.platforms = None
        for one in topics:
            self._deleted.add(one, self._sent.pop(one, None))
            self._known.pop(one, None)
            self._ledger.discard(one)

    def _parts(self) -> Iterable[Part]:
        settings = self._settings
        if not settings.home_assistant.discovery:
            return ()
        return parts(settings, self._clips, address_for_others(settings.web))

    async def _describe_parts(self, *, again: bool) -> None:
        """Publishes the descriptions of what has changed; with `again` all of them."""
        settings = self._settings
        asked, self._asked = self._asked, set()
        now = None if again or self._described is None else changed_parts(self._described, settings) | self._unsure
        for part in self._parts():
            if now is None or part.id in now or part.topic in asked:
                await self._sender.room()
                self._unsure.add(part.id)
                is_new_place = not part.id and settings.device.area is not None and part.topic not in self._known
                self._describe(part, again=again or part.topic in asked, is_change=now is not None)
                await asyncio.sleep(MADE_S if is_new_place else 0)
                if self._settings is not settings:
                    self._everything |= again
                    self._asked |= asked
                    self._due.set()
                    return
        self._described = settings
        self._unsure.clear()

    def _describe(self, part: Part, *, again: bool, is_change: bool) -> None:
        """Publishes one description; without `again` one that is on the broker already is not sent again."""
        made = self.room.described(part)
        if made is None:
            self._heard(part)
            return
        topic, digest = made.topic, digest_of(made.payload)
        if self._deleted.withholds(topic, digest):
            self._heard(part)
            return
        if self._sent.get(topic) == digest and not again:
            return
        if is_change and self._sent.get(topic) != digest:
            self._later(TAKEN_UP_S, partial(self._changed, part.id))
        self._ledger.add(topic)
        lost = gone(self._known.get(topic, {}), made.platforms)
        if lost:
            self._deleted.removed()
            for payload in removals(part, lost):
                self._sender.put(topic, payload)
        self._sent[topic] = digest
        self._sender.put(topic, made.payload, partial(self._answered, part, made))

    def _answered(self, part: Part, made: Description, taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's value
        if taken and made.topic in self._sent:
            self._known[made.topic] = made.platforms
        self._heard(part)

    def _heard(self, part: Part) -> None:
        """Events of an input pass once Home Assistant can hear them, or will not."""
        if isinstance(part, InputPart):
            self._events.acknowledged((part.id,))

    def _withhold_events(self, but_of: Collection[str] = ()) -> None:
        """Withholds the events of inputs that have no description yet and are about to get one."""
        if self._settings.home_assistant.discovery and self._old.platforms is None:
            topics = Topics.of(self._settings)
            new = [one.id for one in self._settings.inputs if topics.part_discovery(one.id) not in self._known]
            self._events.close(one for one in new if one not in but_of)

    async def _move(self) -> bool:
        """Moves a description of the old form to one for each part. Returns whether it is moved."""
        wait_s = self._old.wait_s()
        if wait_s is not None:
            self._later(wait_s, self._due.set)
            return False
        settings = self._settings
        bridge, *terminals = self._parts()
        now: dict[str, str] = {}
        for part in (bridge, *terminals):
            made = self.room.fitted(part)
            now.update({} if made is None else made.platforms)
            await asyncio.sleep(0)
        may = not terminals or await self._old.may_publish(terminals[0].topic, echoes=self._echoes)
        inputs = [one.id for one in settings.inputs]
        self._deleted.removed()
        if may:
            self._events.close(inputs)
        if not may or not await self._old.unload(bridge, now):
            self._events.acknowledged(inputs)
            self._later(ASK_AGAIN_S, self._due.set)
            return False
        if self._settings is settings:
            for part in (*terminals, bridge):
                self._describe(part, again=True, is_change=True)
                await asyncio.sleep(0)
        _LOG.info("Home Assistant has a device for each terminal now; ids, names and history are kept")
        return True
