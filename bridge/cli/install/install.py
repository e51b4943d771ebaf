"""`alarm2mqtt install`: look, plan, and do what the plan says, one line a step; then the page's address."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge.cli.install import places
from bridge.cli.install.environment import Environment, environment, record_of
from bridge.cli.install.first_settings import PASSWORD
from bridge.cli.install.hands import Hands, run
from bridge.cli.install.page_ready import page_words
from bridge.cli.install.plan import Wish, plan_install
from bridge.cli.install.rollback import plan_rollback
from bridge.cli.install.seen import Seen, look, require_root, require_systemd
from bridge.cli.install.steps import FirstSettings, Step
from bridge.cli.overview.invocation import caller
from bridge.errors import SettingsError, StartFailed
from bridge.settings.load import load

Say = Callable[[str], None]


def install(wish: Wish, say: Say, *, dry_run: bool) -> None:
    """Installs, upgrades or repairs the service, and prints each step; with `dry_run` it does nothing else.

    Raises:
        StartFailed: something is in the way, or a step failed; a version before that was replaced runs again.
        SettingsError: the settings that are there are wrong for this version; nothing was done.
    """
    require_systemd()
    source, seen = environment(), look()
    _refuse_the_copy_of_an_older(source, seen)
    _check_settings(say)
    steps = plan_install(seen, source, wish)
    if dry_run:
        say("Nothing is done. `alarm2mqtt install` would go through these steps; it")
        for step in steps:
            say(f"- {step.words}")
        return
    require_root(f"{caller().as_root} install")
    say(f"Installing alarm2mqtt {source.version}. It")
    carry_out(steps, Hands(say=say, run=run, source=source), seen, say)
    say(_summary(source, steps))


def carry_out(steps: Sequence[Step], hands: Hands, seen: Seen, say: Say) -> None:
    """Carries out an installation. After a failure, or Ctrl-C, the version that was `seen` before runs again.

    Raises:
        StartFailed: a step failed.
    """
    done: list[Step] = []
    try:
        for step in steps:
            say(f"- {step.words}")
            done.append(step)
            hands.do(step)
    except (StartFailed, KeyboardInterrupt) as failure:
        back = plan_rollback(seen, done)
        if back:
            say(f"That failed: {failure}" if str(failure) else "That was interrupted.")
        for step in back:
            say(f"- {step.words}")
            hands.do(step)
        raise


def _refuse_the_copy_of_an_older(source: Environment, seen: Seen) -> None:
    """Raises StartFailed if this is the installed copy, and the environment that it was copied from has another one."""
    if not source.is_in_place or seen.receipt is None or seen.digest is None:
        return
    origin = Path(seen.receipt.source)
    there = record_of(origin)
    if there is not None and there != record_of(places.PROGRAM):
        message = (
            f"this is the installed copy, and {origin} has another version by now, which installs itself:"
            f" sudo {origin}/bin/alarm2mqtt install"
        )
        raise StartFailed(message)


def _check_settings(say: Say) -> None:
    """Raises SettingsError if there are settings and they are wrong; those that this user may not read are not."""
    if not os.access(places.FILE, os.R_OK):
        return
    try:
        load(places.FILE, secrets=os.geteuid() == 0)
    except SettingsError:
        say(f"Nothing was done, for alarm2mqtt would not start with {places.FILE}:")
        raise


def _summary(source: Environment, steps: Sequence[Step]) -> str:
    """Returns the words at the end: the page, its password, the settings, what to type next."""
    web = load(places.FILE).settings.web
    rows = [("page", page_words(web))]
    password_file = places.SETTINGS / PASSWORD
    if any(isinstance(step, FirstSettings) and not step.asks for step in steps):
        # A terminal is a person's; what is piped ends in a log.
        shown = password_file.read_text().strip() if sys.stdout.isatty() else "in a file that root may read"
        rows.append(("password", f"{shown} ({password_file})"))
    rows += [("settings", str(places.FILE)), ("next", "alarm2mqtt, which says what there is and what to type")]
    return "\n".join([f"\nalarm2mqtt {source.version} runs.\n", *(f"  {name:<9} {words}" for name, words in rows)])
