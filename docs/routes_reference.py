# ruff: noqa: INP001 - a script's part, no package
"""What can be asked of the page over HTTP, as a table; on the simulated board, with metrics."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from bridge.core.facts import Fact, Now
from bridge.core.status import BridgeStatus, BrokerStatus
from bridge.settings.load import validate
from bridge.web.api.routes import Route
from bridge.web.application import table
from bridge.web.camera_desk import CameraDesk
from bridge.web.live import Live
from bridge.web.ports import JournalQuery, Ports, SettingsDesk

HEAD = "| request | does | body |\n|---|---|---|\n"
NOON = Now(monotonic=0, local=datetime(2026, 11, 23, 12, tzinfo=UTC))


def routes_reference() -> str:
    """Every row of the table, in its order."""
    return HEAD + "".join(_row(route) for route in _routes())


def _row(route: Route) -> str:
    keys = " ".join(f"`{param.name}`" for param in route.body or ())
    if route.patch:
        body = "a merge patch" if route.method == "PATCH" else "its settings"
    else:
        body = f"a file, `{route.takes}`" if route.takes else keys
    return f"| `{route.method} {route.path}` | {route.says} | {body} |\n".replace("|  |", "| |")


def _routes() -> tuple[Route, ...]:
    settings = validate({"lines": {"driver": "simulated"}, "metrics": {"enabled": True}})
    ports = Ports(
        submit=_nobody,
        now=lambda: NOON,
        system=_system,
        entries=_no_entries,
        try_broker=_no_problem,
        settings=cast("SettingsDesk", object()),
        cameras=cast("CameraDesk", object()),
        board=lambda _: b"{}",
    )
    return table(Live(settings, now=lambda: NOON), ports)


def _nobody(fact: Fact) -> None:
    """Nothing is asked of what only describes."""
    raise AssertionError(fact)


def _no_entries(query: JournalQuery) -> tuple[()]:
    raise AssertionError(query)


def _system() -> BridgeStatus:
    broker = BrokerStatus(address="", problem=None)
    return BridgeStatus(version="", started=NOON.local, broker=broker, rejected_commands=0, journal_unsent=0)


async def _no_problem() -> str | None:
    return None
