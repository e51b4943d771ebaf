"""Whatever a server does, an attempt ends in time with its reason, leaves nothing open and gives no secret away."""

from __future__ import annotations

import asyncio
import time

import pytest
from contract.channels import CHANNELS, PASSWORD
from servers.misbehaving import KINDS, MisbehavingServer
from servers.process import Certificates, free_port, open_connections, wait_until

from bridge.actions.attempt import AttemptLimits
from bridge.errors import ActionError, ActionFailed

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LIMITS = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
SHORT = AttemptLimits(step_s=0.4, verdict_s=0.4, whole_s=10)
WHOLE = AttemptLimits(step_s=60, verdict_s=60, whole_s=0.5)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=CHANNELS, ids=lambda channel: channel.name)
def channel(request):
    return request.param


def each(rows_of):
    """Every channel with each of its rows."""
    pairs = [(channel, row) for channel in CHANNELS for row in rows_of(channel)]
    ids = [f"{channel.name}-{row if isinstance(row, str) else number}" for number, (channel, row) in enumerate(pairs)]
    return pytest.mark.parametrize(("channel", "row"), pairs, ids=ids)


async def assert_let_go(port):
    """The loop turns meanwhile: it is what closes."""
    await asyncio.to_thread(wait_until, lambda: open_connections(port) == 0, what="the connection let go")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_a_server_that_speaks_no_protocol_is_left_in_time(channel, kind):
    limits = AttemptLimits(step_s=0.4, verdict_s=0.4, whole_s=1)
    with MisbehavingServer(kind) as server:
        begin = time.monotonic()
        with pytest.raises(ActionError):
            await channel.deliver(server.port, limits=limits)
        assert time.monotonic() - begin < 8
        await assert_let_go(server.port)


@each(lambda channel: channel.steps)
async def test_a_server_that_falls_silent_is_left_after_a_while(channel, row, tmp_path, certificates):
    with channel.server(tmp_path, certificates) as server:
        channel.spoil(server, row)
        begin = time.monotonic()
        with pytest.raises(ActionFailed, match=r"within 0\.4 s"):
            await channel.deliver(server.port, limits=SHORT, ca_file=certificates.authority)
        assert time.monotonic() - begin < 5
        assert not channel.delivered(server)
        await assert_let_go(server.port)


@each(lambda channel: channel.steps[-2:])
async def test_the_whole_attempt_is_bounded_too(channel, row, tmp_path, certificates):
    with channel.server(tmp_path, certificates) as server:
        channel.spoil(server, row)
        with pytest.raises(ActionFailed, match=r"within 0\.5 s"):
            await channel.deliver(server.port, limits=WHOLE, ca_file=certificates.authority)


@each(lambda channel: channel.refusals)
async def test_what_may_go_well_later_is_tried_again_and_what_cannot_is_not(channel, row, tmp_path, certificates):
    answer, error = row
    with channel.server(tmp_path, certificates) as server:
        channel.answer(server, answer)
        with pytest.raises(error):
            await channel.deliver(server.port, limits=LIMITS, ca_file=certificates.authority)
        assert not channel.delivered(server)


async def test_a_server_that_repeats_the_password_tells_no_secret(channel, tmp_path, certificates):
    with channel.server(tmp_path, certificates) as server:
        channel.answer(server, channel.echo)
        with pytest.raises(ActionError) as error:
            await channel.deliver(server.port, limits=LIMITS, ca_file=certificates.authority)
    assert PASSWORD not in str(error.value)
    assert PASSWORD not in repr(error.value.__cause__)


@each(lambda channel: channel.steps[-2:])
async def test_a_stop_in_the_middle_lets_everything_go(channel, row, tmp_path, certificates):
    with channel.server(tmp_path, certificates) as server:
        channel.spoil(server, row)
        delivering = asyncio.create_task(channel.deliver(server.port, limits=LIMITS, ca_file=certificates.authority))
        step = "DATA" if row == "verdict" else row
        await asyncio.to_thread(wait_until, lambda: channel.reached(server, step))
        delivering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await delivering
        await assert_let_go(server.port)
        assert not channel.delivered(server)


async def test_a_host_that_is_not_there_is_tried_again(channel):
    with pytest.raises(ActionFailed, match=r"nobody listens there|cannot be reached"):
        await channel.deliver(free_port(), limits=LIMITS)
    with pytest.raises(ActionFailed):
        await channel.deliver(free_port(), limits=LIMITS, host="nas.invalid")
