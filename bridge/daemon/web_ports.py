"""The page's ports to the other rooms: status, journal, broker test, clips, sounds, simulated board."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bridge.actions.sound.library import SoundLibrary
from bridge.daemon.camera_desk import CameraDesk
from bridge.errors import ActionFailed, BrokerError, StartFailed
from bridge.lines.camera_port import CameraPort
from bridge.lines.drivers import SIMULATED
from bridge.lines.gpio.listing import list_chips
from bridge.lines.gpio.offered_lines import likely_inputs, offered_lines
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.connection.connect import client_id_of, connect
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.messages import Incoming
from bridge.settings.sources.names import TOKEN
from bridge.store.journal_query import EntryFilter
from bridge.web.access.policy import INGRESS
from bridge.web.ports import FoundLines, JournalQuery, Ports
from bridge.web.server import WebServer

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import Fact, Now
    from bridge.core.journal import JournalEntry
    from bridge.core.status import BridgeStatus
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter
    from bridge.store.store import Store
    from bridge.web.ports import ClipShelf, Hooks, SettingsDesk


def can_be_served() -> bool:
    """Returns whether the extra `web` is installed; imports nothing."""
    return find_spec("aiohttp") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The rooms behind the page; `linkage` answers None until settings need one."""

    store: Store
    mqtt: MqttAdapter
    linkage: Callable[[], Linkage | None]
    settings: SettingsDesk | None = None
    board: Callable[[str], bytes] | None = None
    """Takes a command of the simulated board; None on real lines."""
    cameras: CameraPort = field(default_factory=CameraPort)
    hooks: Hooks | None = None
    warnings: Callable[[], tuple[str, ...]] = tuple
    """Returns the warnings of the settings in force."""


class Page:
    """Composes the page's server with its ports."""

    def __init__(
        self,
        settings: Settings,
        neighbours: Neighbours,
        *,
        submit: Callable[[Fact], None],
        now: Callable[[], Now],
        status: Callable[[], BridgeStatus],
    ) -> None:
        self._behind = neighbours
        self.server = WebServer(
            settings=settings,
            ports=Ports(
                submit=submit,
                now=now,
                system=status,
                entries=self._entries,
                try_broker=self._try_broker,
                settings=neighbours.settings,
                clips=self._clips,
                sounds=self._sounds,
                look=self._look,
                board=neighbours.board,
                hooks=neighbours.hooks,
                cameras=CameraDesk(
                    settings=lambda: self.server.settings, port=neighbours.cameras, linkage=neighbours.linkage
                ),
                found_lines=self._found_lines,
                settings_warnings=neighbours.warnings,
            ),
            # Outside the add-on, any host could have the ingress proxy's address.
            ingress=INGRESS if os.environ.get(TOKEN) else None,
        )

        neighbours.mqtt.when_connections_change(self._show_connections)

    def _show_connections(self) -> None:
        mqtt = self._behind.mqtt
        self.server.connections(broker=mqtt.connected, home_assistant=mqtt.home_assistant)

    async def _try_broker(self) -> str | None:
        """Connects to the broker as a test. Returns None, or the problem in words.

        The test has a client id of its own, so the bridge's session goes on.
        """
        settings = self.server.settings
        try:
            session = await connect(settings, client_id=f"{client_id_of(settings)}-test", receive=_ignore)
        except BrokerError as error:
            return str(error)
        if isinstance(session, Ended):
            return f"{address_of(settings.mqtt)}: {session.why}"
        await session.close()
        return None

    def _found_lines(self) -> FoundLines:
        """Returns the free GPIO lines of this machine; none on the simulated board."""
        if self.server.settings.lines.driver == SIMULATED:
            return FoundLines()
        try:
            chips = list_chips()
        except StartFailed as error:
            return FoundLines(problem=str(error))
        free = offered_lines(chips)
        likely = likely_inputs(free)
        denied = ", ".join(one.chip.path for one in chips if one.chip.denied)
        return FoundLines(
            lines=tuple(
                (f"{line.chip} {line}", line.written) for line in (*likely, *(one for one in free if one not in likely))
            ),
            problem=f"{denied} may not be opened by this program." if denied else None,
        )

    def _entries(self, query: JournalQuery) -> tuple[JournalEntry, ...]:
        """Returns the journal entries that match `query`."""
        return self._behind.store.entries(
            EntryFilter(limit=query.limit, kind=query.kind, after_seq=query.after_seq, since=query.since)
        )

    def _clips(self) -> ClipShelf | None:
        """Returns the recorded clips, or None without recording."""
        linkage = self._behind.linkage()
        return None if linkage is None else linkage.media.clips

    async def _look(self, camera: str) -> bytes:
        """Returns a recent picture of a camera. Raises ActionFailed or ActionRefused if there is none."""
        linkage = self._behind.linkage()
        if linkage is None:
            message = f"camera {camera} gives no pictures"
            raise ActionFailed(message)
        return await linkage.media.look(camera)

    def _sounds(self) -> SoundLibrary | None:
        """Returns the library of sound clips, or None without a loudspeaker."""
        audio = self.server.settings.audio
        return None if audio is None else SoundLibrary(audio.folder)


def _ignore(message: Incoming) -> None:
    """Drops a message: the test of the broker subscribes to nothing."""
    del message
