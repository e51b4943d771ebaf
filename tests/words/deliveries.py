"""Settings of a device whose alarms send a picture by mail and by FTP."""

from __future__ import annotations

from collections.abc import Iterable

from servers.camera import SnapshotCamera
from servers.ftp import MisbehavingFtpServer
from servers.slow_link import SlowLink
from servers.smtp import MisbehavingMailServer
from words.builders import an_input


def delivering(
    inputs: Iterable[str],
    camera: SnapshotCamera,
    mail: MisbehavingMailServer | SlowLink,
    ftp: MisbehavingFtpServer | SlowLink,
) -> dict[str, object]:
    return {
        "inputs": [an_input(name, email=True, ftp=True, quiet_s=0) for name in inputs],
        "cameras": {"gate": {"snapshot": camera.url, "username": "viewer", "password": "pw"}},
        "email": {
            "host": "127.0.0.1", "port": mail.port, "security": "none",
            "sender": "gate@example.org", "recipients": ["me@example.org"], "min_gap_s": 0,
        },
        "ftp": {
            "host": "127.0.0.1", "port": ftp.port, "security": "none", "username": "cam", "password": "pw",
            "path": "{input}/{seq}.jpg",
        },
    }  # fmt: skip
