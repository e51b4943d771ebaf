"""A telephone with the companion app: registered at a real Home Assistant, which pushes messages to it over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message; `picture` is what the phone gets at the message's address for one, as soon as the message is there."""

    title: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    picture: bytes | None = None

    def button(self, title: str) -> str:
        """The action of one of its buttons."""
        (found,) = (each["action"] for each in self.data["actions"] if each["title"] == title)
        return str(found)


class Phone:
    """`with Phone(ha) as phone:`; the app's name in Home Assistant is `name`."""

    def __init__(self, ha: Any, name: str = "Phone") -> None:
        self.inbox: list[Message] = []
        self.name = name
        self._ha = ha

    def __enter__(self) -> Self:
        phone = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                phone._take(json.loads(body))
                self.send_response(201)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name=self.name, daemon=True)
        self._thread.start()
        self._webhook = self._register(f"http://127.0.0.1:{self._server.server_port}/push")
        (device,) = self._ha.wait(lambda: self._ha.devices(name=self.name), label="the phone's device")
        self.device_id = str(device["id"])
        services = self._ha.wait(self._services, label="the phone's service")
        assert services
        return self

    def __exit__(self, *_: object) -> None:
        entries = self._ha.rest("GET", "/api/config/config_entries/entry")
        (own,) = (each for each in entries if each["domain"] == "mobile_app" and each["title"] == self.name)
        self._ha.rest("DELETE", f"/api/config/config_entries/entry/{own['entry_id']}")
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def press(self, action: str) -> None:
        """The app's answer to a pressed button."""
        event = {"event_type": "mobile_app_notification_action", "event_data": {"action": action}}
        self._ha.rest("POST", f"/api/webhook/{self._webhook}", {"type": "fire_event", "data": event})

    def wait_for(self, wanted: Callable[[Message], object]) -> Message:
        """The newest message, once it is what is wanted."""
        self._ha.wait(lambda: self.inbox and wanted(self.inbox[-1]), label=f"the message (is {self.inbox[-1:]})")
        return self.inbox[-1]

    def _services(self) -> list[str]:
        (notify,) = (each for each in self._ha.rest("GET", "/api/services") if each["domain"] == "notify")
        return [name for name in notify["services"] if name == f"mobile_app_{self.name.lower()}"]

    def _register(self, push_url: str) -> str:
        app = {
            "device_id": f"tests-{self.name}",
            "app_id": "io.example.companion",
            "app_name": "Companion",
            "app_version": "1",
            "device_name": self.name,
            "manufacturer": "Example",
            "model": "One",
            "os_name": "Android",
            "os_version": "15",
            "supports_encryption": False,
            "app_data": {"push_url": push_url, "push_token": "token"},
        }
        return str(self._ha.rest("POST", "/api/mobile_app/registrations", app)["webhook_id"])

    def _take(self, pushed: dict[str, Any]) -> None:
        data = pushed.get("data", {})
        picture = self._ha.rest("GET", data["image"], raw=True) if "image" in data else None
        self.inbox.append(Message(title=pushed.get("title", ""), text=pushed["message"], data=data, picture=picture))
