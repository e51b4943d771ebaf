"""The connections that every page shows in its head: broker and Home Assistant."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Whether there is a session with the broker, and whether Home Assistant said last that it is online.

    Home Assistant says so on the broker when it starts and when it ends, to whoever listens then: `home_assistant` is
    None until it is heard, and after each loss of the broker.
    """

    broker: bool = False
    home_assistant: bool | None = None


def connection_words(connections: Connections) -> dict[str, dict[str, str]]:
    """Returns state (`up`, `down` or `unknown`) and text of each connection, by its name."""
    is_online = connections.home_assistant
    return {
        "broker": _words("up", "Broker connected") if connections.broker else _words("down", "Broker not connected"),
        "home_assistant": _words("unknown", "Home Assistant not heard yet")
        if is_online is None
        else _words("up", "Home Assistant online")
        if is_online
        else _words("down", "Home Assistant offline"),
    }


def _words(state: str, text: str) -> dict[str, str]:
    return {"state": state, "text": text}
