"""Broker, mail, upload and camera: what one client accepts of certificates, all do, and refuse the rest alike."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest
from servers.authorities import CertificateFiles, authority, server
from servers.camera import SnapshotCamera
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.smtp import MisbehavingMailServer

from bridge.actions.attempt import AttemptLimits
from bridge.actions.camera.http_source import HttpPictures
from bridge.actions.email.send import send
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import EmailSettings, FtpSettings, MqttSettings, Secret, TlsSettings
from bridge.errors import ActionFailed, ActionRefused, BrokerError
from bridge.mqtt.connection.broker_socket import connect_socket
from bridge.text.device_url import device_url

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

LIMITS = AttemptLimits(step_s=10, verdict_s=10, whole_s=30)
OTHER = "other.example"


async def by_mqtt(folder: Path, files: CertificateFiles, ca_file: Path | None) -> None:
    with Mosquitto(folder / "broker", certificates=files) as broker:
        settings = MqttSettings(host="localhost", port=broker.port, tls=TlsSettings(ca_file=ca_file))
        await connect_once(settings)


async def connect_once(settings: MqttSettings) -> None:
    (await connect_socket(settings)).close()


def by_mail(security: str):
    async def connect(_folder: Path, files: CertificateFiles, ca_file: Path | None) -> None:
        with MisbehavingMailServer(certificates=files, implicit_tls=security == "tls") as mail:
            settings = EmailSettings(
                host="localhost",
                port=mail.port,
                security=security,
                ca_file=ca_file,
                sender="gate@example.org",
                recipients=("me@example.org",),
            )
            await send(settings, b"Subject: alarm\r\n\r\n", limits=LIMITS)
            assert mail.inbox

    return connect


def by_ftp(security: str):
    async def connect(folder: Path, files: CertificateFiles, ca_file: Path | None) -> None:
        options = {"certificates": files, "implicit_tls": security == "implicit_tls"}
        with MisbehavingFtpServer(folder / "root", **options) as ftp:
            settings = FtpSettings(
                host="localhost",
                port=ftp.port,
                security=security,
                ca_file=ca_file,
                username="cam",
                password=Secret("pw"),
            )
            await upload(settings, b"picture", path="a.jpg", limits=LIMITS)
            assert ftp.files() == {"a.jpg": 7}

    return connect


async def by_camera(_folder: Path, files: CertificateFiles, ca_file: Path | None) -> None:
    async def take(address: str) -> None:
        source = HttpPictures(url=device_url(address), ca_file=ca_file)
        try:
            await source.picture(at=time.monotonic())
        finally:
            await source.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files.server)
    with SnapshotCamera(auth="none", tls=context) as camera:
        await take(camera.url.replace("127.0.0.1", "localhost"))


CLIENTS = {
    "mqtt": by_mqtt,
    "mail with STARTTLS": by_mail("starttls"),
    "mail with TLS": by_mail("tls"),
    "explicit FTPS": by_ftp("explicit_tls"),
    "implicit FTPS": by_ftp("implicit_tls"),
    "camera over HTTPS": by_camera,
}


@pytest.fixture(params=CLIENTS.values(), ids=CLIENTS.keys())
def connect(request):
    return request.param


class Listener:
    """A server of TLS that keeps what its one client says first, and then hangs up."""

    def __init__(self, files: CertificateFiles) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*files.server)
        self.heard = b""

    def __enter__(self) -> Self:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="listener", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(10)
        self._server.close()
        assert not self._thread.is_alive()

    def _serve(self) -> None:
        plain, _ = self._server.accept()
        with plain, contextlib.suppress(OSError):
            plain.settimeout(5)
            with self._context.wrap_socket(plain, server_side=True) as secure:
                self.heard = secure.recv(7)


def first_words_over_rtsps(files: CertificateFiles, ca_file: Path | None) -> bytes:
    """FFmpeg checks by rules of its own, with GnuTLS; it says nothing to a server that it does not trust."""
    av = pytest.importorskip("av", reason="streams need PyAV")
    from bridge.actions.media.stream import open_camera  # noqa: PLC0415 - after its extra was looked for

    memory = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        with Listener(files) as listener, pytest.raises(av.error.FFmpegError):
            open_camera(f"rtsps://localhost:{listener.port}/x", ca_file=None if ca_file is None else str(ca_file))
    finally:
        # The limit is meant for the media process; here it would hit whatever tests start afterwards.
        resource.setrlimit(resource.RLIMIT_DATA, memory)
    return listener.heard


def _issued_by(root):
    return {"trusted": root, "served": server("localhost", by=root)}


def _below_an_intermediate():
    root = authority("root")
    middle = authority("middle", by=root)
    return root, middle, server("localhost", by=middle)


def _as_an_old_howto_has_it():
    root = authority("home CA", key_usage=False, critical=False, key_identifiers=False)
    return {"trusted": root, "served": server("localhost", by=root, key_identifiers=False)}


def _chain(trusted: int, chain: tuple[int, ...]):
    three = _below_an_intermediate()
    return {"trusted": three[trusted], "served": three[2], "chain": tuple(three[one] for one in chain)}


def _self_signed():
    own = server("localhost")
    return {"trusted": own, "served": own}


def _pinned():
    served = server("localhost", by=authority("authority of nobody"))
    return {"trusted": served, "served": served}


ACCEPTED: dict[str, Callable[[], dict]] = {
    "an authority as RFC 5280 has it": lambda: _issued_by(authority("authority")),
    "an authority without key usage": lambda: _issued_by(authority("authority", key_usage=False)),
    "an authority whose basic constraints are not critical": lambda: _issued_by(authority("authority", critical=False)),
    "authority and certificate without key identifiers": _as_an_old_howto_has_it,
    "a root, with the intermediate sent by the server": lambda: _chain(0, (1,)),
    "an intermediate without its root": lambda: _chain(1, ()),
    "an intermediate that the server sends as well": lambda: _chain(1, (1, 0)),
    "the server's own certificate, of an unknown authority": _pinned,
    "the server's own certificate, self-signed": _self_signed,
}


@pytest.mark.parametrize("made", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_a_certificate_that_the_owner_trusts_is_accepted_by_every_client(tmp_path, connect, made):
    files = CertificateFiles(tmp_path / "tls", **made())
    await connect(tmp_path, files, files.authority)


@pytest.mark.parametrize("made", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_a_certificate_that_the_owner_trusts_is_accepted_over_rtsps_too(tmp_path, made):
    files = CertificateFiles(tmp_path, **made())
    assert first_words_over_rtsps(files, files.authority) == b"OPTIONS"


@dataclass(frozen=True, kw_only=True)
class Refused:
    made: Callable[[], dict]
    says: str
    """Reason and advice, after `the certificate of localhost:PORT is refused: `."""
    passes: bool = False
    system: bool = False
    """Without a `ca_file`: the system's authorities are trusted."""


def _strangers():
    served = server("localhost", by=authority("one"))
    return {"trusted": authority("another"), "served": served}


def _of_time(*, root=(-30, 3650), leaf=(-30, 365)):
    issuer = authority("authority", days=root)
    return {"trusted": issuer, "served": server("localhost", by=issuer, days=leaf)}


def _issued_by_no_authority():
    own = server("another")
    return {"trusted": own, "served": server("localhost", by=own)}


def _for_another_host():
    issuer = authority("authority")
    return {"trusted": issuer, "served": server(OTHER, by=issuer)}


def _another_host_pinned():
    own = server(OTHER)
    return {"trusted": own, "served": own}


AUTHORITY = "give the certificate of its authority as ca_file"
CLOCK = "check the clock of this device"
REFUSED = {
    "another authority": Refused(made=_strangers, says=f"unable to get local issuer certificate; {AUTHORITY}"),
    "an authority of the same name with another key": Refused(
        made=lambda: {"trusted": authority("home"), "served": server("localhost", by=authority("home"))},
        says=r".*; .*",
    ),
    "an authority that the system does not know": Refused(
        made=lambda: _issued_by(authority("authority")),
        # Mosquitto sends the authority that it knows as well.
        says=f"(unable to get local issuer certificate|self-signed certificate in certificate chain); {AUTHORITY}",
        system=True,
    ),
    "a self-signed certificate that the system does not know": Refused(
        made=_self_signed, says=f"self[- ]signed certificate; {AUTHORITY}", system=True
    ),
    "a root, without the intermediate": Refused(
        made=lambda: _chain(0, ()), says=f"unable to get local issuer certificate; {AUTHORITY}"
    ),
    "an issuer that is no authority": Refused(made=_issued_by_no_authority, says="invalid CA certificate; .*"),
    "another host": Refused(
        made=_for_another_host,
        says="Hostname mismatch, certificate is not valid for 'localhost'; use a host name that is in the certificate",
    ),
    "another host, trusted by its own certificate": Refused(
        made=_another_host_pinned, says="Hostname mismatch, .*; use a host name that is in the certificate"
    ),
    "an expired certificate": Refused(
        made=lambda: _of_time(leaf=(-30, -1)), says=f"certificate has expired; renew it, or {CLOCK}"
    ),
    "an expired authority": Refused(
        made=lambda: _of_time(root=(-30, -1)), says=f"certificate has expired; renew it, or {CLOCK}"
    ),
    "a certificate of tomorrow": Refused(
        made=lambda: _of_time(leaf=(1, 30)), says=f"certificate is not yet valid; {CLOCK}", passes=True
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
async def test_a_certificate_that_is_not_trusted_is_refused_by_every_client_in_the_same_words(tmp_path, connect, case):
    files = CertificateFiles(tmp_path / "tls", **case.made())
    with pytest.raises((BrokerError, ActionFailed if case.passes else ActionRefused)) as refusal:
        await connect(tmp_path, files, None if case.system else files.authority)
    assert re.search(rf"the certificate of localhost:\d+ is refused: {case.says}$", str(refusal.value))


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_certificate_that_is_not_trusted_is_refused_over_rtsps_too(tmp_path, case):
    files = CertificateFiles(tmp_path, **case.made())
    assert first_words_over_rtsps(files, None if case.system else files.authority) == b""


@pytest.mark.parametrize("content", [None, b"", b"no certificate"], ids=["missing", "empty", "no certificate"])
async def test_a_ca_file_that_cannot_be_used_is_named_by_every_client(tmp_path, connect, content):
    files = CertificateFiles(tmp_path / "tls", **_self_signed())
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)
    reason = "No such file or directory" if content is None else "there is no certificate or key in PEM form in it"
    with pytest.raises((BrokerError, ActionRefused), match=re.escape(f"ca_file {ca_file} cannot be used: {reason}")):
        await connect(tmp_path, files, ca_file)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("encrypted", "the key is encrypted; give it without a pass phrase"),
        ("another", "the key belongs to another certificate"),
        ("missing", "No such file or directory"),
        ("swapped", "there is no certificate or key in PEM form in it"),
    ],
)
async def test_a_client_certificate_that_cannot_be_used_is_named(tmp_path, fault, reason):
    root = authority("authority")
    files = CertificateFiles(tmp_path / "tls", **_issued_by(root))
    own = server("bridge", by=root)
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.write_bytes(own.pem())
    if fault != "missing":
        key.write_bytes(own.key_pem(b"phrase" if fault == "encrypted" else None))
    if fault == "another":
        key.write_bytes(server("bridge", by=root).key_pem())
    if fault == "swapped":
        certificate, key = key, certificate
    with Mosquitto(tmp_path / "broker", certificates=files) as broker:
        tls = TlsSettings(ca_file=files.authority, cert_file=certificate, key_file=key)
        settings = MqttSettings(host="localhost", port=broker.port, tls=tls)
        told = f"localhost:{broker.port}: cert_file {certificate} with key_file {key} cannot be used: {reason}"
        with pytest.raises(BrokerError, match=f"^{re.escape(told)}$"):
            await connect_once(settings)


async def test_a_client_certificate_of_an_authority_made_at_home_opens_the_broker(tmp_path):
    root = authority("home CA", key_usage=False, critical=False)
    files = CertificateFiles(tmp_path / "tls", **_issued_by(root))
    own = server("bridge", by=root)
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.write_bytes(own.pem())
    key.write_bytes(own.key_pem())
    with Mosquitto(tmp_path / "broker", certificates=files, client_certificates=True) as broker:
        tls = TlsSettings(ca_file=files.authority, cert_file=certificate, key_file=key)
        settings = MqttSettings(host="localhost", port=broker.port, tls=tls)
        await connect_once(settings)
