"""`make run`: the daemon with a broker, a settings file and a simulated board of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bridge.daemon import boot
from bridge.errors import BoardError, StartFailed
from bridge.lines.simulated.board_lock import BoardLock, board_socket
from bridge.runtime import log_setup as logs
from bridge.settings.start import Start

log = logging.getLogger(__name__)

PORT = 1883
PAGE_PORT = 8099
BROKER_START_LIMIT_S = 10.0
PR_SET_PDEATHSIG = 1
WITH_ME = f"""\
import ctypes, os, sys
ctypes.CDLL(None).prctl({PR_SET_PDEATHSIG}, {signal.SIGTERM:d})
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Becomes a program that the kernel ends with the demo, a demo that was killed included."""
SETTINGS = """\
# The demo's settings. Edit and save them while it runs, or change them on the page: it is one file.
device: {id: front-gate, name: Front gate camera, startup_grace_s: 0}
lines: {driver: simulated}
store: {folder: "FOLDER"}

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
"""
MOSQUITTO = "listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\npersistence false\n"
RUMQTTD = """\
id = 0
[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 2000
max_segment_size = 1048576
max_segment_count = 10
[v4.1]
name = "v4"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1
[v4.1.connections]
connection_timeout_ms = 5000
max_payload_size = 1048576
max_inflight_count = 200
dynamic_filters = true
"""
TRY = """
alarm2mqtt on a simulated terminal board: two alarm inputs, a siren and a strobe.

  broker     {broker} on 127.0.0.1:{port}
  page       http://127.0.0.1:{page}/
  settings   {settings}

Try this in a second terminal, in this folder:

  see every topic            {listen}
  look at the terminals      {me} board --socket {board} contacts
  trip the garage door       {me} board --socket {board} connect garage-door
  restore it                 {me} board --socket {board} disconnect garage-door
  break its line             {me} board --socket {board} fail garage-door      (and: heal)
  start the siren            {publish} -t alarm2mqtt/front-gate/output/siren/set -m ON
  stop everything            {publish} -t alarm2mqtt/front-gate/silence -m now
  watch the terminals live   {watch}
  read what happened         {me} log {settings} --follow

Home Assistant finds the device by itself when its MQTT integration uses this broker. Ctrl-C ends it.
"""


def demo(folder: Path) -> None:
    """Runs a broker and the daemon until Ctrl-C, or until the terminal window is closed.

    All files are in `folder`; a settings file is written there if there is none.

    Raises:
        SettingsError: the settings file there is wrong.
        StartFailed: there is no broker, the folder cannot be used, or a demo runs in it already.
    """
    file = _settings_in(folder)
    _refuse_second_demo(folder)
    with _broker(folder) as (name, port):
        page = free_port(PAGE_PORT)
        addresses = {"mqtt.host": "127.0.0.1", "mqtt.port": port, "web.host": "127.0.0.1", "web.port": page}
        checked = Start(file, overrides=addresses).file()
        logs.set_up(level=checked.loaded.settings.log.level, style=checked.loaded.settings.log.format)
        print(_instructions(name, port, page, folder, file), flush=True)  # noqa: T201 - for the person at the terminal
        # A closed window ends the demo, except under `nohup`, which ignores SIGHUP.
        boot.run(checked, ends_with_terminal=signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN)


def _settings_in(folder: Path) -> Path:
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


def _refuse_second_demo(folder: Path) -> None:
    """Raises StartFailed if a demo runs in this folder, before its broker's files are overwritten."""
    try:
        BoardLock(board_socket(folder)).close()
    except BoardError as error:
        message = f"{error}: end that one first, or take another --folder"
        raise StartFailed(message) from error


def _instructions(broker: str, port: int, page: int, folder: Path, file: Path) -> str:
    tools = "" if shutil.which("mosquitto_sub") else "   (Debian: apt-get install mosquitto-clients)"
    me = os.path.relpath(sys.argv[0])
    return TRY.format(
        broker=broker,
        port=port,
        settings=file,
        board=folder / "board.sock",
        me=me,
        watch=f"{f'ALARM2MQTT_MQTT__PORT={port} ' if port != PORT else ''}{me} watch {file}",
        listen=f"mosquitto_sub -p {port} -v -t 'alarm2mqtt/#'{tools}",
        publish=f"mosquitto_pub -p {port}",
        page=page,
    )


@contextmanager
def _broker(folder: Path) -> Iterator[tuple[str, int]]:
    """Runs a broker on loopback for the `with` block. Yields its name and port.

    It is Mosquitto if that is installed, else the bundled one. Raises StartFailed if it does not start.
    """
    port = free_port(PORT)
    name, command = _broker_command(folder, port)
    ends_with_me = [sys.executable, "-c", WITH_ME, *command]
    with (folder / "broker.log").open("wb") as output:
        process = subprocess.Popen(ends_with_me, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        asyncio.run(_listening(process, port, folder / "broker.log"))
        yield name, port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()


def _broker_command(folder: Path, port: int) -> tuple[str, list[str]]:
    """Writes the broker's configuration. Returns its name and the command that starts it."""
    mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if mosquitto:
        config = folder / "mosquitto.conf"
        root = "user root\n" if os.getuid() == 0 else ""
        config.write_text(MOSQUITTO.format(port=port) + root)
        return "Mosquitto", [mosquitto, "-c", str(config)]
    config = folder / "rumqttd.toml"
    config.write_text(RUMQTTD.format(port=port))
    code = "import sys; from iotcore import Broker; Broker(config_path=sys.argv[1]).run_forever()"
    return "rumqttd (install mosquitto for a full broker)", [sys.executable, "-c", code, str(config)]


def free_port(usual: int) -> int:
    """Returns the usual port if it is free, else any free port on loopback. Raises StartFailed if there is none."""
    for port in (usual, 0):
        with suppress(OSError), socket.socket() as probe:
            # As servers do: connections that ended a moment ago, with the last demo, hold no port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    message = "no free port on 127.0.0.1"
    raise StartFailed(message)


async def _listening(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    """Waits until the broker accepts connections. Raises StartFailed if it ends, or does not within the limit."""
    loop = asyncio.get_running_loop()
    give_up = loop.time() + BROKER_START_LIMIT_S
    while loop.time() < give_up and process.poll() is None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return
    message = f"the broker did not start; {output} may say why"
    raise StartFailed(message)
