"""What a driver of far lines reports, in words."""

from __future__ import annotations

from bridge.core.facts import (
    ContactReported,
    LineFound,
    LineLost,
    MessageIgnored,
    SinkFound,
    SinkLost,
    SinkReported,
)
from bridge.core.line_driver import LineFact


def in_words(fact: LineFact) -> str:
    match fact:
        case ContactReported():
            return f"{fact.contact} {'event' if fact.is_event else 'state'}"
        case LineFound() | SinkFound():
            return "found"
        case LineLost() | SinkLost():
            return f"lost: {fact.problem}"
        case SinkReported():
            return f"does {fact.contact}"
        case MessageIgnored():
            return "ignored"
    raise AssertionError(fact)


class Reports:
    """The facts that a driver reported since they were read last."""

    def __init__(self) -> None:
        self._facts: list[LineFact] = []

    def put(self, fact: LineFact) -> None:
        self._facts.append(fact)

    def seen(self) -> list[str]:
        facts, self._facts[:] = list(self._facts), []
        return [in_words(fact) for fact in facts]
