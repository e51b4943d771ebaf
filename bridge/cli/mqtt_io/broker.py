"""mqtt-io's `mqtt` section as device, broker and discovery."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path

from bridge.cli.mqtt_io.draft import Draft
from bridge.cli.mqtt_io.source import Part
from bridge.core.definitions.settings import host_id
from bridge.settings.free_id import LONGEST_ID, id_of

PLAIN_PORT = 1883
_BASE = "alarm2mqtt"
_SHORTEST_KEEPALIVE_S, _LONGEST_KEEPALIVE_S = 5, 3600
_LONGEST_BASE = 128
_PREFIX = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*")
_ALWAYS_CHECKED = "has no counterpart: the broker's certificate and name are always checked"
_TLS_WORDS = {
    "tls_version": "has no counterpart: the version is agreed on with the broker",
    "ciphers": "has no counterpart: the ciphers are agreed on with the broker",
}
_WORDS = {
    "clean_session": "",
    "protocol": "",
    "reconnect_delay": "",
    "client_module": "",
    "status_payload_running": "has no counterpart: it is online",
    "status_payload_stopped": "has no counterpart: it is offline",
    "status_payload_dead": "has no counterpart: it is offline",
    "reconnect_count": "has no counterpart: the broker is tried for ever",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBroker:
    """The broker's side of mqtt-io: its topics there and here, and the password."""

    prefix: str
    """mqtt-io's `topic_prefix`."""
    status_topic: str
    discovery: str | None
    """mqtt-io's prefix of discovery, None if it was off."""
    client_id: str
    """mqtt-io's client id, which is in its topics of discovery."""
    topics: str
    """The begin of all topics here."""
    password: str = field(repr=False)
    """Empty for none."""


def move_broker(draft: Draft, given: Part, *, host: str, folder: Path) -> MovedBroker:
    """Adds device, broker and discovery to the draft.

    `host` is this machine's name, for a device without a topic prefix; `folder` that of mqtt-io's file.
    """
    prefix = given.text("topic_prefix").rstrip("/")
    base, device = split_prefix(prefix, host)
    if prefix and prefix != f"{base}/{device}":
        given.notes.remark(given.at("topic_prefix"), f"becomes {base}/{device}")
    discovery = given.part("ha_discovery")
    announces = discovery is not None and discovery.flag("enabled")
    at_assistant = "homeassistant" if discovery is None else discovery.text("prefix", "homeassistant").rstrip("/")
    # Read whether discovery is on or not: it is a name of the device all the same.
    name = "" if discovery is None else discovery.text("name")
    draft.section(
        "device",
        {
            "id": (device, given.at("topic_prefix")),
            "name": (name or None, (*given.at("ha_discovery"), "name")),
        },
    )
    client_id = given.text("client_id")
    _broker(draft, given, base, client_id, folder)
    draft.section(
        "home_assistant",
        {
            "discovery": (announces, given.at("ha_discovery")),
            "prefix": (
                at_assistant if at_assistant != "homeassistant" else None,
                (*given.at("ha_discovery"), "prefix"),
            ),
        },
    )
    if discovery is not None:
        discovery.leave({})
    moved = MovedBroker(
        prefix=prefix,
        status_topic=given.text("status_topic", "status"),
        discovery=at_assistant if announces else None,
        client_id=client_id or f"mqtt-io-{sha1(prefix.encode(), usedforsecurity=False).hexdigest()}",
        topics=f"{base}/{device}",
        password=given.text("password"),
    )
    given.leave(_WORDS)
    return moved


def split_prefix(prefix: str, host: str) -> tuple[str, str]:
    """Returns base topic and device id that keep a topic prefix, if their rules allow it, else those nearest to it."""
    if not prefix:
        return _BASE, id_of(host, ())
    *stem, last = prefix.split("/")
    kept = "/".join(stem)
    if not (_PREFIX.fullmatch(kept) and len(kept) <= _LONGEST_BASE):
        parts = [host_id(part) for part in stem if re.search("[A-Za-z0-9]", part)]
        kept = "/".join(parts)[:_LONGEST_BASE].rstrip("/") or _BASE
    fits = len(last) <= LONGEST_ID and _PREFIX.fullmatch(last) is not None
    return kept, last if fits else id_of(last if any(map(str.isalnum, last)) else host, ())


def _broker(draft: Draft, given: Part, base: str, client_id: str, folder: Path) -> None:
    """Adds the broker to the draft."""
    host, port, keepalive_s = given.text("host"), given.whole("port"), given.whole("keepalive")
    if not host:
        given.notes.remark(given.at("host"), "is missing, so it is localhost: mqtt-io also reads MQTT_IO_HOST")
    tls = _tls(given.part("tls"), folder)
    taken_s = None
    if keepalive_s is not None:
        taken_s = max(_SHORTEST_KEEPALIVE_S, min(keepalive_s, _LONGEST_KEEPALIVE_S))
        if taken_s != keepalive_s:
            given.notes.remark(given.at("keepalive"), f"is {taken_s} here, the nearest that is possible")
    draft.section(
        "mqtt",
        {
            "host": (host or "localhost", given.at("host")),
            "port": (port or (PLAIN_PORT if tls is not None else None), given.at("port")),
            "username": (given.text("user") or None, given.at("user")),
            "client_id": (client_id or None, given.at("client_id")),
            "base_topic": (base, given.at("topic_prefix")),
            "keepalive_s": (taken_s, given.at("keepalive")),
            "tls": (tls, given.at("tls")),
        },
    )


def _tls(given: Part | None, folder: Path) -> dict[str, str] | None:
    """Returns the section `tls`, or None if it is off."""
    if given is None or not given.flag("enabled"):
        return None
    if given.text("cert_reqs", "CERT_REQUIRED") != "CERT_REQUIRED":
        given.notes.remark(given.at("cert_reqs"), _ALWAYS_CHECKED)
    if given.flag("insecure"):
        given.notes.remark(given.at("insecure"), _ALWAYS_CHECKED)
    authority, own, key = (_path(given, name, folder) for name in ("ca_certs", "certfile", "keyfile"))
    if key and not own:
        given.notes.remark(given.at("keyfile"), "is left out: without certfile it has no use")
    given.leave(_TLS_WORDS)
    files = {"ca_file": authority, "cert_file": own, "key_file": (key or own) if own else ""}
    return {name: path for name, path in files.items() if path}


def _path(given: Part, key: str, folder: Path) -> str:
    """Returns a whole path; a relative one is taken from the folder of mqtt-io's file, with a remark."""
    written = given.text(key)
    if not written or Path(written).is_absolute():
        return written
    whole = str(folder / written)
    given.notes.remark(given.at(key), f"is {whole} here: mqtt-io takes it from the folder that it is started in")
    return whole
