"""Debian's Chromium, driven by Playwright; nothing in it ever reaches further than this machine."""

from __future__ import annotations

import importlib.resources
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

ARGS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 860}


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; the test is skipped, and says so, where there is none."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("chromium is not installed: this test needs Debian's package of it")
    # Imported here: whoever lacks it can run all the rest.
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")
    with playwright.sync_playwright() as driver:
        environment = {key: value for key, value in os.environ.items() if not key.lower().endswith("_proxy")}
        browser = driver.chromium.launch(executable_path=path, headless=True, args=ARGS, env=environment)
        try:
            yield browser
        finally:
            browser.close()


class Watched:
    """A page that notes everything a test should not overlook."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda said: said.type in ("error", "warning") and self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


def grave_faults(page: Any) -> list[Any]:
    """The serious and critical accessibility faults that axe-core finds; the test is skipped where there is none."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-core comes with the package axe-playwright-python")
    page.evaluate(importlib.resources.files(axe).joinpath("axe.min.js").read_text())
    return [
        (one["id"], [node["target"] for node in one["nodes"]][:3], one["nodes"][0].get("failureSummary"))
        for one in page.evaluate("axe.run()")["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def overflows(page: Any) -> list[str]:
    """Elements that stick out of the window to the right, apart from those hidden on purpose."""
    return page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1
                && !one.closest("[data-scrolls]"))
            .map((one) => one.tagName + "." + one.className)"""
    )
