"""What is known of a device from what it said: pure, messages in, views out."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry
from bridge.mqtt.messages import Incoming
from bridge.mqtt.payload_reader import as_object, seen_entry, seen_input, seen_output
from bridge.mqtt.payloads import ONLINE
from bridge.mqtt.topics import Topics, is_id
from bridge.text.printable import escaped

MOST_PARTS = 500
"""Inputs and outputs together; whoever may write to the broker cannot fill this machine's memory."""
MOST_ENTRIES = 200


class DeviceMirror:
    """One device, as far as it has spoken. The settings file gives names and order, the topics what is so."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.online: bool | None = None
        """Whether the bridge says that it runs; None when it said nothing yet."""
        self.problem: str | None = "not connected yet"
        """Why there is no connection to the broker."""
        self.notice: str | None = None
        """What the connection complained about last."""
        self.entries: deque[JournalEntry] = deque(maxlen=MOST_ENTRIES)
        self._topics = Topics.of(settings)
        self._label: str | None = None
        self._said: dict[str, dict[str, dict[str, bytes]]] = {"input": {}, "output": {}}
        self._of_file: Mapping[str, Mapping[str, InputSettings | OutputSettings]] = {
            "input": {one.id: one for one in settings.inputs},
            "output": {one.id: one for one in settings.outputs},
        }

    @property
    def label(self) -> str:
        """What people call the device."""
        return self._label or self.settings.device.label

    def link(self, problem: str | None) -> None:
        """A connection begins, or why there is none. What was said before another one is what is so no longer."""
        self.problem = problem
        if problem is None:
            self.online = self.notice = None
            for said in self._said.values():
                said.clear()

    def take(self, message: Incoming) -> tuple[str, str]:
        """A message; which part it is about: its kind and id, `("", "")` for nothing.

        Kinds are `input`, `output`, `bridge` and `journal`.
        """
        topics = self._topics
        if message.topic == topics.availability:
            self.online = message.payload == ONLINE if message.payload else None
            return "bridge", ""
        if message.topic == topics.settings:
            device = (as_object(message.payload) or {}).get("device")
            name = device.get("name") if isinstance(device, dict) else None
            self._label = escaped(name) if isinstance(name, str) and name else None
            return "", ""
        if message.topic == topics.journal:
            entry = seen_entry(message.payload)
            if entry is None:
                return "", ""
            self.entries.append(entry)
            return "journal", str(entry.seq)
        return self._take_part(message)

    def _take_part(self, message: Incoming) -> tuple[str, str]:
        kind, part, what = (*message.topic.removeprefix(f"{self._topics.device}/").split("/"), "", "")[:3]
        said = self._said.get(kind)
        if said is None or not is_id(part) or (part not in said and sum(map(len, self._said.values())) >= MOST_PARTS):
            return "", ""
        words = said.setdefault(part, {})
        if message.payload:
            words[what] = message.payload
        else:
            words.pop(what, None)
            if not words:
                del said[part]
        return kind, part

    def inputs(self) -> list[InputView]:
        """All that have said enough, those of the file first, in its order."""
        return [view for part in self._parts("input") if (view := self.input(part)) is not None]

    def outputs(self) -> list[OutputView]:
        """All that have said enough."""
        return [view for part in self._parts("output") if (view := self.output(part)) is not None]

    def knows(self, kind: str, part: str) -> bool:
        """Whether anything lies on the topics of an input or output."""
        return part in self._said[kind]

    def input(self, part: str) -> InputView | None:
        """One input; None when it has said too little, or is no more."""
        return seen_input(part, self._said["input"].get(part, {}))

    def output(self, part: str) -> OutputView | None:
        """One output."""
        return seen_output(part, self._said["output"].get(part, {}))

    def input_settings(self, part: str) -> InputSettings:
        """What words need of an input's settings: those in force before those of the file."""
        known = self._of_file["input"].get(part)
        given = known if isinstance(known, InputSettings) else InputSettings(id=part)
        return replace(given, **self._in_force("input", part, {"name": str, "schedule": str}))

    def output_settings(self, part: str) -> OutputSettings:
        """What words need of an output's settings."""
        known = self._of_file["output"].get(part)
        given = known if isinstance(known, OutputSettings) else OutputSettings(id=part)
        return replace(given, **self._in_force("output", part, {"name": str, "follow_source": bool}))

    def name(self, part: str) -> str:
        """What people call an input or output; the id of one that is not known."""
        for kind in ("input", "output"):
            if part in self._said[kind] or part in self._of_file[kind]:
                return (self.input_settings(part) if kind == "input" else self.output_settings(part)).label
        return escaped(part)

    def _parts(self, kind: str) -> list[str]:
        """Those of the file in its order, then the others as they came."""
        said, listed = self._said[kind], self._of_file[kind]
        return [*(part for part in listed if part in said), *(part for part in said if part not in listed)]

    def _in_force(self, kind: str, part: str, wanted: Mapping[str, type]) -> dict[str, Any]:
        """Settings that the bridge publishes, of those wanted; without what could garble a terminal."""
        told = as_object(self._said[kind].get(part, {}).get("settings", b"")) or {}
        return {
            key: escaped(value) if isinstance(value, str) else value
            for key, form in wanted.items()
            if isinstance(value := told.get(key), form) and value != ""
        }
