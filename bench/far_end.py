"""Everything that is elsewhere while alarms are told: a camera, a slow mail server, an FTP server that hangs.

    python -m bench.far_end FOLDER BYTES_PER_S HANG_S

In a process of its own, so that it shares no lock with who measures. FOLDER holds `server.pem` and
`server.key`; ports go to `ports.json`, what came whole to `taken.jsonl`. Until SIGTERM.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import socket
import ssl
import sys
from dataclasses import asdict
from pathlib import Path

from bench.big_picture import big_jpeg
from bench.far_ftp import FarFtp
from bench.far_mail import WINDOW_BYTES, FarMail, Taken
from tests.servers.camera import SnapshotCamera


async def serve(folder: Path, *, bytes_per_s: float, hang_s: float) -> None:
    """Until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    jpeg = big_jpeg()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW_BYTES)
    with (folder / "taken.jsonl").open("w", buffering=1) as book:

        def taken(what: Taken) -> None:
            book.write(json.dumps(asdict(what)) + "\n")

        mail, ftp = FarMail(bytes_per_s=bytes_per_s, taken=taken), FarFtp(hang_s=hang_s, taken=taken)
        mail_server = await asyncio.start_server(mail.talk, sock=listener, ssl=context, limit=WINDOW_BYTES)
        ftp_server = await asyncio.start_server(ftp.talk, "127.0.0.1", 0)
        with SnapshotCamera(auth="none", body=lambda _: jpeg) as camera:
            ports = {
                "mail": mail_server.sockets[0].getsockname()[1],
                "ftp": ftp_server.sockets[0].getsockname()[1],
                "camera": camera.port,
                "picture": hashlib.sha256(jpeg).hexdigest(),
                "picture_bytes": len(jpeg),
            }
            ready = folder / "ports.json"
            ready.with_suffix(".part").write_text(json.dumps(ports))
            ready.with_suffix(".part").rename(ready)
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), bytes_per_s=float(sys.argv[2]), hang_s=float(sys.argv[3])))
