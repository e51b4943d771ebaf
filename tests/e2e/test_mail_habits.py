# ruff: noqa: E501 - rows of tables
"""Mail servers with habits: the mail arrives whole, or the refusal says why and is tried again or not as it must."""

from __future__ import annotations

import base64
import ssl
from typing import Any

import pytest
from servers.answers import Endless
from servers.odd_smtp import MailHabits, OddMailServer
from servers.process import Certificates

from bridge.actions.attempt import AttemptLimits
from bridge.actions.email.send import send
from bridge.core.definitions.settings import EmailSettings, Secret
from bridge.errors import ActionFailed, ActionRefused, ContentRefused

pytestmark = pytest.mark.e2e

LIMITS = AttemptLimits(step_s=3, verdict_s=3, whole_s=15)
MAIL = b"Subject: alarm\r\n\r\n.hidden dot\r\n..\r\n" + b"x" * 70 + b"\r\n"
LOGIN = {"username": "cam", "password": Secret("pw")}
USER, PASSWORD = (base64.b64encode(text).decode() for text in (b"cam", b"pw"))
PLAIN = base64.b64encode(b"\0cam\0pw").decode()


def settings_for(server, **changes):
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "sender": "gate@example.org",
        "recipients": ("me@example.org",),
    }
    return EmailSettings(**(values | changes))


def answers(*, offers=(), **table):
    return MailHabits(offers=offers, answers=table)


def login_by_lines(first=b"334 VXNlcm5hbWU6\r\n", second=b"334 UGFzc3dvcmQ6\r\n", **rest):
    """A server that knows AUTH LOGIN without a user name behind it, and nothing else."""
    table = {"AUTH": b"501 not so\r\n", "AUTH LOGIN": first, USER: second, PASSWORD: b"235 in\r\n"}
    return MailHabits(offers=("AUTH LOGIN",), answers=table | rest)


ARRIVES = {
    # greeting
    "EHLO is refused with 502": (answers(EHLO=b"502 not implemented\r\n"), {}),
    "EHLO is refused with 500": (answers(EHLO=b"500 Syntax error\r\n"), {}),
    "EHLO is refused with 550": (answers(EHLO=b"550 no\r\n"), {}),
    "EHLO is refused with 554": (answers(EHLO=b"554 no\r\n"), {}),
    "EHLO makes the server hang up": (answers(EHLO=None), {}),
    "EHLO is refused, and the server hangs up": (
        MailHabits(answers={"EHLO": b"500 what\r\n", "HELO": [None, b"250 ok\r\n"]}), {},
    ),
    "the greeting has many lines": (MailHabits(greeting=(b"220-mail ESMTP\r\n", b"220-no spam\r\n", b"220 \r\n")), {}),
    "the greeting is a code alone": (MailHabits(greeting=b"220\r\n"), {}),
    "the greeting comes in pieces": (MailHabits(greeting=(b"22", b"0 hi\r", b"\n")), {}),
    "lines end in LF alone": (MailHabits(greeting=b"220 hi\n", answers={"EHLO": b"250-a\n250-SIZE\n250 b\n"}), {}),
    "answers are codes alone": (answers(MAIL=b"250\r\n", RCPT=b"250\r\n"), {}),
    "answers have a tab": (answers(MAIL=b"250\tok\r\n"), {}),
    "answers have many lines": (answers(RCPT=b"250-yes\r\n250-really\r\n250 ok\r\n"), {}),
    "lines of an answer have different codes": (answers(MAIL=b"550-well\r\n250 ok\r\n"), {}),
    # log-in
    "log-in by LOGIN alone, line by line": (login_by_lines(), LOGIN),
    "LOGIN prompts are empty": (login_by_lines(b"334 \r\n", b"334\r\n"), LOGIN),
    "LOGIN prompts are not in base64": (login_by_lines(b"334 Username:\r\n", b"334 Password:\r\n"), LOGIN),
    "log-in offered with an equals sign": (
        MailHabits(offers=("AUTH=LOGIN PLAIN",), answers={f"AUTH PLAIN {PLAIN}": b"235 in\r\n"}), LOGIN,
    ),
    "log-in offered in both spellings, with others": (
        MailHabits(
            offers=("AUTH GSSAPI NTLM", "AUTH=PLAIN", "SIZE"), answers={f"AUTH PLAIN {PLAIN}": b"235 in\r\n"}
        ),
        LOGIN,
    ),
    "log-in by a method that is offered and unknown": (
        MailHabits(
            offers=("AUTH PLAIN LOGIN",),
            answers={
                f"AUTH PLAIN {PLAIN}": b"504 5.7.4 unrecognized\r\n",
                "AUTH LOGIN": b"334 \r\n", USER: b"334 \r\n", PASSWORD: b"235 in\r\n",
            },
        ),
        LOGIN,
    ),
    "a challenge that cannot be read": (
        MailHabits(
            offers=("AUTH CRAM-MD5 PLAIN",),
            answers={"AUTH CRAM-MD5": b"334 \xff\xff!\r\n", f"AUTH PLAIN {PLAIN}": b"235 in\r\n"},
        ),
        LOGIN,
    ),
    # envelope
    "the size of the mail is a parameter too many": (
        answers(offers=("SIZE 1000000",), MAIL=[b"555 parameters\r\n", b"250 ok\r\n"]), {},
    ),
    "the size of the mail is a syntax error": (answers(offers=("SIZE",), MAIL=[b"501 syntax\r\n", b"250 ok\r\n"]), {}),
    "the size has no number": (answers(offers=("SIZE ",)), {}),
    "MAIL is accepted with 200": (answers(MAIL=b"200 ok\r\n"), {}),
    "the recipient is elsewhere": (answers(RCPT=b"251 will forward\r\n"), {}),
    "the recipient cannot be verified": (answers(RCPT=b"252 will try\r\n"), {}),
    # message
    "the verdict is 200": (MailHabits(verdict=b"200 stored\r\n"), {}),
    "the verdict is 251": (MailHabits(verdict=b"251 on its way\r\n"), {}),
    "the verdict has lines and an id": (MailHabits(verdict=b"250-thanks\r\n250 2.0.0 queued as 4711\r\n"), {}),
    "the verdict comes in pieces": (MailHabits(verdict=(b"25", b"0 o", b"k\r\n")), {}),
    "QUIT makes the server hang up": (answers(QUIT=None), {}),
    "QUIT is answered by 250": (answers(QUIT=b"250 ok\r\n"), {}),
    "QUIT is not answered": (answers(QUIT=b""), {}),
    "QUIT never stops talking": (answers(QUIT=Endless(b"221-bye\r\n")), {}),
}  # fmt: skip


@pytest.mark.parametrize(("habits", "changes"), ARRIVES.values(), ids=ARRIVES.keys())
async def test_the_mail_arrives_once_and_whole(habits, changes):
    with OddMailServer(habits) as server:
        outcome = await send(settings_for(server, **changes), MAIL, limits=LIMITS)
        assert outcome.accepted == ("me@example.org",)
        assert server.mails == [MAIL]
        assert server.envelopes == [("gate@example.org", "me@example.org")]


REFUSED = {
    # for now
    "busy at the door": (MailHabits(greeting=b"421 4.7.0 [TSS04] deferred\r\n"), {}, ActionFailed, "connect: 421 4.7.0"),
    "hangs up at the door": (MailHabits(greeting=None), {}, ActionFailed, "connect: the connection was cut"),
    "busy at EHLO": (answers(EHLO=b"421 later\r\n"), {}, ActionFailed, "greeting: 421 later"),
    "busy at MAIL": (answers(MAIL=b"421 later\r\n"), {}, ActionFailed, "sender: 421 later"),
    "greylisted": (answers(RCPT=b"450 4.2.0 Greylisted\r\n"), {}, ActionFailed, "450 4.2.0 Greylisted"),
    "greylisted with 451": (answers(RCPT=b"451 4.7.1 later\r\n"), {}, ActionFailed, "451 4.7.1 later"),
    "a full mailbox": (answers(RCPT=b"552 5.2.2 mailbox full\r\n"), {}, ActionFailed, "552 5.2.2 mailbox full"),
    "later, though the enhanced code is permanent": (
        answers(RCPT=b"451 5.7.1 blocked\r\n"), {}, ActionFailed, "451 5.7.1 blocked",
    ),
    "busy after the message": (MailHabits(verdict=b"421 4.3.2 down\r\n"), {}, ActionFailed, "message: 421 4.3.2 down"),
    "hangs up after the message": (MailHabits(verdict=None), {}, ActionFailed, "message: the connection was cut"),
    "DATA is answered by 250": (answers(DATA=b"250 ok\r\n"), {}, ActionFailed, "message: 250 ok"),
    "the log-in fails for now": (
        answers(offers=("AUTH PLAIN",), AUTH=b"454 4.7.0 later\r\n"), LOGIN, ActionFailed, "login: 454 4.7.0 later",
    ),
    "no SMTP at all": (
        MailHabits(greeting=b"HTTP/1.0 400 Bad Request\r\n"),
        {}, ActionFailed, "connect: the server's answer makes no sense: HTTP/1.0 400",
    ),
    "an answer without an end": (
        answers(MAIL=b"250-more\r\n" * 8000), {}, ActionFailed, "sender: the server's answer makes no sense: it has no end",
    ),
    "a line without an end": (
        answers(EHLO=b"250 " + b"x" * 100_000 + b"\r\n"),
        {}, ActionFailed, "greeting: the server's answer makes no sense: it has no end",
    ),
    # for ever
    "no mail here": (MailHabits(greeting=b"521 does not accept mail\r\n"), {}, ActionRefused, "connect: 521 does not"),
    "no SMTP service here": (MailHabits(greeting=b"554 No SMTP here\r\n"), {}, ActionRefused, "connect: 554 No SMTP"),
    "no EHLO and no HELO": (
        answers(EHLO=b"500 what\r\n", HELO=b"550 who are you\r\n"), {}, ActionRefused, "greeting: 550 who are you",
    ),
    "no EHLO, and a log-in is asked for": (
        answers(EHLO=b"502 what\r\n"),
        LOGIN, ActionRefused, "greeting: 502 what; without EHLO the server has no STARTTLS and no log-in: use another",
    ),
    "no EHLO, and STARTTLS is asked for": (
        answers(EHLO=b"502 what\r\n"), {"security": "starttls"}, ActionRefused, "greeting: 502 what; without EHLO",
    ),
    "refused for ever, though the enhanced code is temporary": (
        answers(RCPT=b"550 4.7.1 try later\r\n"), {}, ActionRefused, "550 4.7.1 try later",
    ),
    "not this sender": (
        answers(offers=("AUTH PLAIN",), AUTH=b"235 in\r\n", MAIL=b"553 5.7.1 sender not owned\r\n"),
        LOGIN, ActionRefused, r"sender: 553 .*email.sender \(gate@example.org\) must be an address of the account",
    ),
    "a log-in is wanted": (
        answers(offers=("AUTH PLAIN",), MAIL=b"530 5.7.0 Authentication required\r\n"),
        {}, ActionRefused, "sender: 530 .*the server offers a log-in: set email.username",
    ),
    "STARTTLS is wanted": (
        answers(offers=("STARTTLS",), MAIL=b"530 5.7.0 Must issue STARTTLS first\r\n"),
        {}, ActionRefused, "sender: 530 .*the server offers STARTTLS: set email.security to starttls",
    ),
    "a log-in only after STARTTLS": (
        answers(offers=("STARTTLS",)),
        LOGIN, ActionRefused, "login: .*no way to log in.*the server offers STARTTLS: set email.security to starttls",
    ),
    "STARTTLS was taken away": (
        answers(offers=("XXXXXXXA", "SIZE")),
        {"security": "starttls"}, ActionRefused, "STARTTLS: .*something on the way to it, offers no STARTTLS; .*port 465",
    ),
    "STARTTLS is refused": (
        answers(offers=("STARTTLS",), STARTTLS=b"502 no TLS\r\n"),
        {"security": "starttls"}, ActionRefused, "STARTTLS: 502 no TLS",
    ),
    "only tokens": (
        answers(offers=("AUTH XOAUTH2 OAUTHBEARER",)),
        LOGIN, ActionRefused, "login: .*only XOAUTH2 OAUTHBEARER, which needs tokens; use an app password .* or a mail",
    ),
    "only Windows log-ins": (
        answers(offers=("AUTH NTLM GSSAPI",)), LOGIN, ActionRefused, "login: .*only NTLM GSSAPI; use another server",
    ),
    "a wrong password": (
        answers(offers=("AUTH PLAIN LOGIN",), AUTH=b"535 5.7.8 wrong\r\n"), LOGIN, ActionRefused, "login: 535 5.7.8 wrong",
    ),
    "too large by its own announcement": (
        answers(offers=("SIZE 20",)), {}, ContentRefused, f"sender: the server accepts mails up to 20 bytes.*{len(MAIL)}",
    ),
    "too large at MAIL": (
        answers(offers=("SIZE",), MAIL=b"552 5.3.4 too large\r\n"), {}, ContentRefused, "sender: 552 5.3.4 too large",
    ),
    "too large after the message": (MailHabits(verdict=b"554 5.3.4 size\r\n"), {}, ContentRefused, "message: 554 5.3.4"),
}  # fmt: skip


@pytest.mark.parametrize(("habits", "changes", "error", "text"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_cannot_be_done_names_server_step_and_reason(habits, changes, error, text):
    with OddMailServer(habits) as server:
        with pytest.raises(error, match=text) as failure:
            await send(settings_for(server, **changes), MAIL, limits=LIMITS)
        assert str(failure.value).startswith(f"127.0.0.1:{server.port}: ")
        assert isinstance(failure.value, ActionRefused) == issubclass(error, ActionRefused)
        assert server.mails == []


async def test_recipients_have_outcomes_of_their_own():
    everybody = ("a@example.org", "b@example.org", "c@example.org", "d@example.org")
    table = {
        "RCPT TO:<b@example.org>": b"550 5.1.1 nobody\r\n",
        "RCPT TO:<c@example.org>": b"451 later\r\n",
        "RCPT TO:<d@example.org>": b"552 too many recipients\r\n",
    }
    with OddMailServer(MailHabits(answers=table)) as server:
        outcome = await send(settings_for(server, recipients=everybody), MAIL, limits=LIMITS)
        assert outcome.accepted == ("a@example.org",)
        assert [each.recipient for each in outcome.refused] == ["b@example.org"]
        assert [each.recipient for each in outcome.deferred] == ["c@example.org", "d@example.org"]
        assert server.envelopes == [("gate@example.org", "a@example.org")]


async def test_the_greeting_is_said_once_and_not_again_after_the_log_in():
    """Some servers forget the log-in at a second EHLO."""
    with OddMailServer(answers(offers=("AUTH PLAIN",), AUTH=b"235 in\r\n")) as server:
        await send(settings_for(server, **LOGIN), MAIL, limits=LIMITS)
        assert [line.split()[0] for line in server.lines] == ["EHLO", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"]
        assert server.lines[0] == "EHLO [127.0.0.1]"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


def tls_of(certificates):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificates.certificate, certificates.key)
    return context


async def test_what_comes_behind_the_answer_to_starttls_is_not_read_as_encrypted(certificates):
    habits = MailHabits(
        offers=("STARTTLS",),
        answers={"STARTTLS": b"220 ready\r\n250-evil\r\n250 AUTH PLAIN\r\n"},
        starttls=tls_of(certificates),
    )
    with OddMailServer(habits) as server:
        with pytest.raises(ActionRefused, match="login: the server offers no way to log in"):
            await send(
                settings_for(server, security="starttls", ca_file=certificates.authority, **LOGIN), MAIL, limits=LIMITS
            )
        assert not any(line.startswith("AUTH") for line in server.lines)


@pytest.mark.parametrize("security", ["starttls", "none"])
async def test_a_server_that_begins_with_tls_is_named_with_the_setting_that_fits(certificates, security):
    limits = AttemptLimits(step_s=1, whole_s=15)
    with OddMailServer(MailHabits(tls=tls_of(certificates))) as server:
        text = r"connect: no answer within 1 s; the server speaks TLS from the first byte there: set email\.security to tls$"
        with pytest.raises(ActionRefused, match=text):
            await send(settings_for(server, security=security), MAIL, limits=limits)
        assert server.lines == []


async def test_a_server_that_does_not_begin_with_tls_is_named_with_the_setting_that_fits(certificates):
    with OddMailServer(MailHabits()) as server:
        text = r"connect: TLS with .* failed: .*set email\.security to starttls, or the port to 465"
        with pytest.raises(ActionRefused, match=text):
            await send(settings_for(server, security="tls", ca_file=certificates.authority), MAIL, limits=LIMITS)


async def test_a_server_that_is_only_slow_is_not_taken_for_one_of_tls():
    limits = AttemptLimits(step_s=1, whole_s=15)
    with (
        OddMailServer(MailHabits(greeting=b"")) as server,
        pytest.raises(ActionFailed, match=r"connect: no answer within 1 s$"),
    ):
        await send(settings_for(server), MAIL, limits=limits)
