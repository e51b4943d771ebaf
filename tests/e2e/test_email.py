"""Mail through real servers: what arrives, and how each kind of refusal and silence ends."""

import asyncio
import base64
import ssl
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from servers.process import Certificates, wait_until
from servers.smtp import Exim, MisbehavingMailServer

from bridge.actions.attempt import AttemptLimits
from bridge.actions.email.message import message_bytes, message_id
from bridge.actions.email.send import send
from bridge.actions.email.text import AlarmMail, MailPicture
from bridge.core.definitions.settings import EmailSettings
from bridge.errors import ActionFailed, ActionRefused
from bridge.settings.checks.validator import validated

pytestmark = [
    pytest.mark.e2e,
    # aiosmtpd counts its own STARTTLS alone as TLS.
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

PASSWORD = "pä s:s'w0rd"
BERLIN = ZoneInfo("Europe/Berlin")
LIMITS = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
SHORT = AttemptLimits(step_s=0.4, verdict_s=0.4, whole_s=10)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(certificates):
    with MisbehavingMailServer(certificates=certificates, users={"cam": PASSWORD}) as running:
        yield running


def settings_for(server, certificates=None, **changes):
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "starttls" if certificates else "none",
        "username": "cam" if certificates else None,
        "password": PASSWORD,
        "ca_file": certificates and certificates.authority,
        "sender": "gate@example.org",
        "recipients": ("me@example.org",),
    }
    return validated(EmailSettings, values | changes)


def alarm(size=100_000, **changes):
    time_ = datetime(2026, 7, 1, 14, 3, 22, tzinfo=BERLIN)
    values = {
        "message_id": message_id("01J-7", "gate@example.org"),
        "sender": "gate@example.org",
        "recipients": ("me@example.org",),
        "device_name": "Front gate 🐕",
        "input_name": "Garage door",
        "cause": "input",
        "time": time_,
        "pictures": (
            MailPicture(name="gate-1.jpg", jpeg=bytes(range(256)) * (size // 256), taken_at=time_, offset_ms=400),
        ),
    }
    return AlarmMail(**(values | changes))


async def send_now(settings, message=None, *, recipients=None, limits=LIMITS):
    return await send(settings, message or message_bytes(alarm()), recipients=recipients, limits=limits)


async def test_a_mail_arrives_whole_over_starttls_with_login(server, certificates):
    mail = alarm(text=".\n..hidden dots\n. at the beginning")
    outcome = await send_now(settings_for(server, certificates), message_bytes(mail))
    assert outcome.accepted == ("me@example.org",)
    assert outcome.deferred == outcome.refused == ()
    [taken] = server.inbox
    assert taken.tls
    assert taken.user == "cam"
    assert taken.sender == "gate@example.org"
    assert taken.message["Message-ID"] == mail.message_id
    assert taken.message["Subject"] == "[Front gate 🐕] Garage door: alarm"
    assert ".\n..hidden dots\n. at the beginning" in taken.message.get_body().get_content().replace("\r", "")
    [picture] = taken.message.iter_attachments()
    assert picture.get_content() == mail.pictures[0].jpeg
    assert picture.get_filename() == "gate-1.jpg"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("implicit_tls", [True, False])
async def test_both_kinds_of_tls_in_both_versions(certificates, version, implicit_tls):
    options = {"certificates": certificates, "implicit_tls": implicit_tls, "tls_version": version}
    with MisbehavingMailServer(**options, users={"cam": PASSWORD}) as server:
        await send_now(settings_for(server, certificates, security="tls" if implicit_tls else "starttls"))
        assert server.inbox[0].tls == version.name.replace("_", ".")


async def test_without_tls_only_when_the_settings_say_so():
    with MisbehavingMailServer() as server:
        await send_now(settings_for(server))
        assert server.inbox[0].tls is None


@pytest.mark.parametrize("size", [0, 5_000_000])
async def test_any_size_arrives_byte_for_byte(server, certificates, size):
    mail = message_bytes(alarm(size))
    await send_now(settings_for(server, certificates), mail)
    assert server.inbox[0].raw == mail


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_exim_takes_the_same_mail(tmp_path, certificates, security):
    mail = alarm(1_000_000)
    with Exim(tmp_path / "exim", certificates, users={"cam": PASSWORD}) as exim:
        port = exim.port if security == "starttls" else exim.tls_port
        outcome = await send_now(
            settings_for(exim, certificates, port=port, security=security),
            message_bytes(mail),
            recipients=("me@example.org", "full@example.org", "later@example.org"),
        )
        [delivered] = wait_until(exim.mails, what="delivery")
    assert delivered["Message-ID"] == mail.message_id
    assert next(delivered.iter_attachments()).get_content() == mail.pictures[0].jpeg
    assert outcome.accepted == ("me@example.org",)
    assert [lost.recipient for lost in outcome.refused] == ["full@example.org"]
    assert outcome.refused[0].reason == "550 5.2.2 Mailbox full"
    assert [late.recipient for late in outcome.deferred] == ["later@example.org"]


@pytest.mark.parametrize(
    ("change", "message", "error"),
    [
        ({"password": "wrong"}, "login: 535", ActionRefused),
        ({"username": None}, "550|530|5.7.0", ActionRefused),
    ],
)
async def test_exim_refuses_a_wrong_login(tmp_path, certificates, change, message, error):
    with Exim(tmp_path / "exim", certificates, users={"cam": PASSWORD}) as exim, pytest.raises(error, match=message):
        await send_now(settings_for(exim, certificates, **change))


async def test_exim_refuses_a_mail_that_is_too_big_before_it_is_sent(tmp_path, certificates):
    with Exim(tmp_path / "exim", certificates, users={"cam": PASSWORD}, size="50K") as exim:
        with pytest.raises(ActionRefused, match="sender: 552"):
            await send_now(settings_for(exim, certificates))
        assert exim.mails() == []


@pytest.mark.parametrize(
    ("verdict", "error"),
    [
        ("451 4.3.1 disk is full", ActionFailed),
        ("552 5.3.4 too big", ActionRefused),
        ("554 5.6.0 virus", ActionRefused),
    ],
)
async def test_the_verdict_on_the_message_counts(server, certificates, verdict, error):
    server.faults.verdict = verdict
    with pytest.raises(error, match=f"message: {verdict}"):
        await send_now(settings_for(server, certificates))


async def test_a_refusal_that_comes_half_way_is_heard(certificates):
    with MisbehavingMailServer(certificates=certificates, users={"cam": PASSWORD}) as server:
        server.faults.early_verdict = "552 5.3.4 too big, stop"
        with pytest.raises(ActionRefused, match=r"552 5\.3\.4 too big, stop"):
            await send_now(settings_for(server, certificates), message_bytes(alarm(8_000_000)))


@pytest.mark.parametrize(
    ("greeting", "error"), [("421 4.3.2 busy", ActionFailed), ("554 5.7.1 you are blocked", ActionRefused)]
)
async def test_a_server_may_refuse_at_the_door(server, certificates, greeting, error):
    server.faults.greeting = greeting
    with pytest.raises(error, match=greeting):
        await send_now(settings_for(server, certificates))


async def test_a_wrong_password_is_tried_once_and_never_told(server, certificates):
    with pytest.raises(ActionRefused, match="login: 535") as refusal:
        await send_now(settings_for(server, certificates, password="another-secret"))
    assert [command for command, _ in server.commands].count("AUTH") == 1
    assert "another-secret" not in str(refusal.value)


async def test_a_server_that_echoes_the_login_tells_no_secret(server, certificates):
    def encoded(text):
        return base64.b64encode(text.encode()).decode()

    secrets = [PASSWORD, encoded(PASSWORD), encoded(f"\0cam\0{PASSWORD}")]
    server.faults.answers = {"AUTH": "501 what is " + " or ".join(secrets)}
    with pytest.raises(ActionRefused) as refusal:
        await send_now(settings_for(server, certificates))
    assert str(refusal.value) == f"127.0.0.1:{server.port}: login: 501 what is … or … or …"
    assert refusal.value.__cause__ is None


async def test_one_recipient_refused_does_not_rob_the_others(server, certificates):
    server.faults.answers = {"b@example.org": "550 5.1.1 nobody", "c@example.org": "450 4.2.0 later"}
    everybody = ("a@example.org", "b@example.org", "c@example.org")
    outcome = await send_now(settings_for(server, certificates, recipients=everybody))
    assert outcome.accepted == ("a@example.org",)
    assert [lost.recipient for lost in outcome.refused] == ["b@example.org"]
    assert outcome.deferred[0].reason == "450 4.2.0 later"
    assert server.inbox[0].recipients == ["a@example.org"]
    server.faults.answers = {}
    again = await send_now(settings_for(server, certificates), recipients=[late.recipient for late in outcome.deferred])
    assert again.accepted == ("c@example.org",)


@pytest.mark.parametrize(
    ("later", "error"), [("450 4.2.0 later", ActionFailed), ("550 5.1.1 nobody either", ActionRefused)]
)
async def test_nobody_accepted_is_tried_again_only_if_somebody_was_deferred(server, certificates, later, error):
    server.faults.answers = {"a@example.org": "550 5.1.1 nobody", "b@example.org": later}
    with pytest.raises(error, match=rf"a@example.org: 550 5\.1\.1 nobody; b@example.org: {later}"):
        await send_now(settings_for(server, certificates, recipients=("a@example.org", "b@example.org")))
    assert server.inbox == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_of_a_stranger_is_refused(tmp_path, certificates, security):
    stranger = Certificates(tmp_path)
    options = {"certificates": certificates, "implicit_tls": security == "tls"}
    with (
        MisbehavingMailServer(**options, users={"cam": PASSWORD}) as server,
        pytest.raises(ActionRefused, match=r"certificate of .* is refused: .*issuer"),
    ):
        await send_now(settings_for(server, stranger, security=security))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_for_another_name_is_refused(tmp_path, security):
    certificates = Certificates(tmp_path, "mail.example.org")
    options = {"certificates": certificates, "implicit_tls": security == "tls"}
    with (
        MisbehavingMailServer(**options, users={"cam": PASSWORD}) as server,
        pytest.raises(ActionRefused, match=r"certificate of .* is refused: .*127\.0\.0\.1"),
    ):
        await send_now(settings_for(server, certificates, security=security))
    assert server.inbox == []


@pytest.mark.parametrize(
    ("days", "error", "match"),
    [((-2, -1), ActionRefused, "expired"), ((1, 2), ActionFailed, "not yet valid; check the clock")],
)
async def test_a_certificate_of_another_time_is_refused_unless_our_clock_may_be_behind(tmp_path, days, error, match):
    begins, ends = (datetime.now(UTC) + timedelta(days=day) for day in days)
    certificates = Certificates(tmp_path, not_before=begins, not_after=ends)
    with MisbehavingMailServer(certificates=certificates) as server, pytest.raises(error, match=match):
        await send_now(settings_for(server, certificates))


async def test_the_servers_own_certificate_may_be_the_one_that_is_trusted(server, certificates):
    await send_now(settings_for(server, certificates, ca_file=certificates.certificate))
    assert len(server.inbox) == 1


async def test_a_ca_file_that_is_none_is_refused(server, certificates, tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate")
    for file in (empty, tmp_path / "missing.pem"):
        with pytest.raises(ActionRefused, match=f"ca_file {file} cannot be used"):
            await send_now(settings_for(server, certificates, ca_file=file))
    assert server.connections == 0


async def test_starttls_missing_is_refused_and_nothing_is_sent_in_the_open(certificates):
    with MisbehavingMailServer(users={"cam": PASSWORD}) as server:
        with pytest.raises(ActionRefused, match="STARTTLS"):
            await send_now(settings_for(server, certificates))
        assert {command for command, _ in server.commands} <= {"EHLO", "QUIT"}


async def test_login_missing_is_refused(certificates):
    with (
        MisbehavingMailServer(certificates=certificates) as server,
        pytest.raises(ActionRefused, match="login: the server offers no way to log in"),
    ):
        await send_now(settings_for(server, certificates))


async def test_tls_towards_a_server_that_has_none_is_refused(certificates):
    with (
        MisbehavingMailServer() as server,
        pytest.raises(ActionRefused, match=r"connect: TLS with .* failed"),
    ):
        await send_now(settings_for(server, certificates, security="tls"))


async def test_silence_after_the_mail_was_taken_changes_nothing(server, certificates):
    server.faults.silent_at = "QUIT"
    assert (await send_now(settings_for(server, certificates), limits=SHORT)).accepted == ("me@example.org",)
    assert len(server.inbox) == 1


async def test_a_server_that_dies_after_it_took_the_mail_changes_nothing(server, certificates):
    server.faults.cut_at = "QUIT"
    assert (await send_now(settings_for(server, certificates))).accepted == ("me@example.org",)
    assert len(server.inbox) == 1


async def test_the_end_of_the_whole_time_in_the_goodbye_changes_nothing(server, certificates):
    server.faults.silent_at = "QUIT"
    limits = AttemptLimits(step_s=60, verdict_s=60, whole_s=1)
    assert (await send_now(settings_for(server, certificates), limits=limits)).accepted == ("me@example.org",)
    assert len(server.inbox) == 1


async def test_a_server_that_stops_reading_is_left_after_a_while(server, certificates):
    server.faults.deaf_at_data = True
    with pytest.raises(ActionFailed, match=r"message: the network took nothing for 0\.4 s"):
        await send_now(settings_for(server, certificates), message_bytes(alarm(16_000_000)), limits=SHORT)


@pytest.mark.parametrize("size", [1_000, 30_000, 400_000, 2_000_000])
async def test_a_connection_cut_at_any_place_is_tried_again(server, certificates, size):
    server.faults.cut_after = size
    with pytest.raises(ActionFailed):
        await send_now(settings_for(server, certificates), message_bytes(alarm(4_000_000)))
    assert server.inbox == []


async def test_a_cut_before_the_verdict_is_tried_again_under_the_same_message_id(server, certificates):
    server.faults.cut_instead_of_verdict = 1
    mail = message_bytes(alarm())
    with pytest.raises(ActionFailed, match="message: the connection was cut"):
        await send_now(settings_for(server, certificates), mail)
    await send_now(settings_for(server, certificates), mail)
    first, second = (taken.message["Message-ID"] for taken in server.inbox)
    assert first == second


async def test_a_host_that_cannot_be_a_name_is_refused(server, certificates):
    with pytest.raises(ActionRefused, match="connect: host"):
        await send_now(settings_for(server, certificates, host="mail..example"))


async def test_an_address_beyond_ascii_is_written_with_idna_or_refused(server, certificates):
    outcome = await send_now(settings_for(server, certificates, recipients=("me@bücher.example", "mü@example.org")))
    assert server.inbox[0].recipients == ["me@xn--bcher-kva.example"]
    assert [lost.recipient for lost in outcome.refused] == ["mü@example.org"]


async def longest_gap_while_sending(settings, mail):
    gaps = []

    async def watch():
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.001)
            gaps.append(time.monotonic() - before)

    watching = asyncio.create_task(watch())
    await send(settings, mail, limits=LIMITS)
    watching.cancel()
    return max(gaps)


async def test_the_loop_is_not_held_up_by_a_big_mail(server, certificates):
    mail = message_bytes(alarm(12_000_000))
    # In one go it would be 0.2 s each time; a neighbour on the machine may spoil one try.
    gaps = [await longest_gap_while_sending(settings_for(server, certificates), mail) for _ in range(3)]
    assert min(gaps) < 0.1
    assert [taken.raw == mail for taken in server.inbox] == [True] * 3
