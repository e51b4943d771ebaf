"""The whole engine in virtual time: a story is told in contacts, commands and waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bridge.core import facts
from bridge.core.contact import Contact, Level, contact_of, level_of
from bridge.core.definitions.settings import Settings
from bridge.core.effects import (
    DriveLine,
    Effect,
    InputView,
    KeepArmed,
    KeepInput,
    OutputView,
    PublishArmed,
    PublishEvent,
    PublishInput,
    PublishOutput,
    RequestOutput,
)
from bridge.core.engine import Engine
from bridge.core.journal import JournalEntry

E = TypeVar("E", bound=Effect)
AT_NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


class Story:
    """An engine, its time, and everything that it ever asked for.

    `contacts` are those that are read first (`disconnected` unless given); None: none is.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        at: datetime = AT_NOON,
        stored: dict[str, facts.StoredInput] | None = None,
        latched: set[str] | None = None,
        contacts: dict[str, str | None] | None = None,
        armed: bool = True,
        started: bool = True,
        synchronised: bool = True,
    ) -> None:
        self.settings = settings
        self.effects: list[tuple[float, Effect]] = []
        self.levels: dict[str, Level] = {}
        self.views: dict[str, InputView | OutputView] = {}
        self.entries: list[JournalEntry] = []
        self.kept: dict[str, facts.StoredInput | None] = dict(stored or {})
        self.armed_kept = armed
        self.armed_shown: bool | None = None
        self.time = 1000.0
        self._overslept = False
        self._instant = at.astimezone(UTC) - timedelta(seconds=self.time)
        self.engine = Engine(settings, boot="b00t", release_year=2026)
        self._do(self.engine.begin(self.now, synchronised=synchronised))
        state = facts.StateRestored(inputs=stored or {}, latched=frozenset(latched or ()), next_seq=1, armed=armed)
        self.tell(state)
        for each in settings.inputs:
            contact = (contacts or {}).get(each.id, "disconnected")
            if contact is not None:
                self.contact(each.id, contact)
        if started:
            self.wait(0)

    @property
    def now(self) -> facts.Now:
        instant = self._instant + timedelta(seconds=self.time)
        return facts.Now(
            monotonic=self.time, local=instant.astimezone(ZoneInfo(self.settings.device.timezone or "UTC"))
        )

    def set_clock(self, seconds: float) -> None:
        """The wall clock jumps, and the kernel tells."""
        self._instant += timedelta(seconds=seconds)
        self.tell(facts.ClockStepped(seconds=seconds))

    def tell(self, fact: facts.Fact) -> list[Effect]:
        return self._do(self.engine.receive(fact, self.now))

    def wait(self, seconds: float) -> None:
        """Time passes, and the engine is woken at each of its deadlines."""
        end = self.time + seconds
        while (due := self.engine.next_deadline(self.time)) is not None and due <= end:
            assert due >= self.time or self._overslept, "a deadline was left in the past"
            self._overslept = False
            self.time = max(self.time, due)
            self._do(self.engine.elapse(self.now))
            after = self.engine.next_deadline(self.time)
            assert after is None or after > self.time, "a deadline was not dealt with"
        self.time = end

    def after_a_crash(self, settings: Settings | None = None, **how: Any) -> Story:
        """The same again: killed, and started with what was kept; contacts are those of before unless given."""
        contacts = {each.id: str(self.input(each.id).contact) for each in self.settings.inputs}
        stored = {each: state for each, state in self.kept.items() if state is not None}
        how = {"at": self.now.local, "contacts": contacts, "armed": self.armed_kept, **how}
        return Story(settings or self.settings, stored=stored, **how)

    def oversleep(self, seconds: float) -> None:
        """Time passes, and nobody wakes the engine."""
        self.time += seconds
        self._overslept = True

    def elapse(self, *, seen_until: float) -> None:
        """The engine is woken while edges from `seen_until` on have not been told."""
        self._do(self.engine.elapse(self.now, seen_until=seen_until))

    def contact(self, input_id: str, contact: str, *, at: float | None = None) -> None:
        wiring = next(each for each in self.settings.inputs if each.id == input_id).connected_level
        level = level_of(Contact(contact), wiring)
        self.tell(facts.LineChanged(terminal=input_id, level=level, at=self.time if at is None else at))

    def connect(self, input_id: str) -> None:
        self.contact(input_id, "connected")

    def disconnect(self, input_id: str) -> None:
        self.contact(input_id, "disconnected")

    def start(self, output_id: str, *, by: str = "mqtt", request: object = None, **how: Any) -> None:
        origin = facts.Origin(by=by, request=request)
        self.tell(facts.OutputStartRequested(output=output_id, origin=origin, **how))

    def stop(self, output_id: str) -> None:
        self.tell(facts.OutputStopRequested(output=output_id, origin=facts.Origin(by="mqtt")))

    def trigger(self, input_id: str, *, request: object = None, **how: Any) -> None:
        origin = facts.Origin(by="mqtt", request=request)
        self.tell(facts.InputTriggerRequested(input=input_id, origin=origin, **how))

    def arm(self, *, armed: bool, by: str = "mqtt", request: object = None) -> None:
        self.tell(facts.ArmingRequested(armed=armed, origin=facts.Origin(by=by, request=request)))

    def silence(self) -> None:
        self.tell(facts.SilenceRequested(origin=facts.Origin(by="mqtt")))

    def edit(self, settings: Settings) -> None:
        self.settings = settings
        self._overslept = True  # by a shorter debounce a level may have been stable since before now
        self.tell(facts.SettingsChanged(settings=settings, origin=facts.Origin(by="file")))

    # What came of it

    def all(self, kind: type[E]) -> list[E]:
        return [effect for _, effect in self.effects if isinstance(effect, kind)]

    def forget(self) -> None:
        """Lets go of the effects so far; views, levels, entries and what was kept stay."""
        self.effects.clear()

    def journal(self, *kinds: str) -> list[JournalEntry]:
        return [entry for entry in self.all(JournalEntry) if not kinds or entry.kind in kinds]

    def told(self, *kinds: str) -> list[tuple[str, str | None]]:
        """Journal kinds with their cause or reason."""
        return [(entry.kind, entry.cause or entry.reason) for entry in self.journal(*kinds)]

    def events(self) -> list[tuple[str, str]]:
        return [(event.event_type, event.cause) for event in self.all(PublishEvent)]

    def input(self, input_id: str) -> InputView:
        view = self.views[input_id]
        assert isinstance(view, InputView)
        return view

    def output(self, output_id: str) -> OutputView:
        view = self.views[output_id]
        assert isinstance(view, OutputView)
        return view

    def wired(self, output_id: str) -> Contact:
        """The contact that an output really makes now."""
        wiring = next(each for each in self.settings.outputs if each.id == output_id).connected_level
        return contact_of(self.levels[output_id], wiring)

    def is_on(self, output_id: str) -> bool:
        return self.output(output_id).on

    def edges(self, output_id: str) -> list[tuple[float, Level]]:
        """When an output was driven, in seconds since the story began, and to what."""
        return [
            (round(at - 1000, 6), effect.level)
            for at, effect in self.effects
            if isinstance(effect, DriveLine) and effect.terminal == output_id
        ]

    def _do(self, effects: list[Effect]) -> list[Effect]:
        for effect in effects:
            self.effects.append((self.time, effect))
            if isinstance(effect, RequestOutput):
                self.levels[effect.settings.id] = effect.level
            elif isinstance(effect, DriveLine):
                self.levels[effect.terminal] = effect.level
            elif isinstance(effect, JournalEntry):
                self.entries.append(effect)
            elif isinstance(effect, KeepInput):
                self.kept[effect.input] = effect.state
            elif isinstance(effect, KeepArmed):
                self.armed_kept = effect.armed
            elif isinstance(effect, PublishArmed):
                self.armed_shown = effect.armed
            elif isinstance(effect, PublishInput | PublishOutput):
                self.views[effect.view.id] = effect.view
        return effects
