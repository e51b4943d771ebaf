"""The settings that a demo begins with: a board of this machine, and the life of an NVR."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from bridge.errors import StartFailed

CAMERA_PORT: Final = 8098
SETTINGS = """\
# The demo's settings. Edit and save them while it runs, or change them on the page: it is one file.
device: {id: front-gate, name: Front gate camera, startup_grace_s: 0}
lines: {driver: simulated}
store: {folder: "FOLDER"}

cameras:
  gate: {onvif: "http://127.0.0.1:8098/onvif/device_service"}   # `alarm2mqtt cameras` finds real ones

inputs:
  - id: garage-door
    name: Garage door
    trigger_mode: connect
    device_class: garage_door
    linkage: {outputs: [siren, strobe]}
  - id: side-gate
    name: Side gate
    schedule: always              # or {mon-fri: ["00:00-07:00", "18:00-24:00"], sat-sun: ["00:00-24:00"]}
    linkage: {outputs: [strobe]}
  - id: gate-motion
    name: Motion at the gate
    device_class: motion
    line: {kind: onvif_event, camera: gate, event: motion}
    linkage: {outputs: [floodlight]}
  - id: gate-contact
    name: Gate contact
    line: {kind: onvif_input, camera: gate, token: AlarmIn_1}   # the camera's own alarm input
    linkage: {outputs: [siren]}
  - id: gate-lost
    name: Gate camera lost
    line: {kind: camera_lost, camera: gate, after_s: 5}
    linkage: {outputs: [strobe]}
  - id: kitchen-window
    name: Kitchen window
    device_class: window
    line: {kind: mqtt, preset: zigbee2mqtt_contact, topic: zigbee2mqtt/kitchen-window}
    linkage: {outputs: [siren]}

outputs:
  - id: siren
    name: Siren
    kind: siren
    mode: pulse
    alarm_time_ms: 10000          # 0 = until somebody stops it
  - id: strobe
    name: Strobe
    kind: strobe
    follow_source: true           # on for as long as an alarm lasts
  - id: floodlight
    name: Floodlight
    line: {kind: onvif_relay, camera: gate, token: AlarmOut_0}   # the camera's relay
    alarm_time_ms: 10000
"""


def settings_in(folder: Path) -> Path:
    """Returns the path of the demo's settings file, created if it does not exist. Raises StartFailed."""
    file = folder / "alarm2mqtt.yaml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text(SETTINGS.replace("FOLDER", str(folder.resolve())))
    except OSError as error:
        message = f"{folder} cannot be used: {error.strerror}; name another one: alarm2mqtt demo --folder FOLDER"
        raise StartFailed(message) from error
    return file
