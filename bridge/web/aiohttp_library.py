"""aiohttp's server, imported without 4 MB that only its client or a busier server would use.

Its client, which is never used here, reads the system's authorities while it is imported, and wants `urllib.request`
for proxies. The extension of frozenlist makes the lists of a few middlewares faster, which are walked once.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bridge.system.slim_import import standing_in
from bridge.system.tls import without_authorities

_PLAIN_LISTS = "FROZENLIST_NO_EXTENSIONS"


def import_aiohttp() -> None:
    """Imports `aiohttp.web`; blocks for some hundred milliseconds, so it is called off the event loop.

    Raises:
        ImportError: the extra `web` is not installed.
    """
    with (
        without_authorities(),
        _without_extension(),
        standing_in("urllib.request", getproxies=dict, proxy_bypass=bool),
    ):
        importlib.import_module("aiohttp.web")


@contextmanager
def _without_extension() -> Iterator[None]:
    """Makes frozenlist choose its implementation in Python."""
    before = os.environ.get(_PLAIN_LISTS)
    os.environ[_PLAIN_LISTS] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_PLAIN_LISTS]
        else:
            os.environ[_PLAIN_LISTS] = before
