"""A line of every kind, with all that its kind can say; `test_line_fields` holds it to the registry."""

from __future__ import annotations

from typing import Any

CAMERAS: dict[str, Any] = {
    "gate": {"onvif": "http://127.0.0.1:9/onvif/device_service", "username": "cam", "password": "correct-horse"}
}
INPUT_LINES: dict[str, tuple[dict[str, Any], ...]] = {
    "gpio": ({"chip": "gpiochip0", "offset": 17}, {"name": "ALARM_IN1", "chip": "gpiochip1"}),
    "mqtt": (
        {"kind": "mqtt", "preset": "zigbee2mqtt_contact", "topic": "zigbee2mqtt/window"},
        {
            "kind": "mqtt",
            "topic": "hall/sensor",
            "path": ["values", 0, "open"],
            "connected": {"at_least": 1.5, "below": 9},
            "disconnected": ["off", "0", 0, False, " quiet "],
            "hold_s": 2.5,
            "stale_s": 600,
            "availability": "hall/sensor/online",
            "ask": {"topic": "hall/sensor/get", "payload": '{"open": ""}'},
        },
        {"kind": "mqtt", "topic": "bell", "path": "events.0", "connected": "true", "disconnected": "5"},
    ),
    "onvif_input": ({"kind": "onvif_input", "camera": "gate", "token": "AlarmIn_1"},),
    "onvif_event": (
        {"kind": "onvif_event", "camera": "gate", "event": "motion", "source": "Video_1", "hold_s": 10},
        {"kind": "onvif_event", "camera": "gate", "topic": "RuleEngine/Package", "item": "State"},
    ),
    "camera_lost": ({"kind": "camera_lost", "camera": "gate", "after_s": 45},),
    "combined": (
        {"kind": "combined", "of": ["gpio-0", "health-0"], "need": "any", "within_s": 20},
        {"kind": "combined", "of": ["gpio-0", "health-0"], "need": 2},
    ),
    "health": ({"kind": "health", "what": "mail", "after_s": 0.5}, {"kind": "health", "what": "disk"}),
    "http": ({"kind": "http", "token": "a-long-token", "hold_s": 7},),
    "sound": ({"kind": "sound", "device": "plughw:1,0", "level_db": -32.5, "for_ms": 250},),
}
OUTPUT_LINES: dict[str, tuple[dict[str, Any], ...]] = {
    "gpio": ({"chip": "gpiochip0", "offset": 22}, {"name": "RELAY_1"}),
    "mqtt": (
        {"kind": "mqtt", "preset": "zigbee2mqtt_siren", "topic": "zigbee2mqtt/siren"},
        {
            "kind": "mqtt",
            "topic": "hall/siren/set",
            "connected": '"ON"\tfor {seconds}',
            "disconnected": "",
            "state": {"topic": "hall/siren", "path": "alarm", "connected": True, "disconnected": ["off", "idle"]},
        },
    ),
    "onvif_relay": ({"kind": "onvif_relay", "camera": "gate", "token": "AlarmOut_0", "mode": "bistable"},),
    "http": (
        {
            "kind": "http",
            "preset": "hikvision_output",
            "address": "http://192.0.2.30",
            "username": "admin",
            "password": "hidden-word",
        },
        {
            "kind": "http",
            "connected": {
                "url": "http://admin:hidden-word@192.0.2.31/on",
                "method": "PUT",
                "body": "<on/>",
                "headers": {"X-Token": "hidden-word", "Accept": "text/plain"},
            },
            "disconnected": {"url": "http://admin:hidden-word@192.0.2.31/off"},
        },
    ),
}
