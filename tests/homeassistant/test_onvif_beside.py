"""Home Assistant's own `onvif` integration beside the bridge on the same camera: both keep their subscriptions."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from servers.onvif_camera import OnvifCamera
from servers.process import wait_until
from words.builders import an_input, an_output

from bridge.cli.demo.camera.soap import Call

pytestmark = pytest.mark.homeassistant
PROFILE = """
<trt:GetProfilesResponse><trt:Profiles token="P1" fixed="true"><tt:Name>main</tt:Name>
<tt:VideoSourceConfiguration token="VS"><tt:Name>v</tt:Name><tt:UseCount>1</tt:UseCount>
<tt:SourceToken>VS_1</tt:SourceToken><tt:Bounds x="0" y="0" width="640" height="480"/></tt:VideoSourceConfiguration>
<tt:VideoEncoderConfiguration token="VE"><tt:Name>e</tt:Name><tt:UseCount>1</tt:UseCount>
<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>640</tt:Width><tt:Height>480</tt:Height></tt:Resolution>
<tt:Quality>5</tt:Quality><tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>
</trt:Profiles></trt:GetProfilesResponse>
"""
INFORMATION = (
    "<tds:GetDeviceInformationResponse><tds:Manufacturer>Acme</tds:Manufacturer><tds:Model>Eye 3</tds:Model>"
    "<tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>00C0FFEE0001</tds:SerialNumber>"
    "<tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>"
)


class WholeCamera(OnvifCamera):
    """A camera that also answers what Home Assistant asks beside events: strictly, as its schema demands."""

    def operations(self) -> dict[str, Callable[[Call], str | None]]:
        return super().operations() | {
            "GetCapabilities": self._all_capabilities,
            "GetDeviceInformation": lambda _: INFORMATION,
            "GetProfiles": lambda _: PROFILE,
            "GetServiceCapabilities": self._service_capabilities,
            "GetNetworkInterfaces": lambda _: "<tds:GetNetworkInterfacesResponse/>",
            "GetSystemDateAndTime": self._clock,
        }

    def _clock(self, call: Call) -> str:
        found = super().operations()["GetSystemDateAndTime"](call) or ""
        kind = "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
        return found.replace("<tds:SystemDateAndTime>", f"<tds:SystemDateAndTime>{kind}")

    def _all_capabilities(self, _: Call) -> str:
        def place(name: str) -> str:
            return f"<tt:XAddr>{self.address_at(f'/onvif/{name}_service')}</tt:XAddr>"

        return (
            f"<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device>{place('device')}</tt:Device>"
            f"<tt:Events>{place('events')}<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>"
            "<tt:WSPullPointSupport>true</tt:WSPullPointSupport><tt:WSPausableSubscriptionManagerInterfaceSupport>false"
            f"</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events><tt:Media>{place('media')}"
            "<tt:StreamingCapabilities/></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _service_capabilities(self, call: Call) -> str:
        if "media" in call.path:
            return (
                '<trt:GetServiceCapabilitiesResponse><trt:Capabilities SnapshotUri="true"><trt:ProfileCapabilities/>'
                "<trt:StreamingCapabilities/></trt:Capabilities></trt:GetServiceCapabilitiesResponse>"
            )
        return (
            '<tev:GetServiceCapabilitiesResponse><tev:Capabilities WSPullPointSupport="true"/>'
            "</tev:GetServiceCapabilitiesResponse>"
        )


class Flow:
    """A configuration flow of Home Assistant, step by step."""

    def __init__(self, ha: Any, handler: str) -> None:
        self._ha = ha
        try:
            self.at = self._ask("POST", "", {"handler": handler})
        except urllib.error.HTTPError as error:
            words = f"NOT TESTED: this Home Assistant cannot load {handler}: {error.read().decode()[:200]}"
            warnings.warn(words, stacklevel=2)
            pytest.skip(words)

    def answer(self, **given: Any) -> dict[str, Any]:
        self.at = self._ask("POST", f"/{self.at['flow_id']}", given)
        return self.at

    def _ask(self, method: str, path: str, given: dict[str, Any] | None) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - on loopback
            f"{self._ha.url}/api/config/config_entries/flow{path}",
            method=method,
            data=None if given is None else json.dumps(given).encode(),
            headers={"Authorization": f"Bearer {self._ha.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=90) as answer:  # noqa: S310 - on loopback
            found: dict[str, Any] = json.load(answer)
        return found


@contextmanager
def home_assistant_watches(ha: Any, camera: OnvifCamera) -> Iterator[None]:
    """The camera is set up in Home Assistant, by hand, and removed in the end."""
    flow = Flow(ha, "onvif")
    flow.answer(auto=False)
    made = flow.answer(name="Gate", host="127.0.0.1", port=camera.port, username="cam", password="pw")
    assert made["type"] == "create_entry", made
    entry = made["result"]["entry_id"]
    try:
        yield
    finally:
        request = urllib.request.Request(  # noqa: S310 - on loopback
            f"{ha.url}/api/config/config_entries/entry/{entry}",
            method="DELETE",
            headers={"Authorization": f"Bearer {ha.token}"},
        )
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310 - on loopback


def test_a_camera_serves_home_assistant_and_the_bridge_and_both_keep_their_subscriptions(
    home_assistant: Any, tmp_path: Path
) -> None:
    ha = home_assistant
    door = {"kind": "onvif_input", "camera": "gate", "token": "DI_1"}
    with WholeCamera() as camera:
        bridge = Bridge(
            tmp_path,
            ha.rig["broker_port"],
            cameras={"gate": {"onvif": camera.address, "username": "cam", "password": "pw"}},
            inputs=[an_input("door", line=door, outputs=["lamp"], quiet_s=0)],
            outputs=[an_output("lamp", follow_source=True)],
        )
        with bridge, home_assistant_watches(ha, camera):
            wait_until(lambda: len(camera.points) == 2, within_s=60, what="both subscriptions")
            names = set(camera.points)

            def shows(state: str) -> bool:
                return any(
                    each["state"] == state
                    for name, each in ha.states("binary_sensor").items()
                    if "digital_input" in name
                )

            wait_until(lambda: shows("off"), within_s=60, what=f"the sensor; {list(ha.states())}")
            for active, contact, state in ((True, "connected", "on"), (False, "disconnected", "off")) * 3:
                camera.set_input("DI_1", active)
                wait_until(lambda: bridge.contact("lamp") == contact, what=f"the lamp {contact}")  # noqa: B023 - at once
                wait_until(lambda: shows(state), what=f"Home Assistant's {state}")  # noqa: B023 - at once
            assert set(camera.points) == names, "nobody had to subscribe anew"
        wait_until(lambda: not camera.points, within_s=20, what="both subscriptions given back")
