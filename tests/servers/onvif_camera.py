"""The demo's camera with a log-in, a stream, and the habits of makers as rows of a table.

It is strict enough for a client's test, and no conformance tool.
"""

# ruff: noqa: S107, S324 - hashes of the specification, and a password that is made up
from __future__ import annotations

import base64
import hashlib
import os
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from servers.camera import grey_jpeg

from bridge.cli.demo.camera import answers
from bridge.cli.demo.camera.http_plug import Reply, Request
from bridge.cli.demo.camera.pull_points import Point
from bridge.cli.demo.camera.simulated_camera import SimulatedCamera, point_of
from bridge.cli.demo.camera.soap import Call, call_in, envelope, fault

OPEN = {"GetSystemDateAndTime"}
PORT_OF_THE_STREAM = 8554


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a maker does in its own way."""

    login: str = "token"
    """token, digest, or none."""
    nonce_uses: int = 1_000_000
    """A digest nonce ends after so many requests."""
    clock_ahead_s: float = 0.0
    minutes_as_seconds: bool = False
    drops_all: bool = False
    """An Unsubscribe drops every subscription."""
    prefix: str = "tns1:"
    topic_end: str = ""
    other_host: str | None = None
    """The host that it names in all of its addresses."""
    empty: bool = False
    """Answers a pull without events with nothing at all, and at once."""
    huge: int = 0
    """So many pulls are answered with a megabyte."""
    entity: int = 0
    """So many pulls are answered with an external entity."""
    no_delay: bool = False
    """Refuses SetRelayOutputSettings."""
    no_synchronisation: bool = False
    old_capabilities: bool = False
    """Knows GetCapabilities and no GetServices."""


HABITS: dict[str, Habits] = {
    "as the specification says": Habits(),
    "HTTP digest": Habits(login="digest"),
    "a nonce that ends": Habits(login="digest", nonce_uses=3),
    "no log-in": Habits(login="none"),
    "a clock that is a day ahead": Habits(clock_ahead_s=86_400),
    "a clock that is a day behind": Habits(clock_ahead_s=-86_400),
    "minutes read as seconds": Habits(minutes_as_seconds=True),
    "an Unsubscribe drops all": Habits(drops_all=True),
    "topics with a subtree's end": Habits(topic_end="//."),
    "topics with a slash at their end": Habits(topic_end="/"),
    "topics without a prefix": Habits(prefix=""),
    "addresses of another network": Habits(other_host="10.99.99.99:8000"),
    "empty answers": Habits(empty=True),
    "an answer of a megabyte": Habits(huge=1),
    "an external entity": Habits(entity=1),
    "no synchronisation point": Habits(no_synchronisation=True),
    "services of an older kind": Habits(old_capabilities=True),
}
"""The habits that must make no difference."""


class OnvifCamera(SimulatedCamera):
    """A camera on a port of its own; `with` starts and stops it."""

    def __init__(self, habits: Habits | None = None, *, port: int = 0, password: str = "pw") -> None:
        self.habits = habits or Habits()
        self.password = password
        self.calls: list[str] = []
        self.refuses_commands = False
        self.is_awake = threading.Event()
        """Cleared, the camera takes requests and answers none, as one without power behind a switch does."""
        self.is_awake.set()
        self.picture = grey_jpeg("onvif")
        self._nonces: dict[str, int] = {}
        super().__init__(picture=lambda: self.picture, inputs=("DI_1", "DI_2"), relays=("RO_1", "RO_2"), port=port)

    @property
    def points(self) -> dict[str, Point]:
        return self.subscriptions.open

    def forget_subscriptions(self) -> None:
        self.subscriptions.drop_all()

    def send(self, topic: str, operation: str = "Changed", **data: str) -> None:
        self.subscriptions.emit(self.message(topic, {"Source": "VS_1"}, data, operation))

    # Requests and log-in

    def answer(self, request: Request) -> Reply:
        self.is_awake.wait()
        call = call_in(request.body, request.path)
        self.calls.append(call.name)
        reply = self._refusal(request, call) or self._odd_reply(call) or super().answer(request)
        self.is_awake.wait()
        return reply

    def _refusal(self, request: Request, call: Call) -> Reply | None:
        if call.name in OPEN:
            return None
        if self.habits.login == "digest":
            return self._digest(request)
        if self.habits.login == "token" and not self._token(call):
            return Reply(status=400, text=fault("ter:NotAuthorized", "Sender not authorized"))
        return None

    def _odd_reply(self, call: Call) -> Reply | None:
        if call.name != "PullMessages" or self.subscriptions.alive(point_of(call)) is None:
            return None
        if self.habits.huge:
            self.habits = replace(self.habits, huge=self.habits.huge - 1)
            return Reply(
                status=200, text=envelope(f"<tev:PullMessagesResponse>{' ' * 2**20}</tev:PullMessagesResponse>")
            )
        if self.habits.entity:
            self.habits = replace(self.habits, entity=self.habits.entity - 1)
            body = envelope("<tev:PullMessagesResponse>&secret;</tev:PullMessagesResponse>").partition("?>")[2]
            doctype = '<!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
            return Reply(status=200, text=f'<?xml version="1.0"?>{doctype}{body}')
        if self.habits.empty and not self.points[point_of(call)].queue:
            return Reply(status=200, text="")
        return None

    def _digest(self, request: Request) -> Reply | None:
        found = {
            key: quoted or bare
            for key, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', request.authorization)
        }
        nonce, stale = found.get("nonce", ""), ""
        if nonce in self._nonces:
            self._nonces[nonce] += 1
            first = _md5(f"cam:camera:{self.password}")
            wanted = _md5(
                f"{first}:{nonce}:{found['nc']}:{found['cnonce']}:{found['qop']}:{_md5('POST:' + found['uri'])}"
            )
            if self._nonces[nonce] > self.habits.nonce_uses:
                stale = ", stale=true"
            elif found["response"] == wanted and found["uri"] == request.path:
                return None
        fresh = os.urandom(8).hex()
        self._nonces[fresh] = 0
        challenge = f'Digest realm="camera", qop="auth", nonce="{fresh}"{stale}'
        return Reply(status=401, text="", headers=(("WWW-Authenticate", challenge),))

    def _token(self, call: Call) -> bool:
        if call.header is None:
            return False
        given = {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in call.header.iter()}
        if given.get("Username") != "cam" or "Nonce" not in given:
            return False
        whole = base64.b64decode(given["Nonce"]) + given["Created"].encode() + self.password.encode()
        age = abs((self.clock() - datetime.fromisoformat(given["Created"])).total_seconds())
        return age < 30 and base64.b64encode(hashlib.sha1(whole).digest()).decode() == given["Password"]

    # What it does in its own way

    def operations(self) -> dict[str, Callable[[Call], str | None]]:
        return super().operations() | {
            "GetCapabilities": self._capabilities,
            "GetDeviceInformation": lambda _: answers.information("Acme", "Eye 3"),
            "GetProfiles": lambda _: answers.profiles(["P1", "P2"]),
            "GetStreamUri": self._stream,
        }

    def clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.habits.clock_ahead_s)

    def address_at(self, path: str) -> str:
        return f"http://{self.habits.other_host or f'127.0.0.1:{self.port}'}{path}"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def message(self, topic: str, source: Mapping[str, str], data: Mapping[str, str], operation: str) -> str:
        written = f"{self.habits.prefix}{topic}{self.habits.topic_end}"
        return answers.notification(written, source, data, operation=operation, now=self.clock())

    def topics(self) -> list[str]:
        return [
            *super().topics(),
            answers.topic("tns1:RuleEngine/LineDetector/Crossed", "ObjectId", "xs:integer", is_property=False),
            answers.topic("tns1:Monitoring/ProcessorUsage", "Value", "xs:float"),
        ]

    def seconds(self, duration: str | None) -> float:
        if self.habits.minutes_as_seconds and duration is not None:
            duration = re.sub(r"(\d+)M", r"\1S", duration)
        return super().seconds(duration)

    def get_services(self, call: Call) -> str | None:
        return None if self.habits.old_capabilities else super().get_services(call)

    def set_relay_output_settings(self, call: Call) -> str | None:
        return None if self.habits.no_delay else super().set_relay_output_settings(call)

    def set_relay_output_state(self, call: Call) -> str | None:
        return None if self.refuses_commands else super().set_relay_output_state(call)

    def set_synchronization_point(self, call: Call) -> str | None:
        return None if self.habits.no_synchronisation else super().set_synchronization_point(call)

    def unsubscribe(self, call: Call) -> str:
        if self.habits.drops_all:
            self.forget_subscriptions()
        return super().unsubscribe(call)

    def _capabilities(self, _: Call) -> str:
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Events><tt:XAddr>{self.address_at('/onvif/events_service')}</tt:XAddr></tt:Events>"
            f"<tt:Media><tt:XAddr>{self.address_at('/onvif/media_service')}</tt:XAddr></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _stream(self, _: Call) -> str:
        host = (self.habits.other_host or "127.0.0.1").partition(":")[0]
        return answers.media_address("GetStreamUri", f"rtsp://{host}:{PORT_OF_THE_STREAM}/main")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()
