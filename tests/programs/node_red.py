"""A real Node-RED with flows of the project, on loopback; skipped loudly where there is none."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
import warnings
from pathlib import Path
from typing import Any, Self

import pytest
from programs.mqtt_client import MqttClient
from servers.process import free_port
from words.pages import ROOT
from words.waiting import wait_until

VARIABLE = "ALARM2MQTT_NODE_RED"
FLOWS = ROOT / "examples" / "node-red"
PALETTE = "@flowfuse/node-red-dashboard"
SETTINGS = """
module.exports = {{
  uiPort: {port}, uiHost: "127.0.0.1", userDir: {folder}, flowFile: "flows.json", credentialSecret: false,
  telemetry: {{ enabled: false, updateNotification: false }},
  externalModules: {{ autoInstall: false, palette: {{ allowInstall: false }} }},
  contextStorage: {{ default: {{ module: "localfilesystem" }} }},
  logging: {{ console: {{ level: "info" }} }}
}};
"""


def modules() -> Path:
    """The folder `node_modules` with Node-RED in it."""
    prefix = os.environ.get(VARIABLE)
    if not prefix:
        message = f"{VARIABLE} is not set: no flow was run in Node-RED"
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    return Path(prefix) / "node_modules"


def flow(name: str, port: int) -> list[dict[str, Any]]:
    """A flow of the project whose broker is on this port."""
    nodes: list[dict[str, Any]] = json.loads((FLOWS / name).read_text(encoding="utf-8"))
    for node in nodes:
        if node["type"] == "mqtt-broker":
            node |= {"broker": "127.0.0.1", "port": str(port)}
    return nodes


def tapped(nodes: list[dict[str, Any]], *taps: str) -> list[dict[str, Any]]:
    """The flow with what reaches these nodes published on `test/<node>` as well."""
    for tap in taps:
        (own,) = (node for node in nodes if node["id"] == tap)
        new = {
            "id": f"{tap}-tap", "type": "mqtt out", "z": own["z"], "name": "", "topic": f"test/{tap}", "qos": "1",
            "retain": "false", "broker": "a2m-broker", "x": 0, "y": 0, "wires": [],
        }  # fmt: skip
        for node in nodes:
            for wires in node.get("wires", []):
                if tap in wires:
                    wires.append(new["id"])
        nodes = [*nodes, new]
    return nodes


PING: list[dict[str, Any]] = [
    {"id": "test", "type": "tab", "label": "test"},
    {
        "id": "test-ping", "type": "mqtt in", "z": "test", "name": "", "topic": "test/ping", "qos": "1",
        "datatype": "utf8", "broker": "a2m-broker", "nl": False, "rap": True, "rh": 0, "inputs": 0, "x": 0, "y": 0,
        "wires": [["test-pong"]],
    },
    {
        "id": "test-pong", "type": "mqtt out", "z": "test", "name": "", "topic": "test/pong", "qos": "1",
        "retain": "false", "broker": "a2m-broker", "x": 0, "y": 0, "wires": [],
    },
]  # fmt: skip
"""Subscribes after all other nodes, so its answer says that they have subscribed."""


class NodeRed:
    """`with NodeRed(folder, nodes):`; it has subscribed at the broker then."""

    def __init__(self, folder: Path, nodes: list[dict[str, Any]]) -> None:
        self.port = free_port()
        self.log = folder / "node-red.log"
        self._folder = folder
        self._modules = modules()
        (self._broker_port,) = {int(node["port"]) for node in nodes if node["type"] == "mqtt-broker"}
        (folder / "flows.json").write_text(json.dumps([*nodes, *PING]))
        (folder / "package.json").write_text('{"name": "tests", "version": "0.0.1", "private": true}')
        (folder / "settings.js").write_text(SETTINGS.format(port=self.port, folder=json.dumps(str(folder))))
        (folder / "node_modules").symlink_to(self._modules)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        own = sorted(self._modules.glob("node-linux-*/bin/node"))
        node = str(own[0]) if own else shutil.which("node")
        assert node is not None, "Node-RED needs node"
        environ = {**os.environ, "HOME": str(self._folder)}
        with self.log.open("ab") as log:
            command = [node, str(self._modules / "node-red" / "red.js"), "-u", str(self._folder)]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environ)
        with MqttClient(self._broker_port, "test/pong") as client:

            def answers() -> bool:
                client.publish("test/ping")
                return "test/pong" in client.topics()

            wait_until(answers, within_s=60, what="Node-RED at the broker")
        bad = [line for line in self.said().splitlines() if "[error]" in line or "missing" in line.lower()]
        assert bad == []
        return self

    def stop(self) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def press(self, node: str) -> None:
        """The button of an inject node."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/inject/{node}", data=b"{}", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own, on loopback
            assert answer.status == 200

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
