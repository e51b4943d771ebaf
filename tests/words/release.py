"""A release's own words about itself: its version in each place, and the rating that the Supervisor gives its app."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
_VERSION = r"(\d+\.\d+\.\d+\S*)"
_SAID = {
    "bridge/__init__.py": rf'^__version__ = "{_VERSION}"$',
    "addon/config.yaml": rf'^version: "{_VERSION}"$',
    "CHANGELOG.md": rf"^## {_VERSION}",
    "Dockerfile": rf"^ARG VERSION={_VERSION}$",
}
UNRELEASED = "(unreleased)"
_RISKY = {
    "BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH", "NET_ADMIN", "NET_RAW", "PERFMON", "SYS_ADMIN", "SYS_MODULE",
    "SYS_PTRACE", "SYS_RAWIO",
}  # fmt: skip
BEST_RATING = 8


def versions(root: Path = ROOT) -> dict[str, set[str]]:
    """The versions that each file says: one each, if they are right; of the changelog the newest alone."""
    said = {}
    for file, pattern in _SAID.items():
        found = re.findall(pattern, (root / file).read_text(), re.MULTILINE)
        said[file] = set(found[:1] if file == "CHANGELOG.md" else found)
    return said


def is_released(root: Path = ROOT) -> bool:
    """Whether the changelog's newest version is marked as released."""
    newest = re.search(r"^## .*$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    return newest is not None and UNRELEASED not in newest.group()


def config(root: Path = ROOT) -> dict[str, Any]:
    """The app's configuration."""
    return dict(YAML(typ="safe", pure=True).load(root / "addon/config.yaml"))


def rating(app: Mapping[str, Any], *, has_profile: bool) -> dict[str, int]:
    """The points of the Supervisor's security rating by their reason, as its `rating_security` counts them.

    Their sum, from 1 to 8, is the rating.
    """
    points = {"begin": 5}
    if app.get("apparmor", True) is False:
        points["no AppArmor"] = -1
    elif has_profile:
        points["AppArmor profile of its own"] = 1
    if app.get("ingress"):
        points["ingress"] = 2
    elif app.get("auth_api"):
        points["log-in by Home Assistant"] = 1
    if _RISKY & set(app.get("privileged", ())) or app.get("kernel_modules"):
        points["privileges"] = -1
    points |= {"manager": {"role": -1}, "admin": {"role": -2}}.get(app.get("hassio_role", "default"), {})
    if app.get("host_network"):
        points["network of the host"] = -1
    if app.get("host_pid"):
        points["processes of the host"] = -2
    if app.get("docker_api") or app.get("full_access"):
        points["everything"] = 1 - sum(points.values())
    return points
