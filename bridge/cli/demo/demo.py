"""`make run`: the daemon with a broker, a camera, a settings file and a simulated board of its own."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bridge.cli.demo.broker import broker_command
from bridge.cli.demo.companion import Companion, bound_socket, companion, free_port
from bridge.cli.demo.instructions import MQTT_PORT, instructions
from bridge.cli.demo.settings_file import CAMERA_PORT, settings_in
from bridge.daemon import boot
from bridge.errors import BoardError, StartFailed
from bridge.lines.simulated.board_lock import BoardLock, board_socket
from bridge.runtime import log_setup as logs
from bridge.settings.start import Start

PAGE_PORT = 8099
CAMERA_SOCKET = "camera.sock"


def demo(folder: Path) -> None:
    """Runs a broker, a simulated camera and the daemon until Ctrl-C, or until the terminal window is closed.

    All files are in `folder`; a settings file is written there if there is none.

    Raises:
        SettingsError: the settings file there is wrong.
        StartFailed: there is no broker, the folder cannot be used, or a demo runs in it already.
    """
    file = settings_in(folder)
    _refuse_second_demo(folder)
    port = free_port(MQTT_PORT)
    name, command = broker_command(folder, port)
    with (
        companion("broker", command, at=port, log=folder / "broker.log") as broker,
        _camera(folder) as (camera_port, camera),
    ):
        page = free_port(PAGE_PORT)
        start = Start(file, overrides=_addresses(port=port, page=page, camera_port=camera_port))
        asyncio.run(_listening(broker, camera))
        checked = start.file()
        logs.set_up(level=checked.loaded.settings.log.level, style=checked.loaded.settings.log.format)
        words = instructions(
            broker=name,
            port=port,
            page=page,
            camera_port=camera_port,
            camera=folder / CAMERA_SOCKET,
            folder=folder,
            file=file,
        )
        print(words, flush=True)  # noqa: T201 - for the person at the terminal
        # A closed window ends the demo, except under `nohup`, which ignores SIGHUP.
        boot.run(checked, ends_with_terminal=signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN)


@contextmanager
def _camera(folder: Path) -> Iterator[tuple[int, Companion]]:
    """Runs the simulated camera for the `with` block. Yields its port and the program. Raises StartFailed."""
    socket = (folder / CAMERA_SOCKET).resolve()
    with bound_socket(CAMERA_PORT) as bound:
        command = [sys.executable, "-m", "bridge.cli.demo.camera", str(socket), str(bound.fileno())]
        with companion("camera", command, at=socket, log=folder / "camera.log", inherits=[bound]) as camera:
            port = bound.getsockname()[1]
            bound.close()
            yield port, camera


def _addresses(*, port: int, page: int, camera_port: int) -> dict[str, Any]:
    """Returns the settings that this run decides; the camera's address only where it is not that of the file."""
    addresses: dict[str, Any] = {
        "mqtt.host": "127.0.0.1",
        "mqtt.port": port,
        "web.host": "127.0.0.1",
        "web.port": page,
    }
    if camera_port != CAMERA_PORT:
        addresses["cameras.gate.onvif"] = f"http://127.0.0.1:{camera_port}/onvif/device_service"
    return addresses


def _refuse_second_demo(folder: Path) -> None:
    """Raises StartFailed if a demo runs in this folder, before its broker's files are overwritten."""
    try:
        BoardLock(board_socket(folder)).close()
    except BoardError as error:
        message = f"{error}: end that one first, or take another --folder"
        raise StartFailed(message) from error


async def _listening(*companions: Companion) -> None:
    """Waits until all accept connections. Raises StartFailed if one does not."""
    for each in companions:
        await each.listening()
