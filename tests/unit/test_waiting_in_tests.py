"""A test waits for what it means, never for a time that somebody has guessed.

Such a time is too short on a busy machine, and too long on every other. `words/waiting.py` polls a condition with a
deadline; what must not happen is proven by what comes behind it; a clock that jumps makes hours pass at once.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
SLEEPS = {"time.sleep", "asyncio.sleep"}
ALLOWED = {
    "words/waiting.py until": "the one poll",
    "words/waiting.py wait_until": "the one poll",
    "packaging/unit_story.py until": "runs in the image, without the other files of tests",
    "packaging/install_story.py until": "runs on the board, without the other files of tests",
    "servers/camera.py wait_until": "runs under the system's Python, without the other files of tests",
    # A condition that has to be awaited itself, with a deadline around it.
    "contract/line_rigs.py settled": "kernel lines have nothing to send behind an edge",
    "e2e/test_recording.py filled": "a condition that is awaited",
    "e2e/test_recording.py written": "a condition that is awaited",
    "e2e/test_recording.py stays": "looks all the time for what must not happen to a camera's stream",
    "unit/linkage/delivery/test_picture_cache.py found": "a condition that is awaited",
    # The time is what the test is about.
    "contract/line_rigs.py put": "the gap between two edges",
    "contract/test_first_file_lines.py _closed_again": "a person who holds a contact",
    "contract/test_kernel_lines.py"
    " test_a_line_that_floods_is_debounced_for_a_while_and_another_line_is_read_meanwhile": "the kernel's own clock",
    "contract/test_flooding_lines.py waited": "measures to the millisecond, beside a flood on one core",
    "e2e/test_answered_killed.py at_once": "looks as quickly as it can, since the instant is the matter",
    "e2e/test_answered_killed.py"
    " test_a_switch_that_was_answered_is_as_it_was_answered_after_a_kill_at_that_instant": "an instant by chance",
    "e2e/test_email.py longest_gap_while_sending": "measures how late the loop comes back",
    "e2e/test_journal_replay.py _hear": "a subscriber that looks away, while the rate of the replay is a time too",
    "e2e/test_killed_and_started.py _round": "an instant by chance",
    "e2e/test_killed_at_any_instant.py a_run": "a chosen instant",
    "e2e/test_spine.py test_five_hundred_edges_at_a_thousand_a_second_end_right_and_none_is_lost": "a pace",
    # On a loop whose clock jumps.
    "contract/far_rigs.py put": "the gap between two events",
    "contract/far_rigs.py driven": "a turn of the loop in which commands go out",
    "fakes/outsides/absent_camera.py answers": "a camera that answers each second of the jumping clock",
    "properties/test_sinks.py run": "time that passes on the jumping clock",
    "words/line_world.py wait": "time that passes on the jumping clock",
    # A far side that takes its time.
    "fakes/post_office.py attempt": "a slow server",
    "servers/answers.py say": "a server that sends in pieces",
    "servers/camera.py _answer": "a slow camera",
    "servers/raw_camera.py _serve": "a camera that sends in pieces",
    "servers/slow_link.py _pump": "a slow line",
    "unit/actions/camera/test_source.py picture": "a slow camera",
}


def sleeps(path: Path) -> Iterator[str]:
    """Functions of a file that sleep in real time, by file and name; one turn of the loop, `sleep(0)`, is no sleep."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    jumps = any(isinstance(each, ast.Assign) and "virtual_time" in ast.unparse(each) for each in tree.body)
    yield from () if jumps else _sleeps(tree, path.relative_to(TESTS).as_posix(), "")


def _sleeps(node: ast.AST, file: str, function: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        name = function
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            if any("virtual_time" in ast.unparse(each) for each in child.decorator_list):
                continue
            name = function or child.name
        elif isinstance(child, ast.Call) and ast.unparse(child.func) in SLEEPS and ast.unparse(child.args[0]) != "0":
            yield f"{file} {function}"
        yield from _sleeps(child, file, name)


def test_no_test_sleeps_but_for_a_reason():
    found = {each for path in TESTS.rglob("*.py") for each in sleeps(path)}
    assert sorted(found - ALLOWED.keys()) == []


def test_every_reason_is_still_needed():
    found = {each for path in TESTS.rglob("*.py") for each in sleeps(path)}
    assert sorted(ALLOWED.keys() - found) == []


def test_a_sleep_is_found_wherever_it_is():
    source = """
class Rig:
    async def put(self):
        for _ in range(3):
            await asyncio.sleep(gap_s)
            await asyncio.sleep(0)

@pytest.mark.virtual_time
async def test_an_hour(): await asyncio.sleep(3600)

def test_a_thing():
    def inner(): time.sleep(0.1)
"""
    assert list(_sleeps(ast.parse(source), "x.py", "")) == ["x.py put", "x.py test_a_thing"]
