"""How packets share the loop with everything else."""

from __future__ import annotations

import asyncio

from fakes.far_end import FarEnd

from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.messages import Outgoing


async def test_what_is_published_in_one_turn_goes_out_in_one_piece():
    far = FarEnd()
    await far.connected()
    for topic in "abc":
        far.session.publish(Outgoing(topic=topic, payload=b"1"), lambda _taken: None)
    piece = await far.reads()
    assert all(topic in piece for topic in (b"\x01a", b"\x01b", b"\x01c"))
    far.session.abort("the end")


async def test_a_flood_of_messages_leaves_turns_of_the_loop_to_others():
    message = b"\x30\x0b\x00\x07a/topicxy"
    count = 20_000
    far = FarEnd(Version.V311)
    await far.connected()
    await far.listens("topic")
    turns = 0

    async def others():
        nonlocal turns
        while len(far.received) < count:
            turns += 1
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(far.sends(message * count), others()), 30)
    far.session.abort("the end")
    chunks = count / (64 * 1024 / len(message))
    # Without a bound every chunk of 64 KiB, some five thousand messages, is one turn.
    assert turns > 4 * chunks
