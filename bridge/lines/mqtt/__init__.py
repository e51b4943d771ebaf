"""Lines on MQTT topics of other devices: their contacts as inputs, and devices that obey payloads as outputs."""
