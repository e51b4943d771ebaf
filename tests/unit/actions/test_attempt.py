import asyncio
import errno
import os
import socket
import ssl

import pytest

from bridge.actions.attempt import Steps, explain_network
from bridge.errors import ActionFailed, ActionRefused


async def fail(error, *, explain=lambda _: None, limit_s=1.0):
    async with Steps(server="mail.example:587", limit_s=limit_s, explain=explain).step("login"):
        if error is None:
            await asyncio.Event().wait()
        else:
            raise error


async def test_a_step_that_takes_too_long_is_tried_again():
    with pytest.raises(ActionFailed, match=r"^mail\.example:587: login: no answer within 0\.01 s$"):
        await fail(None, limit_s=0.01)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "nobody listens there"),
        (ConnectionResetError(), "the connection was cut"),
        (TimeoutError(errno.ETIMEDOUT, "timed out"), "no answer in time"),
        (OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH)), "Network is unreachable"),
        (socket.gaierror(-2, "unknown"), "the host name cannot be resolved: unknown"),
        (ssl.SSLEOFError(8, "EOF occurred"), "TLS with mail.example:587 failed: .*EOF occurred.*"),
    ],
)
async def test_whatever_the_network_does_is_tried_again(error, told):
    with pytest.raises(ActionFailed, match=f"login: {told}$"):
        await fail(error)


async def test_the_librarys_own_exceptions_are_explained_by_who_knows_them():
    with pytest.raises(ActionRefused, match=r"^mail\.example:587: login: no$") as refusal:
        await fail(KeyError("a secret"), explain=lambda _: ActionRefused("no"))
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


async def test_a_reason_already_given_keeps_its_kind():
    with pytest.raises(ActionRefused, match=r"^mail\.example:587: login: no$"):
        await fail(ActionRefused("no"))


async def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(KeyError):
        await fail(KeyError("mistake"))


def test_the_cause_behind_a_librarys_exception_counts():
    error = ConnectionError("wrapped")
    error.__cause__ = ConnectionRefusedError()
    assert str(explain_network(error, server="mail.example:587")) == "nobody listens there"
