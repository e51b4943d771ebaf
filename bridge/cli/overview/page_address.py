"""The page's address, and a check whether it answers."""

from __future__ import annotations

import os
import socket

from bridge.core.definitions.settings import WebSettings

TIMEOUT_S = 0.5
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - values of a setting, not an address to bind
_OK = b"200"


def page_address(web: WebSettings) -> str:
    """Returns the page's address for a browser; a page open to other machines has this machine's name."""
    host = os.uname().nodename if web.host in _ANYWHERE else web.host
    return f"http://{f'[{host}]' if ':' in host else host}:{web.port}/"


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
