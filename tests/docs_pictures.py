"""`make pictures`: the pictures of the README and the docs, taken of the real program, into `docs/pictures`.

    python tests/docs_pictures.py FOLDER

The device in Home Assistant is taken where its rig is (ALARM2MQTT_HA_RIG). A picture is WebP and below 60 kB.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from programs.bridge import MAIN
from programs.browser import chromium
from programs.page import PagedBridge
from servers.process import free_port, wait_until
from words.builders import an_input, an_output

MOST_BYTES = 60_000
OURS = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
SETTLED_MS = 2500
"""By then pictures have come and lamps have been lit."""
SIZE = {"width": 1120, "height": 700}
PARTS: dict[str, Any] = {
    "device": {"name": "Front gate camera", "timezone": "Europe/Berlin"},
    "inputs": [
        an_input("garage-door", name="Garage door", outputs=["siren", "strobe"], device_class="garage_door"),
        an_input("side-gate", name="Side gate", outputs=["strobe"], device_class="opening"),
    ],
    "outputs": [
        an_output("siren", name="Siren", kind="siren", mode="pulse", alarm_time_ms=60_000),
        an_output("strobe", name="Strobe", kind="strobe", follow_source=True),
    ],
}
NIGHTS = 'schedules: {nights: {mon-fri: ["00:00-06:30", "19:00-24:00"], sat-sun: ["00:00-24:00"]}}\n'
TO_WEBP = """async ([url, quality]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", quality).split(",")[1];
}"""


def main(target: Path) -> int:
    """Takes them all; that of Home Assistant only where its rig is. Returns 0."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, chromium() as browser:
        with demo(Path(name)) as address:
            keep(browser, shot(browser, address), target / "live.webp")
            keep(browser, shot(browser, address, press="Garage door"), target / "alarm.webp")
            arm_at_night(Path(name) / ".demo" / "alarm2mqtt.yaml")
            keep(browser, shot(browser, f"{address}schedules", wait_for="nights"), target / "schedules.webp")
        rig = os.environ.get("ALARM2MQTT_HA_RIG")
        if not rig:
            sys.stdout.write("ALARM2MQTT_HA_RIG is not set: the picture of Home Assistant stays as it is\n")
            return 0
        keep(browser, in_home_assistant(Path(rig), Path(name) / "ha"), target / "home-assistant.webp")
    return 0


@contextmanager
def demo(folder: Path) -> Iterator[str]:
    """What `make run` starts; the address of its page."""
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([*MAIN, "demo"], cwd=folder, env=OURS, stdout=output, stderr=output)
    try:
        wait_until(lambda: "page at" in said.read_text(), what="the page")
        (address,) = re.findall(r"^  page +(http://.*)$", said.read_text(), re.MULTILINE)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def arm_at_night(file: Path) -> None:
    """Gives the side gate a schedule with a name, as a person does with an editor."""
    written = file.read_text()
    assert "schedule: always" in written
    file.write_text(written.replace("schedule: always", "schedule: nights") + NIGHTS)


def shot(browser: Any, address: str, *, press: str | None = None, wait_for: str = "") -> bytes:
    """A page of ours as PNG, in the light theme, with the contact called `press` closed, once it has a text."""
    context = browser.new_context(viewport=SIZE, color_scheme="light")
    page = context.new_page()
    page.goto(address)
    wait_until(lambda: wait_for in page.content() or not page.reload(), what=wait_for)
    if press is not None:
        page.get_by_role("switch", name=f"Contact of {press} with G").click()
    page.wait_for_timeout(SETTLED_MS)
    picture: bytes = page.screenshot()
    context.close()
    return picture


def keep(browser: Any, png: bytes, file: Path) -> None:
    """Writes a picture as WebP, in the best quality that is small enough."""
    page = browser.new_page()
    page.goto("about:blank")
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    for quality in (0.95, 0.9, 0.8, 0.7, 0.6):
        content = base64.b64decode(page.evaluate(TO_WEBP, [address, quality]))
        if len(content) < MOST_BYTES:
            break
    else:
        message = f"{file.name} is too large"
        raise ValueError(message)
    page.close()
    file.write_bytes(content)
    sys.stdout.write(f"{file}: {len(content)} bytes\n")


def in_home_assistant(rig: Path, folder: Path) -> bytes:
    """The device of the garage door in a Home Assistant of its own, as PNG."""
    folder.mkdir()
    with home_assistant(rig, folder) as (ha, command, environment):
        broker = ha.rig["broker_port"]
        with PagedBridge(folder, broker=broker, **PARTS) as bridge:
            entity = "binary_sensor.front_gate_garage_door"
            ha.wait(lambda: ha.state(entity), label="the door in Home Assistant")
            bridge.board("connect garage-door")
            ha.wait(lambda: ha.state(entity)["state"] == "on", label="the open door")
            devices = ha.ws("config/device_registry/list")
            (door,) = (one for one in devices if one["name"] == "Garage door")
            file = folder / "device.png"
            path = f"/config/devices/device/{door['id']}"
            words = ["screenshot", str(ha.rig["port"]), path, str(file), "--wait", "Trigger mode", "--size", "1120x820"]
            subprocess.run([*command, *words], env=environment, check=True)
            return file.read_bytes()


@contextmanager
def home_assistant(rig: Path, folder: Path) -> Iterator[tuple[Any, list[str], dict[str, str]]]:
    """A Home Assistant of its own: the rig's client, the rig's command and its environment."""
    port, broker = free_port(), free_port()
    environment = os.environ | {"HA_RIG_STATE": str(folder)}
    command = [sys.executable, str(rig / "rig.py")]
    subprocess.run([*command, "start", str(port), str(broker)], env=environment, check=True, capture_output=True)
    try:
        spec = importlib.util.spec_from_file_location("rig_ha", rig / "ha.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        known = json.loads((folder / f"ha-rig-{port}.json").read_text())
        client = module.HA(known["url"], known["token"], known["log"], known)
        yield client, command, environment
        client.close()
    finally:
        subprocess.run([*command, "stop", str(port), "--purge"], env=environment, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
