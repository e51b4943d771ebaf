"""The operations of ONVIF that are used here, and what their answers say (pure).

The specification and its chapter stand at each.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element, tostring
from xml.sax.saxutils import escape

from bridge.errors import MessageMalformed
from bridge.lines.onvif.envelope import Request
from bridge.lines.onvif.xml_tree import below, each_below, text_at

EVENTS: Final = "http://www.onvif.org/ver10/events/wsdl"
MEDIA: Final = "http://www.onvif.org/ver10/media/wsdl"
DEVICE_IO: Final = "http://www.onvif.org/ver10/deviceIO/wsdl"
_NOTIFICATION = "http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
MOST_MESSAGES = 50

CLOCK = Request(name="GetSystemDateAndTime", body="<tds:GetSystemDateAndTime/>")
SERVICES = Request(
    name="GetServices", body="<tds:GetServices><tds:IncludeCapability>false</tds:IncludeCapability></tds:GetServices>"
)
CAPABILITIES = Request(
    name="GetCapabilities", body="<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>"
)
DEVICE_INFORMATION = Request(name="GetDeviceInformation", body="<tds:GetDeviceInformation/>")
RELAYS = Request(name="GetRelayOutputs", body="<tds:GetRelayOutputs/>")
INPUTS = Request(name="GetDigitalInputs", body="<tmd:GetDigitalInputs/>")
PROFILES = Request(name="GetProfiles", body="<trt:GetProfiles/>")
EVENT_PROPERTIES = Request(
    name="GetEventProperties",
    body="<tev:GetEventProperties/>",
    action=f"{EVENTS}/EventPortType/GetEventPropertiesRequest",
)


def clock_in(found: Element) -> datetime | None:
    """Returns the camera's time in UTC (Core 8.3.8); None if it does not say."""
    parts = below(found, "SystemDateAndTime", "UTCDateTime")
    if parts is None:
        return None
    names = (
        ("Date", "Year"),
        ("Date", "Month"),
        ("Date", "Day"),
        ("Time", "Hour"),
        ("Time", "Minute"),
        ("Time", "Second"),
    )
    texts = [text_at(parts, *name) for name in names]
    try:
        year, month, day, hour, minute, second = (int(each or "") for each in texts)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def model_in(found: Element) -> str:
    """Returns the camera's maker and model (Core 8.3.1); empty if it does not say."""
    maker, model = text_at(found, "Manufacturer") or "", text_at(found, "Model") or ""
    return model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()


def services_in(found: Element) -> Mapping[str, str]:
    """Returns the addresses of services by their namespace (Core 8.1.2), as the camera gives them."""
    given = {text_at(each, "Namespace"): text_at(each, "XAddr") for each in each_below(found, "Service")}
    return {name.rstrip("/"): address for name, address in given.items() if name and address}


def capabilities_in(found: Element) -> Mapping[str, str]:
    """Returns the addresses of services by their namespace from the older operation (Core 8.1.1)."""
    places = {EVENTS: ("Events",), MEDIA: ("Media",), DEVICE_IO: ("Extension", "DeviceIO")}
    given = {name: text_at(found, "Capabilities", *path, "XAddr") for name, path in places.items()}
    return {name: address for name, address in given.items() if address}


# Subscriptions (Core 9.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A pull point: its address as the camera gave it, the elements to send with each request, and its time."""

    address: str
    reference: str
    granted_s: float | None
    """Seconds until it ends, by the camera's own clock; None if it does not say."""


def create_pull_point(seconds: int) -> Request:
    """Returns the request for a pull point; in seconds, for some cameras read minutes as such."""
    return Request(
        name="CreatePullPointSubscription",
        body="<tev:CreatePullPointSubscription><tev:InitialTerminationTime>"
        f"PT{seconds}S</tev:InitialTerminationTime></tev:CreatePullPointSubscription>",
        action=f"{EVENTS}/EventPortType/CreatePullPointSubscriptionRequest",
    )


def subscription_in(found: Element) -> Subscription:
    """Returns the subscription that a camera made. Raises MessageMalformed if it has no address."""
    address = text_at(found, "SubscriptionReference", "Address")
    if address is None:
        message = "names no address of the subscription"
        raise MessageMalformed(message)
    parameters = below(found, "SubscriptionReference", "ReferenceParameters")
    reference = "" if parameters is None else "".join(tostring(each, encoding="unicode") for each in parameters)
    return Subscription(address=address, reference=reference, granted_s=granted_s(found))


def granted_s(found: Element) -> float | None:
    """Returns the seconds that a subscription has, by both of the camera's own times; None if it does not say."""
    now, end = instant_of(text_at(found, "CurrentTime")), instant_of(text_at(found, "TerminationTime"))
    if now is None or end is None:
        return None
    return max(0.0, (end - now).total_seconds())


def pull_messages(subscription: Subscription, wait_s: int) -> Request:
    """Returns the request for events, which the camera answers at once when there are some, else after `wait_s`."""
    body = (
        f"<tev:PullMessages><tev:Timeout>PT{wait_s}S</tev:Timeout>"
        f"<tev:MessageLimit>{MOST_MESSAGES}</tev:MessageLimit></tev:PullMessages>"
    )
    return _at(subscription, "PullMessages", body, f"{EVENTS}/PullPointSubscription/PullMessagesRequest")


def synchronise(subscription: Subscription) -> Request:
    """Returns the request for the present value of every property."""
    body = "<tev:SetSynchronizationPoint/>"
    return _at(
        subscription, "SetSynchronizationPoint", body, f"{EVENTS}/PullPointSubscription/SetSynchronizationPointRequest"
    )


def renew(subscription: Subscription, seconds: int) -> Request:
    """Returns the request for more time."""
    body = f"<wsnt:Renew><wsnt:TerminationTime>PT{seconds}S</wsnt:TerminationTime></wsnt:Renew>"
    return _at(subscription, "Renew", body, f"{_NOTIFICATION}/RenewRequest")


def unsubscribe(subscription: Subscription) -> Request:
    """Returns the request that gives a subscription back."""
    return _at(subscription, "Unsubscribe", "<wsnt:Unsubscribe/>", f"{_NOTIFICATION}/UnsubscribeRequest")


def _at(subscription: Subscription, name: str, body: str, action: str) -> Request:
    return Request(name=name, body=body, action=action, to=subscription.address, reference=subscription.reference)


# Relays (Core 8.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """A relay output and the settings that it has in the camera."""

    token: str
    mode: str
    delay_s: float | None
    idle: str


def relays_in(found: Element) -> list[Relay]:
    """Returns the relays that a camera has."""
    return [
        Relay(
            token=each.get("token", ""),
            mode=text_at(each, "Properties", "Mode") or "",
            delay_s=seconds_of(text_at(each, "Properties", "DelayTime")),
            idle=text_at(each, "Properties", "IdleState") or "open",
        )
        for each in each_below(found, "RelayOutputs")
    ]


def set_relay_mode(relay: Relay, *, monostable_s: float | None) -> Request:
    """Returns the request for a relay that falls back after so many seconds, or stays; its idle state is left."""
    mode = "Bistable" if monostable_s is None else "Monostable"
    delay = 0 if monostable_s is None else max(1, math.ceil(monostable_s))
    return Request(
        name="SetRelayOutputSettings",
        body=f"<tds:SetRelayOutputSettings><tds:RelayOutputToken>{escape(relay.token)}</tds:RelayOutputToken>"
        f"<tds:Properties><tt:Mode>{mode}</tt:Mode><tt:DelayTime>PT{delay}S</tt:DelayTime>"
        f"<tt:IdleState>{escape(relay.idle)}</tt:IdleState></tds:Properties></tds:SetRelayOutputSettings>",
    )


def set_relay(token: str, *, active: bool) -> Request:
    """Returns the request that makes a relay active or inactive."""
    return Request(
        name="SetRelayOutputState",
        body=f"<tds:SetRelayOutputState><tds:RelayOutputToken>{escape(token)}</tds:RelayOutputToken>"
        f"<tds:LogicalState>{'active' if active else 'inactive'}</tds:LogicalState></tds:SetRelayOutputState>",
    )


def inputs_in(found: Element) -> list[str]:
    """Returns the tokens of the digital inputs that a camera has (DeviceIO 5.9)."""
    return [each.get("token", "") for each in each_below(found, "DigitalInputs")]


# Pictures and streams (Media 5.15)


def profiles_in(found: Element) -> list[str]:
    """Returns the tokens of a camera's profiles, the first of which is its main one."""
    return [token for each in each_below(found, "Profiles") if (token := each.get("token"))]


def snapshot_address(profile: str) -> Request:
    """Returns the request for the address of pictures."""
    body = f"<trt:GetSnapshotUri><trt:ProfileToken>{escape(profile)}</trt:ProfileToken></trt:GetSnapshotUri>"
    return Request(name="GetSnapshotUri", body=body)


def stream_address(profile: str) -> Request:
    """Returns the request for the address of the stream, over one TCP connection."""
    body = (
        "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport><tt:Protocol>RTSP"
        f"</tt:Protocol></tt:Transport></trt:StreamSetup><trt:ProfileToken>{escape(profile)}</trt:ProfileToken>"
        "</trt:GetStreamUri>"
    )
    return Request(name="GetStreamUri", body=body)


def address_in(found: Element) -> str | None:
    """Returns the address that an answer names; None if it names none."""
    return text_at(found, "MediaUri", "Uri")


# Times


def seconds_of(text: str | None) -> float | None:
    """Returns a duration of XML Schema in seconds, without years and months; None for any other text."""
    match = _DURATION.fullmatch(text or "")
    if match is None or text in ("P", "PT"):
        return None
    days, hours, minutes, seconds = (float(each or 0) for each in match.groups())
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds


def instant_of(text: str | None) -> datetime | None:
    """Returns an instant of XML Schema, in UTC where it names no zone; None for any other text."""
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
