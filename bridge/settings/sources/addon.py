"""As a Home Assistant add-on: the Supervisor's options, and the broker it knows of.

Both stand below the file. The options are settings by the same names, as far as the add-on's form
has them. The broker is taken whole and only when nobody else names one: credentials that belong to
one broker must never be shown to another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.settings.location import ABSENT, value_at
from bridge.settings.sources.layers import Layer, merged

TOKEN = "SUPERVISOR_TOKEN"  # noqa: S105 - the variable's name; its presence is how an add-on knows itself
OPTIONS = "add-on options"
SERVICE = "the Supervisor's MQTT service"
STORE = {"store": {"folder": "/data/store"}}
"""The one folder of an add-on that outlives it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """Where an add-on finds what it is told."""

    options: Path = Path("/data/options.json")
    host: str = "supervisor"
    patience_s: float = 2.0
    """It answers in some 20 ms; the outputs wait for it at the start, so no longer than this."""


def options_layer(environ: Mapping[str, str], supervisor: Supervisor) -> Layer:
    """What was filled in on the add-on's page, and where an add-on keeps what it stores; else nothing."""
    if not environ.get(TOKEN):
        return Layer(origin=OPTIONS)
    try:
        options = json.loads(supervisor.options.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # The alarm does not depend on them.
        warning = f"{supervisor.options}: the add-on's options cannot be read: {error}"
        return Layer(origin=OPTIONS, values=STORE, warnings=(warning,))
    return Layer(origin=OPTIONS, values=merged(STORE, _filled_in(options) if isinstance(options, Mapping) else {}))


def broker_layer(environ: Mapping[str, str], others: Iterable[Mapping[Any, Any]], supervisor: Supervisor) -> Layer:
    """The Supervisor's broker, unless one of the other layers' values names a host; a local HTTP call."""
    if not environ.get(TOKEN) or names_broker(others):
        return Layer(origin=SERVICE)
    try:
        status, answer = _ask(supervisor, environ[TOKEN])
    except (OSError, ValueError, EOFError) as error:
        return Layer(origin=SERVICE, warnings=(f"{SERVICE} cannot be asked for: {error}",))
    if status != 200:  # noqa: PLR2004 - HTTP's own number
        words = "there is none; install the Mosquitto add-on and restart, or name mqtt.host in the file"
        return Layer(origin=SERVICE, warnings=(f"{SERVICE}: {words} (status {status})",))
    return Layer(origin=SERVICE, values=_broker(answer))


def names_broker(layers: Iterable[Mapping[Any, Any]]) -> bool:
    """Whether one of these gives `mqtt.host`; left empty it gives none."""
    return any(value_at(values, ("mqtt", "host")) not in (ABSENT, None, "") for values in layers)


def _filled_in(options: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left empty on the form."""
    parts = {key: _filled_in(value) if isinstance(value, Mapping) else value for key, value in options.items()}
    return {key: value for key, value in parts.items() if value not in (None, "", {})}


def _ask(supervisor: Supervisor, token: str) -> tuple[int, Any]:
    import http.client  # noqa: PLC0415 - only in the add-on

    connection = http.client.HTTPConnection(supervisor.host, timeout=supervisor.patience_s)
    try:
        connection.request("GET", "/services/mqtt", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        return response.status, json.loads(response.read(65_536)) if response.status == 200 else None  # noqa: PLR2004
    except http.client.HTTPException as error:
        message = f"no answer that can be understood ({type(error).__name__})"
        raise ValueError(message) from error
    finally:
        connection.close()


def _broker(answer: Any) -> dict[str, Any]:
    """`{"data": {host, port, ssl, username, password, protocol}}` as settings; `ssl` with the system's authorities."""
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping) or not data.get("host"):
        return {}
    broker = {key: data[key] for key in ("host", "port", "username", "password") if data.get(key)}
    return {"mqtt": broker | ({"tls": {}} if data.get("ssl") is True else {})}
