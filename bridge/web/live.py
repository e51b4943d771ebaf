"""The state behind the pages: the newest view of each part, the last journal entries, and the open pages."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.core.effects import (
    InputView,
    OutputView,
    PublishArmed,
    PublishClock,
    PublishInput,
    PublishOutput,
    PublishSettings,
)
from bridge.core.facts import Now
from bridge.core.incidents import AlarmSorter
from bridge.core.journal import JournalEntry
from bridge.text.journal_words import entry_words
from bridge.text.json_text import as_json, instant
from bridge.text.state_words import input_mood, input_words, output_mood, output_words
from bridge.web.alarm_pictures import AlarmPictures
from bridge.web.connections import Connections, connection_words
from bridge.web.subscribers import GAP, Browser, frame
from bridge.web.view_json import entry_json, input_json, output_json

WebEffect = PublishInput | PublishOutput | PublishArmed | PublishClock | PublishSettings | JournalEntry
RECENT = 100
MOST_BROWSERS = 100
GATHER_S = 0.025
"""Delay in which changes are gathered: lines and broker come first, and a burst is one message."""
AT_ONCE = 4
"""Browsers served in one turn of the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG, and the time of its arrival."""

    jpeg: bytes = field(repr=False)
    time: datetime


class Live:
    """Takes effects at any time without blocking, and publishes them to the open browsers.

    Without a browser it keeps nothing but the newest views.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], Now], most_browsers: int = MOST_BROWSERS) -> None:
        self.settings = settings
        self.inputs: dict[str, InputView] = {}
        self.outputs: dict[str, OutputView] = {}
        self.pictures: dict[str, Picture] = {}
        """The last picture of each input; key `""` is the last one without an input."""
        self.alarm_pictures = AlarmPictures()
        self.armed = True
        """The device's armed switch."""
        self.clock_synchronised = True
        self.connections = Connections()
        self.recent: deque[JournalEntry] = deque(maxlen=RECENT)
        self._sorter = AlarmSorter()
        self._alarm_of: deque[tuple[int, int]] = deque(maxlen=RECENT)
        """For each recent entry of an alarm its number, and that of the alarm's first entry."""
        self.revision = 0
        """Number of changes of the settings since the start."""
        self._now = now
        self._most_browsers = most_browsers
        self._browsers: set[Browser] = set()
        self._changed: dict[str, None] = {}
        self._entries: deque[JournalEntry] = deque(maxlen=RECENT)
        self._gathering: asyncio.TimerHandle | None = None

    def perform(self, effect: WebEffect) -> None:
        """Stores an effect of the engine, and queues the change for the open browsers."""
        match effect:
            case PublishInput(view=view):
                self.inputs[view.id] = view
                self._mark(f"input {view.id}")
            case PublishOutput(view=view):
                self.outputs[view.id] = view
                self._mark(f"output {view.id}")
            case PublishArmed(armed=armed):
                self.armed = armed
                # The words of every input say why it is not armed, also where its view stays the same.
                for key in ("armed", *(f"input {key}" for key in self.inputs)):
                    self._mark(key)
            case PublishClock(synchronised=synchronised):
                self.clock_synchronised = synchronised
                self._mark("clock")
            case PublishSettings(settings=settings):
                self._take(settings)
            case JournalEntry():
                self.recent.append(effect)
                self._sort(effect)
                self._entries.append(effect)
                self._mark("journal")

    def snapshot(self, input_id: str | None, jpeg: bytes, alarm: str | None = None) -> None:
        """Stores the last picture of an input, or with None of no input; the bytes are shared, not copied.

        `alarm` is the id of the alarm's journal entry, None for a picture by command.
        """
        self.pictures[input_id or ""] = Picture(jpeg=jpeg, time=self._local())
        if alarm is not None:
            self.alarm_pictures.add(alarm, jpeg)
        self._mark("pictures")

    def connect(self, *, broker: bool, home_assistant: bool | None) -> None:
        """Stores whether broker and Home Assistant are connected, and queues the change for the open browsers."""
        self.connections = Connections(broker=broker, home_assistant=home_assistant)
        self._mark("connections")

    def remember(self, entries: Iterable[JournalEntry]) -> None:
        """Sorts the entries of before this run, oldest first, so that what follows finds its alarm."""
        self._sorter = AlarmSorter()
        self._alarm_of.clear()
        newest = -1
        for entry in entries:
            self._sort(entry)
            newest = entry.seq
        for entry in self.recent:
            if entry.seq > newest:
                self._sort(entry)

    def _sort(self, entry: JournalEntry) -> None:
        alarm = self._sorter.place(entry)
        if alarm is not None:
            self._alarm_of.append((entry.seq, alarm.seq))

    def open(self) -> Browser | None:
        """Returns a new browser, which receives events from now on; None if the limit is reached. `close` ends it."""
        if len(self._browsers) >= self._most_browsers:
            return None
        browser = Browser()
        self._browsers.add(browser)
        return browser

    def close(self, browser: Browser) -> None:
        """Removes a browser; one that was removed already is ignored."""
        self._browsers.discard(browser)

    @property
    def watched_by(self) -> int:
        """Number of open browsers."""
        return len(self._browsers)

    def hello(self, *, after: int | None, token: str) -> bytes:
        """Returns the first frames for a browser: the whole state, and the journal entries after the number `after`.

        With None no entries are sent; if some of them are no longer held, a `gap` frame comes before the rest. `token`
        is the CSRF token of its session: a page that outlives a restart gets the new one.
        """
        state = {
            "token": token,
            "now": instant(self._now().local),
            "revision": self.revision,
            "inputs": [self.input_event(each) for each in self.inputs.values()],
            "outputs": [self.output_event(each) for each in self.outputs.values()],
            "armed": self.armed,
            "clock_synchronised": self.clock_synchronised,
            "connections": connection_words(self.connections),
        }
        seen = [] if after is None else [entry for entry in self.recent if entry.seq > after]
        missed = GAP if after is not None and seen and seen[0].seq > after + 1 else b""
        return frame("hello", as_json(state)) + missed + b"".join(self._entry_frames(seen))

    def input_settings(self, input_id: str) -> InputSettings | None:
        """Returns the settings of the input with this id, or None if there is no such input."""
        return next((each for each in self.settings.inputs if each.id == input_id), None)

    def output_settings(self, output_id: str) -> OutputSettings | None:
        """Returns the settings of the output with this id, or None if there is no such output."""
        return next((each for each in self.settings.outputs if each.id == output_id), None)

    def name_of(self, part_id: str) -> str:
        """Returns the name of an input or output; for a removed one its id."""
        part = self.input_settings(part_id) or self.output_settings(part_id)
        return part.label if part else part_id

    def input_event(self, view: InputView) -> dict[str, Any]:
        """Returns an input for a page as JSON: its view, name, mood and texts (none once it is removed)."""
        settings = self.input_settings(view.id)
        words = {} if settings is None else input_words(view, settings, self._local(), device_armed=self.armed)
        return {**input_json(view), "name": self.name_of(view.id), "mood": input_mood(view), "words": words}

    def output_event(self, view: OutputView) -> dict[str, Any]:
        """Returns an output for a page as JSON: its view, name, mood and texts (none once it is removed)."""
        settings = self.output_settings(view.id)
        words = {} if settings is None else output_words(view, settings, self.name_of, self._local())
        return {**output_json(view), "name": self.name_of(view.id), "mood": output_mood(view), "words": words}

    def entry_event(self, entry: JournalEntry) -> dict[str, Any]:
        """Returns a journal entry for a page as JSON: its fields and texts."""
        return {**entry_json(entry), "words": entry_words(entry, self.name_of, self._local())}

    def _local(self) -> datetime:
        """Returns the time of the device's zone."""
        return self._now().local

    def _take(self, settings: Settings) -> None:
        """Puts new settings in force: forgets removed parts, and queues all others for the browsers."""
        self.settings = settings
        self.revision += 1
        kept = {part.id for part in settings.inputs}
        self.inputs = {key: view for key, view in self.inputs.items() if key in kept}
        self.pictures = {key: picture for key, picture in self.pictures.items() if not key or key in kept}
        kept = {part.id for part in settings.outputs}
        self.outputs = {key: view for key, view in self.outputs.items() if key in kept}
        # The words of every part contain names and schedules.
        for key in [*(f"input {key}" for key in self.inputs), *(f"output {key}" for key in self.outputs), "settings"]:
            self._mark(key)

    # Publishing

    def _mark(self, key: str) -> None:
        """Queues the part `key` for the browsers; does nothing without one."""
        if not self._browsers:
            self._entries.clear()
            return
        self._changed[key] = None
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._publish)

    def _publish(self) -> None:
        """Pushes all queued changes to the browsers; each frame is made once for all of them."""
        self._gathering = None
        changed, self._changed = self._changed, {}
        news = {key: made for key in changed if (made := self._frame(key)) is not None}
        entries = tuple(self._entry_frames(self._entries))
        self._entries.clear()
        self._hand_out(list(self._browsers), news, entries)

    def _hand_out(self, browsers: list[Browser], news: dict[str, bytes], entries: tuple[bytes, ...]) -> None:
        """Pushes frames to the browsers, `AT_ONCE` of them in each turn of the event loop."""
        for browser in browsers[:AT_ONCE]:
            browser.push(news, entries)
        if len(browsers) > AT_ONCE:
            asyncio.get_running_loop().call_soon(self._hand_out, browsers[AT_ONCE:], news, entries)

    def _frame(self, key: str) -> bytes | None:
        """Returns the server-sent event of `input ID`, `output ID`, or the part of the device with this key.

        None for a removed part, or another key.
        """
        kind, _, part = key.partition(" ")
        data: dict[str, Any] | None = None
        if kind == "input" and part in self.inputs:
            data = self.input_event(self.inputs[part])
        elif kind == "output" and part in self.outputs:
            data = self.output_event(self.outputs[part])
        elif kind == "armed":
            data = {"armed": self.armed}
        elif kind == "clock":
            data = {"clock_synchronised": self.clock_synchronised}
        elif kind == "pictures":
            data = {name: instant(each.time) for name, each in self.pictures.items()}
        elif kind == "connections":
            data = connection_words(self.connections)
        elif kind == "settings":
            data = {"revision": self.revision}
        return None if data is None else frame(kind, as_json(data))

    def _entry_frames(self, entries: Iterable[JournalEntry]) -> Iterable[bytes]:
        """Returns entries as events; `incident` is the number of the first entry of their alarm, null without one."""
        alarms = dict(self._alarm_of)
        return [
            frame("journal", as_json({**self.entry_event(entry), "incident": alarms.get(entry.seq)}), number=entry.seq)
            for entry in entries
        ]
