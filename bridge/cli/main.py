"""The command line: its grammar, and the report of errors on standard error.

Exit codes: 0 done, 1 failed, 2 settings or usage wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from bridge import __version__
from bridge.cli import commands, service_commands
from bridge.cli.commands import DEFAULT_FILE, DONE, FAILED
from bridge.core.definitions.channels import KEYS
from bridge.errors import Alarm2MqttError, SettingsError

WRONG = 2
_PRINT_ONLY = (
    commands.board,
    commands.cameras,
    commands.clips,
    commands.journal,
    commands.lines,
    commands.schema,
    commands.watch,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and prints its errors. Returns its exit code: 0 done, 1 failed, 2 settings wrong.

    `arguments` None means those of the process. Wrong usage exits with code 2 (SystemExit).
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        code = command(options)
    except BrokenPipeError:
        # As in `alarm2mqtt log | head`: a command that only prints is done when its reader closes the pipe.
        code = DONE if options.prints_only else FAILED
    except SettingsError as error:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        count = len(error.faults)
        print(f"{count} {'thing is' if count == 1 else 'things are'} wrong in the settings", file=sys.stderr)
        return WRONG
    except Alarm2MqttError as error:
        print(f"alarm2mqtt: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    _flush()
    return code


def _flush() -> None:
    """Flushes standard output. A closed reader or a full disk does not change the exit code."""
    if sys.stdout is None:  # closed by the parent process
        return
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes once more at exit, and must not fail there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    """Returns the grammar of the command line; a command's help is its docstring."""
    parser = argparse.ArgumentParser(
        prog="alarm2mqtt",
        usage="%(prog)s [COMMAND] [FILE]",
        description="Alarm inputs and outputs, linked on the device, bridged to MQTT and Home Assistant.",
        epilog="Without a command it says what there is, and what to do next.",
    )
    parser.add_argument("--version", action="version", version=f"alarm2mqtt {__version__}")
    parser.set_defaults(command=commands.orientation, prints_only=True)
    known = parser.add_subparsers(title="commands", metavar="COMMAND", prog="alarm2mqtt")

    def add(name: str, command: Callable[[argparse.Namespace], int], *, file: bool = True) -> argparse.ArgumentParser:
        """Adds a command, whose help is its docstring, and with `file` the argument FILE.

        Returns the command's parser.
        """
        text = (command.__doc__ or "").strip()
        added = known.add_parser(name, help=text, description=text)
        added.set_defaults(command=command, prints_only=command in _PRINT_ONLY)
        if file:
            added.add_argument("file", metavar="FILE", nargs="?", type=Path, default=DEFAULT_FILE, help="the settings")
        return added

    first = add("init", commands.init)
    first.add_argument("--yes", action="store_true", help="ask nothing: every default is taken")
    first.add_argument("--force", action="store_true", help="a file that is there becomes the version before")
    _add_what_is_imported(add("import", commands.import_settings, file=False))
    _add_service(add)
    add("check", commands.check)
    add("run", commands.run)
    live = add("watch", commands.watch)
    live.add_argument("--plain", action="store_true", help="one line a change, as where the output is no terminal")
    log = add("log", commands.journal)
    log.add_argument("--json", action="store_true", help="one JSON object a line, as on MQTT")
    log.add_argument("--follow", action="store_true", help="go on with what happens from now on")
    log.add_argument("--since", metavar="TIME", help="90s, 30m, 2h, 3d, 2026-12-24 or 2026-12-24T18:00")
    log.add_argument("--lines", metavar="COUNT", type=int, default=100, help="at most so many (100)")
    add("lines", commands.lines, file=False)
    found = add("cameras", commands.cameras, file=False)
    found.set_defaults(wrong=found.error)
    found.add_argument("address", metavar="ADDRESS", nargs="?", help="host or device service; default: a search")
    found.add_argument("--username", metavar="NAME", help="user name at cameras that are not in the settings")
    found.add_argument("--password-file", metavar="FILE", type=Path, help="file whose text is the password")
    found.add_argument("--file", metavar="SETTINGS", type=Path, help="the settings; default: the default file, if any")
    test = add("send-test", commands.send_test, file=False)
    test.add_argument("kind", choices=KEYS, help="what to send")
    test.add_argument("file", metavar="FILE", nargs="?", type=Path, default=DEFAULT_FILE, help="the settings")
    shown = add("clips", commands.clips)
    shown.set_defaults(wrong=shown.error)
    shown.add_argument("action", nargs="?", choices=("list", "delete"), default="list", help="default: list")
    shown.add_argument("name", metavar="NAME", nargs="?", help="the clip to delete, as it is listed")
    add("demo", commands.demo, file=False).add_argument(
        "--folder", type=Path, default=Path(".demo"), help="default: .demo"
    )
    touch = add("board", commands.board, file=False)
    touch.add_argument("--socket", type=Path, help="default: ALARM2MQTT_BOARD, else in the default store folder")
    touch.add_argument("words", metavar="WORD", nargs="+", help="a command of the board")
    add("safe", commands.safe)
    add("purge", commands.purge)
    add("schema", commands.schema, file=False).add_argument(
        "target", metavar="FILE", type=Path, nargs="?", help="default: standard output"
    )
    add("guard", commands.guard)
    add("healthy", commands.healthy, file=False)
    return parser


def _add_what_is_imported(command: argparse.ArgumentParser) -> None:
    """Adds the arguments of `import`."""
    command.add_argument("program", choices=("mqtt-io",), help="the program whose settings they are")
    command.add_argument("source", metavar="ITS-FILE", type=Path, help="its settings")
    command.add_argument("file", metavar="FILE", nargs="?", type=Path, default=DEFAULT_FILE, help="the file to write")
    command.add_argument("--force", action="store_true", help="a file that is there becomes the version before")


class _Adds(Protocol):
    """Adds a command to the grammar."""

    def __call__(
        self, name: str, command: Callable[[argparse.Namespace], int], *, file: bool = True
    ) -> argparse.ArgumentParser:
        """Returns the command's parser."""


def _add_service(add: _Adds) -> None:
    """Adds the commands that make and remove the service."""
    service = add("install", service_commands.install, file=False)
    service.add_argument("--yes", action="store_true", help="ask nothing: the page does the rest")
    service.add_argument("--overwrite", action="store_true", help="replace files that somebody changed, and keep those")
    service.add_argument("--dry-run", action="store_true", help="print the steps, and do none of them")
    gone = add("uninstall", service_commands.uninstall, file=False)
    gone.add_argument("--purge", action="store_true", help="settings, passwords, journal and user as well")
    gone.add_argument("--anyway", action="store_true", help="go on although an output is not idle")
    gone.add_argument("--dry-run", action="store_true", help="print the steps, and do none of them")
