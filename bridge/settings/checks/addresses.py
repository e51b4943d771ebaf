"""Addresses and the time zone: the broker's host, and the host and names of the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from zoneinfo import ZoneInfo, available_timezones

from bridge.settings.location import Finding, means


def host_findings(sections: Mapping[str, Mapping[str, object]]) -> Iterator[Finding]:
    """Yields a finding for each section whose `host` is neither a name nor an address alone.

    The broker's may be `unix:/path` as well. `sections` are the document's, by name; other types are passed over.
    """
    for name, section in sections.items():
        host = section.get("host")
        if not isinstance(host, str) or not host or (name == "mqtt" and host.startswith("unix:/")):
            continue
        if name == "mqtt" and host.startswith("unix:"):
            yield Finding(loc=(name, "host"), message="is no path of a socket", allowed="unix:/run/mosquitto.sock")
        elif name == "mqtt" and host.lower().startswith(("ws://", "wss://")):
            yield Finding(
                loc=(name, "host"),
                message="is a WebSocket address, and this bridge speaks MQTT over TCP alone",
                allowed="the broker's name or address alone, with the port that it has for MQTT (1883, with tls 8883)",
            )
        elif any(one.isspace() or one in "/@" for one in host) or (":" in host and _address(host) is None):
            allowed = "a name or address alone" + (", or unix:/path" if name == "mqtt" else "")
            yield Finding(loc=(name, "host"), message="is no host", allowed=allowed)


def broker_findings(mqtt: Mapping[str, object]) -> Iterator[Finding]:
    """Yields findings for a certificate without its key or a key without its certificate, and for TLS on a socket."""
    host, tls = mqtt.get("host"), mqtt.get("tls")
    if not isinstance(tls, Mapping):
        return
    if isinstance(host, str) and host.startswith("unix:"):
        yield Finding(loc=("mqtt", "tls"), message="does not go with a unix: host", shown=False)
    for given, needed in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if tls.get(given) not in (None, "") and tls.get(needed) in (None, ""):
            yield Finding(loc=("mqtt", "tls", given), message=f"needs {needed}", because=(("mqtt", "tls", needed),))


def page_findings(web: object) -> Iterator[Finding]:
    """Yields a finding for each setting that lets other machines open the page while it has no password.

    `web` is the document's section. Nothing is yielded for a page that is off, or for a section of another type.
    """
    if not isinstance(web, Mapping) or means(web.get("enabled"), on=False):
        return
    host = web.get("host")
    guarded = any(web.get(key) not in (None, "") for key in ("password", "password_file"))
    if guarded:
        return
    if web.get("names"):
        yield Finding(
            loc=("web", "names"),
            message="are for other machines, so the page needs a password",
            allowed="password_file as well",
            shown=False,
            because=(("web", "password"), ("web", "password_file")),
        )
    if isinstance(host, str) and host and not _is_loopback(host):
        yield Finding(
            loc=("web", "host"),
            message="is not this machine alone, so the page needs a password",
            allowed="127.0.0.1, or password_file as well",
            because=(("web", "password"), ("web", "password_file")),
        )


def _is_loopback(host: str) -> bool:
    """Returns whether a host is this machine alone; False for a name other than `localhost`."""
    address = None if host == "127.0.0.1" else _address(host)
    return host in ("localhost", "127.0.0.1") or (address is not None and address.is_loopback)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Returns the address that a host is, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def timezone_findings(device: Mapping[str, object]) -> Iterator[Finding]:
    """Yields a finding if the device's time zone is not in the system's database, with the nearest name that is."""
    name = device.get("timezone")
    if not isinstance(name, str) or not name:
        return
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        from difflib import get_close_matches  # noqa: PLC0415 - only for a fault: outputs wait for what every start imports

        near = next(iter(get_close_matches(name, available_timezones(), n=1)), None)
        yield Finding(
            loc=("device", "timezone"),
            message="is no time zone" + (f"; did you mean {near}?" if near else ""),
            allowed="a name such as Europe/Berlin",
        )
