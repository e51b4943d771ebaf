"""An alarm whose picture comes from a camera of the old kind; `tests/contract/test_camera_habits.py` has each habit."""

import pytest
from programs.bridge import Bridge
from servers.camera import grey_jpeg
from servers.ftp import MisbehavingFtpServer
from servers.process import wait_until
from servers.raw_camera import RawCamera, digest_is_right
from words.builders import an_input

pytestmark = pytest.mark.e2e

JPEG = grey_jpeg("one")
CHALLENGES = (
    b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate : Basic realm="cam"\r\n'
    b'WWW-Authenticate : Digest realm="cam", nonce="abc", qop="auth"\r\n\r\n'
)
STREAM = (
    b"HTTP/1.0 200 OK\nContent-Type: multipart/x-mixed-replace; boundary=--b\n\n"
    b"--b\nContent-Type: image/jpeg\n\n" + JPEG + b"\n--b\n"
)


def test_an_alarm_uploads_the_picture_of_a_camera_of_the_old_kind(tmp_path):
    """A space before a colon, Basic named before Digest, busy at first, and a stream instead of a picture."""

    def answer(request):
        if not digest_is_right(request, username="admin", password="pw", realm="cam", nonce="abc"):
            return CHALLENGES
        if busy:
            busy.pop()
            return b"HTTP/1.0 503 Busy\n\n"
        return STREAM

    busy = [True]
    with MisbehavingFtpServer(tmp_path / "root", password="pw") as ftp, RawCamera(answer=answer) as camera:
        settings = {
            "inputs": [an_input("door", linkage={"ftp": True})],
            "cameras": {"front": {"snapshot": camera.url, "username": "admin", "password": "pw"}},
            "ftp": {"host": "127.0.0.1", "port": ftp.port, "security": "none", "username": "cam", "password": "pw"},
        }
        with Bridge(tmp_path, 1, **settings) as bridge:
            bridge.board("connect door")
            wait_until(lambda: any(name.endswith(".jpg") for name in ftp.files()), what="the upload")
        (content,) = [path.read_bytes() for path in (tmp_path / "root").rglob("*.jpg")]
        assert content == JPEG
    assert not any(request.authorization.startswith("Basic") for request in camera.requests)
