"""What pages show: the newest view of everything, the last journal entries, and who is watching."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.core.effects import InputView, OutputView, PublishClock, PublishInput, PublishOutput, PublishSettings
from bridge.core.facts import Now
from bridge.core.journal import JournalEntry
from bridge.text.journal_words import entry_words
from bridge.text.json_text import as_json, instant
from bridge.text.state_words import input_mood, input_words, output_mood, output_words
from bridge.web.subscribers import GAP, Browser, frame
from bridge.web.view_json import entry_json, input_json, output_json

WebEffect = PublishInput | PublishOutput | PublishClock | PublishSettings | JournalEntry
RECENT = 100
MOST_BROWSERS = 100
GATHER_S = 0.025
"""Changes are gathered for this long: lines and the broker come first, and a burst is one message."""
AT_ONCE = 4
"""Browsers told before the event loop gets its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG, and when it came."""

    jpeg: bytes = field(repr=False)
    time: datetime


class Live:
    """Takes effects at any time and never waits; tells the browsers that are open.

    Costs nothing but the newest views while none is.
    """

    def __init__(self, settings: Settings, *, now: Callable[[], Now], most_browsers: int = MOST_BROWSERS) -> None:
        self.settings = settings
        self.inputs: dict[str, InputView] = {}
        self.outputs: dict[str, OutputView] = {}
        self.pictures: dict[str, Picture] = {}
        """The last ones, by input; the one of no input under an empty name."""
        self.clock_synchronised = True
        self.recent: deque[JournalEntry] = deque(maxlen=RECENT)
        self.revision = 0
        """How often the settings have changed since the start."""
        self._now = now
        self._most_browsers = most_browsers
        self._browsers: set[Browser] = set()
        self._changed: dict[str, None] = {}
        self._entries: deque[JournalEntry] = deque(maxlen=RECENT)
        self._gathering: asyncio.TimerHandle | None = None

    def perform(self, effect: WebEffect) -> None:
        """Keeps what the engine shows."""
        match effect:
            case PublishInput(view=view):
                self.inputs[view.id] = view
                self._note(f"input {view.id}")
            case PublishOutput(view=view):
                self.outputs[view.id] = view
                self._note(f"output {view.id}")
            case PublishClock(synchronised=synchronised):
                self.clock_synchronised = synchronised
                self._note("clock")
            case PublishSettings(settings=settings):
                self._take(settings)
            case JournalEntry():
                self.recent.append(effect)
                self._entries.append(effect)
                self._note("journal")

    def snapshot(self, input_id: str | None, jpeg: bytes) -> None:
        """Keeps the last picture of an input's alarm, or of nobody's; the bytes are shared, not copied."""
        self.pictures[input_id or ""] = Picture(jpeg=jpeg, time=self._local())
        self._note("pictures")

    def open(self) -> Browser | None:
        """A browser that is told from now on; None when there are too many."""
        if len(self._browsers) >= self._most_browsers:
            return None
        browser = Browser()
        self._browsers.add(browser)
        return browser

    def close(self, browser: Browser) -> None:
        """It is gone."""
        self._browsers.discard(browser)

    @property
    def watched_by(self) -> int:
        """How many browsers are open."""
        return len(self._browsers)

    def hello(self, *, after: int | None, token: str) -> bytes:
        """The first frames for a browser; `after` is the last journal entry that it has seen.

        `token` is what it has to show with a change: a page that outlives a restart gets the new one.
        """
        state = {
            "token": token,
            "now": instant(self._now().local),
            "revision": self.revision,
            "inputs": [self.input_event(each) for each in self.inputs.values()],
            "outputs": [self.output_event(each) for each in self.outputs.values()],
            "clock_synchronised": self.clock_synchronised,
        }
        seen = [] if after is None else [entry for entry in self.recent if entry.seq > after]
        missed = GAP if after is not None and seen and seen[0].seq > after + 1 else b""
        return frame("hello", as_json(state)) + missed + b"".join(self._entry_frames(seen))

    def input_settings(self, input_id: str) -> InputSettings | None:
        """An input's settings, if there is one."""
        return next((each for each in self.settings.inputs if each.id == input_id), None)

    def output_settings(self, output_id: str) -> OutputSettings | None:
        """An output's settings, if there is one."""
        return next((each for each in self.settings.outputs if each.id == output_id), None)

    def name_of(self, part_id: str) -> str:
        """What people call an input or output; its id when it is gone."""
        part = self.input_settings(part_id) or self.output_settings(part_id)
        return part.label if part else part_id

    def input_event(self, view: InputView) -> dict[str, Any]:
        """An input for a page: its view, in words as well."""
        settings = self.input_settings(view.id)
        words = {} if settings is None else input_words(view, settings, self._local())
        return {**input_json(view), "name": self.name_of(view.id), "mood": input_mood(view), "words": words}

    def output_event(self, view: OutputView) -> dict[str, Any]:
        """An output for a page: its view, in words as well."""
        settings = self.output_settings(view.id)
        words = {} if settings is None else output_words(view, settings, self.name_of, self._local())
        return {**output_json(view), "name": self.name_of(view.id), "mood": output_mood(view), "words": words}

    def entry_event(self, entry: JournalEntry) -> dict[str, Any]:
        """A journal entry for a page: in words as well."""
        return {**entry_json(entry), "words": entry_words(entry, self.name_of, self._local())}

    def _local(self) -> datetime:
        return self._now().local

    def _take(self, settings: Settings) -> None:
        self.settings = settings
        self.revision += 1
        kept = {part.id for part in settings.inputs}
        self.inputs = {key: view for key, view in self.inputs.items() if key in kept}
        self.pictures = {key: picture for key, picture in self.pictures.items() if not key or key in kept}
        kept = {part.id for part in settings.outputs}
        self.outputs = {key: view for key, view in self.outputs.items() if key in kept}
        # Names and schedules are in the words of everything.
        for key in [*(f"input {key}" for key in self.inputs), *(f"output {key}" for key in self.outputs), "settings"]:
            self._note(key)

    # Telling

    def _note(self, key: str) -> None:
        if not self._browsers:
            self._entries.clear()
            return
        self._changed[key] = None
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._tell)

    def _tell(self) -> None:
        """Everything that changed, made into frames once for all browsers."""
        self._gathering = None
        changed, self._changed = self._changed, {}
        news = {key: made for key in changed if (made := self._frame(key)) is not None}
        entries = tuple(self._entry_frames(self._entries))
        self._entries.clear()
        self._hand_out(list(self._browsers), news, entries)

    def _hand_out(self, browsers: list[Browser], news: dict[str, bytes], entries: tuple[bytes, ...]) -> None:
        for browser in browsers[:AT_ONCE]:
            browser.tell(news, entries)
        if len(browsers) > AT_ONCE:
            asyncio.get_running_loop().call_soon(self._hand_out, browsers[AT_ONCE:], news, entries)

    def _frame(self, key: str) -> bytes | None:
        kind, _, part = key.partition(" ")
        if kind == "input" and part in self.inputs:
            return frame(kind, as_json(self.input_event(self.inputs[part])))
        if kind == "output" and part in self.outputs:
            return frame(kind, as_json(self.output_event(self.outputs[part])))
        if kind == "clock":
            return frame(kind, as_json({"clock_synchronised": self.clock_synchronised}))
        if kind == "pictures":
            return frame(kind, as_json({name: instant(each.time) for name, each in self.pictures.items()}))
        if kind == "settings":
            return frame(kind, as_json({"revision": self.revision}))
        return None

    def _entry_frames(self, entries: Iterable[JournalEntry]) -> Iterable[bytes]:
        return [frame("journal", as_json(self.entry_event(entry)), number=entry.seq) for entry in entries]
