"""`python -m bridge.cli.demo.camera SOCKET BOUND`: a simulated camera, with its commands at a Unix socket.

BOUND is the file descriptor of a TCP socket that is bound to the camera's port.

It ends with SIGTERM, and leaves no socket behind.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from datetime import datetime
from pathlib import Path

from bridge.cli.demo.camera.commands import INPUT, RELAY, CameraCommands
from bridge.cli.demo.camera.moving_picture import picture_at
from bridge.cli.demo.camera.simulated_camera import SimulatedCamera
from bridge.errors import BoardError
from bridge.lines.simulated.server import BoardServer


async def _serve(path: Path, bound: socket.socket) -> None:
    """Runs the camera until SIGTERM. Raises OSError or BoardError if a socket cannot be used."""
    camera = SimulatedCamera(
        # The time of day of a person who looks at it.
        picture=lambda: picture_at(datetime.now().astimezone(), motion=camera.motion_is),
        inputs=[INPUT],
        relays=[RELAY],
        bound=bound,
    )
    server = BoardServer(path=path, obey=CameraCommands(camera).obey)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    try:
        with camera:
            server.start(loop)
            await ended.wait()
    finally:
        server.close()


def main() -> None:
    """Runs the camera of the command line."""
    path, bound = sys.argv[1:]
    try:
        asyncio.run(_serve(Path(path), socket.socket(fileno=int(bound))))
    except (BoardError, OSError) as error:
        sys.exit(f"the simulated camera: {error}")


if __name__ == "__main__":
    main()
