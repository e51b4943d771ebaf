"""The page's address, and a check whether it answers."""

from __future__ import annotations

import os
import socket
from ipaddress import ip_address

from bridge.core.definitions.settings import WebSettings

TIMEOUT_S = 0.5
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - values of a setting, not an address to bind
_OK = b"200"


def page_address(web: WebSettings) -> str:
    """Returns the page's address for a browser; a page open to other machines has this machine's name."""
    host = os.uname().nodename if web.host in _ANYWHERE else web.host
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}/"


def address_for_others(web: WebSettings) -> str | None:
    """Returns the address for a browser on another machine; None where the page is not open to one."""
    if not web.enabled or web.password is None or _is_near(web.host):
        return None
    return page_address(web)


def _is_near(host: str) -> bool:
    """Returns whether only this machine reaches a page that listens on this host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def answers(web: WebSettings) -> bool:
    """Returns whether a page answers at the settings' address; blocks for half a second at most."""
    host = _ANYWHERE.get(web.host, web.host)
    question = f"GET /healthz HTTP/1.0\r\nHost: {host}:{web.port}\r\n\r\n"
    try:
        with socket.create_connection((host, web.port), TIMEOUT_S) as connection:
            connection.sendall(question.encode("ascii", "ignore"))
            answer = connection.makefile("rb").readline(100).split()
    except OSError:
        return False
    return answer[1:2] == [_OK]
