import dataclasses
import email.policy
import os
from datetime import UTC, datetime
from email import message_from_bytes
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.actions.email.message import ascii_address, build_message, message_bytes, message_id
from bridge.actions.email.text import AlarmMail, MailPicture, body, one_line, subject
from bridge.core.definitions.vocabulary import MAIL_ADDRESS
from bridge.errors import ActionRefused
from bridge.text.file_name import safe_name

BERLIN = ZoneInfo("Europe/Berlin")
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=80)
PICTURE = MailPicture(
    name="gate-1.jpg",
    jpeg=b"\xff\xd8\r\n.\r\n\n.\xff\xd9",
    taken_at=datetime(2026, 10, 25, 0, 30, 1, tzinfo=UTC),
    offset_ms=412,
)
MAIL = AlarmMail(
    message_id="<17@example.org>",
    sender="gate@example.org",
    recipients=("me@example.org", "you@example.org"),
    device_name="Front gate",
    input_name="Garage door",
    cause="input",
    time=datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=BERLIN),
)
HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"]


def parsed(mail):
    return message_from_bytes(message_bytes(mail), policy=email.policy.default)


def test_the_mail_says_what_why_and_when(snapshot):
    mail = dataclasses.replace(
        MAIL, held_back=3, text="Come home!\r\n.\nNow 🐕", pictures=(PICTURE,), pictures_missing="the camera is silent"
    )
    assert subject(mail) == "[Front gate] Garage door: alarm"
    assert body(mail) == snapshot


def test_the_smallest_mail_has_no_empty_lines_for_what_is_not_there(snapshot):
    assert body(MAIL) == snapshot


@pytest.mark.parametrize(("held_back", "said"), [(0, None), (1, ": 1 alarm\n"), (12, ": 12 alarms\n")])
def test_what_was_held_back_is_counted(held_back, said):
    text = body(dataclasses.replace(MAIL, held_back=held_back))
    assert ("Held back since the last mail" in text) == bool(held_back)
    assert said is None or said in text


@pytest.mark.parametrize(
    ("input_name", "cause", "expected"),
    [
        ("Garage door", "input", "[Front gate] Garage door: alarm"),
        ("Garage door", "test", "[Front gate] Garage door: test"),
        (None, "test", "[Front gate] test"),
        (None, "command", "[Front gate] message"),
    ],
)
def test_the_subject_tells_alarm_test_and_message_apart(input_name, cause, expected):
    assert subject(dataclasses.replace(MAIL, input_name=input_name, cause=cause)) == expected


def test_the_hour_that_comes_twice_is_told_apart():
    first, second = (body(dataclasses.replace(MAIL, time=MAIL.time.replace(fold=fold))) for fold in (0, 1))
    assert "2026-10-25 02:30:00 CEST (UTC+0200)" in first
    assert "2026-10-25 00:30:00 UTC" in first
    assert "2026-10-25 02:30:00 CET (UTC+0100)" in second
    assert "2026-10-25 01:30:00 UTC" in second


def test_the_headers_are_the_alarms_and_stay_the_same():
    message = parsed(MAIL)
    assert message.keys() == [*HEADERS[:6], "Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
    assert message["Date"].datetime.timestamp() == MAIL.time.timestamp()
    assert message["Message-ID"] == "<17@example.org>"
    assert message["To"] == "me@example.org, you@example.org"
    assert message_bytes(MAIL) == message_bytes(MAIL)


def test_pictures_come_out_as_they_went_in():
    message = parsed(dataclasses.replace(MAIL, pictures=(PICTURE, dataclasses.replace(PICTURE, name="../🐕\n/2.jpg"))))
    first, second = message.iter_attachments()
    assert first.get_content_type() == "image/jpeg"
    assert first.get_content() == second.get_content() == PICTURE.jpeg
    assert first.get_filename() == "gate-1.jpg"
    assert second.get_filename() == "_🐕 _2.jpg"


@pytest.mark.parametrize("sizes", [(), (1,), (57,), (58, 100_000, 3)])
def test_a_message_is_the_library_s_byte_for_byte(sizes):
    pictures = tuple(dataclasses.replace(PICTURE, jpeg=os.urandom(size)) for size in sizes)
    mail = dataclasses.replace(MAIL, pictures=pictures)
    assert message_bytes(mail) == build_message(mail).as_bytes()


@given(device=ANY_TEXT, name=ANY_TEXT, cause=ANY_TEXT, text=ANY_TEXT, file=ANY_TEXT)
@example(device="a\r\nBcc: x@example.org", name="\n\n<html>", cause="\r", text="\r\n.\r\n--=_\r\n", file="\r\nX: y")
@example(
    device="=?utf-8?q?=0ABcc:_x@example.org?=", name="=?utf-8?b?Cg==?=", cause="", text="=\n", file="=?utf-8?q?a?="
)
@example(device="0000000 0¡¡𐀀𐀀𐀀𐀀", name="0¡¡¡𐀀 ¡", cause="", text="", file="")
@example(device="0", name="Garage 🐕 " * 30, cause="", text="", file="ä" * 200)
def test_nothing_that_people_write_gets_into_the_headers(device, name, cause, text, file):
    picture = dataclasses.replace(PICTURE, name=file)
    mail = dataclasses.replace(
        MAIL, device_name=device, input_name=name, cause=cause, text=text, pictures=(picture,), pictures_missing=text
    )
    raw = message_bytes(mail)
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = message_from_bytes(raw, policy=email.policy.default)
    assert message.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
    ]
    assert message["Subject"] == subject(mail)
    assert not message["Subject"].defects
    assert message["From"] == "gate@example.org"
    assert message.get_body().get_content().replace("\r\n", "\n") == body(mail)
    [attached] = message.iter_attachments()
    assert attached.get_content() == PICTURE.jpeg
    assert attached.get_filename() == safe_name(one_line(file), longest_bytes=120)


@given(ANY_TEXT)
def test_one_line_is_one_line_and_stays(text):
    line = one_line(text)
    assert line.splitlines() == ([line] if line else [])
    assert one_line(line) == line
    line.encode()


@given(ANY_TEXT)
@example("a" * 300)
def test_every_job_has_a_message_id_that_a_header_takes(job):
    made = message_id(job, "gate@bücher.example")
    assert parsed(dataclasses.replace(MAIL, message_id=made))["Message-ID"] == made


def test_the_message_id_names_job_and_sender():
    assert message_id("4f-17", "gate@example.org") == "<4f-17@example.org>"


@pytest.mark.parametrize(
    ("address", "written"),
    [("me@example.org", "me@example.org"), ("me@bücher.example", "me@xn--bcher-kva.example")],
)
def test_an_address_is_written_in_ascii(address, written):
    assert ascii_address(address) == written


@pytest.mark.parametrize("address", ["mü@example.org", "me", "me@", "@example.org", "a b@example.org", "me@a..b", ""])
def test_an_address_that_servers_do_not_take_is_refused(address):
    with pytest.raises(ActionRefused, match="not an address"):
        ascii_address(address)


ADDRESSES = st.from_regex(MAIL_ADDRESS, fullmatch=True) | st.emails() | ANY_TEXT


@given(ADDRESSES)
@example("a@[127.0.0.1]")
@example("me@example.org\n")
@example("me@-a")
def test_an_address_is_written_in_ascii_or_refused_and_stays_one(text):
    mail = dataclasses.replace(MAIL, recipients=(text, "you@example.org"))
    try:
        written = ascii_address(text)
    except ActionRefused:
        assert parsed(mail)["To"] == "you@example.org"
        return
    assert written.isascii()
    assert written.isprintable()
    assert [address.addr_spec for address in parsed(mail)["To"].addresses] == [written, "you@example.org"]


def test_no_mail_goes_out_from_an_address_that_is_none():
    with pytest.raises(ActionRefused, match=r"'gäte@example\.org' is not an address"):
        message_bytes(dataclasses.replace(MAIL, sender="gäte@example.org"))


@pytest.mark.parametrize("changes", [{"message_id": "17"}, {"message_id": "<a\r\n@b>"}, {"time": datetime(2026, 7, 1)}])  # noqa: DTZ001 - that it has no zone is the fault
def test_what_no_header_can_carry_is_the_callers_fault(changes):
    with pytest.raises(ValueError, match="not fit for a header"):
        message_bytes(dataclasses.replace(MAIL, **changes))
