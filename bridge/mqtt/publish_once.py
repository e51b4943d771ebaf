"""Publishes a few messages in a session of its own, for `alarm2mqtt safe`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from secrets import token_hex

from bridge.core.definitions.settings import Settings
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.connection.connect import client_id_of, connect
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended
from bridge.mqtt.messages import Incoming, Outgoing


def publish_once(settings: Settings, messages: Sequence[tuple[str, bytes]], *, within_s: float) -> list[str | None]:
    """Publishes messages (topic, payload), not retained, and waits for the broker's answers. Blocks.

    Returns one result each: None, or the problem for a person.
    """
    return asyncio.run(_published(settings, messages, within_s))


async def _published(settings: Settings, messages: Sequence[tuple[str, bytes]], within_s: float) -> list[str | None]:
    where = address_of(settings.mqtt)
    results: list[str | None] = [f"{where} does not answer"] * len(messages)
    try:
        async with asyncio.timeout(within_s):
            # A client id of its own: a daemon that still runs keeps its session.
            session = await connect(settings, client_id=f"{client_id_of(settings)}-safe-{token_hex(3)}", receive=_drop)
            if isinstance(session, Ended):
                return [f"{where}: {session.why}"] * len(messages)
            try:
                for number, (topic, payload) in enumerate(messages):
                    results[number] = await _problem(session, Outgoing(topic=topic, payload=payload), where)
            finally:
                await session.close()
    except BrokerError as error:
        return [str(error)] * len(messages)
    except TimeoutError:
        return results
    return results


async def _problem(session: Session, message: Outgoing, where: str) -> str | None:
    """Publishes a message. Returns None when the broker has acknowledged it, else the reason why not."""
    taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    if not session.publish(message, taken.set_result):
        return f"{where} does not take {message.topic}"
    await asyncio.wait((taken, session.ended), return_when=asyncio.FIRST_COMPLETED)
    if taken.done() and taken.result():
        return None
    return f"{where} refuses {message.topic}" if not session.ended.done() else f"{where}: {session.ended.result().why}"


def _drop(message: Incoming) -> None:
    """Drops a message: nothing is subscribed to."""
    del message
