import socket
import ssl
import time

import pytest
import trustme
from servers.camera import SnapshotCamera, grey_jpeg, note_of

from bridge.actions.camera.http_source import HttpPictures
from bridge.errors import ActionFailed, ActionRefused
from bridge.text.device_url import device_url


async def fetch(camera, times=1, *, user="viewer", password="pw", address=None, **options):  # noqa: S107 - made up
    source = HttpPictures(url=device_url(address or camera.url, username=user, password=password), **options)
    try:
        return [await source.picture(at=time.monotonic()) for _ in range(times)]
    finally:
        await source.close()


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_a_digest_camera_gives_its_picture(algorithm):
    with SnapshotCamera(algorithm=algorithm) as camera:
        (picture,) = await fetch(camera)
    assert (picture.width, picture.height, note_of(picture.jpeg)) == (16, 16, "1")
    assert 0 <= picture.offset_ms < 5000
    assert abs(picture.taken_at.timestamp() - time.time()) < 5


async def test_digest_is_asked_for_only_once():
    with SnapshotCamera() as camera:
        await fetch(camera, times=3)
        assert [bool(given) for given in camera.requests] == [False, True, True, True]


async def test_a_basic_camera_gets_the_password_only_after_asking():
    with SnapshotCamera(auth="basic", users={"viewer": "pä:ß"}) as camera:
        pictures = await fetch(camera, times=2, password="pä:ß")
        assert len(pictures) == 2
        assert [bool(given) for given in camera.requests] == [False, True, True]


async def test_a_digest_camera_never_sees_the_password():
    with SnapshotCamera() as camera:
        await fetch(camera)
        assert not any((given or "").startswith("Basic") for given in camera.requests)


async def test_an_open_camera_needs_no_credentials():
    with SnapshotCamera(auth="none") as camera:
        assert len(await fetch(camera, user=None, password=None)) == 1


@pytest.mark.parametrize("auth", ["basic", "digest"])
async def test_a_wrong_password_is_a_permanent_refusal_and_asked_only_once(auth):
    with SnapshotCamera(auth=auth) as camera:
        with pytest.raises(ActionRefused, match="password refused") as caught:
            await fetch(camera, password="s3cret-wrong")
        assert len(camera.requests) == 2
    assert "s3cret" not in str(caught.value)
    assert "viewer" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "raises", "said"),
    [
        ({"status": 503}, ActionFailed, "status 503"),
        ({"status": 404}, ActionRefused, "no picture at this address"),
        ({"status": 302, "headers": {"Location": "http://elsewhere/"}}, ActionRefused, "another address"),
        ({"body": lambda _: b"<html>Log in</html>"}, ActionFailed, "text page"),
        ({"body": lambda picture: picture[:-10]}, ActionFailed, "cut short"),
        ({"cut": True}, ActionFailed, "cut short"),
        ({"body": lambda _: bytes(17 << 20)}, ActionFailed, "larger than"),
    ],
)
async def test_an_answer_that_is_no_picture_is_refused_and_says_why(fault, raises, said):
    with SnapshotCamera(**fault) as camera, pytest.raises(raises, match=said) as caught:
        await fetch(camera)
    assert str(caught.value).startswith(f"camera http://127.0.0.1:{camera.port}: ")


async def test_a_redirect_never_carries_the_password_away():
    with SnapshotCamera(auth="basic") as thief:
        redirect = {"status": 302, "headers": {"Location": thief.url}}
        with SnapshotCamera(**redirect) as camera, pytest.raises(ActionRefused):
            await fetch(camera)
        assert thief.requests == []


async def test_a_slow_camera_ends_at_the_time_limit():
    with SnapshotCamera(delay_s=1.5) as camera:
        begin = time.monotonic()
        with pytest.raises(ActionFailed, match=r"within 0\.3 s"):
            await fetch(camera, timeout_s=0.3)
        assert time.monotonic() - begin < 1.2


async def test_a_camera_that_accepts_and_says_nothing_ends_at_the_time_limit():
    with socket.create_server(("127.0.0.1", 0)) as deaf, pytest.raises(ActionFailed, match="within"):
        await fetch(None, address=f"http://127.0.0.1:{deaf.getsockname()[1]}/", timeout_s=0.3)


async def test_a_missing_camera_is_told_without_its_query():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ActionFailed, match="cannot be reached") as caught:
        await fetch(None, address=f"http://127.0.0.1:{port}/cgi?usr=admin&pwd=s3cret")
    assert "s3cret" not in str(caught.value)


async def test_https_is_checked_against_the_ca_file_and_the_host_name(tmp_path):
    authority, stranger = trustme.CA(), trustme.CA()
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    (tmp_path / "stranger.pem").write_bytes(stranger.cert_pem.bytes())

    def served_as(name):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        return SnapshotCamera(tls=context)

    with served_as("127.0.0.1") as camera:
        assert len(await fetch(camera, ca_file=tmp_path / "ca.pem")) == 1
        for ca_file in (tmp_path / "stranger.pem", None):
            with pytest.raises(ActionRefused, match=r"certificate of .* is refused"):
                await fetch(camera, ca_file=ca_file)
        with pytest.raises(ActionRefused, match="ca_file"):
            await fetch(camera, ca_file=tmp_path / "missing.pem")
    with served_as("camera.example") as camera, pytest.raises(ActionRefused, match=r"certificate of .* is refused"):
        await fetch(camera, ca_file=tmp_path / "ca.pem")


def test_the_comment_tells_pictures_apart():
    assert note_of(grey_jpeg("7")) == "7"
