"""A bare asyncio loop with the pulse pattern: what the machine itself is late by.

    python bench/idle_loop.py PERIOD_MS FILE

Until SIGTERM; writes one monotonic stamp a line, in nanoseconds.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path


async def pulse(period_s: float) -> list[int]:
    """Stamps at absolute times, a period apart."""
    loop, stamps, stop = asyncio.get_running_loop(), list[int](), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    start_s = loop.time()

    def edge(number: int) -> None:
        stamps.append(time.monotonic_ns())
        loop.call_at(start_s + (number + 1) * period_s, edge, number + 1)

    edge(0)
    await stop.wait()
    return stamps


if __name__ == "__main__":
    found = asyncio.run(pulse(float(sys.argv[1]) / 1000))
    Path(sys.argv[2]).write_text("\n".join(str(stamp) for stamp in found))
