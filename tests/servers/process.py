"""Real servers on loopback for tests: as processes, with certificates of an authority made for the test."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import trustme
from words.waiting import wait_until


def free_port():
    """A port that is free right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def open_connections(port):
    """How many connections to a server on loopback are open, seen from the client's side."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = "01"
    return sum(row[2].endswith(f":{port:04X}") and row[3] == established for row in rows)


def program(name):
    """Where a server's program is; the test is skipped, and says so, where it is missing or cannot run."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed: this test needs Debian's package of it")
    if os.getuid() != 0:
        pytest.skip(f"{name} has to be started by root")
    return path


def let_daemons_in(folder):
    """A server that gave up root must be able to pass pytest's private folders."""
    for above in (folder, *folder.parents):
        if above != Path("/") and above.stat().st_uid == os.getuid() and not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o711)


class Certificates:
    """An authority, and a server's certificate for `names`, as PEM files.

    `validity` is trustme's `not_before` and `not_after`.
    """

    def __init__(self, folder, *names, **validity):
        folder.mkdir(parents=True, exist_ok=True)
        authority = trustme.CA()
        issued = authority.issue_cert(
            *(names or ("127.0.0.1", "localhost")), key_type=trustme.KeyType.ECDSA, **validity
        )
        self.authority = folder / "authority.pem"
        self.certificate = folder / "server.pem"
        self.key = folder / "server.key"
        authority.cert_pem.write_to_path(str(self.authority))
        self.certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(str(self.key))
        self.key.chmod(0o600)


class ServerProcess:
    """One server: started in a session of its own, waited for by its port, ended with all its children."""

    def __init__(self, arguments, *, port, folder, environment=None):
        self.arguments = [str(argument) for argument in arguments]
        self.port = port
        self.log = folder / "output.log"
        self.environment = os.environ | (environment or {})
        self.process = None

    def __enter__(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                start_new_session=True,
            )  # fmt: skip
        try:
            wait_until(self._answers, what=f"{self.arguments[0]} listening")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def _answers(self):
        assert self.process.poll() is None, f"ended at once: {self.log.read_text()[-2000:]}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.25):
            return True
        return False
