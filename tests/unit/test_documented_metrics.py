"""The metrics that docs and dashboard name are those that `/metrics` has, with those labels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fakes.page_bridge import page_bridge
from words.builders import an_input, an_output, settings_of
from words.pages import section, text

DASHBOARD = json.loads(text("docs/grafana-dashboard.json"))
METRIC = re.compile(r"\balarm2mqtt_\w+")
OF_PROMETHEUS = {"instance", "job"}
"""Labels that every series gets when it is scraped."""


async def served(tmp_path: Path) -> dict[str, set[str]]:
    """The names of all metrics of a device, each with its labels."""
    settings = settings_of(an_input("door"), an_output("siren"), metrics={"enabled": True})
    async with page_bridge(tmp_path, settings) as bridge:
        _, figures = await bridge.get("/metrics")
    found: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(alarm2mqtt_\w+)(?:\{(.*)\})? ", figures, re.MULTILINE):
        found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
    return found


def queries() -> Iterator[tuple[str, str]]:
    """Yields each query of the dashboard with the legend that it is shown by."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield target["expr"], target.get("legendFormat", "")
    for variable in DASHBOARD["templating"]["list"]:
        yield variable["query"]["query"], ""


async def test_every_query_of_the_dashboard_finds_something(tmp_path: Path) -> None:
    metrics = await served(tmp_path)
    assert len(list(queries())) > len(DASHBOARD["panels"])
    for query, legend in queries():
        (metric,) = METRIC.findall(query)
        assert metric in metrics, query
        named = re.findall(r"[{,](\w+)[=!]", query) + re.findall(r"\{\{(\w+)\}\}", legend)
        assert set(named) <= metrics[metric] | OF_PROMETHEUS, (query, legend)


async def test_the_dashboard_leaves_no_metric_out_but_those_of_pages_and_contacts(tmp_path: Path) -> None:
    metrics = await served(tmp_path)
    shown = {metric for query, _ in queries() for metric in METRIC.findall(query)}
    assert metrics.keys() - shown == {
        "alarm2mqtt_pages_open",
        "alarm2mqtt_input_tripped",
        "alarm2mqtt_input_armed",
    }


async def test_the_page_names_all_metrics_and_no_other(tmp_path: Path) -> None:
    metrics = await served(tmp_path)
    page = section("docs/operation.md", "Metrics")
    table = "".join(re.findall(r"^\| `alarm2mqtt_\w+`.*$", page, re.MULTILINE))
    assert set(METRIC.findall(table)) >= metrics.keys()
    assert set(METRIC.findall(page)) == metrics.keys()


def test_panels_lie_side_by_side_and_have_the_chosen_source() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${DS_PROMETHEUS}"}
        place: dict[str, Any] = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
