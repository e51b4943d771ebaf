"""Open pages without a browser: event streams that are read as fast as they come.

    python -m bench.open_pages PORT COUNT FILE

Until SIGTERM. FILE says, as JSON, how many events each has had: once when all have been greeted,
again at the end. No library: fifty of them must not be what the machine is busy with.
"""

from __future__ import annotations

import json
import selectors
import signal
import socket
import sys
from pathlib import Path

EVENT = b"\ndata: "
PIECE_BYTES = 65_536


def _opened(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), 10)
    request = f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n"
    connection.sendall(request.encode())
    return connection


def _write(file: Path, events: list[int], gone: int) -> None:
    part = file.with_suffix(".part")
    part.write_text(json.dumps({"events": events, "gone": gone}))
    part.rename(file)


def _leave(*_: object) -> None:
    raise SystemExit


def read(port: int, count: int, file: Path) -> None:
    """Until SIGTERM, or until all are gone."""
    signal.signal(signal.SIGTERM, _leave)
    events, gone, greeted = [0] * count, 0, False
    pages = [_opened(port) for _ in range(count)]
    selector = selectors.DefaultSelector()
    for number, page in enumerate(pages):
        selector.register(page, selectors.EVENT_READ, number)
    try:
        while gone < count:
            for key, _ in selector.select():
                piece = pages[key.data].recv(PIECE_BYTES)
                events[key.data] += piece.count(EVENT)
                if not piece:
                    selector.unregister(key.fileobj)
                    gone += 1
            if not greeted and all(events):
                greeted = True
                _write(file, events, gone)
    finally:
        _write(file, events, gone)


if __name__ == "__main__":
    read(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
