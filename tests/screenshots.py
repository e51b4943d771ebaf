"""`make screenshots`: every page, in both themes and two widths, of the real program, to be looked at.

    python tests/screenshots.py FOLDER

Ends with 1 when something sticks out of a window or a page complains.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from programs.browser import DESKTOP, PHONE, Watched, chromium, overflows
from programs.page import PagedBridge
from servers.camera import SnapshotCamera
from servers.process import wait_until
from servers.sound_card import write_tone
from words.builders import an_input, an_output

PAGES = {
    "live": "",
    "alarm-in": "alarm-in",
    "alarm-out": "alarm-out",
    "schedules": "schedules",
    "pictures": "pictures",
    "log": "log",
    "system": "system",
    "setup": "setup",
    "setup-broker": "setup?part=mqtt",
    "start": "start",
}
PARTS = {
    "device": {"name": "Front gate camera", "timezone": "Europe/Berlin"},
    "inputs": [
        an_input("garage-door", name="Garage door", outputs=["siren", "strobe"], device_class="garage_door"),
        an_input("side-gate", name="Side gate", trigger_mode="disconnect", enabled=False),
        an_input("back-window", name="Back window in the long corridor beside the kitchen", schedule="nights"),
    ],
    "outputs": [
        an_output("siren", name="Siren", kind="siren", mode="pulse", alarm_time_ms=60_000),
        an_output("strobe", name="Strobe", kind="strobe", follow_source=True),
    ],
    "schedules": {
        "nights": {
            "mon-fri": ["00:00-06:45", "18:00-24:00"],
            "sat-sun": ["00:00-24:00"],
            "special": {"2026-12-24": ["22:00-06:00"]},
        }
    },
}
CLIP = "2026-11-23/110000_garage-door.mp4"


def main(target: Path) -> int:
    """Takes them all; what is wrong is printed and counted."""
    target.mkdir(parents=True, exist_ok=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as name, SnapshotCamera(auth="none") as camera:
        folder = Path(name)
        (folder / "sd" / CLIP).parent.mkdir(parents=True)
        (folder / "sd" / CLIP).write_bytes(b"no real film" * 200_000)
        (folder / "sounds").mkdir()
        write_tone(folder / "sounds" / "dog.wav", seconds=0.2)
        parts = {
            **PARTS,
            "cameras": {"gate": {"snapshot": camera.url}},
            "recording": {"folder": str(folder / "sd"), "reserve_mb": 0, "keep_days": 0},
            "audio": {"folder": str(folder / "sounds")},
        }
        with PagedBridge(folder, **parts) as bridge, chromium() as browser:
            bridge.board("connect garage-door")
            bridge.board("fail back-window")
            wait_until(lambda: camera.served, what="a picture of the alarm")
            for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
                for theme in ("light", "dark"):
                    for page, path in PAGES.items():
                        context = browser.new_context(viewport=size, color_scheme=theme)
                        watched = Watched(context.new_page())
                        watched.page.goto(bridge.url + path)
                        watched.page.wait_for_timeout(300)
                        found = [*overflows(watched.page), *watched.complaints]
                        wrong += bool(found)
                        sys.stdout.write(f"{page} {width} {theme}: {'; '.join(found) or 'ok'}\n")
                        # All of it in the window: what sticks to its lower edge is there in the picture as well.
                        height = watched.page.evaluate("document.documentElement.scrollHeight")
                        watched.page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
                        watched.page.screenshot(path=target / f"{page}-{width}-{theme}.png")
                        context.close()
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
