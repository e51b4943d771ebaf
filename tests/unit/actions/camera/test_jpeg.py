import pytest
from servers.camera import grey_jpeg

from bridge.actions.camera.jpeg import measure
from bridge.errors import ActionFailed

PICTURE = grey_jpeg("hello")


def test_a_whole_picture_is_measured():
    size = measure(PICTURE)
    assert (size.width, size.height, size.length) == (16, 16, len(PICTURE))


def test_padding_behind_the_end_marker_is_not_the_picture():
    assert measure(PICTURE + bytes(100)).length == len(PICTURE)


@pytest.mark.parametrize("length", range(len(PICTURE)))
def test_a_picture_cut_anywhere_is_refused(length):
    with pytest.raises(ActionFailed):
        measure(PICTURE[:length])


def test_an_end_marker_inside_a_comment_does_not_end_the_picture():
    picture = PICTURE[:6] + b"\xff\xd9\xff\xd9\xff" + PICTURE[11:]
    assert measure(picture).length == len(picture)
    with pytest.raises(ActionFailed, match="cut short"):
        measure(picture[:-2])


def test_stuffed_bytes_and_restart_markers_belong_to_the_picture():
    picture = PICTURE[:-2] + b"\xff\x00\xff\xd0\x12" + PICTURE[-2:]
    assert measure(picture).length == len(picture)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "nothing"),
        (b"<html>Login</html>", "text page"),
        (b' {"error": 401}', "text page"),
        (b"GIF89a", "no JPEG"),
        (b"\xff\xd8\xff\xd9", "no sensible size"),
        (b"\xff\xd8\x00\x00", "damaged"),
    ],
)
def test_what_is_no_picture_is_refused_with_its_kind(data, said):
    with pytest.raises(ActionFailed, match=said):
        measure(data)


def test_a_picture_without_height_is_refused():
    at = PICTURE.index(b"\xff\xc0")
    with pytest.raises(ActionFailed, match="no sensible size"):
        measure(PICTURE[: at + 5] + bytes(2) + PICTURE[at + 7 :])
