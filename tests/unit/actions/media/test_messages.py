import pytest

from bridge.actions.media.messages import (
    Beat,
    BeginClip,
    ClipBegun,
    ClipEnded,
    EndClip,
    OpenCamera,
    PictureMissed,
    PictureTaken,
    Ring,
    StreamEnded,
    StreamStarted,
    TakePicture,
    decode,
    encode,
)

MESSAGES = [
    OpenCamera(full_url="rtsp://u:s3cret@cam/x", ca_file=None, ring=Ring(pre_s=5, sound=True, frozen_s=10)),
    OpenCamera(full_url="v4l2:/dev/video0", ca_file="/ca.pem"),
    BeginClip(clip=1, folder="/mnt/sd", device=7, day="2026-11-23", stem="101500_door", at=12.5),
    EndClip(),
    TakePicture(request=3, at=1.5),
    StreamStarted(left_out=None),
    StreamEnded(reason="Ende \u2013 \u00fc\n", permanent=True),
    Beat(held_s=1.5, held_bytes=100),
    ClipBegun(clip=1, path="/mnt/sd/x.mp4", pre_s=5.1),
    ClipEnded(clip=1, path=None, seconds=0.0, error="full"),
    PictureTaken(request=3, jpeg="/9j/", monotonic=1.0),
    PictureMissed(request=3, reason="no"),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_survives_the_pipe_on_one_line(message):
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message


def test_no_message_shows_the_password():
    assert "s3cret" not in repr(MESSAGES[0])


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"[]\n", b"3\n", b'{"is": "Beat"}\n', b'{"is": "Shell", "x": 1}\n', b"\xff\n"]
)
def test_nonsense_is_an_error_and_not_a_crash(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)
