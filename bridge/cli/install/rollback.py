"""The steps back to the version before, after an installation that failed (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.cli.install import places
from bridge.cli.install.seen import Seen
from bridge.cli.install.steps import Run, Step, SwapBack, SwapProgram, WriteFile


def plan_rollback(seen: Seen, done: Sequence[Step]) -> list[Step]:
    """Returns the steps back to the version before, after an installation whose last step of `done` failed.

    There are none if the service was not stopped for it.
    """
    if not any(isinstance(step, Run) and step.command[:2] == ("systemctl", "stop") for step in done):
        return []
    unit = seen.files[places.UNIT]
    rewrote = any(isinstance(step, WriteFile) and step.path == places.UNIT for step in done)
    swapped = any(isinstance(step, SwapProgram) for step in done)
    return [
        Run(words="stops what was started", command=("systemctl", "stop", places.SERVICE), may_fail=True),
        *([SwapBack(words="puts the version before back into its place")] if swapped and seen.has_program else []),
        *(
            [
                WriteFile(words="writes the service as it was", path=places.UNIT, content=unit),
                Run(words="has systemd read its units", command=("systemctl", "daemon-reload"), may_fail=True),
            ]
            if rewrote and unit is not None
            else []
        ),
        Run(words="starts the version before", command=("systemctl", "start", places.SERVICE), may_fail=True),
    ]
