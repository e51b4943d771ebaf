"""A real Mosquitto on loopback: started, hung, killed and brought back by the test that needs it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import pytest
import trustme
from servers.process import free_port, wait_until

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


class BrokerCertificates:
    """An authority of the test's own, a server's certificate for `name`, and one for a client."""

    def __init__(self, folder: Path, name: str = "localhost") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        self.authority = folder / "authority.pem"
        authority.cert_pem.write_to_path(str(self.authority))
        self.server = self._issue(authority, folder / "server", name)
        self.client = self._issue(authority, folder / "client", "bridge@test.example", common_name="bridge")

    def _issue(self, authority, stem, *names, common_name=None):
        """The files of a certificate with its chain, and of its key."""
        issued = authority.issue_cert(*names, common_name=common_name, key_type=trustme.KeyType.ECDSA)
        certificate, key = stem.with_suffix(".pem"), stem.with_suffix(".key")
        certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(key))
        key.chmod(0o600)
        return certificate, key


class Mosquitto:
    """One broker on one port, the same after every restart; `users` are names and passwords."""

    def __init__(
        self,
        folder: Path,
        *,
        users: Mapping[str, str] | None = None,
        certificates: BrokerCertificates | None = None,
        client_certificates: bool = False,
        persistence: bool = False,
        unix: bool = False,
        extra: str = "",
    ) -> None:
        if PROGRAM is None:
            pytest.skip("mosquitto is not installed: this test needs Debian's package of it")
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.socket = folder / "mqtt.sock"
        self._log = folder / "mosquitto.log"
        self._database = folder / "mosquitto.db"
        self._process: subprocess.Popen[bytes] | None = None
        lines = ["per_listener_settings false", "log_dest stderr", "log_type all", "set_tcp_nodelay true"]
        if os.getuid() == 0:
            lines.append("user root")  # else it becomes another user, who may not look into pytest's folders
        lines += self._who_may_enter(folder, users)
        if persistence:
            lines += ["persistence true", f"persistence_location {folder}/", "autosave_interval 1800"]
        lines.append(f"listener {self.port} 127.0.0.1")
        if certificates is not None:
            certificate, key = certificates.server
            lines += [f"cafile {certificates.authority}", f"certfile {certificate}", f"keyfile {key}"]
        if client_certificates:
            lines += ["require_certificate true", "use_identity_as_username true"]
        if unix:
            lines.append(f"listener 0 {self.socket}")
        self._config = folder / "mosquitto.conf"
        self._config.write_text("\n".join([*lines, extra, ""]))

    def _who_may_enter(self, folder, users):
        if not users:
            return ["allow_anonymous true"]
        file = folder / "passwords"
        file.touch(mode=0o600)
        for name, password in users.items():
            subprocess.run(["mosquitto_passwd", "-b", file, name, password], check=True, capture_output=True)
        return ["allow_anonymous false", f"password_file {file}"]

    def start(self) -> Self:
        """Start it, and return when it listens."""
        self._log.write_text("")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([PROGRAM, "-c", self._config], stderr=log, start_new_session=True)
        # Its own word, not a probe of the port: a probe would be a client in its log.
        wait_until(self._runs, what="Mosquitto running")
        return self

    def _runs(self):
        assert self._process.poll() is None, f"ended at once: {self.log()[-2000:]}"
        return " running\n" in self.log()

    def stop(self) -> None:
        """In good order: clients are told, and retained messages are written where there is persistence."""
        self._signal(signal.SIGCONT)
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """It hangs: the kernel goes on taking connections and bytes, nobody answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self._signal(signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def reload(self) -> None:
        """Access rules and passwords are read again."""
        self._signal(signal.SIGHUP)

    def save(self) -> None:
        """Write the retained messages now."""
        before = self._database.stat().st_mtime_ns if self._database.exists() else 0
        self._signal(signal.SIGUSR1)
        wait_until(lambda: self._database.exists() and self._database.stat().st_mtime_ns != before, what="saving")

    def log(self) -> str:
        """What it has said since it was started."""
        return self._log.read_text(errors="replace")

    def _signal(self, number):
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number):
        self._signal(number)
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
