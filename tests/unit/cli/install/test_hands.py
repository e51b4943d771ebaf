"""The steps on a disk: below a folder that stands for `/`, with real files and commands that are noted down."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bridge.cli.install import places
from bridge.cli.install.environment import Environment
from bridge.cli.install.hands import Hands, Ran, run, swap
from bridge.cli.install.install import carry_out
from bridge.cli.install.plan import Wish, plan_install
from bridge.cli.install.removal import plan_removal
from bridge.cli.install.seen import Seen, below, look
from bridge.cli.install.steps import CopyProgram, FirstSettings, Run
from bridge.errors import StartFailed
from bridge.settings.load import load

UNASKED = Wish(asks=False)


class Commands:
    """Notes commands down. Those of systemd, users and udev succeed unless `fails` is among their words; others run."""

    def __init__(self, root: Path) -> None:
        self.noted: list[str] = []
        self.fails = ""
        self._root = root

    def __call__(self, command, *, stdin="", as_service=False):  # noqa: ARG002 - there is no such user here
        words = " ".join(command)
        self.noted.append(words)
        if self.fails and self.fails in words:
            return Ran(code=3, output="it is broken\n")
        if command[0] == "install":
            below(self._root, Path(command[-1])).mkdir(parents=True)
        if command[0].startswith(str(self._root)):
            return run(command, stdin=stdin)
        return Ran(code=0, output="")


@pytest.fixture
def packages(tmp_path: Path) -> Environment:
    """An environment with a program as small as can be, byte code for another version beside it."""
    site = tmp_path / "home/pi/venv/lib/site-packages"
    (site / "bridge").mkdir(parents=True, mode=0o700)
    (site / "bridge/__init__.py").write_text("")
    (site / "bridge/__main__.py").write_text("print('alarm2mqtt 9')\n")
    files = {f"bridge/{name}": site / "bridge" / name for name in ("__init__.py", "__main__.py")}
    for file in files.values():
        file.chmod(0o600)
    return Environment(
        prefix=tmp_path / "home/pi/venv",
        version="9",
        python=Path(sys.executable).resolve(),
        files=files,
        digest="9",
        size_bytes=sum(file.stat().st_size for file in files.values()),
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def commands(root: Path) -> Commands:
    return Commands(root)


def of_a_board(root: Path, **facts: object) -> Seen:
    """The look below the root, with the facts of a board where no service is known."""
    return replace(look(root), has_user=False, groups={}, has_udev=True, **facts)


def install(root, commands, packages, said=None, **facts):
    seen = of_a_board(root, **facts)
    steps = plan_install(seen, packages, UNASKED)
    said = [] if said is None else said
    hands = Hands(say=said.append, run=commands, root=root, source=packages)
    carry_out(steps, hands, seen, said.append)


def tree(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_an_installation_is_there_whole_and_readable_for_the_service(root, commands, packages):
    install(root, commands, packages)
    for path, content in places.contents().items():
        assert below(root, path).read_bytes() == content
    assert os.readlink(below(root, places.LINK)) == "/opt/alarm2mqtt/bin/alarm2mqtt"  # noqa: PTH115 - the text
    program = below(root, places.PROGRAM)
    assert (program / "bin/alarm2mqtt").read_text().startswith("#!/opt/alarm2mqtt/bin/python\n")
    for path in program.rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o044 == 0o044, path
            assert path.stat().st_mode & 0o022 == 0, path
    assert run((str(program / "bin/python"), "-m", "bridge")) == Ran(code=0, output="alarm2mqtt 9\n")
    assert list(program.rglob("*.pyc")), "byte code, which the service could not write"
    assert commands.noted[-1] == "systemctl enable --now alarm2mqtt.service"


def test_the_first_settings_are_right_and_their_page_has_a_password_of_its_own(root, commands, packages):
    install(root, commands, packages)
    file = below(root, places.FILE)
    web = YAML(typ="safe").load(file.read_text())["web"]
    assert web["host"] == "0.0.0.0"  # noqa: S104 - with a password
    password_file = Path(web["password_file"])
    assert password_file.stat().st_mode & 0o777 == 0o600
    assert len(password_file.read_text().strip()) == 19
    settings = load(file).settings
    assert (settings.inputs, settings.outputs) == ((), ())
    assert settings.web.password is not None


def test_after_an_upgrade_the_copy_before_is_gone_and_the_settings_are_as_they_were(root, commands, packages):
    install(root, commands, packages)
    below(root, places.FILE).write_text("inputs: []\n")
    packages.files["bridge/__main__.py"].write_text("print('alarm2mqtt 10')\n")
    commands.noted.clear()
    install(root, commands, replace(packages, version="10", digest="10"), is_active=True, is_enabled=True)
    program = below(root, places.PROGRAM)
    assert [path.name for path in program.parent.iterdir()] == ["alarm2mqtt"]
    assert "alarm2mqtt 10" in (program / "lib").rglob("__main__.py").__next__().read_text()
    assert below(root, places.FILE).read_text() == "inputs: []\n"
    assert [words for words in commands.noted if words.startswith("systemctl")] == [
        "systemctl stop alarm2mqtt.service",
        "systemctl enable --now alarm2mqtt.service",
    ]


def test_a_version_that_does_not_start_gives_way_to_the_one_before(root, commands, packages):
    install(root, commands, packages)
    before = tree(root)
    packages.files["bridge/__main__.py"].write_text("print('alarm2mqtt 10')\n")
    commands.fails = "enable --now"
    said: list[str] = []
    with pytest.raises(StartFailed, match=r"exit code 3: it is broken; `journalctl"):
        install(root, commands, replace(packages, digest="10"), said, is_active=True, is_enabled=True)
    assert tree(root) == before
    assert "alarm2mqtt 9" in next(below(root, places.PROGRAM).rglob("__main__.py")).read_text()
    assert commands.noted[-1] == "systemctl start alarm2mqtt.service"
    assert any(line.startswith("That failed: ") for line in said)


def test_a_copy_that_does_not_run_is_removed_and_nothing_was_stopped(root, commands, packages):
    packages.files["bridge/__main__.py"].write_text("raise SystemExit('no luck')\n")
    with pytest.raises(StartFailed, match="no luck"):
        Hands(say=print, run=commands, root=root, source=packages).do(CopyProgram(words="copies"))
    assert tree(root) == set()


def test_what_uninstall_leaves_is_the_settings_alone(root, commands, packages):
    install(root, commands, packages)
    settings = {path for path in tree(root) if path.startswith("etc/alarm2mqtt/")}
    hands = Hands(say=print, run=commands, root=root)
    for step in plan_removal(of_a_board(root), purge=False, anyway=False):
        hands.do(step)
    assert tree(root) == settings
    for step in plan_removal(of_a_board(root), purge=True, anyway=False):
        hands.do(step)
    assert tree(root) == set()


def test_a_file_that_was_changed_is_kept_beside_the_new_one(root, commands, packages):
    install(root, commands, packages)
    unit = below(root, places.UNIT)
    unit.write_text("mine")
    seen = of_a_board(root)
    hands = Hands(say=print, run=commands, root=root, source=packages)
    for step in plan_install(seen, packages, Wish(asks=False, overwrite=True)):
        hands.do(step)
    assert unit.read_bytes() == places.contents()[places.UNIT]
    assert unit.with_name("alarm2mqtt.service.changed").read_text() == "mine"


def test_a_step_that_the_disk_refuses_is_named_with_the_reason(root, commands):
    below(root, places.SETTINGS).mkdir(parents=True)
    below(root, places.FILE).write_text("somebody's")
    with pytest.raises(StartFailed, match=r"alarm2mqtt\.yaml cannot be written: File exists"):
        Hands(say=print, run=commands, root=root).do(FirstSettings(words="writes settings", asks=False))


def test_a_command_that_may_fail_is_told_and_the_next_step_follows(root, commands):
    said: list[str] = []
    commands.fails = "udevadm"
    step = Run(words="has udev read", command=("udevadm",), may_fail=True, remedy="do it by hand")
    Hands(say=said.append, run=commands, root=root).do(step)
    assert said == ["  that failed: `udevadm` ended with exit code 3: it is broken; do it by hand"]


def test_two_folders_are_exchanged_at_once(tmp_path):
    for name in ("fresh", "place"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    swap(tmp_path / "fresh", tmp_path / "place", tmp_path / "before")
    assert tree(tmp_path) == {"place/fresh", "before/place"}


def test_commands_run_with_their_input_and_a_missing_one_is_named():
    assert run(("cat",), stdin="words") == Ran(code=0, output="words")
    assert run(("sh", "-c", "echo bad >&2; exit 4")) == Ran(code=4, output="bad\n")
    assert run(("no-such-program",)) == Ran(code=127, output="there is no no-such-program")
