"""A server that never stops talking is left at once, whatever the step; memory grows by less than 2 MB."""

from __future__ import annotations

import asyncio
import time
import tracemalloc

import pytest
from servers.answers import Endless
from servers.odd_ftp import FtpHabits, OddFtpServer
from servers.odd_smtp import MailHabits, OddMailServer

from bridge.actions.attempt import AttemptLimits
from bridge.actions.email.send import send
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import EmailSettings, FtpSettings, Secret
from bridge.errors import ActionFailed

pytestmark = pytest.mark.e2e

LIMITS = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
LONGEST_S = 5
MOST_BYTES = 2_000_000

TALK = {
    "lines that go on": b"250-more\r\n",
    "shortest lines that go on": b"250-\r\n",
    "text without a code": b"hello\r\n",
    "empty lines": b"\n",
    "a line": b"2",
    "a line that goes on": b"250-" + b"x" * 5000,
    "zeros": b"\0",
}
PRELIMINARY = {"answers that something will follow": b"150 soon\r\n", "in lines": b"150-soon\r\n150 soon\r\n"}


@pytest.fixture
def memory():
    """Bytes by which memory has grown at most since the test began."""
    tracemalloc.start()
    begin, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    yield lambda: tracemalloc.get_traced_memory()[1] - begin
    tracemalloc.stop()


async def mail_to(server):
    settings = EmailSettings(
        host="127.0.0.1", port=server.port, security="none", sender="a@example.org", recipients=("b@example.org",)
    )
    await send(settings, b"Subject: alarm\r\n\r\nalarm\r\n", limits=LIMITS)


async def upload_to(server):
    settings = FtpSettings(
        host="127.0.0.1", port=server.port, security="none", username="cam", password=Secret("pw"), path="a.jpg"
    )
    await upload(settings, b"x" * 70_000, path="gate/a.jpg", limits=LIMITS)


async def assert_left_at_once(deliver, server, memory):
    begin = time.monotonic()
    with pytest.raises(ActionFailed, match="the server's answer makes no sense"):
        await deliver(server)
    assert time.monotonic() - begin < LONGEST_S
    assert memory() < MOST_BYTES


@pytest.fixture(autouse=True, scope="module")
def libraries_are_loaded():
    """What is imported late is no growth."""
    with OddMailServer(MailHabits()) as server:
        asyncio.run(mail_to(server))
    with OddFtpServer(FtpHabits()) as server:
        asyncio.run(upload_to(server))


@pytest.mark.parametrize("piece", TALK.values(), ids=TALK.keys())
@pytest.mark.parametrize("step", ["greeting", "EHLO", "MAIL", "RCPT", "DATA", "verdict"])
async def test_a_mail_server_without_an_end(step, piece, memory):
    talk = Endless(piece)
    habits = MailHabits(**({step: talk} if step in {"greeting", "verdict"} else {"answers": {step: talk}}))
    with OddMailServer(habits) as server:
        await assert_left_at_once(mail_to, server, memory)


def each_step(steps, pieces):
    return [pytest.param(step, piece, id=f"{step}-{name}") for step in steps for name, piece in pieces.items()]


@pytest.mark.parametrize(
    ("step", "piece"),
    [
        *each_step(["greeting", "PASS", "MKD", "PASV", "STOR", "ending", "SIZE"], TALK),
        *each_step(["greeting", "STOR", "ending"], PRELIMINARY),
    ],
)
async def test_an_ftp_server_without_an_end(step, piece, memory):
    talk = Endless(piece.replace(b"150", b"120") if step == "greeting" else piece)
    table = {"EPSV": b"500 no\r\n"} | ({} if step in {"greeting", "ending"} else {step: talk})
    habits = FtpHabits(answers=table, **({step: talk} if step in {"greeting", "ending"} else {}))
    with OddFtpServer(habits) as server:
        await assert_left_at_once(upload_to, server, memory)


@pytest.mark.parametrize("greeting", [b"220 hello\r\n", b"220-hello\r\n220 hello\r\n"])
async def test_a_server_that_answers_before_it_is_asked(greeting, memory):
    """Each answer is whole, and there is always another: what is read ahead has a limit as well."""
    with OddFtpServer(FtpHabits(greeting=Endless(greeting))) as server:
        begin = time.monotonic()
        with pytest.raises(ActionFailed):
            await upload_to(server)
        assert time.monotonic() - begin < LONGEST_S
    with OddMailServer(MailHabits(greeting=Endless(greeting))) as server:
        with pytest.raises(ActionFailed):
            await mail_to(server)
        assert time.monotonic() - begin < 2 * LONGEST_S
    assert memory() < MOST_BYTES
