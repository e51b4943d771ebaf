"""The device's state as far as its topics show it: messages in, views out (pure)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bridge.core.definitions.lines import GPIO
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry
from bridge.mqtt.messages import Incoming
from bridge.mqtt.payload_reader import as_object, seen_entry, seen_input, seen_output
from bridge.mqtt.payloads import OFF, ON, ONLINE
from bridge.mqtt.topics import Topics, is_id
from bridge.text.printable import escaped

MOST_PARTS = 500
"""Limit of inputs and outputs together, so that no sender on the broker can fill this machine's memory."""
MOST_ENTRIES = 200


class DeviceMirror:
    """The mirror of one device. The settings file gives names and order, the topics give the states."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.online: bool | None = None
        """Whether the bridge is online; None before its availability was received."""
        self.armed: bool | None = None
        """The device's armed switch; None before it was received."""
        self.problem: str | None = "not connected yet"
        """The reason why there is no connection to the broker; None while there is one."""
        self.notice: str | None = None
        """The last warning of the connection."""
        self.entries: deque[JournalEntry] = deque(maxlen=MOST_ENTRIES)
        self._topics = Topics.of(settings)
        self._label: str | None = None
        self._payloads: dict[str, dict[str, dict[str, bytes]]] = {"input": {}, "output": {}}
        self._of_file: Mapping[str, Mapping[str, InputSettings | OutputSettings]] = {
            "input": {one.id: one for one in settings.inputs},
            "output": {one.id: one for one in settings.outputs},
        }

    @property
    def label(self) -> str:
        """The device's name for people."""
        return self._label or self.settings.device.label

    def link(self, problem: str | None) -> None:
        """Records a connection (`problem` None) or its failure. A new connection discards the states of the last."""
        self.problem = problem
        if problem is None:
            self.online = self.armed = self.notice = None
            for parts in self._payloads.values():
                parts.clear()

    def take(self, message: Incoming) -> tuple[str, str]:
        """Updates the mirror from a message. Returns kind and id of the part that changed, `("", "")` for none.

        Kinds are `input`, `output`, `bridge`, `armed` and `journal`.
        """
        topics = self._topics
        if message.topic == topics.availability:
            self.online = message.payload == ONLINE if message.payload else None
            return "bridge", ""
        if message.topic == topics.armed:
            self.armed = {ON: True, OFF: False}.get(message.payload)
            return "armed", ""
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
        """Updates an input or output from a message.

        Returns kind and id; `("", "")` for another topic, or above the limit.
        """
        kind, part, what = (*message.topic.removeprefix(f"{self._topics.device}/").split("/"), "", "")[:3]
        parts = self._payloads.get(kind)
        if parts is None or not is_id(part) or (part not in parts and self._count() >= MOST_PARTS):
            return "", ""
        payloads = parts.setdefault(part, {})
        if message.payload:
            payloads[what] = message.payload
        else:
            payloads.pop(what, None)
            if not payloads:
                del parts[part]
        return kind, part

    def inputs(self) -> list[InputView]:
        """Returns the views of all inputs with a complete state, those of the file first, in its order."""
        return [view for part in self._parts("input") if (view := self.input(part)) is not None]

    def outputs(self) -> list[OutputView]:
        """Returns the views of all outputs with a complete state, those of the file first, in its order."""
        return [view for part in self._parts("output") if (view := self.output(part)) is not None]

    def knows(self, kind: str, part: str) -> bool:
        """Returns whether any retained topic of this input or output has a payload."""
        return part in self._payloads[kind]

    def input(self, part: str) -> InputView | None:
        """Returns the view of one input, or None if its topics are incomplete or empty."""
        return seen_input(part, self._payloads["input"].get(part, {}))

    def output(self, part: str) -> OutputView | None:
        """Returns the view of one output, or None if its topics are incomplete or empty."""
        return seen_output(part, self._payloads["output"].get(part, {}))

    def input_settings(self, part: str) -> InputSettings:
        """Returns an input's settings: name, schedule, `always_armed` as published, the rest of the file or default."""
        known = self._of_file["input"].get(part)
        settings = known if isinstance(known, InputSettings) else InputSettings(id=part)
        return replace(settings, **self._in_force("input", part, {"name": str, "schedule": str, "always_armed": bool}))

    def output_settings(self, part: str) -> OutputSettings:
        """Returns an output's settings: name and `follow_source` as published, the rest from the file or by default."""
        known = self._of_file["output"].get(part)
        settings = known if isinstance(known, OutputSettings) else OutputSettings(id=part)
        return replace(settings, **self._in_force("output", part, {"name": str, "follow_source": bool}))

    def kind_of_line(self, part: str) -> str:
        """Returns the kind of a part's line as published, else of the file; `gpio` where neither says."""
        for kind in ("input", "output"):
            published = as_object(self._payloads[kind].get(part, {}).get("settings", b"")) or {}
            line = published.get("line")
            if isinstance(line, dict):
                return escaped(str(line.get("kind", GPIO)))
            known = self._of_file[kind].get(part)
            if known is not None and known.line is not None:
                return known.line.kind
        return GPIO

    def name(self, part: str) -> str:
        """Returns the name of an input or output, or the id of an unknown one; it is printable."""
        for kind in ("input", "output"):
            if part in self._payloads[kind] or part in self._of_file[kind]:
                return (self.input_settings(part) if kind == "input" else self.output_settings(part)).label
        return escaped(part)

    def _parts(self, kind: str) -> list[str]:
        """Returns the ids with topics: those of the file in its order, then the others in the order of arrival."""
        live, listed = self._payloads[kind], self._of_file[kind]
        return [*(part for part in listed if part in live), *(part for part in live if part not in listed)]

    def _count(self) -> int:
        """Returns the number of payloads that are kept."""
        return sum(map(len, self._payloads.values()))

    def _in_force(self, kind: str, part: str, fields: Mapping[str, type]) -> dict[str, Any]:
        """Returns the published settings of a part, restricted to the keys and types of `fields`, made printable."""
        published = as_object(self._payloads[kind].get(part, {}).get("settings", b"")) or {}
        return {
            key: escaped(value) if isinstance(value, str) else value
            for key, form in fields.items()
            if isinstance(value := published.get(key), form) and value != ""
        }
