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
from bench.waiting import Reader, hear_while
from bench.wire import Client, Message

START_S = 30.0


def in_s(seconds: float) -> int:
    """A point of the monotonic clock, so many seconds from now, in nanoseconds."""
    return time.monotonic_ns() + int(seconds * 1e9)


class Stage:
    """One part's own broker and contestants; nothing is left over from the part before."""

    def __init__(self, *, cache: Path, folder: Path, quick: bool) -> None:
        self.quick = quick
        self.folder = folder
        self.broker = Broker(folder)
        self.ours = alarm2mqtt(folder / "ours", self.broker.port)
        python, binary = installed_mqtt_io(cache), built_c_bridge(cache)
        self.mqtt_io = mqtt_io(python, folder / "mqtt-io", self.broker.port) if python else None
        self.c = c_bridge(binary, folder / "c", self.broker.port) if binary else None
        self.peers = [peer for peer in (self.c, self.mqtt_io) if peer]
        self._programs: list[Program] = []

    def started(self, contestant: Contestant) -> Program:
        """Start a contestant and wait until it has announced everything and its board answers."""
        program, _ = self.timed_start(contestant)
        Board(contestant.socket).close()
        return program

    def timed_start(self, contestant: Contestant, *beside: Reader) -> tuple[Program, float]:
        """The program and the seconds until the last of what it announces reached a subscriber.

        `beside` is read as well while waiting.
        """
        missing, last_ns = set(contestant.announced), 0

        def heard(message: Message) -> None:
            nonlocal last_ns
            if not message.retained and message.topic in missing:
                missing.remove(message.topic)
                last_ns = message.at_ns

        client = Client(port=self.broker.port, name=f"start-{contestant.name}", heard=heard)
        for pattern in contestant.subscriptions:
            client.subscribe(pattern)
        program = self.run(contestant)

        def unfinished() -> bool:
            program.check()
            return bool(missing)

        try:
            hear_while([client, *beside], unfinished, within_s=START_S, what=f"start of {contestant.name}")
        except Exception as error:
            error.add_note(f"not announced: {sorted(missing)}")
            raise
        finally:
            client.close()
        return program, (last_ns - program.started_ns) / 1e9

    def run(self, contestant: Contestant) -> Program:
        """Start a contestant without waiting; it is stopped with the stage at the latest."""
        program = contestant.start()
        self._programs.append(program)
        return program

    def keep(self, program: Program) -> Program:
        """Another program that must not outlive the stage."""
        self._programs.append(program)
        return program

    def close(self) -> None:
        """Stop whatever still runs."""
        for program in self._programs:
            program.stop()
        self.broker.stop()
