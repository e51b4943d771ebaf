"""The sections of Set up: their titles, their services, and the fields of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bridge.web.html import Html
from bridge.web.pages.fields import Form
from bridge.web.pages.setup_device import device, log, metrics, page_access, store
from bridge.web.pages.setup_services import audio, broker, ftp, home_assistant, mail, recording

Fields = Callable[[Form], Sequence[Html]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the settings. `service` is its key in the status, or None; `optional` sections may be absent."""

    key: str
    title: str
    does: str
    fields: Fields
    service: str | None = None
    optional: bool = False


SECTIONS = (
    Section(
        key="mqtt",
        title="MQTT broker",
        does="Where states are published and commands come from.",
        fields=broker,
        service="broker",
    ),
    Section(
        key="home_assistant",
        title="Home Assistant",
        does="How the device announces itself there.",
        fields=home_assistant,
    ),
    Section(
        key="email",
        title="SMTP",
        does="Mail about alarms, with pictures.",
        fields=mail,
        service="email",
        optional=True,
    ),
    Section(
        key="ftp", title="FTP", does="Upload of alarm pictures to a server.", fields=ftp, service="ftp", optional=True
    ),
    Section(
        key="recording",
        title="Recording",
        does="Clips of alarms on a card or disk.",
        fields=recording,
        service="card",
        optional=True,
    ),
    Section(
        key="audio",
        title="Loudspeaker",
        does="Sounds that an alarm plays.",
        fields=audio,
        service="audio",
        optional=True,
    ),
    Section(key="web", title="Page", does="The password of this page, and who can reach it.", fields=page_access),
    Section(key="device", title="Device", does="Name, id, time zone, clock and terminals.", fields=device),
    Section(
        key="store",
        title="Store",
        does="The folder of the journal and of what waits.",
        fields=store,
        service="store",
    ),
    Section(key="log", title="Log of the program", does="How much the program itself logs.", fields=log),
    Section(key="metrics", title="Metrics", does="Figures for Prometheus.", fields=metrics),
)
SECTION = {section.key: section for section in SECTIONS}
