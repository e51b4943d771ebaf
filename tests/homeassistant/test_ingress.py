"""The page behind Home Assistant's own ingress code, with a stand-in for the Supervisor between the two."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from programs.bridge import Bridge
from programs.browser import Watched, chromium
from servers.network import OwnNetwork
from servers.prefix_proxy import PrefixProxy
from servers.process import free_port, wait_until
from servers.sound_card import write_tone
from words.builders import an_input, an_output

pytestmark = [pytest.mark.homeassistant, pytest.mark.e2e]

SUPERVISOR, ADDON, PORT = "172.30.32.2", "172.30.33.5", 8099
TOKEN = "tok3n"
PARTS = {
    "inputs": [an_input("door", outputs=["siren"])],
    "outputs": [an_output("siren")],
}


@pytest.fixture
def python(rig: Path) -> Path:
    """Home Assistant's; the newest that the rig has."""
    del rig
    found = sorted(Path(os.environ.get("HA_RIG_HOME", "/opt/ha-rig")).glob("ha-*/bin/python"))
    if not found:
        pytest.skip("NOT TESTED with Home Assistant's ingress: the rig has no Home Assistant")
    return found[-1]


def listens(port: int) -> bool:
    with suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    return False


def test_through_home_assistants_ingress_the_page_is_live_and_everything_can_be_done(
    python: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "t0ken")
    (tmp_path / "sounds").mkdir()
    write_tone(tmp_path / "dog.wav", seconds=3)
    port = free_port()
    with OwnNetwork(SUPERVISOR, ADDON) as network, chromium() as browser:
        bridge = Bridge(tmp_path, 1, web={}, audio={"folder": str(tmp_path / "sounds")}, **PARTS)
        bridge.before = network.inside
        supervisor = PrefixProxy(PORT, f"/ingress/{TOKEN}", connect=lambda: network.connection(SUPERVISOR, ADDON, PORT))
        with bridge, supervisor:
            place = supervisor.url.removeprefix("http://").partition("/")[0]
            view = subprocess.Popen([python, Path(__file__).with_name("ingress_view.py"), str(port), place])
            try:
                wait_until(lambda: listens(port), within_s=60, what="Home Assistant's view")
                at = f"http://127.0.0.1:{port}/api/hassio_ingress/{TOKEN}/"
                watched = Watched(browser.new_context().new_page())
                page = watched.page
                page.goto(at)
                bridge.board("connect door")
                page.locator('[data-part="door"][data-mood="alarm"]').wait_for()
                page.locator('[data-part="siren"][data-mood="on"]').wait_for()
                page.get_by_role("button", name="Stop siren").click()
                page.locator('[data-part="siren"][data-mood="off"]').wait_for()
                page.goto(f"{at}alarm-in?input=door")
                page.get_by_label("Name").fill("Barn door")
                page.get_by_role("button", name="Apply").click()
                page.get_by_text("Applied.").wait_for()
                page.goto(f"{at}pictures")
                page.get_by_label("A WAV file").set_input_files(tmp_path / "dog.wav")
                page.get_by_role("button", name="Upload").click()
                page.on("dialog", lambda dialog: dialog.accept())
                page.get_by_role("button", name="Delete dog.wav").click()
                page.get_by_text("Deleted").wait_for()
                assert watched.complaints == []
                assert all(url.startswith(at) for url in watched.requests)
            finally:
                view.terminate()
                view.wait(10)
        assert "Barn door" in bridge.file.read_text()
        assert list((tmp_path / "sounds").iterdir()) == []
