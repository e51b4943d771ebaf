"""Two cameras for tests: one with a snapshot address (stdlib), one with RTSP (GStreamer's server).

The RTSP camera runs this very file under the system's Python, where GStreamer's bindings are.
Debian: gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-{base,good,bad,ugly} gstreamer1.0-x
gstreamer1.0-libav fonts-dejavu-core.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

SYSTEM_PYTHON = os.environ.get("ALARM2MQTT_GI_PYTHON", "/usr/bin/python3")

_GREY = base64.b64decode(
    "/9j//gAQTGF2YzYyLjI4LjEwMgD/2wBDAAgEBAQEBAUFBQUFBQYGBgYGBgYGBgYGBgYHBwcICAgHBwcGBgcHCAgICAkJCQgICAgJCQoKCgwMCwsO"
    "Dg4RERT/xABKAAEAAAAAAAAAAAAAAAAAAAAAAQEAAAAAAAAAAAAAAAAAAAAAEAEAAAAAAAAAAAAAAAAAAAAAEQEAAAAAAAAAAAAAAAAAAAAA/8AA"
    "EQgAEAAQAwEiAAIRAAMRAP/aAAwDAQACEQMRAD8AAA//2Q=="
)


def grey_jpeg(note: str = "") -> bytes:
    """A real JPEG of 16 by 16 grey pixels, with a comment that tells it from others."""
    comment = note.encode()
    return _GREY[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + _GREY[2:]


def note_of(jpeg: bytes) -> str:
    """The comment that `grey_jpeg` put in."""
    return jpeg[6 : 4 + int.from_bytes(jpeg[4:6], "big")].decode()


def wait_until(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            message = f"not within {seconds} s"
            raise TimeoutError(message)
        time.sleep(0.02)


@dataclass
class SnapshotCamera:
    """`/snapshot.jpg` behind no, basic or digest authentication, with faults to be set while it runs.

    Every picture's note is the number of the request that got it.
    """

    auth: str = "digest"
    algorithm: str = "MD5"
    users: dict[str, str] = field(default_factory=lambda: {"viewer": "pw"})
    tls: ssl.SSLContext | None = None
    delay_s: float = 0.0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Callable[[bytes], bytes] = bytes
    cut: bool = False
    requests: list[str | None] = field(default_factory=list)
    served: int = 0

    def __enter__(self) -> Self:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None: ...

            def do_GET(self) -> None:
                with contextlib.suppress(ConnectionError):
                    camera._answer(self)

        self._nonces: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/snapshot.jpg?channel=1&profile=a%2Fb"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="snapshot camera")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        given = request.headers.get("Authorization")
        self.requests.append(given)
        if not self._allowed(request, given or ""):
            self._nonces.add(nonce := os.urandom(8).hex())
            digest = f'Digest realm="cam", qop="auth", nonce="{nonce}", algorithm={self.algorithm}'
            challenge = digest if self.auth == "digest" else 'Basic realm="cam"'
            self._send(request, 401, b"no", {"WWW-Authenticate": challenge})
            return
        time.sleep(self.delay_s)
        self.served += 1
        body = self.body(grey_jpeg(str(self.served)))
        self._send(request, self.status, body, {"Content-Type": "image/jpeg", **self.headers})

    def _allowed(self, request: BaseHTTPRequestHandler, given: str) -> bool:
        if self.auth == "basic":
            pairs = (f"{name}:{word}" for name, word in self.users.items())
            return any(given == "Basic " + base64.b64encode(pair.encode()).decode() for pair in pairs)
        if self.auth == "digest":
            parts = {key: a or b for key, a, b in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', given)}
            if parts.get("nonce") not in self._nonces or parts.get("username") not in self.users:
                return False
            first = self._hash(f"{parts['username']}:cam:{self.users[parts['username']]}")
            # What was signed must be what was asked for, as the strict cameras check it.
            second = self._hash(f"GET:{request.path}")
            wanted = self._hash(f"{first}:{parts['nonce']}:{parts['nc']}:{parts['cnonce']}:auth:{second}")
            return parts["uri"] == request.path and parts["response"] == wanted
        return True

    def _hash(self, text: str) -> str:
        return hashlib.new({"MD5": "md5", "SHA-256": "sha256"}[self.algorithm], text.encode()).hexdigest()

    def _send(self, request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: len(body) // 2] if self.cut else body)
        request.close_connection = self.cut


def rtsp_camera_is_missing() -> str | None:
    """Why there can be no RTSP camera here, or None."""
    code = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
    try:
        found = subprocess.run([SYSTEM_PYTHON, "-c", code], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        found = False
    return None if found else "no GStreamer RTSP server (Debian's gir1.2-gst-rtsp-server-1.0 and python3-gi)"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RtspCamera:
    """H.264 with a clock burnt in, and sound; one process, to be paused and killed.

    Options: `user`, `password`, `digest`, `audio` (pcma, aac, none), `size`, `fps`, `gop`, `kbps`, and
    `nasty`: key pictures in several slices, which arrive as packets with equal time stamps.
    """

    def __init__(self, folder: Path, **options: object) -> None:
        self.port = free_port()
        self.url = f"rtsp://127.0.0.1:{self.port}/stream"
        self._log = folder / "rtsp-camera.log"
        self._command = [SYSTEM_PYTHON, __file__, "--port", str(self.port)]
        for name, value in options.items():
            self._command += [f"--{name}"] if value is True else [f"--{name}", str(value)]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(self._listens, seconds=20)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """The camera hangs: connections stay, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise RuntimeError(self._log.read_text())
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True


def _pipeline(options: argparse.Namespace) -> str:
    width, height = options.size.split("x")
    video = (
        f"videotestsrc is-live=true pattern={options.pattern} "
        f"! video/x-raw,width={width},height={height},framerate={options.fps}/1 "
        '! clockoverlay time-format="%H:%M:%S" ! timeoverlay valignment=bottom '
        f"! x264enc tune=zerolatency speed-preset=ultrafast bitrate={options.kbps} key-int-max={options.gop} bframes=0 "
        f"threads={0 if options.nasty else 1} ! video/x-h264,profile=constrained-baseline "
    )
    # Without the parser every slice of a key picture carries its own parameter sets, as some cameras
    # do: FFmpeg then splits that picture into two packets with one time stamp.
    video += (
        "! rtph264pay name=pay0 pt=96 config-interval=-1"
        if options.nasty
        else "! h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96 config-interval=0"
    )
    tone = "audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate={rate},channels=1 ! {codec} name=pay1"
    sound = {
        "pcma": tone.format(rate=8000, codec="alawenc ! rtppcmapay pt=8"),
        "aac": tone.format(rate=16000, codec="avenc_aac ! rtpmp4gpay pt=97"),
        "none": "",
    }[options.audio]
    return f"( {video} {sound} )"


def _serve(options: argparse.Namespace) -> None:
    import gi  # noqa: PLC0415 - only the system's Python has it

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtsp", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: PLC0415 - the same

    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(str(options.port))
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(_pipeline(options))
    factory.set_shared(True)
    if options.user:
        auth = GstRtspServer.RTSPAuth.new()
        token = GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", "viewer")
        if options.digest:
            auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
            auth.add_digest(options.user, options.password, token)
        else:
            auth.add_basic(GstRtspServer.RTSPAuth.make_basic(options.user, options.password), token)
        server.set_auth(auth)
        rights = GstRtspServer.RTSPPermissions()
        rights.add_permission_for_role("viewer", "media.factory.access", True)
        rights.add_permission_for_role("viewer", "media.factory.construct", True)
        factory.set_permissions(rights)
    server.get_mount_points().add_factory("/stream", factory)
    if not server.attach(None):
        sys.exit("cannot listen")
    GLib.MainLoop().run()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    parser.add_argument("--digest", action="store_true")
    parser.add_argument("--audio", choices=("pcma", "aac", "none"), default="pcma")
    parser.add_argument("--size", default="640x360")
    parser.add_argument("--fps", type=int, default=15)
    parser.add_argument("--gop", type=int, default=15)
    parser.add_argument("--kbps", type=int, default=400)
    parser.add_argument("--pattern", default="ball")
    parser.add_argument("--nasty", action="store_true")
    _serve(parser.parse_args())
