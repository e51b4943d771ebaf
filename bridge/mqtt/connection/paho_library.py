"""paho's client, imported without `urllib.request`.

paho asks that module for the proxies of the environment when it opens a socket, which it never does here
(`paho_client`). With all that it imports in turn (HTTP, mail, cookies) it would take 2 MB.
"""

from __future__ import annotations

from bridge.system.slim_import import standing_in

__all__ = ["Client"]

with standing_in("urllib.request"):
    from paho.mqtt.client import Client
