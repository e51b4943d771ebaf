"""A store on a folder, and what it complained of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from words.journal_entries import NOON
from words.waiting import wait_until

from bridge.core.facts import StateRestored
from bridge.store.store import Store, open_store

PATIENCE_S = 10.0


@dataclass(kw_only=True)
class Probe:
    """The open store; `problems` holds every text and None that was told, in order."""

    store: Store
    state: StateRestored
    opening_problem: str | None
    problems: list[str | None] = field(default_factory=list)

    @property
    def problem(self) -> str | None:
        """What is wrong now."""
        return self.problems[-1] if self.problems else None


def opened(folder: Path, *, limit_s: float = PATIENCE_S, now: datetime = NOON) -> Probe:
    """Open a store; `probe.store.close()` must follow."""
    problems: list[str | None] = []
    restored = open_store(
        folder, post=lambda call: call(), on_problem=problems.append, limit_s=limit_s, wall=lambda: now
    )
    return Probe(store=restored.store, state=restored.state, opening_problem=restored.problem, problems=problems)


@contextmanager
def a_store(folder: Path, *, now: datetime = NOON) -> Iterator[Probe]:
    """A store that is closed at the end."""
    probe = opened(folder, now=now)
    try:
        yield probe
    finally:
        probe.store.close(PATIENCE_S)


def eventually(condition: Callable[[], bool], within_s: float = PATIENCE_S) -> None:
    """Fail unless the condition holds before the deadline."""
    wait_until(condition, within_s=within_s)
