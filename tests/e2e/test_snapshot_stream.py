import importlib.util
import socket
import ssl
import threading
import time

import pytest
import trustme
from servers.camera import RtspCamera, rtsp_camera_is_missing

from bridge.actions.camera.stream_source import StreamPictures
from bridge.errors import ActionFailed, ActionRefused
from bridge.text.device_url import device_url

MISSING = rtsp_camera_is_missing() or (None if importlib.util.find_spec("av") else "no PyAV (the extra named media)")
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(MISSING is not None, reason=MISSING or "")]


@pytest.fixture(scope="module", params=["digest", "basic"])
def camera(request, tmp_path_factory):
    options = {"digest": True} if request.param == "digest" else {}
    with RtspCamera(tmp_path_factory.mktemp("camera"), user="viewer", password="p:w/ä", **options) as camera:
        yield camera


async def take(address, *, password="p:w/ä", **options):  # noqa: S107 - made up
    source = StreamPictures(url=device_url(address, username="viewer", password=password), **options)
    return await source.picture(at=time.monotonic())


async def test_the_first_picture_of_a_stream_is_had_within_seconds(camera):
    picture = await take(camera.url)
    assert (picture.width, picture.height) == (640, 360)
    assert 0 < picture.offset_ms < 5_000


async def test_a_wrong_password_is_a_refusal_that_does_not_show_it(camera):
    with pytest.raises(ActionRefused, match="refused") as caught:
        await take(camera.url, password="s3cret-wrong")
    assert "s3cret" not in str(caught.value)


async def test_a_wrong_path_is_a_refusal(camera):
    with pytest.raises(ActionRefused):
        await take(camera.url + "-not")


async def test_a_camera_that_is_off_is_a_failure():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ActionFailed, match=f"camera rtsp://127.0.0.1:{port}: Connection refused"):
        await take(f"rtsp://127.0.0.1:{port}/s3cret-path")


async def test_a_camera_that_says_nothing_ends_at_the_time_limit_and_leaves_no_process():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        begin = time.monotonic()
        with pytest.raises(ActionFailed, match="within 2 s"):
            await take(f"rtsp://127.0.0.1:{deaf.getsockname()[1]}/x", timeout_s=2)
        assert time.monotonic() - begin < 4


async def test_a_video_device_that_is_not_there_is_a_failure():
    with pytest.raises(ActionFailed, match="camera v4l2:/dev/video-none: No such file"):
        await take("v4l2:/dev/video-none")


class TlsFront:
    """TLS in front of a camera that has none."""

    def __init__(self, port, context):
        self._port, self._context = port, context
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                client, _ = self._server.accept()
                client = self._context.wrap_socket(client, server_side=True)
            except ssl.SSLError:
                continue
            except OSError:
                return
            camera = socket.create_connection(("127.0.0.1", self._port))
            for pair in ((client, camera), (camera, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    @staticmethod
    def _pump(source, target):
        try:
            while data := source.recv(65_536):
                target.sendall(data)
        except OSError:
            pass
        finally:
            source.close()
            target.close()

    def close(self):
        self._server.close()


async def test_rtsps_is_checked_against_the_ca_file_and_the_host_name(camera, tmp_path):
    authority, stranger = trustme.CA(), trustme.CA()
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    (tmp_path / "stranger.pem").write_bytes(stranger.cert_pem.bytes())
    fronts = {}
    for name in ("127.0.0.1", "camera.example"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        fronts[name] = TlsFront(camera.port, context)
    right, wrong = (f"rtsps://127.0.0.1:{front.port}/stream" for front in fronts.values())
    assert (await take(right, ca_file=tmp_path / "ca.pem")).width == 640
    for address, ca_file in ((right, "stranger.pem"), (right, None), (wrong, "ca.pem")):
        with pytest.raises(ActionFailed, match="certificate"):
            await take(address, ca_file=ca_file and tmp_path / ca_file)
    for front in fronts.values():
        front.close()
