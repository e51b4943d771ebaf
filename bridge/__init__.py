"""Alarm inputs and outputs on the device, bridged to MQTT and Home Assistant.

A terminal's level changes (`lines`) and becomes a fact; facts from all sides, commands from
MQTT included, pass one after the other through the engine (`core`, driven by `runtime`), which
decides and answers with effects; each effect goes to the adapter that can do it: a line is driven
(`lines`), a state is published (`mqtt`), an alarm's linkage runs (`actions`), a state is kept
(`store`). `app` is the one place that knows all of them.
"""

__version__ = "0.1.0"
