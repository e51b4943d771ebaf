"""What every part of the bench stands on: a broker, a folder, and who takes part."""

from __future__ import annotations

import time
from pathlib import Path

from bench.board import Board
from bench.broker import Broker
from bench.contestant import Contestant
from bench.ours import alarm2mqtt
from bench.peers import built_c_bridge, c_bridge, installed_mqtt_io, mqtt_io
from bench.process import Program
from bench.waiting import hear_while
from bench.wire import Client, Message

START_S = 30.0


class Stage:
    """One part's own broker and contestants; nothing is left over from the part before."""

    def __init__(self, *, cache: Path, folder: Path, quick: bool) -> None:
        self.quick = quick
        self.folder = folder
        self.broker = Broker(folder)
        self.ours = alarm2mqtt(folder / "ours", self.broker.port)
        python, binary = installed_mqtt_io(cache), built_c_bridge(cache)
        self.mqtt_io = python and mqtt_io(python, folder / "mqtt-io", self.broker.port)
        self.c = binary and c_bridge(binary, folder / "c", self.broker.port)
        self.peers = [peer for peer in (self.c, self.mqtt_io) if peer]
        self._programs: list[Program] = []

    def started(self, contestant: Contestant) -> Program:
        """Start a contestant and wait until it has announced everything and its board answers."""
        missing = set(contestant.announced)

        def heard(message: Message) -> None:
            if not message.retained:
                missing.discard(message.topic)

        client = Client(port=self.broker.port, name=f"start-{contestant.name}", heard=heard)
        for pattern in contestant.subscriptions:
            client.subscribe(pattern)
        program = contestant.start()
        self._programs.append(program)

        def unfinished() -> bool:
            program.check()
            return bool(missing)

        try:
            hear_while([client], unfinished, within_s=START_S, what=f"start of {contestant.name}")
        finally:
            client.close()
        Board(contestant.socket).close()
        return program

    def close(self) -> None:
        """Stop whatever still runs."""
        for program in self._programs:
            program.stop()
        self.broker.stop()


def wait_s(seconds: float) -> int:
    """A point of the monotonic clock, so many seconds from now."""
    return time.monotonic_ns() + int(seconds * 1e9)
