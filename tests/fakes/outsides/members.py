"""Two inputs of this machine, of which another one is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from fakes.outsides.outside import Outside, Stage
from words.alarm_model import ModelInput
from words.line_world import Open

from bridge.core import facts
from bridge.lines.combined.driver import CombinedLines


class CombinedOutside(Outside):
    """Two inputs of this machine."""

    driver: ClassVar[dict[str, Open]] = {"combined": lambda around: CombinedLines(around.views)}
    members = ("one", "two")
    need: ClassVar[int | str] = "all"
    within_s = 0.0

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.contacts: dict[str, str | None] = dict.fromkeys(self.members, "disconnected")
        """What stands at their lines; None: the line is gone."""
        self.models: dict[str, ModelInput] = {name: ModelInput(started=1000.0) for name in self.members}
        self.counts_until = dict.fromkeys(self.members, 0.0)

    def line(self) -> dict[str, Any]:
        return {"kind": "combined", "of": list(self.members), "need": self.need, "within_s": self.within_s} | (
            {"within_s": self.within_s + 0.25} if self.letter == "b" else {}
        )

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return tuple(
            lambda name=name, act=act: act(name)
            for name in self.members
            for act in (self.connects, self.disconnects, self.loses, self.loses_and_finds)
        )

    def connects(self, name: str) -> None:
        self.reads(name, "connected")

    def disconnects(self, name: str) -> None:
        self.reads(name, "disconnected")

    def reads(self, name: str, contact: str) -> None:
        if self.contacts[name] is None:
            self.world.tell(facts.LineFound(terminal=name))
        self.contacts[name] = contact
        self.world.do(lambda: self.world.story.contact(name, contact))
        self.follow(name, lambda model: model.reads(contact))

    def loses(self, name: str) -> None:
        self.contacts[name] = None
        self.world.tell(facts.LineLost(terminal=name, problem="gone"))
        self.follow(name, lambda model: model.loses_its_line(self.model.now))

    def loses_and_finds(self, name: str) -> None:
        contact = self.contacts[name] or "disconnected"
        self.loses(name)
        self.reads(name, contact)

    def follow(self, name: str, act: Callable[[ModelInput], None]) -> None:
        """Something happens to a member; the contact of both follows."""
        model = self.models[name]
        was_decided, told = model.decided, len(model.told)
        act(model)
        news = model.told[told:]
        begins = [cause for kind, cause in news if kind in ("alarm_begin", "resumed")]
        if begins and begins[-1] is not None:  # one that goes on after a start began nobody knows when
            self.counts_until[name] = self.model.now + self.line()["within_s"]
        event = begins[-1] == "input" if begins else was_decided
        self.decides(event=event)

    def decides(self, *, event: bool) -> None:
        now = self.model.now
        counting = {name for name in self.members if self.models[name].shown or now < self.counts_until[name]}
        doubtful = {
            name
            for name in set(self.members) - counting
            if not self.models[name].decided or self.models[name].contact in (None, "unknown")
        }
        needed = {"all": 2, "any": 1}.get(self.need, self.need) if isinstance(self.need, str) else self.need
        ends = [until for name, until in self.counts_until.items() if until > now and not self.models[name].shown]
        self.model.not_after_all("ceases")
        if ends:
            self.model.after("ceases", min(ends) - now, lambda: self.decides(event=True))
        if needed > len(counting) and needed <= len(counting) + len(doubtful):
            self.model.cannot_be_known("members")
            return
        contact = "connected" if len(counting) >= needed else "disconnected"
        if "members" in self.model.reasons:
            self.model.is_heard_again("members", contact, event=event)
        elif contact != self.model.value:
            self.model.says(contact, event=event)

    def opened(self) -> None:
        self.counts_until = dict.fromkeys(self.members, 0.0)
        self.decides(event=False)

    def started(self) -> None:
        """The lines of this machine are read; the stage has begun their models anew."""
        for name, contact in self.contacts.items():
            if contact is None:
                self.loses(name)
            else:
                self.reads(name, contact)

    @property
    def due(self) -> float:
        return min(model.due for model in self.models.values())

    def time(self) -> None:
        for name in self.members:
            self.follow(name, lambda model: model.time(self.model.now))


class AnyOfThem(CombinedOutside):
    need: ClassVar[int | str] = "any"


class WithinATime(CombinedOutside):
    within_s = 20.25
