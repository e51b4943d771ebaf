"""Mail, uploads and pictures over HTTP, each as the suite of misbehaving servers uses it: a new channel adds one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servers.camera import SnapshotCamera
from servers.ftp import MisbehavingFtpServer
from servers.process import Certificates
from servers.smtp import MisbehavingMailServer

from bridge.actions.attempt import AttemptLimits
from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.email.send import send
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import EmailSettings, FtpSettings, Secret
from bridge.errors import ActionFailed, ActionRefused
from bridge.text.device_url import device_url

PASSWORD = "another-secret"
CONTENT = bytes(range(256)) * 400


@dataclass(frozen=True, kw_only=True)
class Channel:
    """How one channel delivers, and which steps its servers can spoil."""

    name: str
    deliver: Callable[..., Any]
    """A coroutine of `port`, `limits`, `host` and `ca_file`: once, and it raises an `ActionError` or not."""
    server: Callable[[Path, Certificates], AbstractContextManager[Any]]
    """A server that does its protocol right until it is spoilt."""
    spoil: Callable[[Any, str], None]
    """From now on the server falls silent at this step."""
    answer: Callable[[Any, Mapping[str, Any]], None]
    """From now on the server answers so."""
    reached: Callable[[Any, str], bool]
    """Whether the client has come as far as this step."""
    delivered: Callable[[Any], bool]
    steps: tuple[str, ...]
    refusals: tuple[tuple[Mapping[str, Any], type[Exception]], ...]
    echo: Mapping[str, Any]
    """An answer that repeats the password."""


def _fall_silent(server: Any, step: str) -> None:
    server.faults.silent_at = step


def _answer(server: Any, answers: Mapping[str, Any]) -> None:
    server.faults.answers = dict(answers)


def _reached(server: Any, step: str) -> bool:
    return step in {command for command, _ in server.commands}


async def _mail(port: int, *, limits: AttemptLimits, host: str = "127.0.0.1", ca_file: Path | None = None) -> None:
    login = {} if ca_file is None else {"username": "cam", "password": Secret(PASSWORD), "ca_file": ca_file}
    settings = EmailSettings(
        host=host,
        port=port,
        security="none" if ca_file is None else "starttls",
        sender="gate@example.org",
        recipients=("me@example.org",),
        **login,
    )
    await send(settings, b"Subject: alarm\r\n\r\n" + b"x" * 70 + b"\r\n", limits=limits)


EMAIL = Channel(
    name="email",
    deliver=_mail,
    server=lambda _folder, certificates: MisbehavingMailServer(certificates=certificates, users={"cam": PASSWORD}),
    spoil=_fall_silent,
    answer=_answer,
    reached=_reached,
    delivered=lambda server: bool(server.inbox),
    steps=("banner", "EHLO", "STARTTLS", "handshake", "AUTH", "MAIL", "RCPT", "DATA", "verdict"),
    refusals=(
        ({"MAIL": "451 4.7.1 later"}, ActionFailed),
        ({"MAIL": "421 4.3.2 going down"}, ActionFailed),
        ({"MAIL": "550 5.7.1 not from you"}, ActionRefused),
        ({"RCPT": "451 4.7.1 greylisted"}, ActionFailed),
        ({"RCPT": "421 4.3.2 going down"}, ActionFailed),
        ({"RCPT": "550 5.1.1 nobody"}, ActionRefused),
        ({"DATA": "451 4.3.0 not now"}, ActionFailed),
        ({"DATA": "554 5.5.1 no"}, ActionRefused),
        ({"STARTTLS": "454 4.7.0 not now"}, ActionFailed),
        ({"STARTTLS": "501 5.5.4 no"}, ActionRefused),
        ({"AUTH": "454 4.7.0 later"}, ActionFailed),
        ({"AUTH": "535 5.7.8 wrong"}, ActionRefused),
        ({"AUTH": "534 5.7.9 another password"}, ActionRefused),
        ({"MAIL": "nonsense"}, ActionFailed),
    ),
    echo={"AUTH": f"501 what is {PASSWORD}"},
)


async def _upload(port: int, *, limits: AttemptLimits, host: str = "127.0.0.1", ca_file: Path | None = None) -> None:
    security = "none" if ca_file is None else "explicit_tls"
    settings = FtpSettings(
        host=host, port=port, security=security, username="cam", password=Secret(PASSWORD), ca_file=ca_file
    )
    await upload(settings, CONTENT, path="gate/2026-07-01/door.jpg", limits=limits)


FTP = Channel(
    name="ftp",
    deliver=_upload,
    server=lambda folder, certificates: MisbehavingFtpServer(
        folder / "root", certificates=certificates, password=PASSWORD
    ),
    spoil=_fall_silent,
    answer=_answer,
    reached=_reached,
    delivered=lambda server: "gate/2026-07-01/door.jpg" in server.files(),
    steps=(
        "banner", "AUTH", "PBSZ", "PROT", "USER", "PASS", "CWD", "MKD", "TYPE", "STOR", "SIZE", "RNFR", "RNTO",
    ),
    refusals=(
        ({"USER": "421 busy"}, ActionFailed),
        ({"PASS": "530 wrong"}, ActionRefused),
        ({"CWD": "451 not now", "MKD": "451 not now"}, ActionFailed),
        ({"CWD": "550 no such folder", "MKD": "550 not allowed"}, ActionRefused),
        ({"EPSV": "425 no port", "PASV": "425 no port"}, ActionFailed),
        ({"EPSV": "502 no", "PASV": "502 no"}, ActionRefused),
        ({"STOR": "550 not allowed"}, ActionRefused),
        ({"STOR": "553 not that name"}, ActionRefused),
        ({"STOR": "452 disk is full"}, ActionFailed),
        ({"STOR": "552 disk is full"}, ActionFailed),
        ({"RNTO": "451 not now"}, ActionFailed),
        ({"EPSV": "229 nonsense", "PASV": "227 nonsense"}, ActionFailed),
        ({"AUTH": "534 no TLS here"}, ActionRefused),
        ({"AUTH": "431 not now"}, ActionFailed),
        ({"PROT": "536 not private"}, ActionRefused),
    ),
    echo={"PASS": f"530 'PASS {PASSWORD}'?"},
)  # fmt: skip


async def _picture(port: int, *, limits: AttemptLimits, host: str = "127.0.0.1", ca_file: Path | None = None) -> None:
    del ca_file  # the camera of this suite speaks HTTP alone
    url = device_url(f"http://{host}:{port}/snapshot.jpg", username="viewer", password=PASSWORD)
    source = HttpPictures(url=url, timeout_s=min(limits.step_s, limits.whole_s))
    try:
        await source.picture(at=time.monotonic())
    finally:
        await source.close()


def _delay(server: Any, _step: str) -> None:
    server.delay_s = 2.0


CAMERA = Channel(
    name="camera",
    deliver=_picture,
    server=lambda _folder, _certificates: SnapshotCamera(auth="basic", users={"viewer": PASSWORD}),
    spoil=_delay,
    answer=lambda server, answer: vars(server).update(answer),
    reached=lambda server, _step: len(server.requests) > 1,
    delivered=lambda _server: False,  # a picture that came late is nobody's
    steps=("answer",),
    refusals=(
        ({"status": 503}, ActionFailed),
        ({"status": 404}, ActionRefused),
        ({"status": 302, "headers": {"Location": "http://elsewhere/"}}, ActionRefused),
        ({"body": lambda _: b"<html>Log in</html>"}, ActionFailed),
        ({"body": lambda picture: picture[:-10]}, ActionFailed),
        ({"cut": True}, ActionFailed),
    ),
    echo={"body": lambda _: f"<html>{PASSWORD}</html>".encode()},
)

CHANNELS = (EMAIL, FTP, CAMERA)
