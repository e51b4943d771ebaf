"""The commands. No decisions: each reads its arguments, calls the room that does it, and prints.

Exit codes: 0 done, 1 failed, 2 settings or usage wrong.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bridge import __version__
from bridge.errors import Alarm2MqttError, SettingsError

DEFAULT_STORE = Path("/var/lib/alarm2mqtt")
DEFAULT_FILE = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")
DONE, FAILED, WRONG = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; its exit code."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
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


def run(options: argparse.Namespace) -> int:
    """The daemon, until SIGTERM."""
    from bridge.runtime import logs
    from bridge.settings.load import load

    loaded = load(options.file)
    logs.set_up(level=loaded.settings.log.level, style=loaded.settings.log.format, warnings=loaded.warnings)
    from bridge import boot

    boot.run(loaded)
    return DONE


def check(options: argparse.Namespace) -> int:
    """All that is wrong in a file; needs no hardware."""
    from bridge.settings.load import load

    loaded = load(options.file)
    for warning in loaded.warnings:
        print(f"warning: {warning}")
    settings = loaded.settings
    print(f"{options.file}: right; {len(settings.inputs)} inputs, {len(settings.outputs)} outputs")
    return DONE


def schema(options: argparse.Namespace) -> int:
    """The JSON Schema of the file, for editors."""
    from bridge.settings.schema import schema_text, write_schema

    if options.target is None:
        print(schema_text(), end="")
    else:
        write_schema(options.target)
    return DONE


def safe(options: argparse.Namespace) -> int:
    """Drives every output to idle; for the service's stop hook, when the daemon is dead."""
    from bridge.lines.safe import exit_code
    from bridge.lines.safe import safe as make_safe
    from bridge.settings.salvage import load_outputs

    settings, faults = load_outputs(options.file)
    for fault in faults:
        print(f"the file is wrong, going on with what is not: {fault}", file=sys.stderr)
    results = make_safe(settings)
    for result in results:
        if result.problem is None:
            print(f"{result.output}: idle ({result.contact})")
        else:
            print(f"{result.output}: NOT IDLE: {result.problem}", file=sys.stderr)
    return FAILED if faults else exit_code(results)


def guard(options: argparse.Namespace) -> int:
    """For containers: the daemon under a watchdog; outputs made safe and the daemon begun again when it ends."""
    from bridge.guard.guard import guard as keep
    from bridge.runtime import logs

    logs.set_up(level="info", style="console")
    return keep(options.file)


def healthy(options: argparse.Namespace) -> int:  # noqa: ARG001 - takes no file: it asks the guard
    """For containers: whether the guard's daemon is ready and gives signs of life."""
    from bridge.guard.sockets import ask

    well, words = ask()
    print(words)
    return DONE if well else FAILED


def lines(options: argparse.Namespace) -> int:  # noqa: ARG001 - takes no file: it shows what there is
    """GPIO chips and their lines, with whoever uses them."""
    from bridge.lines.listing import list_chips
    from bridge.lines.listing_text import listed_text

    print(listed_text(list_chips()))
    return DONE


def journal(options: argparse.Namespace) -> int:
    """What happened, from the journal: the newest entries, or those since a time."""
    from bridge.runtime.clock import Clock
    from bridge.settings.load import load
    from bridge.store.log_command import print_journal

    settings = load(options.file).settings
    now = Clock(settings.device.timezone).now().local
    for line in print_journal(
        settings.store.folder,
        now,
        since=options.since,
        limit=options.lines,
        as_json=options.json,
        follow=options.follow,
    ):
        print(line, flush=True)
    return DONE


def purge(options: argparse.Namespace) -> int:
    """Clears every retained topic that this device ever published; stop the daemon first."""
    import asyncio

    from bridge import app
    from bridge.settings.load import load

    print(f"{asyncio.run(app.purge(load(options.file).settings))} topics are clear")
    return DONE


def send_test(options: argparse.Namespace) -> int:
    """Sends a test mail, or uploads a test picture, now, and tells how it went; the daemon may run."""
    import asyncio

    from bridge.linkage.send_test import SendTest
    from bridge.runtime.clock import Clock
    from bridge.settings.load import load

    settings = load(options.file).settings
    test = SendTest(settings, Clock(settings.device.timezone).now())
    print(asyncio.run(test.email() if options.kind == "email" else test.ftp()))
    return DONE


def clips(options: argparse.Namespace) -> int:
    """The finished clips of the recording folder; `delete NAME` deletes one."""
    from bridge.linkage.clips_command import clip_lines, delete_clip
    from bridge.runtime.clock import zone
    from bridge.settings.load import load

    if (options.action == "delete") != (options.name is not None):
        options.wrong("delete takes the NAME of a clip, list takes none")
    settings = load(options.file).settings
    if options.action == "delete":
        delete_clip(settings, options.name)
        print(f"{options.name} is deleted")
        return DONE
    for line in clip_lines(settings, zone(settings.device.timezone)):
        print(line)
    return DONE


def demo(options: argparse.Namespace) -> int:
    """The bridge on a simulated board with a broker of its own, to play with."""
    from bridge.demo import demo as play

    play(options.folder)
    return DONE


def board(options: argparse.Namespace) -> int:
    """Touches the simulated terminal board: connect, disconnect, fail, heal ID; contacts; watch."""
    from bridge.lines.board_place import board_socket
    from bridge.lines.board_talk import talk

    for answer in talk(options.socket or board_socket(DEFAULT_STORE), " ".join(options.words)):
        print(answer, flush=True)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="alarm2mqtt",
        description="Alarm inputs and outputs, linked on the device, bridged to MQTT and Home Assistant.",
    )
    parser.add_argument("--version", action="version", version=f"alarm2mqtt {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, command: Callable[[argparse.Namespace], int], *, file: bool = True) -> argparse.ArgumentParser:
        text = (command.__doc__ or "").strip()
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        if file:
            added.add_argument("file", metavar="FILE", nargs="?", type=Path, default=DEFAULT_FILE, help="the settings")
        return added

    add("run", run)
    add("check", check)
    add("safe", safe)
    add("purge", purge)
    add("guard", guard)
    add("healthy", healthy, file=False)
    log = add("log", journal)
    log.add_argument("--json", action="store_true", help="one JSON object a line, as on MQTT")
    log.add_argument("--follow", action="store_true", help="go on with what happens from now on")
    log.add_argument("--since", metavar="TIME", help="90s, 30m, 2h, 3d, 2026-12-24 or 2026-12-24T18:00")
    log.add_argument("--lines", metavar="COUNT", type=int, default=100, help="at most so many (100)")
    test = add("send-test", send_test, file=False)
    test.add_argument("kind", choices=("email", "ftp"), help="what to send")
    test.add_argument("file", metavar="FILE", nargs="?", type=Path, default=DEFAULT_FILE, help="the settings")
    shown = add("clips", clips)
    shown.set_defaults(wrong=shown.error)
    shown.add_argument("action", nargs="?", choices=("list", "delete"), default="list", help="default: list")
    shown.add_argument("name", metavar="NAME", nargs="?", help="the clip to delete, as it is listed")
    add("lines", lines, file=False)
    add("schema", schema, file=False).add_argument(
        "target", metavar="FILE", type=Path, nargs="?", help="default: standard output"
    )
    add("demo", demo, file=False).add_argument("--folder", type=Path, default=Path(".demo"), help="default: .demo")
    touch = add("board", board, file=False)
    touch.add_argument("--socket", type=Path, help="default: ALARM2MQTT_BOARD, else in the default store folder")
    touch.add_argument("words", metavar="WORD", nargs="+", help="a command of the board")
    return parser
