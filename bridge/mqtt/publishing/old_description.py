"""A description in the form of earlier releases on the bridge's own topic, until its components have moved.

Home Assistant forgets nothing if the old topic gives its components up before others have them. If that ends
anywhere, the next connection finds on the old topic how far it came.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bridge.mqtt.discovery.description import Platforms, gone, removals
from bridge.mqtt.discovery.old_form import MIGRATION, unloaded_s
from bridge.mqtt.discovery.row import Part
from bridge.mqtt.publishing.description_sender import DescriptionSender
from bridge.mqtt.publishing.topic_ledger import Ledger

_LOG = logging.getLogger(__name__)
LOOK_AGAIN_S = 1.0
PATIENCE_S = 600.0
"""So long a move waits for contacts and outputs to be at rest; for alarms it waits without end."""
READ_BACK_S = 5.0


class OldDescription:
    """`platforms` are its components, None without one.

    `is_busy` returns whether anything is tripped or on, `is_in_alarm` whether an alarm lasts: Home Assistant takes
    what is on during the move for a change.
    """

    def __init__(
        self,
        *,
        sender: DescriptionSender,
        ledger: Ledger,
        is_busy: Callable[[], bool],
        is_in_alarm: Callable[[], bool],
    ) -> None:
        self.platforms: Platforms | None = None
        self._sender = sender
        self._ledger = ledger
        self._is_busy = is_busy
        self._is_in_alarm = is_in_alarm
        self._since: float | None = None
        self._probe: asyncio.Future[None] | None = None
        self._logged: set[str] = set()

    def came_back(self) -> None:
        """Takes note that `MIGRATION` has come from the broker."""
        if self._probe is not None and not self._probe.done():
            self._probe.set_result(None)

    def wait_s(self) -> float | None:
        """Returns the seconds before the next look whether all is at rest, or None if the move may begin."""
        now = asyncio.get_running_loop().time()
        since = self._since = now if self._since is None else self._since
        if not self._is_in_alarm() and (not self._is_busy() or now >= since + PATIENCE_S):
            return None
        self._log_once(logging.INFO, "Home Assistant gets a device for each terminal when all is at rest")
        return LOOK_AGAIN_S

    async def may_publish(self, topic: str, *, echoes: bool) -> bool:
        """Returns whether the broker takes a description on a terminal's topic; Home Assistant ignores this one.

        `echoes`: the broker returns our own messages. Under 3.1.1 it acknowledges what it drops, and only what comes
        back is there.
        """
        self._probe = probe = asyncio.get_running_loop().create_future()
        self._ledger.add(topic)
        may = await self._sender.taken(topic, MIGRATION)
        if may and echoes:
            await asyncio.wait((probe,), timeout=READ_BACK_S)
            may = probe.done()
        if not may:
            self._log_once(
                logging.WARNING,
                f"Home Assistant keeps one device for all terminals: the broker does not let this client publish on "
                f"{topic}; allow {topic.rsplit('/', 2)[0]}/#; asked again every minute",
            )
        return may

    async def unload(self, bridge: Part, now: Platforms) -> bool:
        """Removes what is not in `now`, and has Home Assistant unload the rest. Returns whether it has."""
        old = dict(self.platforms or {})
        lost = gone(old, now)
        if lost:
            for payload in removals(bridge, lost):
                await self._sender.taken(bridge.topic, payload)
            await asyncio.sleep(unloaded_s(len(lost)))
        if not await self._sender.taken(bridge.topic, MIGRATION):
            return False
        self.platforms = self._since = None
        await asyncio.sleep(unloaded_s(len(old)))
        return True

    def _log_once(self, level: int, text: str) -> None:
        if text not in self._logged:
            self._logged.add(text)
            _LOG.log(level, "%s", text)
