"""Inputs, outputs and the device as Home Assistant's entities: `description` describes the whole device.

The only folder that imports `ha_discovery`.
"""
