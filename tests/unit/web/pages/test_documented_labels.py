"""What docs/page.md calls by name is on the page, letter by letter."""

import re
from html import unescape

from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of
from words.pages import text

from bridge.actions.sound.library import SoundLibrary
from bridge.web.pages.layout import PAGES

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
    ]
    async with page_bridge(tmp_path, settings, sounds=lambda: SoundLibrary(tmp_path)) as bridge:
        result = [(await bridge.get(f"/{address.removeprefix('./')}"))[1] for address in pages]
    seen = unescape(re.sub(r"<[^>]+>", "\n", "\n".join(result))).splitlines()
    named = LABEL.findall(text("docs/page.md").partition("## From other machines")[0])
    assert len(named) > 20
    assert [label for label in named if label not in seen] == []
