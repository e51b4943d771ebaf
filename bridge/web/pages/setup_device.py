"""Set up: the fields of the device itself, by sections of the settings."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.web.html import Html
from bridge.web.pages.fields import Form
from bridge.web.pages.setup_services import KEPT

LATER = "Takes effect at the next start of the program."


def device(edited: Form) -> Sequence[Html]:
    """Returns the fields of `device` and `lines`."""
    return [
        edited.text("device.name", "Name"),
        edited.text("device.area", "Area", "Where Home Assistant suggests to put it."),
        edited.text("device.id", "Id", "In topics; another id is another device in Home Assistant.", maxlength=32),
        edited.text("device.timezone", "Time zone", "Such as Europe/Berlin; empty: the system's."),
        edited.choice("device.clock", "Clock", [("trust", "Trust"), ("require_sync", "Only when synchronised")]),
        edited.number("device.startup_grace_s", "No alarm after the start for (s)"),
        edited.choice(
            "lines.driver",
            "Terminals",
            [("gpiod", "GPIO lines of this device"), ("simulated", "A simulated board")],
            LATER,
        ),
    ]


def page_access(edited: Form) -> Sequence[Html]:
    """Returns the fields of `web`."""
    return [
        edited.secret("web.password", "Password", KEPT),
        edited.text(
            "web.host",
            "Reachable at",
            "127.0.0.1: from this device alone; 0.0.0.0: from the network, which needs a password.",
            maxlength=253,
        ),
        edited.number("web.port", "Port"),
        edited.words("web.names", "Further names", "Host names by which a proxy serves the page."),
    ]


def store(edited: Form) -> Sequence[Html]:
    """Returns the fields of `store`."""
    return [edited.text("store.folder", "Folder", LATER, maxlength=1024)]


def log(edited: Form) -> Sequence[Html]:
    """Returns the fields of `log`."""
    levels = [("debug", "Debug"), ("info", "Info"), ("warning", "Warning"), ("error", "Error")]
    return [
        edited.choice("log.level", "Level", levels, "The least that is logged."),
        edited.choice("log.format", "Format", [("console", "For people"), ("json", "JSON lines")]),
    ]


def metrics(edited: Form) -> Sequence[Html]:
    """Returns the fields of `metrics`."""
    return [edited.switch("metrics.enabled", "Prometheus", "Enabled, figures are at /metrics.")]
