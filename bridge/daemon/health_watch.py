"""The device's own health, gathered from the rooms and the operating system for inputs of the kind `health`.

Nothing is looked at while no input follows it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.core.definitions.channels import CHANNELS
from bridge.core.definitions.health_lines import HealthSource
from bridge.lines.health.probes import card_trouble, folder_trouble, network_trouble
from bridge.system.disk_thread import start_disk_thread

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.lines.health_signals import HealthSignals
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter

LOOK_S: Final = 2.0
"""Seconds between two looks; the rooms report their troubles earlier, by `changed`."""
ANSWER_S: Final = 10.0
"""A disk that does not answer for so long is one that fails."""

Trouble = str | None


class Probe:
    """One look at the operating system at a time, on a thread of its own."""

    def __init__(self, name: str, work: Callable[[], Trouble], *, answer_s: float = ANSWER_S) -> None:
        self._name = name
        self._work = work
        self._answer_s = answer_s
        self._looking: asyncio.Future[Trouble] | None = None

    async def look(self) -> Trouble:
        """Returns the trouble, None without one; a look that lasts too long is a trouble, and goes on meanwhile."""
        if self._looking is None:
            self._looking = start_disk_thread(self._name, self._work)
        looking = self._looking
        await asyncio.wait({looking}, timeout=self._answer_s)
        if not looking.done():
            return f"{self._name} does not answer"
        self._looking = None
        return looking.result()


class HealthWatch:
    """Reports the trouble of each part that an input of `settings` follows; `run` lasts until it is cancelled.

    `rooms` returns the troubles that the rooms know of, by part; a part whose room has not looked yet is missing.
    """

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        signals: HealthSignals,
        rooms: Callable[[], Mapping[str, Trouble]],
        look_at_network: Callable[[], Awaitable[Trouble]] | None = None,
        look_at_disk: Callable[[], Awaitable[Trouble]] | None = None,
    ) -> None:
        self._settings = settings
        self._signals = signals
        self._rooms = rooms
        self._store = settings().store.folder  # read once: it takes effect at the next start
        self._disks: dict[Path, Probe] = {}
        self._look_at_network = look_at_network or Probe("the network", network_trouble).look
        self._look_at_disk = look_at_disk or self._look_at_disks
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Has the rooms looked at soon: one of them reports a change."""
        self._changed.set()

    async def run(self) -> None:
        """Looks at all parts that inputs follow, again and again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_rooms())
            group.create_task(self._watch("network", self._look_at_network))
            group.create_task(self._watch("disk", self._look_at_disk))

    async def _look_at_disks(self) -> Trouble:
        """Returns the trouble of the store's folder or the recording folder; both are looked at, at once.

        The recorder checks its folder more closely, and more rarely, since it reads it.
        """
        recording = self._settings().recording
        troubles = {self._store: folder_trouble}
        if recording is not None:
            troubles.setdefault(recording.folder, card_trouble)
        for folder, trouble in troubles.items():
            self._disks.setdefault(folder, Probe(str(folder), partial(trouble, folder)))
        found = await asyncio.gather(*(self._disks[folder].look() for folder in troubles))
        return next((each for each in found if each is not None), None)

    async def _watch_rooms(self) -> None:
        while True:
            self._changed.clear()
            wanted = self._wanted()
            for part, trouble in self._rooms().items():
                # The store's folder is looked at beside the rooms; a trouble of theirs is one already.
                if part in wanted and (part != "disk" or trouble is not None):
                    self._signals.report(part, trouble)
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    async def _watch(self, part: str, look: Callable[[], Awaitable[Trouble]]) -> None:
        while True:
            if part in self._wanted():
                trouble = await look()
                self._signals.report(part, self._rooms().get(part) or trouble)
            await asyncio.sleep(LOOK_S)

    def _wanted(self) -> frozenset[str]:
        """Returns the parts that inputs follow."""
        lines = (each.line for each in self._settings().inputs)
        return frozenset(line.what for line in lines if isinstance(line, HealthSource))


def troubles_of_rooms(
    *,
    mqtt: MqttAdapter,
    store_problem: Callable[[], str | None],
    linkage: Callable[[], Linkage | None],
    is_clock_set: Callable[[], bool],
) -> dict[str, Trouble]:
    """Returns the troubles that the rooms know of now, by part."""
    linked = linkage()
    clips = None if linked is None else linked.media.clips
    card = None if clips is None or not clips.is_looked_at else clips.problem
    return {
        "disk": store_problem() or card,
        "broker": None if mqtt.connected else mqtt.problem or "the MQTT broker is away",
        "clock": None if is_clock_set() else "the clock is not set",
        "mail": None if linked is None else _mail_trouble(linked),
    }


def _mail_trouble(linkage: Linkage) -> Trouble:
    """Returns why mail or upload fails since its last success; None if neither does, or nothing was to be sent."""
    queues = linkage.queues
    for channel in CHANNELS:
        if channel.key in queues and (error := queues[channel.key].last_error) is not None:
            return f"{channel.words.noun}: {error}"
    return None
