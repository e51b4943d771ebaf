"""Commands of the pages, run as they are written; only addresses, folders and passwords are a test's own."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import MAIN, Ear
from programs.page import PagedBridge
from servers.ftp import MisbehavingFtpServer
from servers.process import Certificates, wait_until
from words.builders import an_input, an_output
from words.pages import blocks

from bridge.actions.attempt import AttemptLimits
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import FtpSettings
from bridge.settings.checks.validator import validated

pytestmark = pytest.mark.e2e
PASSWORD = "sesame"
OURS = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}


def shown(page: str, first_word: str) -> list[str]:
    """The commands of a page that begin with a word, each on one line."""
    lines = [line for block in blocks(page, "sh") for line in re.sub(r" *\\\n\s*", " ", block).splitlines()]
    found = [line for line in lines if Path(line.split()[0]).name == first_word]
    assert found, (page, first_word)
    return found


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a line as a shell does. The test is skipped, and says so, where its program is missing."""
    name = shlex.split(command)[0]
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed: this test needs Debian's package of it")
    result = subprocess.run(
        ["sh", "-c", command], cwd=folder, env=OURS, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.returncode == 0, (command, result.stderr)
    return result


@contextmanager
def demo(folder: Path) -> Iterator[int]:
    """What `make run` starts, in `folder`; the port of its broker."""
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([*MAIN, "demo"], cwd=folder, env=OURS, stdout=output, stderr=output)
    try:
        wait_until(lambda: "page at" in said.read_text(), what="the page")
        (port,) = re.findall(r"^  broker .* on 127\.0\.0\.1:(\d+)$", said.read_text(), re.MULTILINE)
        yield int(port)
    finally:
        process.terminate()
        process.wait(10)


def test_what_the_first_siren_is_tried_with_trips_the_door_sees_motion_and_starts_the_siren(tmp_path: Path) -> None:
    page, d = "docs/first-siren.md", "alarm2mqtt/front-gate"
    with demo(tmp_path) as port, Ear(port, f"{d}/#") as ear:
        ear.wait_for(f"{d}/availability", b"online")
        *tries, log = (one.replace(".venv/bin/alarm2mqtt", shlex.join(MAIN)) for one in shown(page, "alarm2mqtt"))
        for command in tries:
            run(command, tmp_path)
        ear.wait_for(f"{d}/output/siren/state", b"ON")
        wait_until(lambda: "gate-motion" in run(log, tmp_path).stdout, what="the motion in the journal")
        assert re.search(r"alarm_begin\s+garage-door\s+cause=input", run(log, tmp_path).stdout)
        (listen,), (start,) = shown(page, "mosquitto_sub"), shown(page, "mosquitto_pub")
        here = f"-h 127.0.0.1 -p {port}"
        assert run(listen.replace("-h 127.0.0.1", here) + " -C 1", tmp_path).stdout.startswith(f"{d}/")
        run(start.replace("-h 127.0.0.1", here), tmp_path)
        assert ear.wait_for_json(f"{d}/response", lambda answer: answer["ok"])


def test_scripts_ask_start_and_call_as_it_is_shown_with_curl(tmp_path: Path) -> None:
    (tmp_path / "page-password").write_text(PASSWORD)
    (tmp_path / "doorbell-token").write_text("t0ken")
    bell = {"kind": "http", "token_file": str(tmp_path / "doorbell-token"), "hold_s": 60}
    parts: dict[str, Any] = {
        "web": {"password_file": str(tmp_path / "page-password")},
        "inputs": [an_input("doorbell", line=bell, outputs=["gong"])],
        "outputs": [an_output("siren"), an_output("gong", follow_source=True)],
    }
    with PagedBridge(tmp_path, **parts) as bridge:

        def here(command: str) -> str:
            return run(command.replace("http://board:8099/", bridge.url), tmp_path).stdout

        state, start = (here(command) for command in shown("docs/page.md", "curl"))
        assert json.loads(state)
        assert json.loads(start) == {"ok": True}
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        for command in shown("docs/sources.md", "curl"):
            assert here(command) == ""
        wait_until(lambda: bridge.contact("gong") == "connected", what="the gong")


def test_a_backup_of_the_settings_holds_all_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "alarm2mqtt"
    folder.mkdir(parents=True)
    (folder / "alarm2mqtt.yaml").write_text("inputs: []\n")
    (command,) = shown("docs/operation.md", "tar")
    run(command.replace("-C /", f"-C {tmp_path}"), tmp_path)
    listed = run("tar -tzf alarm2mqtt-settings.tar.gz", tmp_path).stdout
    assert "etc/alarm2mqtt/alarm2mqtt.yaml" in listed.splitlines()


async def test_the_certificate_of_a_nas_is_fetched_and_uploads_trust_it(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")
    (command,) = shown("docs/mail.md", "openssl")
    with MisbehavingFtpServer(tmp_path / "root", certificates=certificates) as nas:
        run(command.replace("nas.local:21", f"127.0.0.1:{nas.port}"), tmp_path)
        values = {"host": "127.0.0.1", "port": nas.port, "username": "cam", "password": "pw"}
        settings = validated(FtpSettings, values | {"ca_file": str(tmp_path / "nas.pem")})
        limits = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
        await upload(settings, b"picture", path="alarms/door.jpg", limits=limits)
        assert nas.files() == {"alarms/door.jpg": len(b"picture")}
