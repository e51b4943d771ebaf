from __future__ import annotations

import json

from bridge.core.definitions.settings import Settings
from bridge.mqtt.publishing.settings_payloads import device_settings, input_settings, output_settings
from bridge.settings.checks.validator import validated

SECRETS = {"s3cret-mqtt", "s3cret-camera", "s3cret-mail", "s3cret-ftp", "s3cret-web"}
PRIVATE = {"me@example.org", "mail.example.org", "nas.local", "viewer", "/run/secrets", "10.0.0.9", "/mnt/sd"}
ALL = validated(
    Settings,
    {
        "device": {"id": "front-gate", "area": "Driveway"},
        "mqtt": {"host": "10.0.0.9", "username": "viewer", "password": "s3cret-mqtt"},
        "cameras": {
            "gate": {
                "snapshot": "http://10.0.0.9/image.jpg",
                "username": "viewer",
                "password": "s3cret-camera",
                "ca_file": "/run/secrets/ca",
            }
        },
        "schedules": {"nights": {"mon-fri": ["22:00-06:00"]}},
        "inputs": [
            {
                "id": "door",
                "schedule": "nights",
                "line": {"chip": "gpiochip0", "offset": 17},
                "linkage": {"email": True},
            }
        ],
        "outputs": [{"id": "siren", "kind": "siren", "on_broker_loss": {"stop_after_s": 60}}],
        "email": {
            "host": "mail.example.org",
            "username": "viewer",
            "password": "s3cret-mail",
            "sender": "me@example.org",
            "recipients": ["me@example.org"],
        },
        "ftp": {"host": "nas.local", "username": "viewer", "password": "s3cret-ftp"},
        "recording": {"folder": "/mnt/sd/alarms"},
        "web": {"password": "s3cret-web", "password_file": "/run/secrets/web"},
    },
)


def shown():
    return [
        device_settings(ALL),
        *(input_settings(one) for one in ALL.inputs),
        *(output_settings(one) for one in ALL.outputs),
    ]


def test_no_secret_no_address_and_no_place_is_shown():
    text = b"\n".join(shown()).decode()
    assert not [word for word in SECRETS | PRIVATE if word in text]
    assert "*" not in text
    assert "password" not in text


def test_an_inputs_settings_are_shown_whole():
    found = json.loads(input_settings(ALL.inputs[0]))
    assert (found["id"], found["name"], found["schedule"], found["trigger_mode"]) == (
        "door",
        "door",
        "nights",
        "connect",
    )
    assert found["linkage"]["email"] is True


def test_an_outputs_cut_off_that_follows_from_its_kind_is_written_out():
    found = json.loads(output_settings(ALL.outputs[0]))
    assert (found["max_active_s"], found["on_broker_loss"]) == (900, {"stop_after_s": 60})


def test_of_the_rest_is_shown_what_may_be_changed_and_what_explains_it():
    found = json.loads(device_settings(ALL))
    assert found["device"]["name"] == "front-gate"
    assert found["schedules"]["nights"]["mon"]
    assert found["email"]["min_gap_s"] == 60
    assert set(found["recording"]) == {"pre_s", "post_s", "quota_mb", "keep_days", "reserve_mb"}


def test_what_is_not_configured_is_null():
    found = json.loads(device_settings(validated(Settings, {"device": {"id": "a"}})))
    assert (found["email"], found["recording"]) == (None, None)
