"""Where the bridge goes and who may come to it: the broker's host, the page's host, the time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.settings.place import Finding

_FALSE = (False, "false", "no", "off", 0)


def broker_findings(mqtt: Mapping[str, object]) -> Iterator[Finding]:
    """A host is a name, an address, or `unix:/path`; a certificate comes with its key."""
    host = mqtt.get("host")
    tls = mqtt.get("tls")
    if isinstance(host, str) and host:
        on_socket = host.startswith("unix:")
        if on_socket and not host.startswith("unix:/"):
            yield Finding(loc=("mqtt", "host"), message="is no path of a socket", allowed="unix:/run/mosquitto.sock")
        elif not on_socket and ("/" in host or host.count(":") == 1 or any(one.isspace() for one in host)):
            yield Finding(
                loc=("mqtt", "host"),
                message="is no host",
                allowed="a name or address alone (port and tls have keys of their own), or unix:/path",
            )
        if on_socket and isinstance(tls, Mapping):
            yield Finding(loc=("mqtt", "tls"), message="does not go with a unix: host", allowed="nothing", shown=False)
    if isinstance(tls, Mapping):
        for given, needed in (("cert_file", "key_file"), ("key_file", "cert_file")):
            if tls.get(given) not in (None, "") and tls.get(needed) in (None, ""):
                yield Finding(loc=("mqtt", "tls", given), message=f"needs {needed}", because=(("mqtt", "tls", needed),))


def page_findings(web: object) -> Iterator[Finding]:
    """A page that others on the network can open needs a password."""
    if not isinstance(web, Mapping) or any(web.get("enabled") is no or web.get("enabled") == no for no in _FALSE):
        return
    host = web.get("host")
    guarded = any(web.get(key) not in (None, "") for key in ("password", "password_file"))
    if isinstance(host, str) and host and not guarded and not _is_loopback(host):
        yield Finding(
            loc=("web", "host"),
            message="is not this machine alone, so the page needs a password",
            allowed="127.0.0.1, or password_file as well",
            because=(("web", "password"), ("web", "password_file")),
        )


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "127.0.0.1", "::1"):
        return True
    from ipaddress import ip_address  # noqa: PLC0415 - rarely needed, and this is on the way to idle outputs

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def timezone_findings(device: Mapping[str, object]) -> Iterator[Finding]:
    """A time zone is one of the database's."""
    name = device.get("timezone")
    if not isinstance(name, str) or not name:
        return
    from zoneinfo import ZoneInfo, available_timezones  # noqa: PLC0415 - as above

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        from difflib import get_close_matches  # noqa: PLC0415 - as above

        near = next(iter(get_close_matches(name, available_timezones(), n=1)), None)
        yield Finding(
            loc=("device", "timezone"),
            message="is no time zone" + (f"; did you mean {near}?" if near else ""),
            allowed="a name such as Europe/Berlin",
        )
