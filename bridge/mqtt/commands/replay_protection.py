"""Protection against retained, outdated and repeated commands (`mqtt.md` 2); time is an argument.

Only commands that were submitted are remembered: a refused one changed nothing, so reading
it again gives the same refusal.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from bridge.errors import CommandRefused
from bridge.mqtt.commands.answers import Request

REMEMBERED_S = 60.0
MOST_REMEMBERED = 1000
MOST_WAITING = 20


def check_retained(*, retained: bool) -> None:
    """Raises CommandRefused for a command that was published retained.

    The broker would deliver it again to every new session: an output would start by itself whenever
    the bridge does.
    """
    if retained:
        message = "was published retained; commands are not"
        raise CommandRefused(message)


def check_age(*, expires: datetime | None, utc: datetime, expiry_s: int | None, clock_is_right: bool) -> None:
    """Raises CommandRefused for an outdated command.

    `expires` is the command's own limit or None, `utc` the time now, `expiry_s` the rest of MQTT 5's expiry or None.
    While the clock is not set (`clock_is_right`), `expires` cannot be judged and is ignored: a refusal could keep a
    siren on.
    """
    if expiry_s == 0:
        message = "came after its message expiry"
        raise CommandRefused(message)
    if expires is not None and clock_is_right and expires <= utc:
        message = f"has expired: it is {utc.isoformat(timespec='seconds')} here"
        raise CommandRefused(message, path="expires")


@dataclass(slots=True, kw_only=True)
class _Remembered:
    at: float
    answer: bytes | None = None
    waiting: list[Request] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A command that was seen before; `answer` is None while the first one is in progress."""

    answer: bytes | None


class SeenCommands:
    """The ids of the last minute by topic, with their answers: bounded, the oldest are forgotten first."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], _Remembered] = OrderedDict()

    def __len__(self) -> int:
        return len(self._seen)

    def seen_before(self, request: Request, at: float) -> Repeat | None:
        """Records a command at `at` (monotonic seconds).

        Returns None if it is new, or has no id: the caller executes it. A repeat whose answer is pending gets that from
        `remember_answer`. Raises CommandRefused if too many repeats are pending already.
        """
        if request.id is None:
            return None
        self._forget(at)
        key = (request.topic, request.id)
        known = self._seen.get(key)
        if known is None:
            self._seen[key] = _Remembered(at=at)
            return None
        if known.answer is None:
            if len(known.waiting) >= MOST_WAITING:
                message = "was repeated too often before it was answered"
                raise CommandRefused(message, path="id")
            known.waiting.append(request)
        return Repeat(answer=known.answer)

    def remember_answer(self, request: Request, answer: bytes) -> tuple[Request, ...]:
        """Stores a command's answer. Returns its pending repeats, which get the same answer; perhaps none."""
        known = self._seen.get((request.topic, request.id)) if request.id is not None else None
        if known is None:
            return ()
        known.answer = answer
        waiting, known.waiting = tuple(known.waiting), []
        return waiting

    def withdraw(self, request: Request) -> None:
        """Forgets a command that was not executed after all; an unknown one is ignored."""
        if request.id is not None:
            self._seen.pop((request.topic, request.id), None)

    def _forget(self, at: float) -> None:
        """Forgets commands that are older than `REMEMBERED_S`, and the oldest above `MOST_REMEMBERED`."""
        while self._seen:
            oldest = next(iter(self._seen.values()))
            if at - oldest.at < REMEMBERED_S and len(self._seen) < MOST_REMEMBERED:
                return
            self._seen.popitem(last=False)
