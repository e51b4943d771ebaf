"""The cable to a camera is pulled out: a link between two networks that goes down."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs.bridge import Bridge
from servers.network import OwnNetwork
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
CAMERA = "192.0.2.1"
PROGRAM = """
import sys
from servers.onvif_camera import OnvifCamera
from servers.slow_link import SlowLink
with OnvifCamera() as camera, SlowLink(camera.port, host=sys.argv[1]) as end:
    print(end.port, flush=True)
    for word in map(str.strip, sys.stdin):
        if word == "moves":
            camera.motion(True)
        elif word == "rests":
            camera.motion_is = False
        print("PullMessages" in camera.calls, flush=True)
"""
ITS_OWN_SYS = ("unshare", "--mount", "sh", "-c", 'mount -t sysfs sysfs /sys && exec "$@"', "sh")
"""Of the network it is in; /sys of the machine has that of the machine."""


class CameraElsewhere:
    """A camera in a network of its own, ordered by words."""

    def __init__(self, network: OwnNetwork) -> None:
        self._process = subprocess.Popen(
            [*network.inside, sys.executable, "-c", PROGRAM, CAMERA],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self._process.stdout is not None
        self.address = f"http://{CAMERA}:{int(self._process.stdout.readline())}/onvif/device_service"

    def told(self, word: str) -> bool:
        """Does as it is told. Returns whether anybody has pulled its events yet."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline() == "True\n"

    def end(self) -> None:
        self._process.communicate(timeout=10)


def pid_in(network: OwnNetwork) -> str:
    """A process of the network, by which the kernel finds it."""
    return Path(network.inside[1].removeprefix("--net=")).parent.parent.name


@contextmanager
def camera_at_a_cable(network: OwnNetwork) -> Iterator[tuple[CameraElsewhere, OwnNetwork]]:
    """A camera behind a link into the network, and the network at the link's other end."""
    with OwnNetwork() as elsewhere:
        elsewhere.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "alarm0", "netns", pid_in(network))
        elsewhere.run("ip", "address", "add", f"{CAMERA}/24", "dev", "cable")
        elsewhere.run("ip", "link", "set", "cable", "up")
        network.run("ip", "address", "add", "192.0.2.2/24", "dev", "alarm0")
        network.run("ip", "link", "set", "alarm0", "up")
        network.run("ip", "route", "add", "default", "via", CAMERA)
        camera = CameraElsewhere(elsewhere)
        try:
            yield camera, elsewhere
        finally:
            camera.end()


def test_a_cable_that_is_pulled_out_is_seen_by_network_and_camera_and_ends_no_alarm(tmp_path: Path) -> None:
    lines = {
        "network": {"kind": "health", "what": "network", "after_s": 1},
        "gone": {"kind": "camera_lost", "camera": "gate", "after_s": 1},
        "moves": {"kind": "onvif_event", "camera": "gate", "event": "motion"},
    }
    with OwnNetwork() as network, camera_at_a_cable(network) as (camera, elsewhere):
        bridge = Bridge(
            tmp_path,
            1,
            cameras={"gate": {"onvif": camera.address, "username": "cam", "password": "pw"}},
            inputs=[an_input(name, line=line, outputs=[f"{name}-lamp"], quiet_s=0) for name, line in lines.items()],
            outputs=[an_output(f"{name}-lamp", follow_source=True) for name in lines],
        )
        bridge.before = (*network.inside, *ITS_OWN_SYS)

        def shine(*names: str) -> bool:
            return {name for name in lines if bridge.contact(f"{name}-lamp") == "connected"} == {*names}

        with bridge:
            wait_until(lambda: camera.told("nothing"), what=f"the first pull; log:\n{bridge.said()}")
            camera.told("moves")
            wait_until(lambda: shine("moves"), what=f"the motion alone; log:\n{bridge.said()}")
            elsewhere.run("ip", "link", "set", "cable", "down")
            wait_until(lambda: shine("network", "gone", "moves"), what=f"all three; log:\n{bridge.said()}")
            camera.told("rests")
            elsewhere.run("ip", "link", "set", "cable", "up")
            wait_until(shine, what=f"the end of all; log:\n{bridge.said()}")
