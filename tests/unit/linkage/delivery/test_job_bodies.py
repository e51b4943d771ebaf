from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import StoreError
from bridge.linkage.delivery.job_bodies import KeptPicture, MailJob, UploadJob, body_of, mail_job, upload_job

WORDS = st.none() | st.text(max_size=20)
TIMES = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]))
PICTURES = st.builds(
    KeptPicture, file=st.text(max_size=9), name=st.text(max_size=9), taken_at=TIMES, offset_ms=st.integers()
)
MAILS = st.builds(
    MailJob,
    input=WORDS,
    cause=st.text(max_size=9),
    time=TIMES,
    held_back=st.integers(0),
    by=WORDS,
    text=WORDS,
    pictures=st.lists(PICTURES, max_size=3).map(tuple),
    pictures_missing=WORDS,
    recipients=st.none() | st.lists(st.text(max_size=9), max_size=3).map(tuple),
)
UPLOADS = st.builds(
    UploadJob,
    input=WORDS,
    camera=WORDS,
    time=TIMES,
    kind=st.text(max_size=9),
    picture=st.integers(1),
    file=st.text(max_size=9),
    by=WORDS,
)


@given(MAILS)
def test_a_mail_comes_back_as_it_was(mail):
    assert mail_job(body_of(mail)) == mail


@given(UPLOADS)
def test_an_upload_comes_back_as_it_was(upload):
    assert upload_job(body_of(upload)) == upload


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@given(st.text() | JSON.map(json.dumps))
def test_anything_else_is_refused(body):
    for read in (mail_job, upload_job):
        with pytest.raises(StoreError):
            read(body)


@given(MAILS, st.sampled_from(["input", "time", "pictures", "recipients"]), JSON)
def test_a_mail_with_one_thing_changed_is_read_or_refused(mail, key, value):
    told = json.loads(body_of(mail)) | {key: value}
    try:
        mail_job(json.dumps(told))
    except StoreError:
        return


def test_what_a_newer_version_wrote_besides_is_left_out():
    mail = MailJob(input="door", cause="input", time=datetime(2026, 11, 1, tzinfo=UTC))
    told = json.loads(body_of(mail)) | {"colour": "red"}
    assert mail_job(json.dumps(told)) == mail
