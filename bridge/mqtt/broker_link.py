"""Keeps a session with the broker: connects, has it served, waits after its end, connects again (`mqtt.md` 3)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bridge.core.definitions.settings import Settings
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.broker_socket import address_of, is_local
from bridge.mqtt.connection.connect import client_id_of, connect, will_of
from bridge.mqtt.connection.protocol_version import VersionChoice
from bridge.mqtt.connection.publish_window import Refused
from bridge.mqtt.connection.reconnect import EndReason, Reconnect, Retry
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.messages import Incoming

_LOG = logging.getLogger(__name__)


class BrokerLink:
    """Keeps a session with the broker; `run` lasts until it is cancelled, or until a session ends after `stop`.

    `settings` returns those in force; `receive` and `refused` are those of `connect`; `random` returns numbers in [0,
    1).
    """

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        receive: Callable[[Incoming], None],
        refused: Refused,
        random: Callable[[], float],
    ) -> None:
        self.problem: str | None = "not connected yet"
        """Reason why there is no session, for a person; None while there is one."""
        self.leaving = asyncio.Event()
        """Set to end the session in good order: the broker's settings changed, or `stop` was called."""
        self._settings = settings
        self._receive = receive
        self._refused = refused
        self._limits = BrokerLimits(warn=_LOG.warning)
        self._reconnect = Reconnect(random=random)
        self._versions = VersionChoice()
        self._stopping = False

    def stands(self, session: Session) -> None:
        """Records that everything is announced on a session."""
        self.problem = None
        place = address_of(self._settings().mqtt)
        _LOG.info("%s to %s, MQTT %s", self._reconnect.connected(), place, session.version.label)

    def settings_changed(self) -> None:
        """Leaves the session for one with other settings; what the old broker did not take is forgotten."""
        self._limits.forget()
        self.leaving.set()

    def stop(self) -> None:
        """Ends the session, or the wait for one, in good order, and with it `run`."""
        self._stopping = True
        self.leaving.set()

    async def run(self, serve: Callable[[Session], Awaitable[Ended]]) -> None:
        """Keeps a session with the broker, for ever.

        `serve` is given each session and returns its end; it is expected to call `stands` once everything is
        announced, and to end the session in good order when `leaving` is set.
        """
        while not self._stopping:
            self.leaving.clear()
            retry = await self._attempt(serve)
            if retry is None or self._stopping:
                continue
            self.problem = retry.message
            _LOG.log(retry.level, "%s", retry.message)
            try:
                async with asyncio.timeout(retry.wait_s):
                    await self.leaving.wait()
            except TimeoutError:
                continue

    async def _attempt(self, serve: Callable[[Session], Awaitable[Ended]]) -> Retry | None:
        """Runs one connection from dialling to its end.

        Returns the wait before the next, or None if it was left on purpose.
        """
        settings = self._settings()
        try:
            session = await connect(
                settings,
                client_id=client_id_of(settings),
                receive=self._receive,
                will=will_of(settings),
                versions=self._versions,
                limits=self._limits,
                refused=self._refused,
            )
        except BrokerError as error:
            self._limits.forget()
            return self._reconnect.ended(EndReason.UNREACHABLE, str(error), near=is_local(settings.mqtt))
        stood_s = None
        if isinstance(session, Ended):
            ended = session
        else:
            stands_since = asyncio.get_running_loop().time()
            try:
                ended = await serve(session)
            finally:
                session.abort("the program ends")
            stood_s = asyncio.get_running_loop().time() - stands_since
        if self.leaving.is_set():
            return None
        return self._reconnect.ended(
            ended.how,
            f"{address_of(settings.mqtt)}: {ended.why}",
            near=is_local(settings.mqtt),
            after_s=stood_s,
            may_be_a_twin=ended.may_be_a_twin,
            gives_reasons=ended.gives_reasons,
            learnt=self._limits.learn(ended, asyncio.get_running_loop().time()),
        )
