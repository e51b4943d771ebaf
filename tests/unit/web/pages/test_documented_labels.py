"""What docs/page.md calls by name is on the page, letter by letter."""

import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace

from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of
from words.pages import text

import bridge.web
from bridge.actions.sound.library import SoundLibrary
from bridge.web.pages.layout import PAGES

SCRIPTS = Path(bridge.web.__file__).parent / "static"
"""Some labels are made there, from what the device answers."""
LABEL = re.compile(r"(?<![\w*])\*([^*\n]+)\*(?!\w)")


async def test_every_label_that_is_documented_is_seen(tmp_path):
    settings = settings_of(
        an_input("door", outputs=["siren"]),
        an_output("siren"),
        schedules={"nights": {"mon": ["18:00-24:00"]}},
        cameras={"gate": {"snapshot": "http://cam.example/x", "stream": "rtsp://cam.example/x"}},
        recording={"folder": str(tmp_path)},
        audio={"folder": str(tmp_path)},
        mqtt={"password": "s3cret"},
    )
    (tmp_path / "dog.wav").write_bytes(b"some sound")
    pages = [
        *(address for address, _ in PAGES),
        *(f"setup?part={key}" for key in ("recording", "email", "mqtt")),
        "setup?part=archive",
        "start",
        "alarm-in?add&kind=onvif_input",
    ]
    ports = {"sounds": lambda: SoundLibrary(tmp_path), "cameras": SimpleNamespace(online=dict)}
    async with page_bridge(tmp_path, settings, **ports) as served:
        result = [(await served.get(f"/{address.removeprefix('./')}"))[1] for address in pages]
    made = [
        name for script in SCRIPTS.glob("*.js") for name in re.findall(r'textContent: "([^"]+)"', script.read_text())
    ]
    seen = unescape(re.sub(r"<[^>]+>", "\n", "\n".join(result))).splitlines()
    named = LABEL.findall(text("docs/page.md").partition("## From other machines")[0])
    assert len(named) > 20
    assert [label for label in named if label not in (*seen, *made)] == []
