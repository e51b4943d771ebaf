"""What the page is given from the other rooms: state in words, journal, clips, the board."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.actions.sound.library import SoundLibrary
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.connection.connect import client_id_of, connect
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.messages import Incoming
from bridge.settings.sources.addon import TOKEN
from bridge.store.journal_query import EntryFilter
from bridge.web.access.policy import INGRESS
from bridge.web.ports import JournalQuery, Ports, ServiceState, SystemState
from bridge.web.server import WebServer

if TYPE_CHECKING:
    from bridge.core.definitions.settings import EmailSettings, FtpSettings, Settings
    from bridge.core.facts import Fact, Now
    from bridge.core.journal import JournalEntry
    from bridge.linkage.delivery.delivery_queue import QueueState
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter
    from bridge.store.store import Store
    from bridge.web.ports import ClipShelf, SettingsDesk


def can_be_served() -> bool:
    """Whether the extra `web` is installed; looks only, imports nothing."""
    return find_spec("aiohttp") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """Who answers for what the page shows and asks; `linkage` may come later, and is asked for each time."""

    store: Store
    mqtt: MqttAdapter
    linkage: Callable[[], Linkage | None]
    desk: SettingsDesk | None = None
    board: Callable[[str], bytes] | None = None
    """The simulated board's commands; None on real lines."""
    warnings: Callable[[], tuple[str, ...]] = tuple
    """Those of the settings in force."""


class Page:
    """The page and what stands behind it."""

    def __init__(
        self,
        settings: Settings,
        neighbours: Neighbours,
        *,
        submit: Callable[[Fact], None],
        now: Callable[[], Now],
        started: datetime,
    ) -> None:
        self._behind = neighbours
        self._started = started
        self.server = WebServer(
            settings=settings,
            ports=Ports(
                submit=submit,
                now=now,
                system=self._system,
                entries=self._entries,
                try_broker=self._try_broker,
                settings=neighbours.desk,
                clips=self._clips,
                sounds=self._sounds,
                board=neighbours.board,
                settings_warnings=neighbours.warnings,
            ),
            # Elsewhere that address is anybody's.
            ingress=INGRESS if os.environ.get(TOKEN) else None,
        )

    def _system(self) -> SystemState:
        """How things outside stand, as a person would want to know."""
        settings, linkage = self.server.settings, self._behind.linkage()
        return SystemState(
            version=__version__,
            started=self._started,
            broker=ServiceState(problem=self._behind.mqtt.problem, facts={"Broker": address_of(settings.mqtt)}),
            rejected_commands=self._behind.mqtt.rejected_commands,
            journal_unsent=self._behind.store.unsent.count,
            email=_queue(linkage.email, settings.email) if linkage else None,
            ftp=_queue(linkage.ftp, settings.ftp) if linkage else None,
            card=_card(linkage),
            audio=_audio(linkage),
        )

    async def _try_broker(self) -> str | None:
        """Under a client id of its own, so that the session that there is stays."""
        settings = self.server.settings
        try:
            session = await connect(settings, client_id=f"{client_id_of(settings)}-test", receive=_ignore)
        except BrokerError as error:
            return str(error)
        if isinstance(session, Ended):
            return f"{address_of(settings.mqtt)}: {session.why}"
        await session.close()
        return None

    def _entries(self, query: JournalQuery) -> tuple[JournalEntry, ...]:
        return self._behind.store.entries(EntryFilter(limit=query.limit, kind=query.kind, after_seq=query.after_seq))

    def _clips(self) -> ClipShelf | None:
        linkage = self._behind.linkage()
        return None if linkage is None else linkage.media.clips

    def _sounds(self) -> SoundLibrary | None:
        audio = self.server.settings.audio
        return None if audio is None else SoundLibrary(audio.folder)


def _ignore(message: Incoming) -> None:
    """Nothing is subscribed to."""
    del message


def _queue(state: QueueState | None, server: EmailSettings | FtpSettings | None) -> ServiceState | None:
    if state is None or server is None:
        return None
    told = {"Server": f"{server.host}:{server.port}", "Waiting": str(state.queued)}
    if state.last_ok is not None:
        told["Last success"] = f"{state.last_ok:%Y-%m-%d %H:%M:%S}"
    return ServiceState(problem=state.last_error, facts=told)


def _card(linkage: Linkage | None) -> ServiceState | None:
    if linkage is None or linkage.media.card is None:
        return None
    card = linkage.media.card
    told = {"Clips": str(card.clips)}
    if card.free_mb is not None:
        told["Free"] = f"{card.free_mb} MB"
    if card.last_clip is not None:
        told["Last clip"] = card.last_clip
    return ServiceState(problem=linkage.media.problem, facts=told)


def _audio(linkage: Linkage | None) -> ServiceState | None:
    if linkage is None or linkage.playing is None:
        return None
    return ServiceState(problem=None, facts={"Sound": "plays" if linkage.playing else "silent"})
