"""The topics of mqtt-io beside those that take their place, and what it leaves at the broker (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.cli.mqtt_io.broker import MovedBroker
from bridge.cli.mqtt_io.terminals import Moved
from bridge.mqtt.topics import Topics
from bridge.settings.location import printable

_ALL_STATES = "(States are always retained here; commands are answered on {}.)"


def topic_rows(broker: MovedBroker, terminals: Sequence[Moved]) -> Iterator[str]:
    """Yields the lines of the table of topics, without a heading."""
    topics = _topics(broker)
    rows = [(_joined(broker, broker.status_topic), topics.availability)]
    for one in terminals:
        if one.is_output:
            stem = _joined(broker, "output", one.name)
            command = f"{topics.device}/output/{one.id}/set"
            is_same = command == f"{stem}/set" and one.says_on_and_off
            rows += [
                (stem, topics.output(one.id).state),
                (f"{stem}/set", "the same" if is_same else command),
            ]
        else:
            rows.append((_joined(broker, "input", one.name), topics.input(one.id).state))
    if any(one.is_output for one in terminals):
        every = _joined(broker, "output", "NAME")
        rows += [
            (f"{every}/set_on_ms 2000", f'{topics.device}/output/ID/set {{"state": "ON", "duration_ms": 2000}}'),
            (f"{every}/set_off_ms", "nothing: an output is turned off for good"),
        ]
    width = max(len(old) for old, _ in rows)
    yield from (f"{old:<{width}}  {new}" for old, new in rows)
    yield _ALL_STATES.format(topics.response)


def left_behind(broker: MovedBroker, terminals: Sequence[Moved]) -> Iterator[str]:
    """Yields the topics that mqtt-io has retained at the broker, and that nothing publishes any more."""
    topics = _topics(broker)
    status = _joined(broker, broker.status_topic)
    if status != topics.status:
        yield status
    for one in terminals:
        if one.retained:
            yield _joined(broker, "output" if one.is_output else "input", one.name)
    if broker.discovery is not None:
        yield from (
            printable(f"{broker.discovery}/{one.component}/{broker.client_id}/{one.name}/config") for one in terminals
        )


def _topics(broker: MovedBroker) -> Topics:
    base, _, device = broker.topics.rpartition("/")
    return Topics(base=base, device_id=device, prefix=broker.discovery or "homeassistant")


def _joined(broker: MovedBroker, *parts: str) -> str:
    """Returns a topic of mqtt-io as text for a terminal; without a prefix it begins with a slash."""
    return printable("/".join((broker.prefix, *parts)))
