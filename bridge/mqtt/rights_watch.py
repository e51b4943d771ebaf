"""Missing rights on the broker: found after each connect, asked for again every minute (`mqtt.md` 3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from bridge.core.definitions.settings import Settings
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session import Session
from bridge.mqtt.publishing.publisher import Publisher
from bridge.mqtt.rights import BrokerRights
from bridge.mqtt.subscriptions import Subscriptions

_LOG = logging.getLogger(__name__)
READ_BACK_S = 5.0
"""Limit for `online` to come back."""
GATHER_S = 1.0
"""Refusals of one announcement come together."""
ASK_AGAIN_S = 60.0


class RightsWatch:
    """Finds missing rights and asks for them again. `problem` names them for a person; None if none is missing.

    `changed` is called when `problem` has changed, `restored` when the broker has granted the rights, so that
    everything is to be announced again.
    """

    def __init__(
        self,
        *,
        publisher: Publisher,
        changed: Callable[[], None],
        restored: Callable[[], None],
        ask_again_s: float = ASK_AGAIN_S,
    ) -> None:
        self.problem: str | None = None
        self._publisher = publisher
        self._changed = changed
        self._restored = restored
        self._ask_again_s = ask_again_s
        self._rights = BrokerRights()
        self._news = asyncio.Event()
        self._parts_changed = False
        self._logged: frozenset[str] = frozenset()
        """The missing rights that the log has named since all were there."""

    def begin(self, session: Session) -> None:
        """Forgets the last connection's findings, for a new session."""
        self._rights.begin(gives_reasons=session.version is Version.V5)
        self._news.clear()
        self.problem = None

    def refused(self, topic: str, _size: int, code: int, words: str) -> None:
        """Records that the broker refused a message or, with a code of success, took one on that topic again."""
        if code < codes.FAILED:
            self._rights.taken(topic)
            self._news.set()
        elif code != codes.TOO_LARGE and self._rights.refused(topic, code, words):
            self._news.set()

    def heard(self, topic: str) -> None:
        """Records that a message on a topic has come."""
        if not self._rights.read_back and topic.startswith(f"{self._publisher.topics.device}/"):
            self._rights.heard()
            self._news.set()

    def online_answered(self, taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
        """Records whether the broker took `online`."""
        self._rights.written = taken
        self._news.set()

    def parts_changed(self) -> None:
        """Records that inputs or outputs have come or gone, whose command topics `run` then subscribes to."""
        self._parts_changed = True
        self._news.set()

    async def run(self, session: Session, subscriptions: Subscriptions, settings: Callable[[], Settings]) -> None:
        """Watches one connection, from its announcement on; cancelled at its end."""
        await self._proven()
        self._judge(session, settings())
        while True:
            if self.problem is None:
                # Parts that changed while the rights were being proven have had their news taken by `_proven`.
                if not self._parts_changed:
                    await self._news.wait()
                self._news.clear()
                await asyncio.sleep(GATHER_S)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._ask_again_s):
                        await self._gone(session, settings)
                if self._problem(session, settings()) is not None:
                    await self._ask(subscriptions, settings())
            if self._parts_changed:
                self._parts_changed = False  # before the waits below, in which parts may change once more
                await subscriptions.descriptions(self._publisher.descriptions.topics)
                if subscriptions.by_name:
                    await subscriptions.all_others(self._publisher.topics, settings())
            self._judge(session, settings())

    async def _proven(self) -> None:
        """Waits until the rights are proven either way, at most `READ_BACK_S`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(READ_BACK_S):
                while not self._rights.proven:
                    await self._news.wait()
                    self._news.clear()

    async def _gone(self, session: Session, settings: Callable[[], Settings]) -> None:
        """Waits until no right is missing."""
        while self._problem(session, settings()) is not None:
            await self._news.wait()
            self._news.clear()

    async def _ask(self, subscriptions: Subscriptions, settings: Settings) -> None:
        """Subscribes again, publishes `online` and the refused topics again, and waits for the answers."""
        topics = self._publisher.topics
        refused = self._rights.refused_topics
        self._rights.ask()
        await subscriptions.all_others(topics, settings)
        self._publisher.say_online()
        if topics.availability not in refused:
            self._publisher.repeat(refused)
        await self._proven()

    def _problem(self, session: Session, settings: Settings) -> str | None:
        """Returns the missing rights of a session for a person, or None if none is missing."""
        return self._rights.problem(self._publisher.topics, settings.mqtt.username, session.refused_filters)

    def _is_logged(self, missing: frozenset[str]) -> bool:
        """Returns whether the log has named all of these already, each by itself or with the whole device."""
        device = self._publisher.topics.device
        whole = f"{device}/#" in self._logged
        return all(each in self._logged or (whole and each.startswith(f"{device}/")) for each in missing)

    def _judge(self, session: Session, settings: Settings) -> None:
        """Updates `problem`; logs a new problem and its end, and calls `changed` and `restored`."""
        before, self.problem = self.problem, self._problem(session, settings)
        topics = self._publisher.topics
        missing = self._rights.missing(topics, session.refused_filters)
        if self.problem is not None and not self._is_logged(missing):
            self._logged |= missing
            _LOG.warning("the broker: %s", self.problem)
        if before is not None and self.problem is None:
            self._logged = frozenset()
            _LOG.info("the broker grants what was missing: everything is announced")
            self._restored()
        if before != self.problem:
            self._changed()
