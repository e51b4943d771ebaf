"""Run by the rig as root on a fresh Debian: the two commands, upgrades good and bad, and the removal.

Standard library alone. The exit code is not 0 when a promise is broken.
"""

from __future__ import annotations

import json
import os
import pty
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

UNIT = "alarm2mqtt.service"
PIPX = "/home/pi/.local/bin/alarm2mqtt"
FILE = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")
SOCKET = "/var/lib/alarm2mqtt/board.sock"
RULE = Path("/etc/udev/rules.d/60-alarm2mqtt-gpio.rules")
UNIT_FILE = Path("/etc/systemd/system/alarm2mqtt.service")
BOARD = """lines: {driver: simulated}
inputs: [{id: door, debounce_ms: 0, linkage: {outputs: [siren]}}]
outputs: [{id: siren}]
"""
DATABASES = ("passwd", "group", "shadow", "gshadow")
NOT_OURS = tuple(
    "/proc /sys /run /dev /tmp /var/tmp /home/pi /var/log /src /var/lib/systemd".split()  # noqa: SIM905 - S108 would see a use of /tmp
)


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - what the rig shows


def files() -> set[str]:
    """Every path of the machine but those that the system itself, the person or the kernel fills."""
    words = ("find", "/", *(word for path in NOT_OURS for word in ("-path", path, "-prune", "-o")), "-print")
    return {path for path in run(*words).splitlines() if not path.endswith((".pyc", "__pycache__"))}


def accounts() -> dict[str, str]:
    return {name: Path("/etc", name).read_text() for name in DATABASES}


def run(*words: str, code: int = 0) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)
    output = done.stdout + done.stderr
    assert done.returncode == code, f"{' '.join(words)}: exit code {done.returncode}\n{output}"
    return output


def steps(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("- ")]


def get(wheel: str) -> None:
    """The first command, as the person."""
    run(
        "runuser", "-u", "pi", "--", "env", "HOME=/home/pi", "PIP_NO_INDEX=1", "PIP_FIND_LINKS=/wheels",
        "PIPX_DEFAULT_PYTHON=/usr/bin/python3", "sh", "-c",
        f"cd && umask 077 && pipx install --force '/src/dist/{wheel}[web,media,watch]'",
    )  # fmt: skip


def unit(name: str) -> str:
    return run("systemctl", "show", UNIT, f"-p{name}", "--value").strip()


def until(what: str, is_so, within_s: float = 20.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, (
            f"no {what} within {within_s:g} s\n{run('journalctl', '-u', UNIT, '-n', '30')}"
        )
        time.sleep(0.05)


def board(words: str) -> dict:
    with socket.socket(socket.AF_UNIX) as wire:
        wire.connect(SOCKET)
        wire.sendall(f"{words}\n".encode())
        return json.loads(wire.makefile().readline())


def siren() -> str:
    """From the board's file, which outlives the daemon."""
    return json.loads(Path("/var/lib/alarm2mqtt/board.json").read_text())["outputs"]["siren"]


def sound_the_siren() -> None:
    board("disconnect door")
    board("connect door")
    until("siren", lambda: board("contacts")["outputs"]["siren"] == "connected")


def page_answers() -> bool:
    try:
        return urlopen("http://127.0.0.1:8099/healthz", timeout=1).status == 200
    except URLError:
        return False


def first_installation() -> None:
    begun = time.monotonic()
    get("alarm2mqtt-0.1.0-py3-none-any.whl")
    got_s = time.monotonic() - begun
    refused = run("runuser", "-u", "pi", "--", PIPX, "install", code=1)
    assert "only root can do that: sudo" in refused, refused
    foretold = run("runuser", "-u", "pi", "--", PIPX, "install", "--yes", "--dry-run")
    assert not FILE.exists()
    assert not Path("/opt/alarm2mqtt").exists()
    between = time.monotonic()
    said = run(PIPX, "install", "--yes")
    took_s = time.monotonic() - between
    assert page_answers()
    assert unit("ActiveState") == "active"
    say(f"TWO COMMANDS: {got_s + took_s:.1f} s to the running service ({got_s:.1f} s pipx, {took_s:.1f} s install)")
    assert steps(said) == steps(foretold)
    assert RULE.exists() == (shutil.which("udevadm") is not None)
    assert pwd.getpwnam("alarm2mqtt").pw_shell.endswith("nologin")
    daemon = Path("/proc", unit("MainPID"))
    assert daemon.owner() == "alarm2mqtt"
    groups = next(line for line in (daemon / "status").read_text().splitlines() if line.startswith("Groups:"))
    assert len(groups.split()) >= 5, groups
    assert (FILE.stat().st_mode & 0o777, FILE.owner()) == (0o640, "alarm2mqtt")
    assert run("find", "/opt/alarm2mqtt", "-not", "-user", "root", "-o", "-perm", "/022", "-not", "-type", "l") == ""
    assert run("runuser", "-u", "alarm2mqtt", "--", "find", "/opt/alarm2mqtt", "-type", "f", "-not", "-readable") == ""
    say(said)


def the_board_works() -> None:
    first = FILE.read_text().replace("inputs: []\n", "").replace("outputs: []\n", "")
    FILE.write_text(first.replace("device:\n", "device:\n  startup_grace_s: 0\n") + BOARD)
    run("systemctl", "restart", UNIT)  # another driver of lines takes one
    until("terminals", lambda: Path(SOCKET).exists() and "siren" in board("contacts")["outputs"])
    sound_the_siren()
    os.kill(int(unit("MainPID")), signal.SIGKILL)
    until("idle siren", lambda: siren() == "disconnected")
    until("restart", lambda: unit("ActiveState") == "active")


def a_second_time_changes_nothing() -> None:
    before, daemon = files(), unit("MainPID")
    for command in (PIPX, "/usr/local/bin/alarm2mqtt"):
        said = run(command, "install")
        assert "\n- writes" not in said, said
        assert "\n- copies" not in said, said
    assert unit("MainPID") == daemon
    assert files() == before


def upgrades() -> None:
    daemon = unit("MainPID")
    settings = FILE.read_text()
    get("alarm2mqtt-0.1.1-py3-none-any.whl")
    assert f"sudo {Path('/home/pi/.local')}" in run("/usr/local/bin/alarm2mqtt", "install", code=1)
    begun = time.monotonic()
    said = run(PIPX, "install")
    say(f"UPGRADE: {time.monotonic() - begun:.1f} s")
    assert "copies alarm2mqtt 0.1.1 in place of 0.1.0" in said, said
    assert unit("MainPID") != daemon
    assert run("/usr/local/bin/alarm2mqtt", "--version") == "alarm2mqtt 0.1.1\n"
    assert FILE.read_text() == settings

    before = files()
    get("alarm2mqtt-0.1.2-py3-none-any.whl")  # whose daemon raises
    said = run(PIPX, "install", code=1)
    assert "puts the version before back into its place" in said, said
    until("version before", lambda: unit("ActiveState") == "active")
    assert run("/usr/local/bin/alarm2mqtt", "--version") == "alarm2mqtt 0.1.1\n"
    assert files() == before
    say("AN UPGRADE THAT DOES NOT START: the version before runs again")
    get("alarm2mqtt-0.1.1-py3-none-any.whl")

    right = FILE.read_text()
    FILE.write_text(right + "nonsense: 1\n")
    daemon = unit("MainPID")
    assert "Nothing was done" in run(PIPX, "install", code=2)
    assert unit("MainPID") == daemon
    FILE.write_text(right)


def what_a_person_changed_stays() -> None:
    ours = UNIT_FILE.read_text()
    UNIT_FILE.write_text(ours + "# mine\n")
    said = run(PIPX, "install")
    assert "since somebody changed it" in said, said
    assert UNIT_FILE.read_text().endswith("# mine\n")
    run(PIPX, "install", "--overwrite")
    assert UNIT_FILE.read_text() == ours
    kept = UNIT_FILE.with_name("alarm2mqtt.service.changed")
    assert kept.read_text().endswith("# mine\n")
    kept.unlink()


def removals(before: set[str], known: dict[str, str]) -> None:
    until("terminals", lambda: Path(SOCKET).exists() and "siren" in board("contacts")["outputs"])
    sound_the_siren()
    foretold = run("alarm2mqtt", "uninstall", "--dry-run")
    assert siren() == "connected"
    said = run("alarm2mqtt", "uninstall")
    assert siren() == "disconnected"
    say(said)
    assert steps(said) == steps(foretold)
    left = {path for path in files() - before if not path.startswith(("/etc/alarm2mqtt", "/var/lib/alarm2mqtt"))}
    assert left == set(), left
    assert unit("LoadState") == "not-found"
    assert FILE.exists()
    journal = set(Path("/var/lib/alarm2mqtt").iterdir())
    assert journal

    run(PIPX, "install")
    assert "siren" in FILE.read_text()
    said = run("alarm2mqtt", "uninstall", "--purge")
    say(said)
    left = files() - before
    assert {path for path in left if not path.endswith("-")} == set(), left
    assert before - files() == set(), before - files()
    # The group that uninstall left was there at the second installation, so it stays for good.
    now = accounts()
    for name in ("passwd", "shadow"):
        assert now[name] == known[name], now[name]
    assert "alarm2mqtt" not in now["group"] + now["gshadow"]
    assert not Path("/etc/alarm2mqtt").exists()


def at_a_terminal(*answers: str) -> tuple[int, str]:
    """`alarm2mqtt install` with a person who answers each question, the last answer again and again; code, screen."""
    ours, theirs = pty.openpty()
    left, screen = list(answers), ""
    with subprocess.Popen([PIPX, "install"], stdin=theirs, stdout=theirs, stderr=theirs) as program:
        os.close(theirs)
        with suppress(OSError):  # EIO: it has ended
            while True:
                screen += os.read(ours, 65536).decode("utf-8", "replace")
                if screen.endswith("]: "):
                    os.write(ours, (left.pop(0) if len(left) > 1 else left[0]).encode())
        program.wait()
    os.close(ours)
    return program.returncode, screen


def a_person_is_asked(before: set[str]) -> None:
    code, screen = at_a_terminal("Front Gate\n", "\x04")
    assert code == 1, screen
    assert "so the service is not installed yet" in screen, screen
    assert not UNIT_FILE.exists()
    assert not Path("/opt/alarm2mqtt").exists()
    code, screen = at_a_terminal("Front Gate\n", "\n")
    assert code == 0, screen
    assert "http://127.0.0.1:8099/" in screen, screen
    assert "id: front-gate" in FILE.read_text()
    assert unit("ActiveState") == "active"
    run(PIPX, "uninstall", "--purge")
    assert {path for path in files() - before if not path.endswith("-")} == set()


def from_the_archive(before: set[str]) -> None:
    begun = time.monotonic()
    run("tar", "-C", "/home/pi", "-xf", "/src/dist/alarm2mqtt-0.1.0-amd64.tar.gz")
    command = "/home/pi/alarm2mqtt-0.1.0-amd64/alarm2mqtt"
    said = run(command, "install", "--yes")
    assert page_answers()
    say(f"TWO COMMANDS: {time.monotonic() - begun:.1f} s to the running service, from an archive")
    say(said)
    daemon = unit("MainPID")
    assert "\n- copies" not in run(command, "install")
    assert unit("MainPID") == daemon
    assert f"only root can do that: sudo {command} install" in run(
        "runuser", "-u", "pi", "--", "python3", command, "install", code=1
    )
    the_board_works()
    run("alarm2mqtt", "uninstall", "--purge")
    assert {path for path in files() - before if not path.endswith("-")} == set()
    say("nothing is left but what was said")


def main() -> None:
    before, known = files(), accounts()
    if sys.argv[1:] == ["archive"]:
        from_the_archive(before)
        return
    first_installation()
    the_board_works()
    a_second_time_changes_nothing()
    upgrades()
    what_a_person_changed_stays()
    removals(before, known)
    a_person_is_asked(before)
    say("nothing is left but what was said")


if __name__ == "__main__":
    main()
