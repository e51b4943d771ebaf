"""HTTP for machines on the real program: what is described is true, whatever is sent."""

import http.client
import subprocess
from pathlib import Path

import pytest
from programs.environment import program
from programs.page import PagedBridge
from words.builders import an_input, an_output

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

PARTS = {
    "inputs": [an_input("door", outputs=["siren"]), an_input("gate")],
    "outputs": [an_output("siren"), an_output("lamp")],
    "schedules": {"nights": {"mon": ["18:00-24:00"]}},
}


@pytest.fixture(scope="module")
def schemathesis():
    """The program; it brings too much along to be installed with all the rest."""
    return program(Path(__file__).with_name("schemathesis.lock"))


def test_schemathesis_finds_nothing_that_is_not_described(tmp_path, schemathesis):
    with PagedBridge(tmp_path, metrics={"enabled": True}, **PARTS) as bridge:
        ended = subprocess.run(
            [
                schemathesis, "run", f"{bridge.url}api/openapi.json", "--url", bridge.url.rstrip("/"), "--no-color",
                "--max-examples", "25", "--phases", "examples,coverage,fuzzing",
                # What a schema cannot say is refused with its reason: links to nothing, times that overlap, a used id.
                "--exclude-checks", "positive_data_acceptance",
                # It has no WAV files and no archives to send.
                "--exclude-path", "/api/sounds/{name}",
                "--exclude-path", "/api/import",
                # They ask the network, for seconds each.
                "--exclude-path", "/api/found-cameras",
                "--exclude-path", "/api/found-cameras/survey",
            ],
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
            cwd=tmp_path,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout[-6000:]
        assert "Traceback" not in bridge.said()


def test_a_program_needs_nothing_but_http(tmp_path):
    with PagedBridge(tmp_path, **PARTS) as bridge:
        connection = http.client.HTTPConnection("127.0.0.1", bridge.port_of_page, timeout=10)
        connection.request("POST", "/api/outputs/siren/start")
        assert connection.getresponse().read() == b'{"ok":true}'
        assert bridge.contact("siren") == "connected"
