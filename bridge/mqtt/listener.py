"""Listens to all topics of one device, from outside its bridge: for `alarm2mqtt watch`.

States are retained, so the state is complete as soon as there is a connection. Nothing is published.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from secrets import token_hex

from bridge.core.definitions.settings import Settings
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.connection.connect import client_id_of, connect
from bridge.mqtt.connection.protocol_version import VersionChoice
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.messages import Incoming
from bridge.mqtt.topics import Topics

_LOG = logging.getLogger(__name__)
RETRY_S = 2.0
"""Wait between two attempts: short, since one screen is no load for a broker."""


class Listener:
    """Listens to a device's topics; `run` listens for ever.

    `receive` gets every message in order; `link` gets None for a connection, else the reason why there is none. It has
    a client id of its own, so that any number of listeners may run beside the bridge.
    """

    def __init__(
        self, settings: Settings, *, receive: Callable[[Incoming], None], link: Callable[[str | None], None]
    ) -> None:
        self._settings = settings
        self._receive = receive
        self._link = link
        self._versions = VersionChoice()
        self._limits = BrokerLimits(warn=_LOG.warning)
        self._client_id = f"{client_id_of(settings)}-watch-{token_hex(3)}"

    async def run(self) -> None:
        """Listens until cancelled, and connects again after each end.

        Raises:
            BrokerError: the broker refuses the password or the right to connect: a retry does not help.
        """
        while True:
            try:
                ended = await self._attempt()
            except BrokerError as error:
                self._link(str(error))
            else:
                self._limits.learn(ended, asyncio.get_running_loop().time())
                why = f"{address_of(self._settings.mqtt)}: {ended.why}"
                if ended.how is EndReason.DENIED:
                    message = f"{why} (user {self._settings.mqtt.username or 'none'})"
                    raise BrokerError(message)
                self._link(why)
            await asyncio.sleep(RETRY_S)

    async def _attempt(self) -> Ended:
        """Runs one connection from dialling to its end. Returns the reason of the end.

        Raises BrokerError without a connection.
        """
        session = await connect(
            self._settings,
            client_id=self._client_id,
            receive=self._receive,
            versions=self._versions,
            limits=self._limits,
        )
        if isinstance(session, Ended):
            return session
        try:
            self._link(None)
            topics = filters(self._settings)
            refused = await session.subscribe([Filter(topic=topic, flag_retained=False) for topic in topics])
            if refused is not None:
                return refused
            for topic, words in session.refused_filters.items():
                self._limits.log_once(topic, f"the broker does not let this client listen to {topic}: {words}")
            return await asyncio.shield(session.ended)
        finally:
            await session.close()


def filters(settings: Settings) -> tuple[str, ...]:
    """Returns the topic filters of a device's whole state; pictures are left out.

    A terminal in the settings has filters by name, since some brokers send nothing retained to a wildcard; wildcards
    cover all others.
    """
    topics = Topics.of(settings)
    ins = [topics.input(one) for one in (*(each.id for each in settings.inputs), "+")]
    outs = [topics.output(one) for one in (*(each.id for each in settings.outputs), "+")]
    return (
        *(topics.availability, topics.armed, topics.journal, topics.settings),
        *(topic for one in ins for topic in (one.settings, one.availability, one.attributes, one.alarm, one.state)),
        *(topic for one in outs for topic in (one.settings, one.availability, one.attributes, one.state)),
    )
