"""What must fit together before a release, as far as reading shows it; `make release-check` tries the rest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from words.release import BEST_RATING, ROOT, config, rating, versions

from bridge import __version__
from bridge.cli.install.places import contents, packaged

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_the_version_is_the_same_everywhere():
    assert {version for said in versions().values() for version in said} == {__version__}
    assert all(versions().values())


def test_the_app_is_rated_as_high_as_the_supervisor_rates():
    points = rating(config(), has_profile=(ROOT / "addon/apparmor.txt").is_file())
    assert points == {"begin": 5, "AppArmor profile of its own": 1, "ingress": 2}
    assert sum(points.values()) == BEST_RATING


@pytest.mark.parametrize(
    ("changes", "has_profile", "sum_"),
    [
        ({}, False, 7),
        ({"host_network": True}, True, 7),
        ({"privileged": ["SYS_ADMIN"]}, True, 7),
        ({"full_access": True}, True, 1),
        ({"apparmor": False}, True, 6),
        ({"hassio_role": "admin"}, True, 6),
    ],
)
def test_what_lowers_the_rating_is_seen(changes, has_profile, sum_):
    assert sum(rating(config() | changes, has_profile=has_profile).values()) == sum_


def test_the_profile_has_one_line_that_the_supervisor_can_give_another_name():
    lines = (ROOT / "addon/apparmor.txt").read_text().splitlines()
    assert len([line for line in lines if re.match(r"^profile ([^ ]+).*$", line)]) == 1
    assert "addon/apparmor.txt".rpartition("/")[2] in (ROOT / "packaging/make-store").read_text()


def test_the_unit_runs_the_command_that_an_installation_makes():
    unit = packaged("alarm2mqtt.service").decode()
    for verb in ("ExecStart", "ExecStopPost"):
        assert re.search(
            rf"^{verb}=/opt/alarm2mqtt/bin/alarm2mqtt (run|safe) /etc/alarm2mqtt/alarm2mqtt.yaml$", unit, re.MULTILINE
        )
    assert "ProtectHome=yes" in unit
    assert all(content.strip() for content in contents().values())


def test_there_is_a_workflow_for_both_architectures_and_it_runs_our_own_targets():
    assert WORKFLOWS
    runs: list[str] = []
    machines: set[str] = set()
    for file in WORKFLOWS:
        for job in YAML(typ="safe", pure=True).load(file)["jobs"].values():
            runs += [step["run"] for step in job["steps"] if "run" in step]
            machines |= set(job.get("strategy", {}).get("matrix", {}).get("machine", ()))
    targets = {target for run in runs for target in re.findall(r"^make ([a-z-]+)", run, re.MULTILINE)}
    assert {"check", "test", "release-check"} <= targets <= TARGETS
    assert any(machine.endswith("-arm") for machine in machines)
    assert any(not machine.endswith("-arm") for machine in machines)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_a_workflow_may_read_the_project_and_nothing_else_by_default(file: Path):
    assert YAML(typ="safe", pure=True).load(file)["permissions"] == {"contents": "read"}
