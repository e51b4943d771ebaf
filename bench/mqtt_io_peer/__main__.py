"""Runs mqtt-io as it is, with our GPIO module and our MQTT client in reach of its imports.

    python bench/mqtt_io_peer CONFIG

mqtt-io looks for GPIO modules by name in its own package: that package's search path gets one more
folder. The MQTT client is named in full in the configuration (`client_module: qos1`) and lies
beside this file.
"""

# ruff: noqa: INP001 - run as a folder, by the environment that holds mqtt-io

from __future__ import annotations

import runpy
from pathlib import Path

import mqtt_io.modules.gpio

mqtt_io.modules.gpio.__path__.append(str(Path(__file__).parent / "gpio"))
runpy.run_module("mqtt_io", run_name="__main__")
