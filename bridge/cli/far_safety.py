"""Outputs in other devices made safe, after those of this machine: for `alarm2mqtt safe`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bridge.errors import SettingsError
from bridge.lines.reach import LONGEST_S, Reach
from bridge.lines.safe import safe_far

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.lines.made_safe import MadeSafe


def make_far_safe(path: Path, settings: Settings) -> list[MadeSafe]:
    """Commands every output in another device to be idle. Returns one result each.

    `settings` are those by which local lines were driven, without any secret. The file is read again for the
    secrets; where that fails they are done without.
    """
    from bridge.settings.load import load  # noqa: PLC0415 - local outputs are idle before it is needed

    try:
        whole = load(path).settings
    except SettingsError:
        whole = settings

    def publish(messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        from bridge.mqtt.publish_once import publish_once  # noqa: PLC0415 - the same

        return publish_once(whole, messages, within_s=LONGEST_S - 0.2)

    return safe_far(whole, Reach(publish=publish))
