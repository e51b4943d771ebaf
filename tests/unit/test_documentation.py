"""What the pages name exists: files, commands, options, make targets."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from words.pages import PAGES, ROOT, blocks, prose, section, text

from bridge import __version__
from bridge.cli import main as cli

LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
ROOMS = "core|text|system|settings|lines|mqtt|actions|store|web|runtime|linkage|daemon|guard|cli"
OURS = re.compile(rf"^(bridge|docs|tests|packaging|addon|ha_discovery|{ROOMS})(/[\w.-]+)+/?$|^[\w-]+\.md$")
OF_EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (commands,) = (one for one in cli._parser()._actions if isinstance(one, argparse._SubParsersAction))  # noqa: SLF001 - argparse has no other way in
    return dict(commands.choices)


def test_there_are_pages_to_check() -> None:
    names = {page.name for page in PAGES}
    assert {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"} <= names
    assert {"settings.md", "mqtt.md", "home-assistant.md"} <= names


@OF_EACH_PAGE
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        file, _, anchor = target.partition("#")
        place = (page.parent / file).resolve() if file else page
        assert place.exists(), target
        if anchor:
            titles = re.findall(r"^#+ (.+)$", text(place), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}, target


@OF_EACH_PAGE
def test_every_file_of_the_project_that_is_named_exists(page: Path) -> None:
    for named in CODE.findall(prose(page)):
        if not OURS.match(named):
            continue
        places = (ROOT / named, ROOT / "bridge" / named, page.parent / named)
        assert any(place.exists() for place in places), named


def test_the_page_of_the_terminal_names_every_command_and_none_besides() -> None:
    named = re.findall(r"^\| `alarm2mqtt ([a-z-]+)[^`]*` \|", section("docs/terminal.md", "Commands"), re.MULTILINE)
    assert sorted(named) == sorted(subcommands())


@OF_EACH_PAGE
def test_every_use_of_a_command_is_one_that_it_takes(page: Path) -> None:
    shell = [line for block in blocks(page, "sh") for line in block.splitlines()]
    spoken = CODE.findall(prose(page))
    for line in (*shell, *spoken):
        used = re.match(r"(?:sudo )?(?:\.venv/bin/|/opt/alarm2mqtt/bin/|~/\.local/bin/)?alarm2mqtt (?!\d)(.+)", line)
        if used is None or used.group(1).startswith("-"):
            continue
        name, *arguments = used.group(1).split()
        assert name in subcommands(), line
        subcommands()[name].parse_args(arguments)


def test_every_option_that_it_names_is_one_of_a_command() -> None:
    options = {one for command in subcommands().values() for one in re.findall(r"--[a-z-]+", command.format_help())}
    named = re.findall(r"`(--[a-z-]+)", section("docs/terminal.md", "Commands"))
    assert named
    assert set(named) <= options


@OF_EACH_PAGE
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE)
    shell = [line for block in blocks(page, "sh") for line in block.splitlines()]
    for line in (*shell, *CODE.findall(text(page))):
        used = re.match(r"make ([a-z-]+)", line)
        assert used is None or used.group(1) in targets, line


def test_the_readme_says_how_to_run_and_how_to_test() -> None:
    assert {"make run\n", "make test\n"} <= set(blocks("README.md", "sh"))


def test_the_version_of_the_program_is_in_the_changelog() -> None:
    assert re.search(rf"^## {re.escape(__version__)}\b", text("CHANGELOG.md"), re.MULTILINE)
