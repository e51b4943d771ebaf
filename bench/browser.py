"""The live page in Chromium: what its first load brings, and how soon a lamp follows a click."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.contestant import INPUTS, OUTPUTS
from tests.programs.browser import chromium

CLICKS = 40
"""Of one contact: twenty trips. With more in a minute it would be chatter, which begins no linkage."""
CLICKED = """async ([contact, lamp, clicks]) => {
    const seen = document.querySelector(`[data-kind="output"][data-part="${lamp}"]`);
    const button = document.querySelector(`[data-board="${contact}"]`);
    const changed = () => new Promise((done) => {
        const watch = new MutationObserver(() => { watch.disconnect(); requestAnimationFrame(done); });
        watch.observe(seen, { attributes: true, attributeFilter: ["data-mood"] });
        setTimeout(() => { watch.disconnect(); done(); }, 5000);
    });
    const took = [];
    for (let nth = 0; nth < clicks; nth += 1) {
        const begun = performance.now();
        const lit = changed();
        button.click();
        await lit;
        took.push(performance.now() - begun);
        await new Promise((done) => setTimeout(done, 60));
    }
    return took;
}"""
"""From the click to the frame that paints the lamp, or 5 s when none does. The next click waits, or
it would meet the switch before it has turned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the browser saw: bytes of all files, unpacked and as they came, and milliseconds a click."""

    loaded_bytes: int
    wire_bytes: int
    clicks_ms: list[float]


def browser_is_missing() -> str | None:
    """Why there can be no browser here, or None."""
    if shutil.which("chromium") is None:
        return "no chromium"
    return None if importlib.util.find_spec("playwright") else "no package playwright"


def seen(url: str, *, contacts: Sequence[str]) -> Seen:
    """Open the page for the first time and click on contacts, all of which are linked to the first output."""
    with chromium() as browser:
        page = browser.new_context().new_page()
        finished: list[Any] = []
        page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108 - a built-in is not taken
        page.goto(url)
        page.wait_for_selector("body:not([data-stale])")
        page.locator(f'[data-part="{INPUTS[0]}"][data-mood]:not([data-mood="unknown"])').wait_for()
        page.wait_for_load_state("load")
        first_load = [request for request in finished if not request.url.endswith("/events")]
        loaded = sum(len(request.response().body()) for request in first_load)
        wire = sum(
            request.sizes()["responseBodySize"] + request.sizes()["responseHeadersSize"] for request in first_load
        )
        took = [each for contact in contacts for each in page.evaluate(CLICKED, [contact, OUTPUTS[0], CLICKS])]
    return Seen(loaded_bytes=loaded, wire_bytes=wire, clicks_ms=took)
