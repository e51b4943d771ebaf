"""Settings of servers that have no effect or do not fit together (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from bridge.core.definitions.settings import CameraSettings, Settings
from bridge.settings.location import ABSENT, Finding, Loc, value_at

MQTT_TLS_PORT = 8883
"""Registered for MQTT over TLS (IANA, secure-mqtt)."""
_FITTING: Mapping[str, Mapping[int, tuple[str, ...]]] = {
    # RFC 8314, 3.3 and 3.2: 465 is TLS from the first byte; 587 and 25 begin in the clear.
    # 2465 and 2587 are theirs at large providers.
    "email": {
        465: ("tls",),
        2465: ("tls",),
        587: ("starttls", "none"),
        2587: ("starttls", "none"),
        25: ("starttls", "none"),
    },
    # RFC 4217, 5: 990 is TLS from the first byte; 21 begins in the clear.
    "ftp": {990: ("implicit_tls",), 21: ("explicit_tls", "none")},
}
"""The values of `security` that go with a well-known port."""
_OTHER_PROTOCOLS: Mapping[str, Mapping[int, str]] = {
    "mqtt": dict.fromkeys((8083, 8084, 9001), "MQTT over WebSockets"),
    "email": {
        **dict.fromkeys((110, 995), "POP3, which fetches mail"),
        **dict.fromkeys((143, 993), "IMAP, which fetches mail"),
    },
    "ftp": {22: "SFTP, which has nothing in common with FTP but its name"},
}
"""Well-known ports of protocols that are taken for the right one."""
_WEB_PORTS = {("http", 443): "https", ("https", 80): "http", ("http", 554): "rtsp", ("https", 554): "rtsp"}
"""The scheme that a well-known port belongs to, by the scheme it was given."""


def server_findings(settings: Settings, document: Mapping[Any, Any]) -> Iterator[Finding]:
    """Yields findings for passwords without a user name, ports of another `security`, and files that nothing reads."""
    yield from _passwords_alone(settings, document)
    yield from _ports(settings)
    yield from _unused(settings)
    for name, camera in settings.cameras.items():
        yield from _camera_ports(("cameras", name), camera)
    if settings.email is not None and settings.email.security == "none":
        yield Finding(loc=("email", "security"), message="mail and its password go out unencrypted", shown=False)
    if settings.ftp is not None and settings.ftp.security == "none":
        yield Finding(loc=("ftp", "security"), message="pictures and the password go out unencrypted", shown=False)


def _passwords_alone(settings: Settings, document: Mapping[Any, Any]) -> Iterator[Finding]:
    """Yields a finding for each password without a user name."""
    sections: list[tuple[Loc, Any, str]] = [
        (("mqtt",), settings.mqtt, "is not used without username: the broker gets neither"),
        (("email",), settings.email, "is not used without username: mail is sent without a log-in"),
        (("ftp",), settings.ftp, "is used for the user anonymous, for there is no username"),
    ]
    sections += [
        (("cameras", name), camera, "is not used without username: the camera gets neither")
        for name, camera in settings.cameras.items()
    ]
    for loc, section, message in sections:
        if section is not None and section.password is not None and section.username is None:
            in_file = value_at(document, (*loc, "password_file")) not in (ABSENT, None, "")
            key = "password_file" if in_file else "password"
            yield Finding(loc=(*loc, key), message=message, allowed="username as well", shown=False)


def _ports(settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each port that does not fit its server's security or protocol."""
    mqtt = settings.mqtt
    if mqtt.host.startswith("unix:"):
        if mqtt.port is not None:
            yield Finding(loc=("mqtt", "port"), message="has no effect: a unix: host has no port", shown=False)
    elif mqtt.port == MQTT_TLS_PORT and mqtt.tls is None:
        yield Finding(
            loc=("mqtt", "port"),
            message=f"{MQTT_TLS_PORT} is the port of MQTT over TLS, and tls is not there",
            allowed="tls: {} as well, or port 1883",
            shown=False,
        )
    for server, given in (("mqtt", mqtt), ("email", settings.email), ("ftp", settings.ftp)):
        port = None if given is None else given.port
        other = None if port is None else _OTHER_PROTOCOLS[server].get(port)
        if other is not None:
            yield Finding(loc=(server, "port"), message=f"{port} is the port of {other}", shown=False)
    for name, section in (("email", settings.email), ("ftp", settings.ftp)):
        if section is None:
            continue
        fitting = _FITTING[name].get(section.port)
        if fitting is not None and section.security not in fitting:
            yield Finding(
                loc=(name, "port"),
                message=f"{section.port} does not go with security: {section.security}",
                allowed=f"security: {fitting[0]}, or {_port_for(name, section.security)}",
                shown=False,
            )


def _port_for(name: str, security: str) -> str:
    """Returns `port <number> for <security>`, the first well-known port that goes with it."""
    port = next(port for port, fitting in _FITTING[name].items() if security in fitting)
    return f"port {port} for {security}"


def _camera_ports(loc: Loc, camera: CameraSettings) -> Iterator[Finding]:
    """Yields a finding for each address whose port is another scheme's, and for a `ca_file` that nothing uses."""
    for key, address in (("onvif", camera.onvif), ("snapshot", camera.snapshot), ("stream", camera.stream)):
        if address is None:
            continue
        scheme, port = address.partition(":")[0].lower(), _port_of(address)
        other = None if port is None else _WEB_PORTS.get((scheme, port))
        if other is not None:
            yield Finding(
                loc=(*loc, key),
                message=f"{scheme}:// with port {port}, which is the port of {other}",
                allowed=f"{other}://, or another port",
                shown=False,
            )
    if camera.ca_file is not None and not any(
        address is not None and address.lower().startswith(("https:", "rtsps:"))
        for address in (camera.onvif, camera.snapshot, camera.stream)
    ):
        yield Finding(loc=(*loc, "ca_file"), message="has no effect: no address is https:// or rtsps://", shown=False)


def _port_of(address: str) -> int | None:
    """Returns the port in an address, or None if it has none or is malformed."""
    try:
        return urlsplit(address).port
    except ValueError:  # refused when the camera is asked
        return None


def _unused(settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each setting that nothing reads."""
    for name, section in (("email", settings.email), ("ftp", settings.ftp)):
        if section is not None and section.security == "none" and section.ca_file is not None:
            yield Finding(loc=(name, "ca_file"), message="has no effect with security: none", shown=False)
    if settings.metrics.enabled and not settings.web.enabled:
        yield Finding(
            loc=("metrics", "enabled"), message="metrics are on the page's port, and the page is off", shown=False
        )
