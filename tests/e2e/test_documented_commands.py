"""Commands of the pages, run as they are written; only addresses, folders and passwords are a test's own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import MAIN, Ear
from programs.page import PagedBridge
from servers.ftp import MisbehavingFtpServer
from servers.mosquitto import Mosquitto
from servers.process import Certificates, wait_until
from words.builders import an_input, an_output
from words.pages import blocks

from bridge.actions.attempt import AttemptLimits
from bridge.actions.ftp.upload import upload
from bridge.core.definitions.settings import FtpSettings
from bridge.settings.checks.validator import validated

pytestmark = pytest.mark.e2e
PASSWORD = "sesame"


def shown(page: str, *, first_word: str) -> list[str]:
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
    result = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, (command, result.stderr)
    return result


def test_what_the_first_siren_is_tried_with_trips_the_door_and_starts_the_siren(tmp_path: Path) -> None:
    page = "docs/first-siren.md"
    demo, here = tmp_path / ".demo", shlex.join(MAIN)
    demo.mkdir()
    with Mosquitto(tmp_path / "broker") as broker:
        parts: dict[str, Any] = {
            "inputs": [an_input("garage-door", outputs=["siren"])],
            "outputs": [an_output("siren", kind="siren", alarm_time_ms=60_000)],
        }
        with PagedBridge(demo, broker=broker.port, **parts), Ear(broker.port, "alarm2mqtt/#") as ear:
            trip, log = shown(page, first_word="alarm2mqtt")
            run(trip.replace(".venv/bin/alarm2mqtt", f"PYTHONPATH={':'.join(sys.path)} {here}", 1), tmp_path)
            ear.wait_for("alarm2mqtt/front-gate/output/siren/state", b"ON")
            said = run(log.replace(".venv/bin/alarm2mqtt", f"PYTHONPATH={':'.join(sys.path)} {here}", 1), tmp_path)
            assert re.search(r"alarm_begin\s+garage-door\s+cause=input", said.stdout)
            (listen,), (start,) = shown(page, first_word="mosquitto_sub"), shown(page, first_word="mosquitto_pub")
            on_port = f"-h 127.0.0.1 -p {broker.port}"
            heard = run(listen.replace("-h 127.0.0.1", on_port) + " -C 1", tmp_path)
            assert heard.stdout.startswith("alarm2mqtt/front-gate/")
            ear.clear()
            run(start.replace("-h 127.0.0.1", on_port), tmp_path)
            assert ear.wait_for_json("alarm2mqtt/front-gate/response", lambda answer: answer["ok"])


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

        state, start = (here(command) for command in shown("docs/page.md", first_word="curl"))
        assert json.loads(state)
        assert json.loads(start) == {"ok": True}
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        for command in shown("docs/sources.md", first_word="curl"):
            assert here(command) == ""
        wait_until(lambda: bridge.contact("gong") == "connected", what="the gong")


def test_a_backup_of_the_settings_holds_all_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "etc" / "alarm2mqtt"
    folder.mkdir(parents=True)
    (folder / "alarm2mqtt.yaml").write_text("inputs: []\n")
    (command,) = shown("docs/operation.md", first_word="tar")
    run(command.replace("-C /", f"-C {tmp_path}"), tmp_path)
    listed = run("tar -tzf alarm2mqtt-settings.tar.gz", tmp_path).stdout
    assert "etc/alarm2mqtt/alarm2mqtt.yaml" in listed.splitlines()


async def test_the_certificate_of_a_nas_is_fetched_and_uploads_trust_it(tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")
    (command,) = shown("docs/mail.md", first_word="openssl")
    with MisbehavingFtpServer(tmp_path / "root", certificates=certificates) as nas:
        run(command.replace("nas.local:21", f"127.0.0.1:{nas.port}"), tmp_path)
        values = {"host": "127.0.0.1", "port": nas.port, "username": "cam", "password": "pw"}
        settings = validated(FtpSettings, values | {"ca_file": str(tmp_path / "nas.pem")})
        limits = AttemptLimits(step_s=5, verdict_s=5, whole_s=20)
        await upload(settings, b"picture", path="alarms/door.jpg", limits=limits)
        assert nas.files() == {"alarms/door.jpg": len(b"picture")}
