"""An ONVIF camera for tests: pull points, inputs, relays, motion, and the habits of makers as rows of a table.

SOAP is matched by local names: strict enough for a client's test, and no conformance tool.
"""

# ruff: noqa: N802, S107, S314, S324 - ONVIF's names and hashes, and a password that is made up
from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from xml.etree import ElementTree as ET

from servers.camera import grey_jpeg

NS = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tmd="http://www.onvif.org/ver10/deviceIO/wsdl" '
    'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing" '
    'xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error"'
)
OPEN = {"GetSystemDateAndTime"}
SERVICES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
}
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
    initial: bool = True
    """Sends the present value of each property to a new subscription."""
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


@dataclass
class Relay:
    active: bool = False
    mode: str = "Bistable"
    delay: str = "PT0S"
    timer: threading.Timer | None = None


@dataclass
class Point:
    until: float
    queue: list[str] = field(default_factory=list)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of the test's."""


class OnvifCamera:
    """A camera on a port of its own; `with` starts and stops it."""

    def __init__(self, habits: Habits | None = None, *, port: int = 0, password: str = "pw") -> None:
        self.habits = habits or Habits()
        self.password = password
        self.port = port
        self.inputs = {"DI_1": False, "DI_2": False}
        self.motion_is = False
        self.relays = {"RO_1": Relay(), "RO_2": Relay()}
        self.points: dict[str, Point] = {}
        self.calls: list[str] = []
        self.refuses_commands = False
        self.is_awake = threading.Event()
        """Cleared, the camera takes requests and answers none, as one without power behind a switch does."""
        self.is_awake.set()
        self.picture = grey_jpeg("onvif")
        self._changed = threading.Condition()
        self._numbers = itertools.count(1)
        self._nonces: dict[str, int] = {}
        self._server: ThreadingHTTPServer | None = None
        self._sockets: set[Any] = set()

    # The world around it

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def set_input(self, token: str, active: bool) -> None:
        self.inputs[token] = active
        self._emit(self._input(token, "Changed"))

    def motion(self, active: bool, operation: str = "Changed") -> None:
        self.motion_is = active
        self._emit(self._motion(operation))

    def send(self, topic: str, operation: str = "Changed", **data: str) -> None:
        self._emit(self._message(topic, {"Source": "VS_1"}, data, operation))

    def set_relay(self, token: str, active: bool) -> None:
        relay = self.relays[token]
        if relay.timer is not None:
            relay.timer.cancel()
            relay.timer = None
        relay.active = active
        if active and relay.mode == "Monostable":
            relay.timer = threading.Timer(_seconds(relay.delay), self.set_relay, (token, False))
            relay.timer.daemon = True
            relay.timer.start()
        self._emit(self._relay(token, "Changed"))

    def forget_subscriptions(self) -> None:
        with self._changed:
            self.points.clear()
            self._changed.notify_all()

    def start(self) -> Self:
        camera = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self) -> None:
                super().setup()
                camera._sockets.add(self.connection)

            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                camera._answer(self)

            def do_GET(self) -> None:
                camera._show(self)

            def do_HEAD(self) -> None:
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()

        self._server = _Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def stop(self) -> None:
        """The camera is gone, with its connections and its subscriptions."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server = None
        for each in tuple(self._sockets):
            try:
                each.shutdown(2)
            except OSError:
                continue  # it was closed before
        self._sockets.clear()
        self.forget_subscriptions()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Messages

    def _emit(self, message: str) -> None:
        with self._changed:
            for point in self.points.values():
                point.queue.append(message)
            self._changed.notify_all()

    def _message(self, topic: str, source: dict[str, str], data: dict[str, str], operation: str) -> str:
        def items(part: str, values: dict[str, str]) -> str:
            simple = "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in values.items())
            return f"<tt:{part}>{simple}</tt:{part}>"

        return (
            "<wsnt:NotificationMessage><wsnt:Topic>"
            f"{self.habits.prefix}{topic}{self.habits.topic_end}</wsnt:Topic><wsnt:Message>"
            f'<tt:Message UtcTime="{_iso(self._clock())}" PropertyOperation="{operation}">'
            f"{items('Source', source)}{items('Data', data)}"
            "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
        )

    def _input(self, token: str, operation: str) -> str:
        data = {"LogicalState": str(self.inputs[token]).lower()}
        return self._message("Device/Trigger/DigitalInput", {"InputToken": token}, data, operation)

    def _motion(self, operation: str) -> str:
        return self._message(
            "RuleEngine/CellMotionDetector/Motion", {"Rule": "1"}, {"IsMotion": str(self.motion_is).lower()}, operation
        )

    def _relay(self, token: str, operation: str) -> str:
        state = "active" if self.relays[token].active else "inactive"
        return self._message("Device/Trigger/Relay", {"RelayToken": token}, {"LogicalState": state}, operation)

    def _present(self) -> list[str]:
        operation = "Initialized"
        return [
            *(self._input(each, operation) for each in self.inputs),
            self._motion(operation),
            *(self._relay(each, operation) for each in self.relays),
        ]

    # HTTP and log-in

    def _answer(self, http: Any) -> None:
        body = http.rfile.read(int(http.headers.get("Content-Length", 0)))
        self.is_awake.wait()
        root = ET.fromstring(body)
        header = next((each for each in root if _local(each) == "Header"), None)
        operation = next(each for each in root if _local(each) == "Body")[0]
        name = _local(operation)
        given = {_local(each): (each.text or "").strip() for each in operation.iter()}
        self.calls.append(name)
        if name not in OPEN and self.habits.login == "digest" and not self._digest(http):
            return
        if name not in OPEN and self.habits.login == "token" and not self._token(header):
            self._fault(http, "ter:NotAuthorized", "Sender not authorized")
            return
        handler = getattr(self, f"_op_{name}", None)
        content = None if handler is None else handler(given, http.path)
        self.is_awake.wait()
        if content is None:
            self._fault(http, "ter:InvalidArgVal", f"{name} is refused")
        else:
            self._send(http, 200, content if content[:5] == "<?xml" or not content else _envelope(content))

    def _show(self, http: Any) -> None:
        """Answers with the picture."""
        http.send_response(200)
        http.send_header("Content-Type", "image/jpeg")
        http.send_header("Content-Length", str(len(self.picture)))
        http.end_headers()
        http.wfile.write(self.picture)

    def _send(self, http: Any, status: int, text: str, *headers: tuple[str, str]) -> None:
        data = text.encode()
        try:
            http.send_response(status)
            http.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            http.send_header("Content-Length", str(len(data)))
            for key, value in headers:
                http.send_header(key, value)
            http.end_headers()
            http.wfile.write(data)
        except OSError:
            http.close_connection = True  # the client has gone

    def _fault(self, http: Any, code: str, text: str) -> None:
        self._send(
            http,
            400,
            _envelope(
                f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
                f'<s:Reason><s:Text xml:lang="en">{text}</s:Text></s:Reason></s:Fault>'
            ),
        )

    def _digest(self, http: Any) -> bool:
        found = {
            key: quoted or bare
            for key, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', http.headers.get("Authorization", ""))
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
            elif found["response"] == wanted and found["uri"] == http.path:
                return True
        fresh = os.urandom(8).hex()
        self._nonces[fresh] = 0
        challenge = f'Digest realm="camera", qop="auth", nonce="{fresh}"{stale}'
        self._send(http, 401, "", ("WWW-Authenticate", challenge))
        return False

    def _token(self, header: Any) -> bool:
        if header is None:
            return False
        given = {_local(each): (each.text or "").strip() for each in header.iter()}
        if given.get("Username") != "cam" or "Nonce" not in given:
            return False
        whole = base64.b64decode(given["Nonce"]) + given["Created"].encode() + self.password.encode()
        age = abs((self._clock() - datetime.fromisoformat(given["Created"])).total_seconds())
        return age < 30 and base64.b64encode(hashlib.sha1(whole).digest()).decode() == given["Password"]

    def _clock(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.habits.clock_ahead_s)

    def _at(self, path: str) -> str:
        return f"http://{self.habits.other_host or f'127.0.0.1:{self.port}'}{path}"

    # Operations

    def _op_GetSystemDateAndTime(self, _: dict[str, str], __: str) -> str:
        now = self._clock()
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>"
            f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
            f"</tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
            "</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _op_GetServices(self, _: dict[str, str], __: str) -> str | None:
        if self.habits.old_capabilities:
            return None
        each = "".join(
            f"<tds:Service><tds:Namespace>{space}</tds:Namespace>"
            f"<tds:XAddr>{self._at(f'/onvif/{name}_service')}</tds:XAddr></tds:Service>"
            for name, space in SERVICES.items()
        )
        return f"<tds:GetServicesResponse>{each}</tds:GetServicesResponse>"

    def _op_GetCapabilities(self, _: dict[str, str], __: str) -> str:
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Events><tt:XAddr>{self._at('/onvif/events_service')}</tt:XAddr></tt:Events>"
            f"<tt:Media><tt:XAddr>{self._at('/onvif/media_service')}</tt:XAddr></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _op_GetDeviceInformation(self, _: dict[str, str], __: str) -> str:
        return (
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>Eye 3</tds:Model>"
            "</tds:GetDeviceInformationResponse>"
        )

    def _op_GetEventProperties(self, _: dict[str, str], __: str) -> str:
        def topic(path: str, item: str, kind: str = "xs:boolean", *, is_property: bool = True) -> str:
            *outer, last = path.split("/")
            begin, end = "".join(f"<{each}>" for each in outer), "".join(f"</{each}>" for each in reversed(outer))
            return (
                f'{begin}<{last} wstop:topic="true"><tt:MessageDescription IsProperty="{str(is_property).lower()}">'
                f'<tt:Data><tt:SimpleItemDescription Name="{item}" Type="{kind}"/></tt:Data>'
                f"</tt:MessageDescription></{last}>{end}"
            )

        topics = (
            topic("tns1:Device/Trigger/DigitalInput", "LogicalState")
            + topic("tns1:Device/Trigger/Relay", "LogicalState", "tt:RelayLogicalState")
            + topic("tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion")
            + topic("tns1:RuleEngine/LineDetector/Crossed", "ObjectId", "xs:integer", is_property=False)
            + topic("tns1:Monitoring/ProcessorUsage", "Value", "xs:float")
        )
        return (
            '<tev:GetEventPropertiesResponse><wstop:TopicSet xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" '
            f'xmlns:xs="http://www.w3.org/2001/XMLSchema">{topics}</wstop:TopicSet></tev:GetEventPropertiesResponse>'
        )

    def _op_GetProfiles(self, _: dict[str, str], __: str) -> str:
        return '<trt:GetProfilesResponse><trt:Profiles token="P1"/><trt:Profiles token="P2"/></trt:GetProfilesResponse>'

    def _op_GetSnapshotUri(self, _: dict[str, str], __: str) -> str:
        return _uri("GetSnapshotUri", self._at("/snapshot.jpg"))

    def _op_GetStreamUri(self, _: dict[str, str], __: str) -> str:
        host = (self.habits.other_host or "127.0.0.1").partition(":")[0]
        return _uri("GetStreamUri", f"rtsp://{host}:{PORT_OF_THE_STREAM}/main")

    def _op_GetDigitalInputs(self, _: dict[str, str], __: str) -> str:
        each = "".join(f'<tmd:DigitalInputs token="{token}"/>' for token in self.inputs)
        return f"<tmd:GetDigitalInputsResponse>{each}</tmd:GetDigitalInputsResponse>"

    def _op_GetRelayOutputs(self, _: dict[str, str], __: str) -> str:
        each = "".join(
            f'<tds:RelayOutputs token="{token}"><tt:Properties><tt:Mode>{relay.mode}</tt:Mode>'
            f"<tt:DelayTime>{relay.delay}</tt:DelayTime><tt:IdleState>open</tt:IdleState></tt:Properties></tds:RelayOutputs>"
            for token, relay in self.relays.items()
        )
        return f"<tds:GetRelayOutputsResponse>{each}</tds:GetRelayOutputsResponse>"

    def _op_SetRelayOutputSettings(self, given: dict[str, str], _: str) -> str | None:
        relay = self.relays.get(given["RelayOutputToken"])
        if relay is None or self.habits.no_delay:
            return None
        relay.mode, relay.delay = given["Mode"], given["DelayTime"]
        return "<tds:SetRelayOutputSettingsResponse/>"

    def _op_SetRelayOutputState(self, given: dict[str, str], _: str) -> str | None:
        if given["RelayOutputToken"] not in self.relays or self.refuses_commands:
            return None
        self.set_relay(given["RelayOutputToken"], given["LogicalState"] == "active")
        return "<tds:SetRelayOutputStateResponse/>"

    def _op_CreatePullPointSubscription(self, given: dict[str, str], _: str) -> str:
        with self._changed:
            name = str(next(self._numbers))
            granted_s = _seconds(given.get("InitialTerminationTime", "PT60S"), self.habits)
            self.points[name] = Point(time.monotonic() + granted_s, self._present() if self.habits.initial else [])
        return (
            "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa5:Address>"
            f"{self._at(f'/onvif/point/{name}')}</wsa5:Address></tev:SubscriptionReference>{self._times(granted_s)}"
            "</tev:CreatePullPointSubscriptionResponse>"
        )

    def _op_PullMessages(self, given: dict[str, str], path: str) -> str | None:
        end = time.monotonic() + _seconds(given["Timeout"])
        with self._changed:
            while (point := self._point(path)) is not None:
                if self.habits.huge or self.habits.entity:
                    return self._odd()
                if point.queue or self.habits.empty or time.monotonic() >= end:
                    break
                self._changed.wait(max(0.0, min(end - time.monotonic(), 0.5)))
            if point is None:
                return None
            sent, point.queue = point.queue, []
        if not sent and self.habits.empty:
            return ""
        return f"<tev:PullMessagesResponse>{self._times(60)}{''.join(sent)}</tev:PullMessagesResponse>"

    def _odd(self) -> str:
        if self.habits.huge:
            self.habits = replace(self.habits, huge=self.habits.huge - 1)
            return f"<tev:PullMessagesResponse>{' ' * 1024 * 1024}</tev:PullMessagesResponse>"
        self.habits = replace(self.habits, entity=self.habits.entity - 1)
        body = _envelope("<tev:PullMessagesResponse>&secret;</tev:PullMessagesResponse>").partition("?>")[2]
        return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY secret SYSTEM "file:///etc/hostname">]>{body}'

    def _op_SetSynchronizationPoint(self, _: dict[str, str], path: str) -> str | None:
        point = self._point(path)
        if point is None or self.habits.no_synchronisation:
            return None
        with self._changed:
            point.queue += self._present()
            self._changed.notify_all()
        return "<tev:SetSynchronizationPointResponse/>"

    def _op_Renew(self, given: dict[str, str], path: str) -> str | None:
        point = self._point(path)
        if point is None:
            return None
        granted_s = _seconds(given["TerminationTime"], self.habits)
        point.until = time.monotonic() + granted_s
        return f"<wsnt:RenewResponse>{self._times(granted_s)}</wsnt:RenewResponse>"

    def _op_Unsubscribe(self, _: dict[str, str], path: str) -> str:
        if self.habits.drops_all:
            self.forget_subscriptions()
        with self._changed:
            self.points.pop(path.rpartition("/")[2], None)
        return "<wsnt:UnsubscribeResponse/>"

    def _point(self, path: str) -> Point | None:
        point = self.points.get(path.rpartition("/")[2])
        return None if point is None or point.until < time.monotonic() else point

    def _times(self, seconds: float) -> str:
        now = self._clock()
        return (
            f"<wsnt:CurrentTime>{_iso(now)}</wsnt:CurrentTime>"
            f"<wsnt:TerminationTime>{_iso(now + timedelta(seconds=seconds))}</wsnt:TerminationTime>"
        )


def _uri(operation: str, address: str) -> str:
    return f"<trt:{operation}Response><trt:MediaUri><tt:Uri>{address}</tt:Uri></trt:MediaUri></trt:{operation}Response>"


def _envelope(content: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {NS}><s:Body>{content}</s:Body></s:Envelope>'


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def _seconds(duration: str, habits: Habits | None = None) -> float:
    found = re.fullmatch(r"PT(?:(\d+)M)?(?:([\d.]+)S)?", duration)
    assert found is not None, duration
    minutes, seconds = float(found[1] or 0), float(found[2] or 0)
    return minutes * (1 if habits is not None and habits.minutes_as_seconds else 60) + seconds
