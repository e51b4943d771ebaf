"""The blueprints of the project in a real Home Assistant, used as a person uses them: by what their selectors offer."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from words.pages import ROOT

FOLDER = ROOT / "examples" / "home-assistant" / "blueprints" / "automation" / "alarm2mqtt"


class _Inputs(YAML):
    """Reads blueprints, whose `!input` names an input."""

    def __init__(self) -> None:
        super().__init__(typ="safe", pure=True)
        self.constructor.add_constructor("!input", lambda _, node: f"!input {node.value}")


def blueprint(name: str) -> dict[str, Any]:
    """A blueprint as it is written."""
    return dict(_Inputs().load((FOLDER / name).read_text(encoding="utf-8")))


def use(ha: Any, name: str, **chosen: Any) -> str:
    """Makes an automation of a blueprint. Returns its id.

    Every entity and device must be one that the selector of its input offers.
    """
    path, own = f"alarm2mqtt/{name}", f"from-{name.removesuffix('.yaml')}"
    if path not in ha.blueprints():
        ha.blueprint_save(path, (FOLDER / name).read_text(encoding="utf-8"))
    assert "error" not in ha.blueprints()[path]
    for key, settings in blueprint(name)["blueprint"]["input"].items():
        known = offered(ha, settings["selector"])
        if known is not None and key in chosen:
            picked = chosen[key] if isinstance(chosen[key], list) else [chosen[key]]
            assert set(picked) <= known, f"{key} of {name} does not offer {set(picked) - known}"
    entity = ha.automation(own, {"alias": own, "use_blueprint": {"path": path, "input": chosen}})
    ha.wait_state(entity, "on")
    assert not [each for each in ha.issues() if own.replace("-", "_") in each["issue_id"]]
    return own


def unused(ha: Any, name: str) -> None:
    """Removes a blueprint and the automation that was made of it."""
    ha.automation_delete(f"from-{name.removesuffix('.yaml')}")
    ha.blueprint_delete(f"alarm2mqtt/{name}")


def offered(ha: Any, selector: dict[str, Any]) -> set[str] | None:
    """The entities or devices that a selector offers, None for a selector of something else."""
    ((kind, how),) = selector.items()
    find = {"device": _devices, "entity": _entities}.get(kind)
    return None if find is None else {one for each in how["filter"] for one in find(ha, each)}


def _devices(ha: Any, wanted: dict[str, str]) -> list[str]:
    domains = {one["entry_id"]: one["domain"] for one in ha.rest("GET", "/api/config/config_entries/entry")}
    return [
        device["id"]
        for device in ha.devices()
        if wanted["integration"] in {domains[one] for one in device["config_entries"]}
        and all(device[key] == wanted[key] for key in ("manufacturer", "model") if key in wanted)
    ]


def _entities(ha: Any, wanted: dict[str, Any]) -> list[str]:
    platforms = {one["entity_id"]: one["platform"] for one in ha.entities()}
    return [
        entity_id
        for entity_id, state in ha.states().items()
        if entity_id.split(".")[0] in _list(wanted["domain"])
        and wanted.get("integration") in (None, platforms.get(entity_id))
        and ("device_class" not in wanted or state["attributes"].get("device_class") in _list(wanted["device_class"]))
    ]


def _list(one_or_more: str | list[str]) -> list[str]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]


def runs(ha: Any, automation_id: str) -> int:
    """How often it ran to its end."""
    traces = ha.ws("trace/list", domain="automation", item_id=automation_id)
    return sum(one["script_execution"] == "finished" for one in traces)


def refusals(ha: Any, automation_id: str) -> int:
    """How often its conditions kept it from running."""
    traces = ha.ws("trace/list", domain="automation", item_id=automation_id)
    return sum(one["script_execution"] == "failed_conditions" for one in traces)
