"""Addresses that a camera gives: made to lead where the settings lead (pure).

A camera behind NAT, or one that was moved to another network, names a host that nobody reaches.
"""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit


def mended(given: str, configured: str) -> str:
    """Returns an address that a camera gave, with the host of the configured one; over HTTP with its port and scheme.

    An address without a host is taken as a path there. Raises ValueError for one that cannot be read.
    """
    own, found = urlsplit(configured), urlsplit(given.strip())
    is_web = found.scheme.lower() in ("", "http", "https")
    if is_web and found.hostname == own.hostname and found.scheme:
        return urlunsplit((found.scheme, found.netloc.rpartition("@")[2], found.path, found.query, ""))
    host = own.netloc.rpartition("@")[2]
    if is_web:
        return urlunsplit((own.scheme, host, found.path or "/", found.query, ""))
    bare = f"[{own.hostname}]" if ":" in (own.hostname or "") else own.hostname or ""
    location = bare if found.port is None else f"{bare}:{found.port}"
    return urlunsplit((found.scheme, location, found.path, found.query, ""))


def mended_or(given: str, configured: str) -> str:
    """Returns an address that a camera gave, mended; the configured one if it cannot be read."""
    try:
        return mended(given, configured)
    except ValueError:
        return configured
