"""Notifications to systemd: ready, alive, stopping; sd_notify(3)."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger(__name__)


class ServiceManager:
    """The service manager that started this process; without one nothing is sent."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        usec = environ.get("WATCHDOG_USEC", "")
        ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_s = int(usec) / 1_000_000 if usec.isdecimal() and ours else None
        """The watchdog's limit between two signs of life; None without a watchdog."""

    def notify(self, *states: str) -> None:
        """Sends assignments such as `READY=1` without blocking; a failure is logged.

        Does nothing without a service manager.
        """
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as sock:
                sock.sendto("\n".join(states).encode(), self._address)
        except OSError as error:
            log.warning("the service manager cannot be notified of %s: %s", states[0], error)
