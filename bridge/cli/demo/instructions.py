"""The words of a demo at its start: what runs where, and what to try."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Final

MQTT_PORT: Final = 1883
TRY: Final = """
alarm2mqtt on a simulated terminal board, with a camera: alarm inputs and outputs of the board, of the camera
and on MQTT.

  broker     {broker} on 127.0.0.1:{port}
  page       http://127.0.0.1:{page}/
  camera     http://127.0.0.1:{camera_port}/   (simulated; its picture)
  settings   {settings}

Try this in a second terminal, in this folder:

  see every topic            {listen}
  look at the terminals      {me} board --socket {board} contacts
  trip the garage door       {me} board --socket {board} connect garage-door
  restore it                 {me} board --socket {board} disconnect garage-door
  break its line             {me} board --socket {board} fail garage-door      (and: heal)
  motion before the camera   {me} board --socket {camera} motion
  its alarm input            {me} board --socket {camera} connect              (and: disconnect)
  unplug the camera          {me} board --socket {camera} unplug               (and: plug)
  open the kitchen window    {publish} -t zigbee2mqtt/kitchen-window -m '{{"contact": false}}'   (and: true)
  start the siren            {publish} -t alarm2mqtt/front-gate/output/siren/set -m ON
  stop everything            {publish} -t alarm2mqtt/front-gate/silence -m now
  watch the terminals live   {watch}
  read what happened         {me} log {settings} --follow

Home Assistant finds the device by itself when its MQTT integration uses this broker. Ctrl-C ends it.
"""


def instructions(*, broker: str, port: int, page: int, camera_port: int, camera: Path, folder: Path, file: Path) -> str:
    """Returns the words; `port`, `page` and `camera_port` are those of broker, page and camera, `camera` a socket."""
    tools = "" if shutil.which("mosquitto_sub") else "   (Debian: apt-get install mosquitto-clients)"
    me = os.path.relpath(sys.argv[0])
    return TRY.format(
        broker=broker,
        port=port,
        page=page,
        camera_port=camera_port,
        camera=camera,
        settings=file,
        board=folder / "board.sock",
        me=me,
        watch=f"{f'ALARM2MQTT_MQTT__PORT={port} ' if port != MQTT_PORT else ''}{me} watch {file}",
        listen=f"mosquitto_sub -p {port} -v -t 'alarm2mqtt/#'{tools}",
        publish=f"mosquitto_pub -p {port}",
    )
