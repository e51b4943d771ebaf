"""Clears every retained topic of a device on its broker: for `alarm2mqtt purge`."""

from __future__ import annotations

import asyncio

from bridge.core.definitions.settings import Settings
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.connection.connect import client_id_of, connect
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.publishing.topic_ledger import Ledger
from bridge.mqtt.topics import Topics

TIMEOUT_S = 30.0


async def purge(settings: Settings, ledger: Ledger) -> int:
    """Clears all topics of the ledger, and all that these settings publish. Returns their number.

    A topic leaves the ledger when the broker has acknowledged that it is clear. The session has a client id of its own:
    a bridge that still runs keeps its session and publishes again, so the caller stops it first.

    Raises:
        BrokerError: there is no connection, or the broker refuses a topic; the topics that remain stay in the ledger.
    """
    topics = Topics.of(settings)
    doomed = sorted(ledger.known().union(topics.retained(settings), topics.descriptions(settings)))
    session = await connect(settings, client_id=f"{client_id_of(settings)}-purge", receive=_ignore)
    if isinstance(session, Ended):
        message = f"{address_of(settings.mqtt)}: {session.why}"
        raise BrokerError(message)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            refused = [topic for topic in doomed if not await _cleared(session, topic, ledger)]
    except TimeoutError:
        message = f"{address_of(settings.mqtt)} does not answer any more"
        raise BrokerError(message) from None
    finally:
        await session.close()
    if refused:
        message = f"{address_of(settings.mqtt)} does not let us clear {', '.join(refused)}"
        raise BrokerError(message)
    return len(doomed)


async def _cleared(session: Session, topic: str, ledger: Ledger) -> bool:
    """Returns whether the broker acknowledged the empty message of one topic."""
    taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    if not session.publish(Outgoing(topic=topic, payload=b"", retained=True), taken.set_result):
        return False
    await asyncio.wait((taken, session.ended), return_when=asyncio.FIRST_COMPLETED)
    if not taken.done() or not taken.result():
        return False
    ledger.discard(topic)
    return True


def _ignore(_message: Incoming) -> None:
    """Ignores a message: nothing is subscribed."""
