import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.actions.ftp.path import PART, UploadFacts, render_path
from bridge.core.definitions.vocabulary import PATH_TOKENS, check_path_template
from bridge.text.file_name import safe_name

FACTS = UploadFacts(
    device="front-gate",
    input="garage-door",
    camera="gate",
    local=datetime(2026, 7, 1, 4, 3, 2, tzinfo=timezone(timedelta(hours=2))),
    seq=17,
    kind="alarm",
)
TEXT = st.text(st.characters(exclude_categories=[]), max_size=60)
MOMENTS = st.datetimes(timezones=st.just(UTC))


@st.composite
def facts(draw):
    return UploadFacts(
        device=draw(TEXT),
        input=draw(TEXT),
        camera=draw(st.none() | TEXT),
        local=draw(MOMENTS),
        seq=draw(st.integers(0, 10**12)),
        kind=draw(TEXT),
        picture=draw(st.integers(1, 10)),
    )


@st.composite
def templates(draw):
    piece = st.sampled_from([f"{{{token}}}" for token in PATH_TOKENS]) | st.sampled_from(["/", "..", ".", "{{", "}}"])
    piece |= TEXT.map(lambda text: text.replace("{", "").replace("}", "").replace("%", ""))
    template = "".join(draw(st.lists(piece, min_size=1, max_size=12)))
    assume(template.strip("/"))
    return check_path_template(template)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{device}/{date}/{input}/{time}_{seq}.jpg", "front-gate/2026-07-01/garage-door/040302_17.jpg"),
        ("/cams/{camera}/{kind}-{seq}.jpg", "/cams/gate/alarm-17.jpg"),
        ("a//b///{seq}", "a/b/17"),
        ("{{{seq}}}.jpg", "{17}.jpg"),
        ("../../{seq}.jpg", "_/_/17.jpg"),
        (".hidden/{seq}", "hidden/17"),
        ("Überwachung 🐕/{seq}", "Überwachung 🐕/17"),
        ("folder/", "folder/_"),
    ],
)
def test_a_template_is_filled_in(template, path):
    assert render_path(template, FACTS) == path


def test_the_second_picture_of_an_alarm_has_a_name_of_its_own():
    second = dataclasses.replace(FACTS, picture=2)
    assert render_path("{time}_{seq}.jpg", second) == "040302_17-2.jpg"


def test_what_has_no_camera_leaves_no_gap():
    assert render_path("{camera}/{seq}.jpg", dataclasses.replace(FACTS, camera=None)) == "_/17.jpg"


def test_values_cannot_add_folders():
    strange = dataclasses.replace(FACTS, device="../../x", input="a/b")
    assert render_path("{device}/{input}/{seq}", strange) == "_.._x/a_b/17"


@given(templates(), facts())
def test_every_path_stays_where_it_is_put(template, filled):
    path = render_path(template, filled)
    segments = path.removeprefix("/").split("/")
    for segment in segments:
        assert safe_name(segment) == segment
    assert len((segments[-1] + PART).encode()) <= 255
    assert str(PurePosixPath(path)) == path
    assert path.startswith("/") == template.startswith("/")
    assert len(segments) <= template.count("/") + 1


@given(facts(), facts())
def test_two_uploads_with_different_numbers_never_meet(one, other):
    assume((one.seq, one.picture) != (other.seq, other.picture))
    template = "{device}/{input}/{time}_{seq}.jpg"
    assert render_path(template, one) != render_path(template, other)
