"""The answers of a camera, as ONVIF writes them (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

SERVICES: Final = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
}
"""The namespace of each service, by the name in its address."""


def clock(now: datetime) -> str:
    """Returns the answer to GetSystemDateAndTime."""
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>"
        f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
        f"</tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
        "</tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def services(address_of: Mapping[str, str]) -> str:
    """Returns the answer to GetServices, from the address of each of `SERVICES`."""
    each = "".join(
        f"<tds:Service><tds:Namespace>{SERVICES[name]}</tds:Namespace><tds:XAddr>{address}</tds:XAddr></tds:Service>"
        for name, address in address_of.items()
    )
    return f"<tds:GetServicesResponse>{each}</tds:GetServicesResponse>"


def information(maker: str, model: str) -> str:
    """Returns the answer to GetDeviceInformation."""
    return (
        f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{maker}</tds:Manufacturer><tds:Model>{model}</tds:Model>"
        "</tds:GetDeviceInformationResponse>"
    )


def topic(path: str, item: str, kind: str = "xs:boolean", *, is_property: bool = True) -> str:
    """Returns the description of a topic and of the one item in its messages."""
    *outer, last = path.split("/")
    begin, end = "".join(f"<{each}>" for each in outer), "".join(f"</{each}>" for each in reversed(outer))
    return (
        f'{begin}<{last} wstop:topic="true"><tt:MessageDescription IsProperty="{str(is_property).lower()}">'
        f'<tt:Data><tt:SimpleItemDescription Name="{item}" Type="{kind}"/></tt:Data>'
        f"</tt:MessageDescription></{last}>{end}"
    )


def event_properties(topics: Iterable[str]) -> str:
    """Returns the answer to GetEventProperties, from descriptions of topics."""
    return (
        f"<tev:GetEventPropertiesResponse><wstop:TopicSet>{''.join(topics)}</wstop:TopicSet>"
        "</tev:GetEventPropertiesResponse>"
    )


def profiles(tokens: Iterable[str]) -> str:
    """Returns the answer to GetProfiles."""
    each = "".join(f'<trt:Profiles token="{token}"/>' for token in tokens)
    return f"<trt:GetProfilesResponse>{each}</trt:GetProfilesResponse>"


def media_address(operation: str, address: str) -> str:
    """Returns the answer to GetSnapshotUri or GetStreamUri."""
    return f"<trt:{operation}Response><trt:MediaUri><tt:Uri>{address}</tt:Uri></trt:MediaUri></trt:{operation}Response>"


def digital_inputs(tokens: Iterable[str]) -> str:
    """Returns the answer to GetDigitalInputs."""
    each = "".join(f'<tmd:DigitalInputs token="{token}"/>' for token in tokens)
    return f"<tmd:GetDigitalInputsResponse>{each}</tmd:GetDigitalInputsResponse>"


def relay_output(token: str, mode: str, delay: str) -> str:
    """Returns one relay of the answer to GetRelayOutputs."""
    return (
        f'<tds:RelayOutputs token="{token}"><tt:Properties><tt:Mode>{mode}</tt:Mode>'
        f"<tt:DelayTime>{delay}</tt:DelayTime><tt:IdleState>open</tt:IdleState></tt:Properties></tds:RelayOutputs>"
    )


def relay_outputs(relays: Iterable[str]) -> str:
    """Returns the answer to GetRelayOutputs, from `relay_output` of each."""
    return f"<tds:GetRelayOutputsResponse>{''.join(relays)}</tds:GetRelayOutputsResponse>"


def subscription(address: str, now: datetime, granted_s: float) -> str:
    """Returns the answer to CreatePullPointSubscription."""
    return (
        f"<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa5:Address>{address}</wsa5:Address>"
        f"</tev:SubscriptionReference>{times(now, granted_s)}</tev:CreatePullPointSubscriptionResponse>"
    )


def times(now: datetime, granted_s: float) -> str:
    """Returns the time of an answer, and that of the subscription's end."""
    return (
        f"<wsnt:CurrentTime>{instant(now)}</wsnt:CurrentTime>"
        f"<wsnt:TerminationTime>{instant(now + timedelta(seconds=granted_s))}</wsnt:TerminationTime>"
    )


def notification(
    topic: str, source: Mapping[str, str], data: Mapping[str, str], *, operation: str, now: datetime
) -> str:
    """Returns a message of PullMessages; `operation` is Initialized, Changed or Deleted."""
    return (
        f"<wsnt:NotificationMessage><wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message>"
        f'<tt:Message UtcTime="{instant(now)}" PropertyOperation="{operation}">'
        f"{_items('Source', source)}{_items('Data', data)}"
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def instant(when: datetime) -> str:
    """Returns an instant in UTC as XML Schema writes it."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _items(part: str, values: Mapping[str, str]) -> str:
    simple = "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in values.items())
    return f"<tt:{part}>{simple}</tt:{part}>"
