"""The far end as who measures sees it: started, with settings that lead there, and what it has taken."""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.far_mail import Taken
from bench.process import Program
from bench.stage import Stage
from bench.waiting import hear_while
from tests.servers.process import Certificates

READY_S = 20.0
RECIPIENT = "owner@far.test"


class FarAway:
    """Running once constructed, until the stage is closed."""

    def __init__(self, stage: Stage, *, bytes_per_s: float, hang_s: float) -> None:
        self._folder = stage.folder / "far"
        self._certificates = Certificates(self._folder)
        arguments = [sys.executable, "-m", "bench.far_end", self._folder, str(bytes_per_s), str(hang_s)]
        self.program = stage.keep(Program(arguments, log=stage.folder / "far.log"))
        ready = self._folder / "ports.json"

        def starting() -> bool:
            self.program.check()
            return not ready.exists()

        hear_while([], starting, within_s=READY_S, what="the far end")
        self._ports = json.loads(ready.read_text())

    def settings(self) -> dict[str, Any]:
        """Camera, mail and upload of a device that uses it."""
        server = {"host": "127.0.0.1", "ca_file": str(self._certificates.authority)}
        return {
            "cameras": {"gate": {"snapshot": f"http://127.0.0.1:{self._ports['camera']}/snapshot.jpg"}},
            "email": {
                **server,
                "port": self._ports["mail"],
                "security": "tls",
                "sender": "gate@far.test",
                "recipients": [RECIPIENT],
            },
            "ftp": {"host": "127.0.0.1", "port": self._ports["ftp"], "security": "none"},
        }

    def taken(self, kind: str) -> list[Taken]:
        """What has come whole so far, of one kind, in order."""
        lines = (self._folder / "taken.jsonl").read_text().splitlines()
        found = [Taken(**json.loads(line)) for line in lines]
        return [each for each in found if each.kind == kind]

    def right(self, kind: str) -> int:
        """How many of them brought the camera's picture."""
        return sum(each.picture == self._ports["picture"] for each in self.taken(kind))

    def wait_for(self, kind: str, count: int, *, within_s: float) -> None:
        """Until so many have come; raises TooLate."""
        hear_while([], lambda: len(self.taken(kind)) < count, within_s=within_s, what=f"{count} by {kind}")
