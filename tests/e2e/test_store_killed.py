"""The power goes, or kill -9, in the middle of writing."""

import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from words.store_probe import PATIENCE_S, a_store

from bridge.store.journal_query import EntryFilter
from bridge.store.sqlite.sequence import BLOCK

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
WRITER = """
import sys
from itertools import pairwise
from pathlib import Path
from bridge.core.effects import KeepInput
from bridge.core.facts import StoredInput
from words.journal_entries import an_entry
from words.store_probe import opened

probe = opened(Path(sys.argv[1]))
seq = probe.state.next_seq
print("first", seq, flush=True)
while True:
    for _ in range(7):
        probe.store.perform(an_entry(seq, held_back=seq))
        probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=True, held_back=seq)))
        seq += 1
    print("handed", seq - 1, flush=True)
    if seq % 2 and probe.store.flush(10):
        print("durable", seq - 1, flush=True)
"""


def write_and_be_killed(folder: Path, lines: int) -> dict[str, int]:
    """The last number of each sort that a writer told before it was killed."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
    ) as process:
        told = {}
        for _ in range(lines):
            word, number = process.stdout.readline().split()
            told[word] = int(number)
        process.send_signal(signal.SIGKILL)
        # What it had told, but nobody had read, counts too.
        for word, number in (line.split() for line in process.stdout.read().splitlines() if line.count(" ") == 1):
            told[word] = int(number or 0)
    return told


def test_after_kill_9_the_journal_is_a_prefix_of_what_was_handed_over_and_no_number_repeats(tmp_path):
    runs = []
    for lines in (30, 61, 47, 3, 90):
        told = write_and_be_killed(tmp_path, lines)
        with a_store(tmp_path) as probe:
            assert probe.problems == []
            found = probe.store.entries(EntryFilter(limit=100_000, after_seq=told["first"] - 1))
            seqs = [entry.seq for entry in found]
            assert seqs == list(range(told["first"], told["first"] + len(seqs)))
            assert all(entry.held_back == entry.seq for entry in found)
            last = seqs[-1] if seqs else told["first"] - 1
            assert last >= told.get("durable", 0)
            if seqs:
                # States and entries are of one commit.
                assert probe.state.inputs["door"].held_back == last
            assert probe.state.next_seq > max(told.values())
            assert probe.state.next_seq <= max(told["handed"], told["first"]) + 1 + BLOCK + 7
            assert probe.store.unsent.count == sum(len(run) for run in runs) + len(seqs)
            runs.append(seqs)
    assert all(earlier[-1] < later[0] for earlier, later in pairwise(runs) if earlier and later)
    assert sum(len(run) for run in runs) > 100


def test_a_kill_right_after_the_answer_of_a_flush_loses_nothing(tmp_path):
    script = WRITER.split("while True:", maxsplit=1)[0] + (
        "probe.store.perform(an_entry(seq))\n"
        "assert probe.store.flush(10)\n"
        "import os, signal\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    with a_store(tmp_path) as probe:
        assert [entry.seq for entry in probe.store.entries(EntryFilter())] == [1]
        assert probe.state.next_seq == 1 + BLOCK
