"""Waits for the page of the service that was just started, and puts its address into words."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from importlib.util import find_spec

from bridge.core.definitions.settings import WebSettings
from bridge.system.page_address import address_for_others, answers, page_address

_WITHIN_S = 15.0
_PAUSE_S = 0.2
_SOME_NETWORK = ("192.0.2.1", 9)
"""An address that no machine has; a datagram socket that is connected to it sends nothing."""


def page_words(web: WebSettings) -> str:
    """Returns the page's address, once it answers, or the reason why it does not. Blocks for 15 seconds at most."""
    if not web.enabled:
        return "off in the settings (web.enabled)"
    if find_spec("aiohttp") is None:
        return "not installed: it is in the extra web; install alarm2mqtt[web], then once more `alarm2mqtt install`"
    deadline = time.monotonic() + _WITHIN_S
    while not answers(web):
        if time.monotonic() > deadline:
            return f"does not answer at {page_address(web)}; `journalctl -u alarm2mqtt -e` may say why"
        time.sleep(_PAUSE_S)
    return " or ".join(dict.fromkeys(_addresses(web)))


def _addresses(web: WebSettings) -> Iterator[str]:
    """Yields the page's addresses: by name, and by number, for networks that do not know the name."""
    yield page_address(web)
    number = own_address()
    if address_for_others(web) is not None and number is not None:
        yield f"http://{number}:{web.port}/"


def own_address() -> str | None:
    """Returns the IPv4 address by which the rest of the network knows this machine; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOME_NETWORK)
        except OSError:
            return None
        return str(probe.getsockname()[0])
