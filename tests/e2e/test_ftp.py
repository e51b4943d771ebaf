"""Uploads to real FTP servers: what lies there afterwards, and how each refusal and silence ends."""

import asyncio
from datetime import UTC, datetime

import pytest
from servers.ftp import MisbehavingFtpServer, Vsftpd
from servers.process import Certificates, wait_until

from bridge.actions.attempt import AttemptLimits
from bridge.actions.ftp.path import UploadFacts, render_path
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import FtpSettings
from bridge.errors import ActionFailed, ActionRefused
from bridge.settings.checks.validator import validated

pytestmark = pytest.mark.e2e

PICTURE = bytes(range(256)) * 1200
LIMITS = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
SHORT = AttemptLimits(step_s=0.4, verdict_s=0.4, whole_s=10)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(tmp_path):
    with MisbehavingFtpServer(tmp_path / "root") as running:
        yield running


@pytest.fixture
def secure_server(tmp_path, certificates):
    with MisbehavingFtpServer(tmp_path / "root", certificates=certificates) as running:
        yield running


def settings_for(server, certificates=None, **changes):
    values = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "explicit_tls" if certificates else "none",
        "username": "ftp" if isinstance(server, Vsftpd) else "cam",
        "password": "pw",
        "ca_file": certificates and certificates.authority,
    }
    return validated(FtpSettings, values | changes)


async def upload_now(settings, path="gate/2026-07-01/door.jpg", content=PICTURE, limits=LIMITS):
    await upload(settings, content, path=path, limits=limits)


async def test_a_picture_lies_there_whole_in_new_folders(server):
    await upload_now(settings_for(server))
    assert (server.root / "gate/2026-07-01/door.jpg").read_bytes() == PICTURE
    assert server.files() == {"gate/2026-07-01/door.jpg": len(PICTURE)}
    assert server.seen == {"door.jpg.part"}


@pytest.mark.parametrize("size", [0, 1, 32_768, 5_000_000])
async def test_any_size_arrives_byte_for_byte(secure_server, certificates, size):
    content = (PICTURE * (size // len(PICTURE) + 1))[:size]
    await upload_now(settings_for(secure_server, certificates), "a.jpg", content)
    assert (secure_server.root / "a.jpg").read_bytes() == content


@pytest.mark.parametrize("version", ["TLS1_2", "TLS1_3"])
@pytest.mark.parametrize("implicit", [True, False])
async def test_both_kinds_of_tls_in_both_versions(tmp_path, certificates, version, implicit):
    options = {"certificates": certificates, "implicit_tls": implicit, "tls_version": version}
    with MisbehavingFtpServer(tmp_path / "root", **options) as server:
        await upload_now(settings_for(server, certificates, security="implicit_tls" if implicit else "explicit_tls"))
        assert server.files() == {"gate/2026-07-01/door.jpg": len(PICTURE)}
        assert ("PROT", "P") in server.commands


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
@pytest.mark.parametrize("reuse", [True, False])
@pytest.mark.parametrize("implicit", [True, False])
async def test_vsftpd_takes_it_whether_or_not_it_wants_the_session_reused(
    tmp_path, certificates, version, reuse, implicit
):
    options = {"certificates": certificates, "reuse": reuse, "implicit_tls": implicit, "tls_version": version}
    with Vsftpd(tmp_path / "vsftpd", **options) as vsftpd:
        security = "implicit_tls" if implicit else "explicit_tls"
        await upload_now(settings_for(vsftpd, certificates, security=security), "/up/2026/a.jpg")
        assert (vsftpd.root / "up/2026/a.jpg").read_bytes() == PICTURE
        assert vsftpd.files() == {"up/2026/a.jpg": len(PICTURE)}


async def test_vsftpd_in_the_open_replaces_a_file_of_the_same_name(tmp_path):
    with Vsftpd(tmp_path / "vsftpd") as vsftpd:
        await upload_now(settings_for(vsftpd), "up/a.jpg", b"old")
        await upload_now(settings_for(vsftpd), "up/a.jpg")
        assert (vsftpd.root / "up/a.jpg").read_bytes() == PICTURE


async def test_vsftpd_refuses_a_wrong_password_and_a_read_only_folder(tmp_path, certificates):
    with Vsftpd(tmp_path / "vsftpd", certificates=certificates) as vsftpd:
        with pytest.raises(ActionRefused, match="login: 530") as refusal:
            await upload_now(settings_for(vsftpd, certificates, password="another-secret"))
        assert "another-secret" not in str(refusal.value)
        with pytest.raises(ActionRefused, match=r"new folder new: 550"):
            await upload_now(settings_for(vsftpd, certificates), "new/a.jpg")
        with pytest.raises(ActionRefused, match=r"upload: 553"):
            await upload_now(settings_for(vsftpd, certificates), "/a.jpg")
        assert vsftpd.files() == {}


async def test_vsftpd_that_wants_tls_refuses_to_do_without(tmp_path, certificates):
    with Vsftpd(tmp_path / "vsftpd", certificates=certificates) as vsftpd, pytest.raises(ActionRefused, match="530"):
        await upload_now(settings_for(vsftpd))


STRANGE = "../../etc/..\r\nDELE x\0 🐕 ~root .hidden\\..\\*?\u2028"


async def test_strange_names_stay_inside_and_whole(tmp_path, certificates, server):
    facts = UploadFacts(
        device=STRANGE, input="Ü" * 300, camera=None, local=datetime(2026, 7, 1, 14, 3, tzinfo=UTC), seq=7, kind=STRANGE
    )
    path = render_path("{device}/../{input}/🐕 {camera}/{kind}_{seq}.jpg", facts)
    with Vsftpd(tmp_path / "vsftpd", certificates=certificates) as vsftpd:
        await upload_now(settings_for(vsftpd, certificates), f"up/{path}")
        await upload_now(settings_for(server), path)
        assert vsftpd.files() == {f"up/{path}": len(PICTURE)}
    assert server.files() == {path: len(PICTURE)}


async def test_a_file_of_the_same_name_is_replaced_where_only_deleting_helps(server):
    await upload_now(settings_for(server), "a.jpg", b"old")
    server.faults.refuse_once = {"RNTO": "553 exists"}
    await upload_now(settings_for(server), "a.jpg")
    assert (server.root / "a.jpg").read_bytes() == PICTURE
    assert server.files() == {"a.jpg": len(PICTURE)}


async def test_what_an_attempt_before_left_behind_is_not_in_the_way(server):
    (server.root / "a.jpg.part").write_bytes(b"half")
    server.faults.refuse_once = {"STOR": "553 exists"}
    await upload_now(settings_for(server), "a.jpg")
    assert server.files() == {"a.jpg": len(PICTURE)}


async def test_a_folder_that_another_makes_at_the_same_time_is_no_fault(server):
    (server.root / "gate/2026-07-01").mkdir(parents=True)
    server.faults.refuse_once = {"CWD": "550 not yet"}
    await upload_now(settings_for(server))
    assert server.files() == {"gate/2026-07-01/door.jpg": len(PICTURE)}


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"AUTH": "534 no TLS here"}, ActionRefused),
        ({"AUTH": "431 not now"}, ActionFailed),
        ({"PROT": "536 not private"}, ActionRefused),
    ],
)
async def test_without_tls_nothing_goes_out(secure_server, certificates, answers, error):
    secure_server.faults.answers = answers
    with pytest.raises(error):
        await upload_now(settings_for(secure_server, certificates))
    assert not {"USER", "PASS", "STOR"} & {command for command, _ in secure_server.commands}


async def test_a_server_without_epsv_is_asked_the_old_way(server):
    server.faults.answers = {"EPSV": "500 what?"}
    await upload_now(settings_for(server))
    assert "PASV" in {command for command, _ in server.commands}
    assert len(server.files()) == 1


async def test_an_old_servers_letters_do_not_hurt(server):
    server.faults.answers = {"PASS": "530 Passwort ungültig"}
    with pytest.raises(ActionRefused, match="login: 530 Passwort ung�ltig"):
        await upload_now(settings_for(server))


async def test_a_server_that_echoes_the_password_tells_no_secret(server):
    server.faults.answers = {"PASS": "530 'PASS another-secret'?"}
    with pytest.raises(ActionRefused, match="login: 530 'PASS …'"):
        await upload_now(settings_for(server, password="another-secret"))


@pytest.mark.parametrize("kind", ["open", "secure"])
async def test_a_full_disk_is_told_and_tried_again(tmp_path, certificates, kind):
    trusted = certificates if kind == "secure" else None
    with MisbehavingFtpServer(tmp_path / "root", certificates=trusted) as server:
        server.faults.disk_full_at = 50_000
        with pytest.raises(ActionFailed, match=r"upload: 552 .*disk full"):
            await upload_now(settings_for(server, trusted), content=PICTURE * 20)
        server.faults.disk_full_at = None
        assert server.files() == {}
        await upload_now(settings_for(server, trusted))
        assert server.files() == {"gate/2026-07-01/door.jpg": len(PICTURE)}


@pytest.mark.parametrize("kind", ["open", "secure"])
@pytest.mark.parametrize("size", [1, 100_000])
async def test_a_cut_leaves_no_half_file_under_the_final_name(tmp_path, certificates, kind, size):
    trusted = certificates if kind == "secure" else None
    with MisbehavingFtpServer(tmp_path / "root", certificates=trusted) as server:
        server.faults.cut_at = size
        with pytest.raises(ActionFailed, match="upload: "):
            await upload_now(settings_for(server, trusted))
        assert set(server.files()) <= {"gate/2026-07-01/door.jpg.part"}
        await upload_now(settings_for(server, trusted))
        assert server.files() == {"gate/2026-07-01/door.jpg": len(PICTURE)}


async def test_a_file_that_lost_its_end_on_the_way_is_not_given_its_name(server):
    server.faults.loses_the_end = True
    with pytest.raises(ActionFailed, match=f"size: the server has [0-9]+ of {len(PICTURE)} bytes"):
        await upload_now(settings_for(server))
    assert server.files() == {}


async def test_a_certificate_of_a_stranger_is_refused(tmp_path, secure_server):
    with pytest.raises(ActionRefused, match=r"AUTH TLS: the certificate of .* is refused"):
        await upload_now(settings_for(secure_server, Certificates(tmp_path / "stranger")))
    assert {command for command, _ in secure_server.commands} == {"AUTH"}


async def test_a_certificate_for_another_name_is_refused(tmp_path):
    other = Certificates(tmp_path / "other", "127.0.0.1")
    with (
        MisbehavingFtpServer(tmp_path / "root", certificates=other) as server,
        pytest.raises(ActionRefused, match=r"AUTH TLS: the certificate of .* is refused: .*localhost"),
    ):
        await upload_now(settings_for(server, other, host="localhost"))
    assert {command for command, _ in server.commands} == {"AUTH"}


async def test_implicit_tls_towards_an_open_server_is_refused(server, certificates):
    with pytest.raises((ActionRefused, ActionFailed), match="connect: "):
        await upload_now(settings_for(server, certificates, security="implicit_tls"), limits=SHORT)
    assert server.files() == {}


async def test_silence_after_the_rename_changes_nothing(server):
    server.faults.silent_at = "QUIT"
    await upload_now(settings_for(server), limits=SHORT)
    assert len(server.files()) == 1


@pytest.mark.parametrize("kind", ["open", "secure"])
async def test_a_server_that_stops_taking_the_file_is_left_after_a_while(tmp_path, certificates, kind):
    trusted = certificates if kind == "secure" else None
    with MisbehavingFtpServer(tmp_path / "root", certificates=trusted) as server:
        server.faults.bytes_per_s = 10
        with pytest.raises(ActionFailed, match=r"upload: no answer within 0\.4 s"):
            await upload_now(settings_for(server, trusted), content=PICTURE * 60, limits=SHORT)
        await asyncio.to_thread(
            wait_until, lambda: "gate/2026-07-01/door.jpg" not in server.files(), what="no half file"
        )


async def test_a_login_with_a_line_break_is_refused_before_it_is_sent(server):
    with pytest.raises(ActionRefused, match="login: host, user name or password"):
        await upload_now(settings_for(server, password="pw\r\nDELE a"))
    assert "PASS" not in {command for command, _ in server.commands}
