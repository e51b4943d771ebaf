"""The lines of one camera, worked out from its events (pure).

A camera may have several instances of a property, one for each rule or video source: a line is connected while any
of them is. What was said before an absence stands until the camera says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bridge.lines.onvif.messages import CameraLine
from bridge.lines.onvif.notifications import DELETED, STATE, Notification
from bridge.lines.onvif.topics import DIGITAL_INPUTS, RELAY, RULES, Rule, plain_topic

MOST_INSTANCES: Final = 512
_TRUE: Final = frozenset({"true", "1", "active", "on"})
_FALSE: Final = frozenset({"false", "0", "inactive", "off"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A line's contact by an event or a state: True is connected, None unknown."""

    terminal: str
    connected: bool | None
    is_event: bool
    time: datetime | None


class Properties:
    """The newest value of each property, and the lines that follow them."""

    def __init__(self) -> None:
        self._lines: tuple[CameraLine, ...] = ()
        self._newest: dict[tuple[str, ...], Notification] = {}
        self._last: dict[str, bool | None] = {}

    def follow(self, lines: Iterable[CameraLine]) -> list[Seen]:
        """Replaces the lines. Returns what is known of those that are new or changed, as states."""
        before, self._lines = self._lines, tuple(lines)
        fresh = [each for each in self._lines if each not in before]
        self._last = {each.terminal: self._last.get(each.terminal) for each in self._lines if each not in fresh}
        found = []
        for line in fresh:
            self._last[line.terminal] = connected = self._connected(line)
            if connected is not None:
                found.append(Seen(terminal=line.terminal, connected=connected, is_event=False, time=None))
        return found

    def take(self, message: Notification) -> Iterator[Seen]:
        """Notes a message. Yields each line's contact that it changes, and each event that is there again."""
        deleted = message.operation == DELETED
        self._newest.pop(message.instance, None)
        if not deleted:
            if len(self._newest) >= MOST_INSTANCES:
                self._newest.pop(next(iter(self._newest)))
            self._newest[message.instance] = message
        for line in self._lines:
            rule = rule_of(line, message)
            if rule is None:
                continue
            own = None if deleted else truth(line, rule, message)
            connected = own or self._connected(line)
            if deleted and line.holds:
                connected = False
            is_event = message.operation != STATE
            if (own and is_event) or connected != self._last.get(line.terminal):
                self._last[line.terminal] = connected
                yield Seen(terminal=line.terminal, connected=connected, is_event=is_event, time=message.time)

    def _connected(self, line: CameraLine) -> bool | None:
        """Returns a line's contact over all instances; None if none of them says. Moments have no value."""
        known = False
        for message in self._newest.values():
            rule = rule_of(line, message)
            if rule is None or is_moment(line, rule, message):
                continue
            found = truth(line, rule, message)
            if found:
                return True
            known = known or found is False
        return False if known else None


def relay_in(message: Notification) -> tuple[str, bool] | None:
    """Returns token and state of the relay that a message is about; None for any other message."""
    if message.topic != RELAY or message.operation == DELETED:
        return None
    token, state = next(iter(message.source.values()), ""), _boolean(next(iter(message.data.values()), ""))
    return None if not token or state is None else (token, state)


def rule_of(line: CameraLine, message: Notification) -> Rule | None:
    """Returns the rule by which a message is about a line; None if it is not."""
    if line.kind == "onvif_input":
        is_own = message.topic in DIGITAL_INPUTS and line.token in message.source.values()
        return Rule(topic=message.topic) if is_own else None
    if line.source is not None and line.source not in message.source.values():
        return None
    if line.topic is not None:
        return Rule(topic=message.topic, item=line.item) if plain_topic(line.topic) == message.topic else None
    return next(
        (
            rule
            for rule in RULES.get(line.event or "", ())
            if rule.topic == message.topic and (rule.item is None or rule.item in message.data)
        ),
        None,
    )


def is_moment(line: CameraLine, rule: Rule, message: Notification) -> bool:
    """Returns whether a message is an event without a value: by its rule, or by a value that is no truth."""
    return rule.is_moment or (line.holds and line.topic is not None and _value(rule, message) is None)


def truth(line: CameraLine, rule: Rule, message: Notification) -> bool | None:
    """Returns whether a message says that an event is there; None if it does not say."""
    if rule.one_of:
        return bool(rule.one_of & set(message.data.get(rule.item or "", "").replace(",", " ").split()))
    return True if is_moment(line, rule, message) else _value(rule, message)


def _value(rule: Rule, message: Notification) -> bool | None:
    """Returns the truth in the item of a rule, or in the first item that is one; None if there is none."""
    if rule.item is not None:
        return _boolean(message.data.get(rule.item, ""))
    return next((found for each in message.data.values() if (found := _boolean(each)) is not None), None)


def _boolean(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None
