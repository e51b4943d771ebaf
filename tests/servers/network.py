"""A network of the test's own, with the addresses that it needs: a network namespace of the kernel."""

from __future__ import annotations

import ctypes
import http.client
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import pytest

CLONE_NEWNET = 0x40000000
ASK = """
import http.client, json, sys
come_from, host, port, method, path, headers, body = json.loads(sys.argv[1])
connection = http.client.HTTPConnection(host, port, timeout=10, source_address=(come_from, 0))
try:
    connection.request(method, path, body=body, headers=headers)
    answer = connection.getresponse()
    print(json.dumps([answer.status, answer.read().decode()]))
except ConnectionRefusedError:
    print('["nobody listens", ""]')
except (ConnectionError, http.client.RemoteDisconnected):
    print('["closed", ""]')
"""


class OwnNetwork:
    """`with OwnNetwork("172.30.32.2") as network`: `network.inside` before a command runs it there."""

    def __init__(self, *addresses: str) -> None:
        missing = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
        if missing or os.getuid() != 0:
            pytest.skip(f"NOT TESTED with real addresses: that needs root, and {', '.join(missing) or 'nothing more'}")
        self._addresses = addresses

    def __enter__(self) -> Self:
        # It says a word once it is inside, and ends with its standard input.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo inside; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"inside\n":
            pytest.skip("NOT TESTED with real addresses: this machine gives no network namespaces")
        self.inside = ("nsenter", f"--net=/proc/{self._holder.pid}/ns/net", "--")
        for address in self._addresses:
            self.run("ip", "address", "add", f"{address}/32", "dev", "lo")
        self.run("ip", "link", "set", "lo", "up")
        return self

    def __exit__(self, *_: object) -> None:
        self._holder.communicate()

    def ask(
        self,
        come_from: str,
        host: str,
        port: int,
        path: str,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
    ) -> tuple[int | str, str]:
        """Status and text of the answer to an address of this network; or `closed`, or `nobody listens`."""
        asked = json.dumps([come_from, host, port, method, path, headers or {}, body])
        status, text = json.loads(self.run(sys.executable, "-c", ASK, asked))
        return status, text

    def connection(self, come_from: str, host: str, port: int) -> http.client.HTTPConnection:
        """From one address of this network to another. Takes the calling thread there for good."""
        with Path(self.inside[1].removeprefix("--net=")).open("rb") as namespace:
            libc = ctypes.CDLL(None, use_errno=True)
            assert libc.setns(namespace.fileno(), CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
        return http.client.HTTPConnection(host, port, timeout=30, source_address=(come_from, 0))

    def run(self, *command: str) -> Any:
        """Runs a command inside. Returns what it printed."""
        return subprocess.run([*self.inside, *command], check=True, capture_output=True, text=True, timeout=30).stdout
