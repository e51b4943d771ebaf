"""The MQTT side with a stand-in for the engine, and what it is told in the words of a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, get_args

from fakes.journal_source import MemoryJournal
from fakes.ledger import MemoryLedger
from programs.mqtt_client import until
from words.builders import an_input, an_output, settings_of

from bridge.core.contact import Contact
from bridge.core.definitions.settings import Settings
from bridge.core.effects import Answer, InputView, OutputView, PublishEvent, PublishInput, PublishOutput
from bridge.core.facts import BrokerFound, BrokerLost, Command, CommandRejected, Fact, Now
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus, BrokerStatus
from bridge.mqtt.adapter import MqttAdapter

D = "alarm2mqtt/front-gate"
STARTED = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)
COMMANDS = get_args(Command)


def an_input_view(input_id: str = "door", **changes: Any) -> InputView:
    """An input at rest, but for the changes."""
    view = {
        "id": input_id, "contact": Contact.DISCONNECTED, "tripped": False, "alarm": False, "enabled": True,
        "armed": True, "armed_until": None, "since": STARTED, "last_alarm": None, "alarms": 0, "held_back": 0,
        "glitches": 0, "problem": None, "available": True,
    }  # fmt: skip
    return InputView(**(view | changes))


def an_output_view(output_id: str = "siren", **changes: Any) -> OutputView:
    """An output at rest, but for the changes."""
    view = {
        "id": output_id, "on": False, "contact": Contact.DISCONNECTED, "mode": "switch", "reason": None, "by": None,
        "sources": (), "until": None, "remaining_ms": None, "problem": None, "available": True,
    }  # fmt: skip
    return OutputView(**(view | changes))


def an_event(seq: int = 1, input_id: str = "door") -> PublishEvent:
    """An alarm's begin."""
    return PublishEvent(
        input=input_id,
        event_type="alarm_begin",
        id=f"boot-{seq}",
        seq=seq,
        cause="input",
        time=STARTED,
        contact=Contact.CONNECTED,
    )


def an_entry(seq: int) -> JournalEntry:
    """A journal entry."""
    return JournalEntry(seq=seq, id=f"boot-{seq}", boot="boot", kind="alarm_begin", time=STARTED, input="door")


def on_port(port: int, *parts: dict[str, Any], **mqtt: Any) -> Settings:
    """Settings of a door and a siren, unless other parts are named, and a broker."""
    parts = parts or (an_input("door", outputs=["siren"]), an_output("siren", kind="siren"))
    top = {key: mqtt.pop(key) for key in ("home_assistant", "device", "email") if key in mqtt}
    return settings_of(*parts, mqtt={"host": "127.0.0.1", "port": port, **mqtt}, **top)


class Bridge:
    """An adapter whose commands are all done, and answered, at once; `facts` are what it handed on."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self.facts: list[Fact] = []
        self.answers = True
        self.ledger: MemoryLedger = options.pop("ledger", None) or MemoryLedger()
        self.journal: MemoryJournal = options.pop("journal", None) or MemoryJournal()
        self.utc = STARTED
        self.adapter = MqttAdapter(
            settings=settings,
            submit=self._submit,
            now=self._now,
            random=lambda: 0.0,
            ledger=self.ledger,
            status_view=self._status,
            journal=self.journal,
            **options,
        )
        for one in settings.inputs:
            self.adapter.perform(PublishInput(view=an_input_view(one.id)))
        for other in settings.outputs:
            self.adapter.perform(PublishOutput(view=an_output_view(other.id)))

    def _status(self) -> BridgeStatus:
        return BridgeStatus(
            version="0",
            started=STARTED,
            broker=BrokerStatus(address="localhost:1883", problem=None),
            rejected_commands=self.adapter.rejected_commands,
            journal_unsent=0,
        )

    @property
    def commands(self) -> list[Fact]:
        return [fact for fact in self.facts if isinstance(fact, COMMANDS)]

    @property
    def rejections(self) -> list[CommandRejected]:
        return [fact for fact in self.facts if isinstance(fact, CommandRejected)]

    @property
    def comings_and_goings(self) -> list[type[Fact]]:
        return [type(fact) for fact in self.facts if isinstance(fact, BrokerFound | BrokerLost)]

    def record(self, entry: JournalEntry) -> None:
        """A journal entry, the way the program hands it over: to the store first."""
        self.journal.keep(entry)
        self.adapter.perform(entry)

    @asynccontextmanager
    async def running(self, *, connected: bool = True) -> AsyncIterator[Bridge]:
        """It runs, and is cut off at the end as by a crash."""
        task = asyncio.create_task(self.adapter.run(), name="bridge under test")
        try:
            if connected:
                await until(lambda: self.adapter.connected or task.done(), what="being connected")
            yield self
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _now(self) -> Now:
        return Now(monotonic=asyncio.get_running_loop().time(), local=self.utc)

    def _submit(self, fact: Fact) -> None:
        self.facts.append(fact)
        if self.answers and isinstance(fact, COMMANDS):
            # From the engine's own queue, as in the program: never within the call.
            asyncio.get_running_loop().call_soon(self.adapter.perform, Answer(origin=fact.origin))
