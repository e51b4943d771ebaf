"""Cameras that speak HTTP in a way of their own: a row each, from bug reports and the margins of the RFCs."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
import zlib

import pytest
from servers.camera import grey_jpeg
from servers.raw_camera import RawCamera, digest_is_right

from bridge.actions.camera.http_source import HttpPictures
from bridge.errors import ActionError, ActionFailed, ActionRefused
from bridge.text.device_url import device_url

JPEG = grey_jpeg("one")
LENGTH = b"Content-Length: %d\r\n" % len(JPEG)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
PLAIN = HEAD + LENGTH + b"\r\n" + JPEG
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes, size: str = "%X", end: bytes = b"\r\n") -> bytes:
    return (size % len(data)).encode() + end + data + end


def part(jpeg: bytes, *, head: bytes = b"Content-Type: image/jpeg\r\n", end: bytes = b"\r\n") -> bytes:
    return b"--myboundary" + end + head + end + jpeg + end


def thumbnail(jpeg: bytes) -> bytes:
    """A picture with another whole one in its EXIF segment."""
    return jpeg[:2] + b"\xff\xe1" + (len(JPEG) + 2).to_bytes(2, "big") + JPEG + jpeg[2:]


def multipart(body: bytes, boundary: bytes = b"--myboundary") -> bytes:
    return b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=" + boundary + b"\r\n\r\n" + body


PICTURES = {
    "as HTTP has it": PLAIN,
    "a space before the colon": HEAD + LENGTH + b"Pragma : no-cache\r\n\r\n" + JPEG,
    "a tab before the colon of the length": HEAD + LENGTH.replace(b":", b"\t:") + b"\r\n" + JPEG,
    "bare line feeds": b"HTTP/1.0 200 OK\nServer: GoAhead-Webs\nContent-Type: image/jpeg\n\n" + JPEG,
    "mixed line ends": b"HTTP/1.0 200 OK\nServer: GoAhead-Webs\r\nContent-Type: image/jpeg\n\n" + JPEG,
    "a control byte in a cookie": HEAD + b"Set-Cookie: a=\x01b\r\n" + LENGTH + b"\r\n" + JPEG,
    "no reason": b"HTTP/1.1 200\r\n" + LENGTH + b"\r\n" + JPEG,
    "no reason but its space": b"HTTP/1.1 200 \r\n" + LENGTH + b"\r\n" + JPEG,
    "version 1.10": b"HTTP/1.10 200 OK\r\n" + LENGTH + b"\r\n" + JPEG,
    "lower case": b"http/1.1 200 ok\r\ncontent-length: %d\r\n\r\n" % len(JPEG) + JPEG,
    "ICY": b"ICY 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + JPEG,
    "no head at all": JPEG,
    "empty lines before the head": b"\r\n\r\n" + PLAIN,
    "a line without a colon": HEAD + b"X-Powered-By\r\n" + LENGTH + b"\r\n" + JPEG,
    "a field without a name": HEAD + b": x\r\n" + LENGTH + b"\r\n" + JPEG,
    "a folded line": HEAD + b"Server: a\r\n b\r\n" + LENGTH + b"\r\n" + JPEG,
    "spaces and umlauts in a field": HEAD + b"Cam Name: T\xfcr\xe4\r\n" + LENGTH + b"\r\n" + JPEG,
    "NUL in a field": HEAD + b"X-A: a\0b\r\n" + LENGTH + b"\r\n" + JPEG,
    "two equal lengths": HEAD + LENGTH + LENGTH + b"\r\n" + JPEG,
    "two equal lengths in one field": HEAD + b"Content-Length: %d, %d\r\n\r\n" % ((len(JPEG),) * 2) + JPEG,
    "a length of -1": HEAD + b"Content-Length: -1\r\n\r\n" + JPEG,
    "a length with a word": HEAD + b"Content-Length: %d; q=1\r\n\r\n" % len(JPEG) + JPEG,
    "a length that is too large": HEAD + b"Content-Length: 60000\r\n\r\n" + JPEG,
    "chunks beside a length": HEAD + CHUNKED[:-2] + b"Content-Length: 5\r\n\r\n" + chunk(JPEG) + b"0\r\n\r\n",
    "chunks under HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(JPEG) + b"0\r\n\r\n",
    "chunks with spaces": HEAD + b"Transfer-Encoding: Chunked\r\n\r\n" + chunk(JPEG, "%x  ") + b"0\r\n\r\n",
    "chunks with 0x": HEAD + CHUNKED + chunk(JPEG, "0x%x") + b"0\r\n\r\n",
    "chunks with an extension": HEAD + CHUNKED + chunk(JPEG, "%x;a=b") + b"0\r\n\r\n",
    "chunks with bare line feeds": HEAD + CHUNKED + chunk(JPEG, end=b"\n"),
    "chunks without the last": HEAD + CHUNKED + chunk(JPEG[:99]) + chunk(JPEG[99:]),
    "chunks that are none": HEAD + CHUNKED + JPEG,
    "a stream of pictures": multipart(part(JPEG) + part(grey_jpeg("two"))),
    "a stream with part lengths": multipart(part(JPEG, head=b"Content-Type: image/jpeg\r\nContent-length: 30427\r\n")),
    "a stream without its first boundary": multipart(b"Content-Type: image/jpeg\r\n\r\n" + JPEG + b"\r\n--myboundary"),
    "a stream with a quoted boundary": multipart(part(JPEG), boundary=b'"myboundary"'),
    "a stream with bare line feeds": multipart(part(JPEG, end=b"\n")),
    "bytes of old memory behind the picture": HEAD + b"\r\n" + JPEG + b"\xff\xd9dhav\x59\x19\x01\0" * 40,
    "an empty line before the picture": HEAD + b"\r\n\r\n" + JPEG,
    "NULs before the picture": HEAD + b"\r\n\0\0" + JPEG,
    "a byte order mark before the picture": HEAD + b"\r\n\xef\xbb\xbf" + JPEG,
    "no type": b"HTTP/1.1 200 OK\r\n" + LENGTH + b"\r\n" + JPEG,
    "a wrong type": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + LENGTH + b"\r\n" + JPEG,
    "gzip that was not asked for": HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(JPEG),
    "deflate": HEAD + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(JPEG),
    "gzip that is none": HEAD + b"Content-Encoding: gzip\r\n" + LENGTH + b"\r\n" + JPEG,
    "100 Continue first": b"HTTP/1.1 100 Continue\r\n\r\n" + PLAIN,
    "103 Early Hints first": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + PLAIN,
    "206": PLAIN.replace(b"200 OK", b"206 Partial Content"),
    "cut between any two bytes": [piece for byte in PLAIN[:90] for piece in (bytes((byte,)), 0.001)] + [PLAIN[90:]],
}  # fmt: skip

STAYS_OPEN = {
    "keep-alive without a length": HEAD + b"Connection: keep-alive\r\n\r\n" + JPEG,
    "a length that is too large": HEAD + b"Content-Length: 60000\r\n\r\n" + JPEG,
    "chunks without the last": HEAD + CHUNKED + chunk(JPEG),
    "a stream of pictures": multipart(part(JPEG)),
}

FAILURES = {
    "two different lengths": (
        HEAD + b"Content-Length: 5\r\n" + LENGTH + b"\r\n" + JPEG, ActionFailed, "2 different lengths"),
    "a length that is too small": (
        HEAD + b"Content-Length: 90\r\n\r\n" + JPEG, ActionFailed, "cut short after 90 of 90"),
    "cut off": (HEAD + LENGTH + b"\r\n" + JPEG[:-9], ActionFailed, f"cut short after {len(JPEG) - 9} of {len(JPEG)}"),
    "no end marker": (HEAD + b"\r\n" + JPEG[:-2], ActionFailed, "cut short"),
    "no end marker but a thumbnail's": (HEAD + b"\r\n" + thumbnail(JPEG)[:-2], ActionFailed, "cut short"),
    "a chunk whose size is wrong": (
        HEAD + CHUNKED + b"20\r\n" + JPEG, ActionFailed, "between two chunks"),
    "PNG": (HEAD + b"\r\n\x89PNG\r\n\x1a\n" + bytes(99), ActionRefused, "sent a PNG picture: set its snapshot to JPEG"),
    "WebP": (HEAD + b"\r\nRIFF\x24\0\0\0WEBPVP8 " + bytes(99), ActionRefused, "sent a WebP picture"),
    "GIF": (HEAD + b"\r\nGIF89a" + bytes(99), ActionRefused, "sent a GIF picture"),
    "BMP": (HEAD + b"\r\nBM\x36\x30\x2a\0\0\0\0\0" + bytes(99), ActionRefused, "sent a BMP picture"),
    "HEIC": (HEAD + b"\r\n\0\0\0\x18ftypheic" + bytes(99), ActionRefused, "sent a HEIC picture"),
    "a message in JSON": (
        HEAD + b'\r\n[{"cmd":"Snap","code":1,"error":{"detail":"please\r\nlogin \x1b[31mfirst","rspCode":-6}}]',
        ActionFailed, r"text page: please login \[31mfirst$"),
    "a log-in page": (
        HEAD + b"\r\n<html><head><title>x</title></head><script>var a=1</script><b>Log in</b>, please", ActionFailed,
        "text page: Log in , please$"),
    "204": (b"HTTP/1.1 204 No Content\r\n\r\n", ActionFailed, r"sent nothing \(status 204\)"),
    "200 without a body": (HEAD + b"Content-Length: 0\r\n\r\n", ActionFailed, "sent nothing$"),
    "304": (b"HTTP/1.1 304 Not Modified\r\n\r\n", ActionFailed, "status 304"),
    "always busy": (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", ActionFailed, "busy or failing .*status 503"),
    "always 500": (b"HTTP/1.1 500 Oops\r\n\r\n", ActionFailed, "status 500"),
    "nothing": (b"", ActionFailed, "closed the connection without an answer"),
    "half a header": (HEAD, ActionFailed, "closed the connection in the middle of its answer's header"),
    "another protocol": (b"SSH-2.0-dropbear\r\n", ActionFailed, "sends no HTTP"),
    "RTSP": (b"RTSP/1.0 400 Bad Request\r\n\r\n", ActionRefused, "speaks RTSP at this port, not HTTP"),
    "TLS": (b"\x15\x03\x01\x00\x02\x02\x46", ActionRefused, "speaks TLS at this port: put https://"),
    "announced 90 MB": (HEAD + b"Content-Length: 90000000\r\n\r\n" + JPEG, ActionFailed, "larger than 16 MiB"),
    "damaged gzip": (
        HEAD + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b" + bytes(99), ActionFailed, "compressed answer is damaged"),
    "neither picture nor text": (HEAD + b"\r\n\xff\xd8xxx", ActionFailed, "no JPEG picture"),
    "a page of another alphabet": (
        HEAD + b"\r\n<p>\xef\xf0\xee\xf8\xeb\xee</p>" + bytes((0,)), ActionFailed, "text page"),
    "a picture that turns into noise": (HEAD + b"\r\n" + JPEG[:40] + b"x" * 999, ActionFailed, "damaged"),
    "a redirect without an address": (b"HTTP/1.1 302 Found\r\n\r\n", ActionRefused, "names none"),
    "a circle of redirects": (b"HTTP/1.1 302 Found\r\nLocation: /b.jpg\r\n\r\n", ActionRefused, "after 6 requests"),
    "401 without a user name in the settings": (
        b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="c"\r\n\r\n', ActionRefused, "put username and password"),
}  # fmt: skip

ENDLESS = {
    "a status line": [b"HTTP/1.1 200 O", b"K" * 65536],
    "header fields": [b"HTTP/1.1 200 OK\r\n", b"X-Hello: world\r\n" * 4000],
    "empty header fields": [b"HTTP/1.1 200 OK\r\n", b":\n" * 9000],
    "folded lines": [HEAD + b"X: a\r\n", b" b\r\n" * 9000],
    "empty lines": [b"\r\n" * 9000],
    "interim answers": [b"HTTP/1.1 100 Continue\r\n\r\n" * 1000],
    "a body of noise": [HEAD + b"\r\n\xff\xd8", b"x" * 65536],
    "a body that begins like a picture": [HEAD + b"\r\n" + JPEG[:-2], b"x" * 65536],
    "a body of stuffed bytes": [HEAD + b"\r\n" + JPEG[:-2], b"\xff\0" * 32768],
    "a body of fill bytes": [HEAD + b"\r\n" + JPEG[:2], b"\xff" * 65536],
    "a body of small segments": [HEAD + b"\r\n" + JPEG[:2], b"\xff\xfe\0\2" * 9000],
    "a body of text": [HEAD + b"\r\n", b"hello " * 9000],
    "part headers": [multipart(b"--myboundary\r\n"), b"X-Hello: world\r\n" * 4000],
    "a chunk's size": [HEAD + CHUNKED, b"0" * 65536],
    "lines between chunks": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n\xff", b"\r\n" * 9000],
    "a gzip bomb": [HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(JPEG[:-2] + bytes(40 << 20))],
    "a challenge": [b"HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=", b" a" * 9000],
}


async def take(address, *, times=1, username=None, password=None, **options):
    source = HttpPictures(url=device_url(address, username=username, password=password), **options)
    return [await source.picture(at=time.monotonic()) for _ in range(times)]


def always(answer):
    return RawCamera(answer=lambda _: answer)


@pytest.mark.parametrize("answer", PICTURES.values(), ids=PICTURES)
async def test_a_picture_is_taken_from_an_answer_with(answer):
    with always(answer) as camera:
        (picture,) = await take(camera.url)
    assert picture.jpeg == JPEG
    assert len(camera.requests) == 1


async def test_a_picture_with_a_thumbnail_is_whole_at_its_own_end():
    with always(HEAD + b"\r\n" + thumbnail(JPEG) + b"\r\n") as camera:
        assert (await take(camera.url))[0].jpeg == thumbnail(JPEG)


@pytest.mark.parametrize("answer", STAYS_OPEN.values(), ids=STAYS_OPEN)
async def test_a_whole_picture_is_not_waited_for_when_the_connection_stays_open_after(answer):
    with RawCamera(answer=lambda _: answer, stays=True) as camera:
        (picture,) = await take(camera.url, timeout_s=5.0)
    assert picture.jpeg == JPEG


@pytest.mark.parametrize(("answer", "raises", "message"), FAILURES.values(), ids=FAILURES)
async def test_no_picture_is_reported_in_plain_words_for(answer, raises, message):
    with always(answer) as camera:
        with pytest.raises(raises, match=message) as caught:
            await take(camera.url)
        assert type(caught.value) in (ActionFailed, ActionRefused)
        assert str(caught.value).startswith(f"camera http://127.0.0.1:{camera.port}: ")
        assert str(caught.value).isprintable()


@pytest.mark.parametrize("pieces", ENDLESS.values(), ids=ENDLESS)
async def test_an_answer_without_an_end_is_given_up_soon_and_fills_no_memory(pieces):
    def answer(_):
        yield from pieces[:-1]
        while True:
            yield pieces[-1]

    with RawCamera(answer=answer) as camera:
        tracemalloc.start()
        try:
            begin = time.monotonic()
            with pytest.raises(ActionError):
                await take(camera.url, username="viewer", password="pw", timeout_s=5.0)
            spent = time.monotonic() - begin
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert spent < 8
    # What looks like a picture may have 16 MiB.
    looks_like_one = JPEG[:3] in pieces[0] or pieces[-1][0] == 0xFF or b"gzip" in pieces[0]
    assert peak < (40 if looks_like_one else 2) << 20


async def test_a_camera_that_drips_is_left_at_the_one_limit_of_the_picture():
    def answer(_):
        for byte in PLAIN:
            yield bytes((byte,))
            yield 0.05

    with RawCamera(answer=answer) as camera:
        begin = time.monotonic()
        with pytest.raises(ActionFailed, match=r"no picture within 0\.5 s"):
            await take(camera.url, timeout_s=0.5)
        assert time.monotonic() - begin < 2


# A second try


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n\r\n",
        b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\n\r\n",
        b"HTTP/1.1 429 Too Many\r\n\r\n",
        b"HTTP/1.1 500 Internal Server Error\r\n\r\n",
        HEAD + b"Content-Length: 0\r\n\r\n",
        b"",
    ],
    ids=["503", "a second", "a date", "an hour", "429", "500", "empty", "closed"],
)
async def test_a_busy_camera_is_asked_once_more_within_the_second(first):
    with RawCamera(answer=lambda request: first if request.number == 1 else PLAIN) as camera:
        begin = time.monotonic()
        (picture,) = await take(camera.url)
        assert picture.jpeg == JPEG
        assert 0.3 < time.monotonic() - begin < 3
        assert len(camera.requests) == 2


# Log-ins

DIGEST = 'Digest realm="cam", nonce="abc", qop="auth"'
CHALLENGES = {
    "Digest": f"WWW-Authenticate: {DIGEST}",
    "Basic first": f'WWW-Authenticate: Basic realm="cam"\r\nWWW-Authenticate: {DIGEST}, algorithm=MD5',
    "Digest first": f'WWW-Authenticate: {DIGEST}\r\nWWW-Authenticate: Basic realm="cam"',
    "both in one line": f'WWW-Authenticate: Basic realm="a, b", {DIGEST}',
    "both in one line, Digest first": f'WWW-Authenticate: {DIGEST}, Basic realm="a, Digest b"',
    "lower case, bare, spaces": "www-authenticate : digest realm=cam,nonce = abc,QOP=auth",
    "without commas": 'WWW-Authenticate: Digest realm="cam" nonce="abc" qop="auth" algorithm=MD5',
    "folded": 'WWW-Authenticate: Digest realm="cam",\r\n nonce="abc",\r\n\tqop="auth"',
    "MD5 and SHA-256": f"WWW-Authenticate: {DIGEST}, algorithm=MD5\r\nWWW-Authenticate: {DIGEST}, algorithm=SHA-256",
    "SHA-256 in quotes": f'WWW-Authenticate: {DIGEST}, algorithm="SHA-256", stale="FALSE"',
    "MD5-sess": f"WWW-Authenticate: {DIGEST}, algorithm=MD5-sess",
    "SHA-256-sess": f"WWW-Authenticate: {DIGEST}, algorithm=SHA-256-sess",
    "an unknown algorithm before": f"WWW-Authenticate: {DIGEST}, algorithm=FOO\r\nWWW-Authenticate: {DIGEST}",
    "no qop": 'WWW-Authenticate: Digest realm="cam", nonce="abc"',
    "MD5-sess without qop": 'WWW-Authenticate: Digest realm="cam", nonce="abc", algorithm=MD5-sess',
    "auth-int alone": 'WWW-Authenticate: Digest realm="cam", nonce="abc", qop="auth-int"',
    "auth among others": 'WWW-Authenticate: Digest realm="cam", nonce="abc", qop="auth-int, auth "',
    "opaque": f'WWW-Authenticate: {DIGEST}, opaque="x=,y"',
    "Negotiate and NTLM before": (
        f"WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM TlRMTVNTUAAB==\r\nWWW-Authenticate: {DIGEST}"),
    "an unfinished quote at the end": 'WWW-Authenticate: Digest qop="auth", realm="cam", nonce="abc',
}  # fmt: skip


def unauthorized(challenge, *, close=False):
    end = "Connection: close\r\n" if close else ""
    return f"HTTP/1.1 401 Unauthorized\r\n{challenge}\r\nContent-Length: 2\r\n{end}\r\nno".encode()


def digest_camera(challenge, *, realm="cam", nonce="abc", username="admin", password="pw", **options):  # noqa: S107
    def answer(request):
        right = digest_is_right(request, username=username, password=password, realm=realm, nonce=nonce)
        return PLAIN if right else unauthorized(challenge)

    return RawCamera(answer=answer, stays=True, **options)


@pytest.mark.parametrize("challenge", CHALLENGES.values(), ids=CHALLENGES)
async def test_the_strongest_log_in_that_is_understood_is_chosen_of(challenge):
    with digest_camera(challenge) as camera:
        pictures = await take(camera.url, times=2, username="admin", password="pw")
    assert [each.jpeg for each in pictures] == [JPEG, JPEG]
    assert not any(re.match("basic", request.authorization, re.IGNORECASE) for request in camera.requests)
    assert [bool(request.authorization) for request in camera.requests] == [False, True, True]
    for request in camera.requests[1:]:
        # Cameras refuse these in quotes.
        assert not re.search(r'\b(qop|nc|algorithm)="', request.authorization)
        assert "SHA-256" not in challenge or "SHA-256" in request.authorization


async def test_a_realm_and_a_name_with_quotes_and_umlauts_are_hashed_as_they_are_meant():
    challenge = r'WWW-Authenticate: Digest realm="a \"big\" cam\\", nonce="abc", qop="auth"'
    with digest_camera(challenge, realm='a "big" cam\\', username="admin", password='p"ä:ß') as camera:
        assert await take(camera.url, username="admin", password='p"ä:ß')


async def test_basic_alone_is_used_and_its_weakness_logged_once(caplog):
    caplog.set_level("INFO")

    def answer(request):
        right = request.authorization == "Basic YWRtaW46cHc="
        return PLAIN if right else unauthorized('WWW-Authenticate: Basic realm="DS-2CD2132-I"')

    with RawCamera(answer=answer) as camera:
        assert await take(camera.url, times=3, username="admin", password="pw")
        assert [bool(request.authorization) for request in camera.requests] == [False, True, True, True]
    assert caplog.text.count("the password is sent in clear") == 1


async def test_a_nonce_for_one_request_is_renewed_for_each_picture():
    nonces = ["0"]

    def answer(request):
        if digest_is_right(request, username="admin", password="pw", realm="cam", nonce=nonces[-1]):
            nonces.append(str(len(nonces)))
            return PLAIN
        stale = ", stale=TRUE" if request.authorization else ""
        return unauthorized(f'WWW-Authenticate: Digest realm="cam", nonce="{nonces[-1]}", qop="auth"{stale}')

    with RawCamera(answer=answer, stays=True) as camera:
        assert len(await take(camera.url, times=3, username="admin", password="pw")) == 3
        assert len(camera.requests) == 6


async def test_a_nonce_that_ages_at_once_is_renewed_once_and_then_refused():
    stale = 'WWW-Authenticate: Digest realm="cam", nonce="n", qop="auth", stale=true'
    with RawCamera(answer=lambda _: unauthorized(stale)) as camera:
        with pytest.raises(ActionRefused, match="refused"):
            await take(camera.url, username="admin", password="pw")
        assert len(camera.requests) == 3


@pytest.mark.parametrize("status", [401, 403])
async def test_a_wrong_password_is_sent_once_and_not_again_for_a_while(status):
    def answer(request):
        return f"HTTP/1.1 {status} No\r\n\r\n".encode() if request.authorization else unauthorized(CHALLENGES["Digest"])

    with RawCamera(answer=answer) as camera:
        source = HttpPictures(url=device_url(camera.url, username="admin", password="wrong"))
        for _ in range(5):
            with pytest.raises(ActionRefused, match="user name or password refused"):
                await source.picture(at=time.monotonic())
        assert len(camera.requests) == 2


@pytest.mark.parametrize(
    ("challenge", "message"),
    [
        ("X: y", r"refused \(401\)"),
        ("WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM", r"no log-in that is known \(negotiate, ntlm\)"),
        (f"WWW-Authenticate: {DIGEST}, algorithm=FOO", r"no log-in that is known \(digest\)"),
    ],
)
async def test_a_log_in_that_is_not_known_is_named(challenge, message):
    with RawCamera(answer=lambda _: unauthorized(challenge)) as camera:
        with pytest.raises(ActionRefused, match=message):
            await take(camera.url, username="admin", password="pw")
        assert [request.authorization for request in camera.requests] == [""]


async def test_a_cookie_of_the_log_in_comes_back_with_the_next_request():
    def answer(request):
        if not request.authorization:
            return unauthorized(f"Set-Cookie: sid=a1; Path=/; HttpOnly\r\n{CHALLENGES['Digest']}")
        return PLAIN if request.field("cookie") == "sid=a1" else b"HTTP/1.1 403 No\r\n\r\n"

    with RawCamera(answer=answer) as camera:
        assert await take(camera.url, username="admin", password="pw")


async def test_a_camera_that_closes_a_kept_connection_is_connected_again():
    def answer(request):
        right = digest_is_right(request, username="admin", password="pw", realm="cam", nonce="abc")
        return PLAIN if right else unauthorized(CHALLENGES["Digest"])

    with RawCamera(answer=answer) as camera:  # closes, and does not say so
        assert await take(camera.url, username="admin", password="pw")
        assert camera.connections == 2


# Redirects


@pytest.mark.parametrize("location", ["/b.jpg", "b.jpg", "http://127.0.0.1:{port}/b.jpg", "//127.0.0.1:{port}/b.jpg"])
async def test_a_redirect_on_the_same_camera_is_followed_with_the_log_in(location):
    def answer(request):
        if not digest_is_right(request, username="admin", password="pw", realm="cam", nonce="abc"):
            return unauthorized(CHALLENGES["Digest"])
        if not request.target.endswith("b.jpg"):
            return f"HTTP/1.1 302 Found\r\nLocation: {location.format(port=camera.port)}\r\n\r\n".encode()
        return PLAIN

    with RawCamera(answer=answer) as camera:
        assert await take(camera.url, username="admin", password="pw")


@pytest.mark.parametrize(
    "location", ["http://{other}/", "//{other}/a.jpg", "https://cam.invalid/", "ftp://127.0.0.1/a.jpg"]
)
async def test_a_redirect_elsewhere_is_named_and_not_followed(location):
    with always(PLAIN) as other:
        target = location.format(other=f"127.0.0.1:{other.port}")
        redirect = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode()
        with always(redirect) as camera, pytest.raises(ActionRefused, match="answers with another address") as caught:
            await take(camera.url, username="admin", password="s3cret")
        assert other.requests == []
    assert "s3cret" not in str(caught.value)


# Secrets


async def test_an_answer_that_repeats_address_and_password_shows_neither():
    def answer(request):
        return HEAD + b"\r\n" + f"no {request.target} for pw-s3cret cGFzcw== key=abcdef".encode()

    address = "http://127.0.0.1:{port}/cgi/user=admin&password=path-s3cret?usr=admin&pwd=query-s3cret&key=abcdef"
    with RawCamera(answer=answer) as camera, pytest.raises(ActionFailed, match="text page") as caught:
        await take(address.format(port=camera.port), username="admin", password="pw-s3cret")
    assert "s3cret" not in str(caught.value)
    assert "abcdef" not in str(caught.value)
