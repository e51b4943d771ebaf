"""paho's client, imported without `urllib.request`.

paho asks that module for the proxies of the environment when it opens a socket, which it never does here
(`paho_client`). With all that it imports in turn (HTTP, mail, cookies) it would take 2 MB.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

__all__ = ["Client"]

_PROXIES = "urllib.request"


@contextmanager
def _without_proxies() -> Iterator[None]:
    """Puts an empty module in the place of one that is not loaded yet; whoever imports it later gets the real one."""
    if _PROXIES in sys.modules:
        yield
        return
    sys.modules[_PROXIES] = ModuleType(_PROXIES)
    try:
        yield
    finally:
        del sys.modules[_PROXIES]


with _without_proxies():
    from paho.mqtt.client import Client
