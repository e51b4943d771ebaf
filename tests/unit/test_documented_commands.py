"""Every command that a page shows is run by a test, or stands here with the reason why not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from words.pages import PAGES, ROOT, blocks

RUN_BY = {
    r"make run": ("tests/e2e/test_demo.py", '"demo"'),
    r"make (setup|check|test)": (".ci/run", "make test"),
    r"\.venv/bin/alarm2mqtt (board|log) .*\.demo/.*": ("tests/e2e/test_documented_commands.py", "first-siren.md"),
    r"mosquitto_(sub|pub) .*": ("tests/e2e/test_documented_commands.py", "first-siren.md"),
    r"curl .*": ("tests/e2e/test_documented_commands.py", "curl"),
    r"openssl s_client .*": ("tests/e2e/test_documented_commands.py", "openssl"),
    r"tar .*": ("tests/e2e/test_documented_commands.py", "tar"),
    r"docker (build|run) .*": ("tests/packaging/test_image.py", "HARDENED"),
    r"pipx install .*": ("tests/packaging/install_story.py", "pipx"),
}  # fmt: skip
"""Commands as patterns, each with the file that runs them, and words that it runs them by."""
NOT_RUN = {
    r"make bench.*": "a quarter of an hour; tests/unit/test_bench.py holds its parts",
    r"make docs": "needs an environment of its own; tests/unit/test_documentation_site.py reads what it made",
    r"make (screenshots|pictures)": "a person looks at its pictures; tests/e2e/test_web_pages.py reads the same pages",
}
"""Commands that no test runs, each with its reason."""
OURS = re.compile(r"(?:sudo )?(?:\S*/)?alarm2mqtt ([a-z][a-z-]*)\b.*")
TESTS = [path for path in sorted((ROOT / "tests").rglob("*.py")) if path.name != Path(__file__).name]
STARTS = re.compile(r"\bMAIN\b|AtTerminal|\.command\(|\bmain\(\[|subprocess|\bmain\(")


def commands() -> list[tuple[str, str]]:
    """Every command of every page, one whose line goes on as one line; with the page."""
    return [
        (str(page.relative_to(ROOT)), line.strip())
        for page in PAGES
        for block in blocks(page, "sh")
        for line in re.sub(r" *\\\n\s*", " ", block).splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]


def is_started_by_a_test(name: str) -> bool:
    """Whether some test that starts programs has this command of ours among its words."""
    return any(
        f'"{name}"' in source and STARTS.search(source) for source in (path.read_text("utf-8") for path in TESTS)
    )


@pytest.mark.parametrize(("page", "command"), commands(), ids=lambda text: text[:60])
def test_a_command_that_is_shown_is_run_by_a_test_or_has_its_reason(page: str, command: str) -> None:
    if any(re.fullmatch(pattern, command) for pattern in (*RUN_BY, *NOT_RUN)):
        return
    ours = OURS.fullmatch(command)
    assert ours is not None, f"{page}: {command}: add it to RUN_BY with the test that runs it, or to NOT_RUN"
    assert is_started_by_a_test(ours[1]), f"{page}: no test starts `{command}`"


@pytest.mark.parametrize("pattern", RUN_BY)
def test_the_test_that_runs_a_command_is_there(pattern: str) -> None:
    file, words = RUN_BY[pattern]
    assert words in (ROOT / file).read_text("utf-8")


@pytest.mark.parametrize("pattern", [*RUN_BY, *NOT_RUN])
def test_no_entry_outlives_its_command(pattern: str) -> None:
    shown = [command for _, command in commands()] + re.findall(
        r"`(make [^`]+)`", "".join(page.read_text("utf-8") for page in PAGES)
    )
    assert any(re.fullmatch(pattern, command) for command in shown)
