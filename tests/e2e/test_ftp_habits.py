"""FTP servers with habits: the picture arrives whole, or the refusal says why and is tried again or not as it must."""

from __future__ import annotations

from typing import Any

import pytest
from servers.answers import Endless
from servers.ftp import MisbehavingFtpServer, Vsftpd
from servers.odd_ftp import FtpHabits, OddFtpServer
from servers.process import Certificates

from bridge.actions.attempt import AttemptLimits
from bridge.actions.ftp.server_memory import FtpServerMemory
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import FtpSettings, Secret
from bridge.errors import ActionFailed, ActionRefused

pytestmark = pytest.mark.e2e

LIMITS = AttemptLimits(step_s=3, verdict_s=2, whole_s=15)
PICTURE = bytes(range(256)) * 300
PATH = "gate/2026-07-01/door.jpg"


def settings_for(server, **changes):
    values: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "username": "cam",
        "password": Secret("pw"),
    }
    return FtpSettings(**(values | changes))


def answers(**table):
    return FtpHabits(answers=table)


def six_numbers(text):
    """An answer to PASV, where `{}` is the port as two numbers."""
    return lambda port: text.format(*divmod(port, 256)).encode() + b"\r\n"


def old(**changes):
    """A server that knows PASV and no EPSV."""
    return FtpHabits(**({"answers": {"EPSV": b"500 what\r\n"}} | changes))


def refuses_names(*endings, code=b"553 not that name"):
    return lambda name, _files: code + b"\r\n" if name.endswith(endings) else None


def keeps_what_is_there(name, files):
    return b"550 exists already\r\n" if name in files else None


ARRIVES = {
    # passive mode
    "EPSV is refused with 500": old(),
    "EPSV is refused with 550": answers(EPSV=b"550 not here\r\n"),
    "EPSV is refused with 522": answers(EPSV=b"522 protocol not supported\r\n"),
    "EPSV is refused with 425": answers(EPSV=b"425 no\r\n"),
    "EPSV is refused with 530": answers(EPSV=b"530 firewall\r\n"),
    "EPSV is superfluous": answers(EPSV=b"202 superfluous\r\n"),
    "EPSV is answered as PASV is": FtpHabits(epsv=six_numbers("227 Passive (127,0,0,1,{},{})")),
    "EPSV has another delimiter": FtpHabits(epsv=lambda port: b"229 Extended (!!!%d!)\r\n" % port),
    "EPSV has no parentheses": FtpHabits(epsv=lambda port: b"229 Extended |||%d|\r\n" % port),
    "EPSV's port is zero": FtpHabits(epsv=lambda _port: b"229 (|||0|)\r\n"),
    "EPSV's port is too high": FtpHabits(epsv=lambda _port: b"229 (|||99999|)\r\n"),
    "EPSV's port is never opened": FtpHabits(dead_after=frozenset({"EPSV"})),
    "EPSV makes the server hang up": answers(EPSV=None),
    "EPSV is never answered": FtpHabits(silent_at=frozenset({"EPSV"})),
    "PASV is answered as EPSV is": old(pasv=lambda port: b"229 (|||%d|)\r\n" % port),
    "PASV names 0.0.0.0": old(pasv=six_numbers("227 Passive (0,0,0,0,{},{})")),
    "PASV names a private address": old(pasv=six_numbers("227 Passive (192,168,178,2,{},{})")),
    "PASV names a stranger": old(pasv=six_numbers("227 Passive (203,0,113,9,{},{})")),
    "PASV has no parentheses": old(pasv=six_numbers("227 Entering Passive Mode 10,0,0,1,{},{}.")),
    "PASV has an equals sign": old(pasv=six_numbers("227 =10,0,0,1,{},{}")),
    "PASV has spaces": old(pasv=six_numbers("227 (10, 0, 0, 1, {}, {})")),
    "PASV has two lines": old(pasv=six_numbers("227-listen socket\r\n227 (127,0,0,1,{},{})")),
    "STOR finds no data connection at first": FtpHabits(once={"STOR": b"425 cannot open\r\n"}),
    # the transfer
    "STOR is opened by 125": FtpHabits(opening=b"125 already open\r\n"),
    "STOR has no opening": FtpHabits(opening=b""),
    "STOR is confirmed before the data alone": FtpHabits(opening=b"226 done\r\n", ending=b""),
    "STOR is confirmed before the data, and after it": FtpHabits(opening=b"226 soon\r\n", ending=b"226 done\r\n"),
    "STOR is opened and confirmed at once": FtpHabits(opening=b"150 go\r\n226 done\r\n", ending=b""),
    "STOR is confirmed by 250": FtpHabits(ending=b"250 ok\r\n"),
    "STOR is confirmed by 200": FtpHabits(ending=b"200 stored\r\n"),
    "STOR is never confirmed": FtpHabits(ending=b""),
    "the data channel is reset at the end": FtpHabits(resets_data=True),
    "binary transfer is not known": answers(TYPE=b"504 no types\r\n"),
    "SIZE is not known": answers(SIZE=b"502 no\r\n"),
    "SIZE talks": answers(SIZE=b"213 about a lot\r\n"),
    # log-in and greeting
    "the greeting has lines that look like codes": FtpHabits(
        greeting=b"220-FileZilla\r\n  220 is no code\r\n123 users\r\n220-more\r\n220 go\r\n"
    ),
    "the greeting has text without a code before it": FtpHabits(greeting=b"Welcome!\r\n\r\n220 go\r\n"),
    "the greeting says wait": FtpHabits(greeting=(b"120 in a moment\r\n", b"220 now\r\n")),
    "the greeting comes in pieces": FtpHabits(greeting=(b"22", b"0 hi\r", b"\n")),
    "lines end in LF alone": FtpHabits(greeting=b"220-a\n220 b\n"),
    "no password is asked for": answers(USER=b"230 welcome\r\n"),
    "no password is asked for, with 232": answers(USER=b"232 welcome\r\n"),
    "the password is superfluous": answers(PASS=b"202 superfluous\r\n"),
    "the log-in talks in many lines": answers(PASS=b"230-User usr-230 is in\r\n230-\r\n230\r\n"),
    "an answer ends with another code": answers(TYPE=b"553-excluded\r\n200 binary\r\n"),
    # folders
    "MKD says 521 of what is there": FtpHabits(
        answers={"MKD gate": b"521 exists\r\n", "MKD gate/2026-07-01": b"521 exists\r\n"}, once={"CWD": b"550 no\r\n"}
    ),
    # names
    "RNFR is answered by 250": FtpHabits(ready_to_rename=b"250 ok\r\n"),
    "QUIT is never answered": answers(QUIT=b""),
    "QUIT makes the server hang up": answers(QUIT=None),
    "QUIT never stops talking": answers(QUIT=Endless(b"221-bye\r\n")),
    **{
        f"{word} is refused with {code}": answers(**{word: f"{code} no\r\n".encode()})
        for word in ("RNFR", "RNTO")
        for code in (500, 502, 504, 550, 553)
    },
    "only pictures may be stored": FtpHabits(refuses=refuses_names(".part")),
}


@pytest.mark.parametrize("habits", ARRIVES.values(), ids=ARRIVES.keys())
async def test_the_picture_arrives_whole_under_its_name_and_leaves_nothing_beside_it(habits):
    with OddFtpServer(habits) as server:
        server.folders |= {"gate", "gate/2026-07-01"} if "MKD gate" in habits.answers else set()
        stored = await upload(settings_for(server), PICTURE, path=PATH, limits=LIMITS)
        assert stored == PATH
        assert server.files == {PATH: PICTURE}


REFUSED = {
    "too many users": (FtpHabits(greeting=b"421 Too many connections (2)\r\n"), ActionFailed, "connect: 421 Too many"),
    "hangs up at the door": (FtpHabits(greeting=None), ActionFailed, "connect: the connection was cut"),
    "a full house at the door": (FtpHabits(greeting=b"530 not you\r\n"), ActionRefused, "connect: 530 not you"),
    "a wrong password": (answers(PASS=b"530 wrong\r\n"), ActionRefused, "login: 530 wrong"),
    "wants an account": (answers(USER=b"332 account\r\n"), ActionRefused, "asks for an account"),
    "wants an account too": (answers(PASS=b"332 account\r\n"), ActionRefused, "asks for an account"),
    "asks for ever for the password": (answers(PASS=b"331 again\r\n"), ActionFailed, "login: 331 again"),
    "idle": (answers(CWD=b"421 Timeout\r\n"), ActionFailed, "folder .*421 Timeout"),
    "no folder and no right to make one": (
        answers(MKD=b"550 Permission denied\r\n"), ActionRefused, "new folder gate: 550 Permission denied",
    ),
    "half of the path is there": (
        FtpHabits(answers={"MKD gate": b"550 File exists\r\n", "MKD gate/2026-07-01": b"550 Permission denied\r\n"}),
        ActionRefused,
        "new folder gate/2026-07-01: 550 Permission denied",
    ),
    "the disk is full": (answers(STOR=b"452 no space\r\n"), ActionFailed, "upload: 452 no space"),
    "the quota is used up": (FtpHabits(ending=b"552 Quota exceeded\r\n"), ActionFailed, "upload: 552 Quota exceeded"),
    "an error while it writes": (FtpHabits(ending=b"451 local error\r\n"), ActionFailed, "upload: 451 local error"),
    "nothing may be stored": (answers(STOR=b"550 Permission denied\r\n"), ActionRefused, "upload: 550 Permission"),
    "both ways are refused": (
        answers(EPSV=b"502 no\r\n", PASV=b"502 no passive mode\r\n"), ActionRefused, "upload: 502 no passive mode",
    ),
    "no port opens": (
        FtpHabits(dead_after=frozenset({"EPSV", "PASV"}), pasv=six_numbers("227 (10,9,8,7,{},{})")),
        ActionFailed,
        r"no data connection to port \d+: .*the server names 10\.9\.8\.7, another machine; open the server's passive",
    ),
    "numbers out of range": (
        answers(EPSV=b"229 (|||0|)\r\n", PASV=b"227 (300,1,1,1,70,1)\r\n"),
        ActionFailed,
        "upload: the server's answer makes no sense: no port in its answer to PASV",
    ),
    "no protocol at all": (
        FtpHabits(greeting=b"<html>\r\n" * 2000), ActionFailed, "the server's answer makes no sense: it has no end",
    ),
    "TLS is asked for": (
        answers(USER=b"530 Non-anonymous sessions must use encryption.\r\n"),
        ActionRefused,
        "login: 530 .*set ftp.security to explicit_tls",
    ),
    "TLS is asked for with 421": (
        answers(USER=b"421 Use TLS\r\n"), ActionRefused, "login: 421 .*set ftp.security to explicit_tls",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("habits", "error", "text"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_cannot_be_done_names_server_step_and_reason_and_leaves_nothing(habits, error, text):
    with OddFtpServer(habits) as server:
        with pytest.raises(error, match=text) as failure:
            await upload(settings_for(server), PICTURE, path=PATH, limits=LIMITS)
        assert str(failure.value).startswith(f"127.0.0.1:{server.port}: ")
        assert server.files == {}


async def test_a_login_that_asks_for_ever_gets_the_password_once():
    with OddFtpServer(answers(PASS=b"331 again\r\n")) as server:
        with pytest.raises(ActionFailed):
            await upload(settings_for(server), PICTURE, path=PATH, limits=LIMITS)
        assert server.commands.count("PASS pw") == 1


async def test_a_server_without_renames_is_remembered_and_gets_no_part_again():
    memory = FtpServerMemory()
    with OddFtpServer(answers(RNFR=b"550 no\r\n", DELE=b"550 no\r\n")) as server:
        for name in ("a.jpg", "b.jpg", "c.jpg"):
            await upload(settings_for(server), PICTURE, path=name, memory=memory, limits=LIMITS)
        assert server.files == dict.fromkeys(("a.jpg.part", "a.jpg", "b.jpg", "c.jpg"), PICTURE)


async def test_a_cut_on_the_way_to_a_final_name_is_mended_by_the_next_try():
    memory = FtpServerMemory()
    with OddFtpServer(FtpHabits(answers={"RNFR": b"550 no\r\n"}, once={"SIZE b.jpg": b"213 7\r\n"})) as server:
        await upload(settings_for(server), PICTURE, path="a.jpg", memory=memory, limits=LIMITS)
        with pytest.raises(ActionFailed, match=f"size: the server has 7 of {len(PICTURE)} bytes"):
            await upload(settings_for(server), PICTURE, path="b.jpg", memory=memory, limits=LIMITS)
        await upload(settings_for(server), PICTURE, path="b.jpg", memory=memory, limits=LIMITS)
        assert server.files == {"a.jpg": PICTURE, "b.jpg": PICTURE}


@pytest.mark.parametrize(
    "habits",
    [
        answers(EPSV=b"500 what\r\n"),
        answers(EPSV=None),
        FtpHabits(silent_at=frozenset({"EPSV"})),
        FtpHabits(dead_after=frozenset({"EPSV"})),
    ],
    ids=["refused", "hangs up", "silent", "dead port"],
)
async def test_a_server_without_epsv_is_asked_for_pasv_first_from_then_on(habits):
    memory = FtpServerMemory()
    with OddFtpServer(habits) as server:
        for name in ("a.jpg", "b.jpg"):
            await upload(settings_for(server), PICTURE, path=name, memory=memory, limits=LIMITS)
        assert server.commands.count("EPSV") == 1
        assert server.files == dict.fromkeys(("a.jpg", "b.jpg"), PICTURE)


async def test_a_file_that_may_not_be_replaced_is_left_alone_and_the_picture_gets_another_name():
    habits = FtpHabits(answers={"DELE": b"550 no\r\n", "RNTO": b"550 exists\r\n"}, refuses=keeps_what_is_there)
    with OddFtpServer(habits) as server:
        server.files["a.jpg"] = b"of another alarm"
        stored = await upload(settings_for(server), PICTURE, path="a.jpg", limits=LIMITS)
        assert stored == "a-2.jpg"
        assert server.files["a.jpg"] == b"of another alarm"
        assert server.files["a-2.jpg"] == PICTURE


async def test_folders_are_entered_one_by_one_where_the_whole_path_is_refused():
    habits = FtpHabits(answers={"CWD gate/2026-07-01": b"550 no paths\r\n", "MKD gate/2026-07-01": b"501 no paths\r\n"})
    with OddFtpServer(habits) as server:
        await upload(settings_for(server), PICTURE, path=PATH, limits=LIMITS)
        assert server.files == {PATH: PICTURE}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize("denied", [(), ("EPSV",), ("RNFR",), ("EPSV", "RNFR", "SIZE")])
async def test_vsftpd_that_denies_commands_has_the_picture_under_its_name_alone(tmp_path, certificates, denied):
    with Vsftpd(tmp_path / "vsftpd", certificates=certificates, denied=denied) as server:
        secure = {"username": "ftp", "security": "explicit_tls", "ca_file": certificates.authority}
        await upload(settings_for(server, **secure), PICTURE, path="up/gate/a.jpg", limits=LIMITS)
        assert (server.root / "up/gate/a.jpg").read_bytes() == PICTURE
        assert server.files() == {"up/gate/a.jpg": len(PICTURE)}


@pytest.mark.parametrize("security", ["explicit_tls", "none"])
async def test_a_server_that_begins_with_tls_is_named_with_the_setting_that_fits(tmp_path, certificates, security):
    limits = AttemptLimits(step_s=1, whole_s=15)
    with MisbehavingFtpServer(tmp_path / "root", certificates=certificates, implicit_tls=True) as server:
        text = (
            "no answer within 1 s; the server speaks TLS from the first byte there: set ftp.security to implicit_tls$"
        )
        with pytest.raises(ActionRefused, match=text):
            await upload(settings_for(server, security=security), PICTURE, path="a.jpg", limits=limits)


async def test_a_server_that_does_not_begin_with_tls_is_named_with_the_setting_that_fits(certificates):
    with OddFtpServer(FtpHabits()) as server:
        text = "connect: TLS with .* failed: .*set ftp.security to explicit_tls, or the port to 990"
        secure = settings_for(server, security="implicit_tls", ca_file=certificates.authority)
        with pytest.raises(ActionRefused, match=text):
            await upload(secure, PICTURE, path="a.jpg", limits=LIMITS)


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (
            b"502 no\r\n",
            ActionRefused,
            "AUTH TLS: 502 no; nothing is sent without TLS: set ftp.security",
        ),
        (b"431 not now\r\n", ActionFailed, "AUTH TLS: 431 not now"),
        (b"234 go\r\n230 you are in\r\n", ActionFailed, "AUTH TLS: .* makes no sense: more than one answer before TLS"),
    ],
    ids=["unknown", "not now", "more than one answer"],
)
async def test_nothing_is_sent_without_tls_where_it_is_asked_for(certificates, answer, error, text):
    with OddFtpServer(answers(AUTH=answer)) as server:
        secure = settings_for(server, security="explicit_tls", ca_file=certificates.authority)
        with pytest.raises(error, match=text):
            await upload(secure, PICTURE, path="a.jpg", limits=LIMITS)
        assert server.commands == ["AUTH TLS"]
