"""The commands that make and remove the service of a board, as those in `commands`; their docstrings are their help."""

from __future__ import annotations

import argparse
import sys

from bridge.cli.commands import DONE


def install(options: argparse.Namespace) -> int:
    """Makes alarm2mqtt a service of this board: user, folders, udev rule, unit, first settings. Again: an upgrade."""
    from bridge.cli.install.install import install as make_service
    from bridge.cli.install.plan import Wish

    asks = not options.yes and sys.stdin.isatty()
    make_service(Wish(asks=asks, overwrite=options.overwrite), _print_at_once, dry_run=options.dry_run)
    return DONE


def uninstall(options: argparse.Namespace) -> int:
    """Removes the service that `install` made, with the outputs idle first; settings and journal stay."""
    from bridge.cli.install.uninstall import uninstall as remove_service

    remove_service(_print_at_once, purge=options.purge, anyway=options.anyway, dry_run=options.dry_run)
    return DONE


def _print_at_once(line: str) -> None:
    print(line, flush=True)
