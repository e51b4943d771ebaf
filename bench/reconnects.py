"""The broker goes and comes, again and again: the bridge's memory stays as it was."""

from __future__ import annotations

from bench.ours import TOPIC
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until, hear_while
from bench.wire import Client, Message

PART = "reconnects"
AWAY_S = 1.2
"""Long enough for an attempt that fails: a broker that only hangs up looks like another bridge with this id."""
BACK_S = 10.0
SETTLE_S = 0.5
WARM = 5
GROWN_MB = 1.0


class Waiter:
    """A subscriber that came before the bridge: it hears it come online."""

    def __init__(self, stage: Stage) -> None:
        self.online = False
        self.client = Client(port=stage.broker.port, name="waiter", heard=self._arrived)
        self.client.subscribe(f"{TOPIC}/availability")

    def _arrived(self, message: Message) -> None:
        self.online = message.payload == b"online"


def _reconnect(stage: Stage) -> None:
    stage.broker.stop()
    hear_until([], in_s(AWAY_S))
    stage.broker.start()
    waiter = Waiter(stage)
    hear_while([waiter.client], lambda: not waiter.online, within_s=BACK_S, what="online again")
    hear_until([waiter.client], in_s(SETTLE_S))
    waiter.client.close()


def measure(stage: Stage) -> list[Row]:
    """Resident memory after the first few, and after the last."""
    times = 15 if stage.quick else 50
    program = stage.started(stage.ours)
    for _ in range(WARM):
        _reconnect(stage)
    before_mb = program.resident_mb()
    for _ in range(times - WARM):
        _reconnect(stage)
    grown_mb = program.resident_mb() - before_mb
    program.stop()
    return [
        Row(
            part=PART,
            what=f"resident memory grown over {times - WARM} more reconnects",
            unit="MB",
            ours=grown_mb,
            limit=GROWN_MB,
        )
    ]
