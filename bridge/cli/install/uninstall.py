"""`alarm2mqtt uninstall`: outputs idle, then everything removed that the installation made, one line a step."""

from __future__ import annotations

from collections.abc import Callable

from bridge.cli.install.hands import Hands, run
from bridge.cli.install.removal import plan_removal
from bridge.cli.install.seen import look, require_root, require_systemd
from bridge.cli.overview.invocation import caller

Say = Callable[[str], None]


def uninstall(say: Say, *, purge: bool, anyway: bool, dry_run: bool) -> None:
    """Removes the service and the program, and prints each step; with `dry_run` it does nothing else.

    `purge` removes settings, journal and user as well; `anyway` goes on although an output is not idle.

    Raises:
        StartFailed: there is no systemd, the user is not root, or a step failed, after which nothing more was done.
    """
    require_systemd()
    steps = plan_removal(look(), purge=purge, anyway=anyway)
    options = " --purge" if purge else ""
    if dry_run:
        say(f"Nothing is done. `alarm2mqtt uninstall{options}` would go through these steps; it")
    else:
        require_root(f"{caller().as_root} uninstall{options}")
        say("Uninstalling alarm2mqtt. It")
    hands = Hands(say=say, run=run)
    for step in steps:
        say(f"- {step.words}")
        if not dry_run:
            hands.do(step)
