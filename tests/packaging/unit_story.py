"""Run by the rig as root inside a machine whose alarm2mqtt.service is active: what the unit promises.

Standard library alone. The exit code is not 0 when a promise is broken.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

FOLDER = Path("/var/lib/alarm2mqtt")
FILE = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")
UNIT = "alarm2mqtt.service"


def unit(key: str) -> str:
    return run("systemctl", "show", "--value", "-p", key, UNIT).strip()


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def until(what: str, condition, within_s: float = 30.0):
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {within_s} s\n{log()}"
        time.sleep(0.02)
    return value


def log() -> str:
    return run("journalctl", "-u", UNIT, "--no-pager", "-o", "cat")


def board(command: str):
    with socket.socket(socket.AF_UNIX) as talk:
        talk.settimeout(5)
        talk.connect(str(FOLDER / "board.sock"))
        talk.sendall(f"{command}\n".encode())
        return json.loads(talk.makefile().readline())


def siren_on_disk() -> str:
    """The contact that the world outside sees, daemon or no daemon."""
    return json.loads((FOLDER / "board.json").read_text())["outputs"]["siren"]


def children(process: str) -> list[int]:
    return [int(one) for file in Path(f"/proc/{process}/task").glob("*/children") for one in file.read_text().split()]


def change_on_page(output: str, patch: dict[str, object]) -> None:
    urllib.request.urlopen(
        urllib.request.Request(
            f"http://127.0.0.1:8099/api/outputs/{output}/settings",
            method="PATCH",
            data=json.dumps(patch).encode(),
            headers={"Content-Type": "application/json"},
        ),
        timeout=30,
    ).close()


def sound_the_siren() -> None:
    board("disconnect door")
    board("connect door")
    until("the siren", lambda: board("contacts")["outputs"]["siren"] == "connected", 5)


def dies(number: int, restarts: int) -> float:
    """Its main process gets a signal with the siren on; how long the siren stayed on."""
    sound_the_siren()
    begun = time.monotonic()
    os.kill(int(unit("MainPID")), number)
    until("the end", lambda: unit("SubState") == "auto-restart")
    assert siren_on_disk() == "disconnected", "idle before the daemon is back"
    howled_s = time.monotonic() - begun
    until("a restart", lambda: unit("ActiveState") == "active" and unit("NRestarts") == str(restarts))
    assert siren_on_disk() == "disconnected"
    return howled_s


def main() -> None:
    assert log().count("siren: idle") == 0
    print(f"kill -9: siren off within {dies(signal.SIGKILL, 1):.1f} s")  # noqa: T201 - what the rig shows
    assert log().count("siren: idle (disconnected)") == 1
    print(f"SIGSTOP: siren off within {dies(signal.SIGSTOP, 2):.1f} s")  # noqa: T201 - what the rig shows
    assert "Watchdog timeout" in log()
    assert log().count("siren: idle (disconnected)") == 2

    daemon = unit("MainPID")
    FILE.write_text(FILE.read_text().replace("outputs: [{id: siren}]", "outputs: [{id: siren}, {id: strobe}]"))
    run("systemctl", "reload", UNIT)
    until("the new output", lambda: "strobe" in board("contacts")["outputs"], 5)
    assert unit("MainPID") == daemon

    change_on_page("strobe", {"alarm_time_ms": 4321})
    assert "alarm_time_ms: 4321" in FILE.read_text(), "a process of its own checks and writes it, within the sandbox"
    (checker,) = children(daemon)
    os.kill(checker, signal.SIGKILL)
    change_on_page("strobe", {"alarm_time_ms": 5432})
    assert "alarm_time_ms: 5432" in FILE.read_text(), "another process does"

    as_daemon = (
        "nsenter",
        "--target",
        daemon,
        "--mount",
        "setpriv",
        "--reuid=alarm2mqtt",
        "--regid=alarm2mqtt",
        "--clear-groups",
    )
    for folder in (FILE.parent, FOLDER):
        run(*as_daemon, "touch", str(folder / "writable"))
    refused = subprocess.run([*as_daemon, "touch", "/opt/alarm2mqtt/x", "/home/x"], capture_output=True, check=False)
    assert refused.returncode != 0
    assert "adjtimex" not in log(), "the sandbox lets it ask whether the clock is synchronised"

    sound_the_siren()
    run("systemctl", "stop", UNIT)
    assert (unit("Result"), unit("ExecMainStatus"), siren_on_disk()) == ("success", "0", "disconnected")
    print("stopped with exit code 0 and the siren off")  # noqa: T201 - what the rig shows


if __name__ == "__main__":
    main()
