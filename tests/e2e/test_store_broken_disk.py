"""Disks that are full, read-only, missing or rotten: told, healed, and never in anybody's way."""

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.small_disk import fill, small_disk
from words.journal_entries import an_entry
from words.store_probe import PATIENCE_S, a_store, eventually, opened

from bridge.core.effects import KeepInput, KeepLatched
from bridge.core.facts import StoredInput
from bridge.store.journal_query import EntryFilter
from bridge.store.sqlite.connection import FILE_NAME
from bridge.store.sqlite.sequence import CLOCK_NOT_SET_BEFORE

pytestmark = pytest.mark.e2e
TESTS = Path(__file__).parents[1]
ALARM = StoredInput(alarm=True)


def seqs(probe, limit=10_000):
    return [entry.seq for entry in probe.store.entries(EntryFilter(limit=limit))]


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def test_a_full_disk_is_told_and_heals_when_there_is_room_again(tmp_path):
    with small_disk(tmp_path / "disk", "1500k") as disk, a_store(disk) as probe:
        probe.store.perform(an_entry(1))
        assert probe.store.flush(PATIENCE_S)
        ballast = disk / "ballast"
        fill(ballast)
        seq = 1
        while probe.problem is None:
            seq += 1
            probe.store.perform(an_entry(seq, error="e" * 2000))
            probe.store.perform(KeepInput(input="door", state=ALARM))
            probe.store.flush(PATIENCE_S)
        assert "the disk is full" in probe.problem
        assert seqs(probe) == list(range(1, seq + 1))
        begun = time.perf_counter()
        for _ in range(100):
            seq += 1
            probe.store.perform(an_entry(seq))
        assert time.perf_counter() - begun < 1.0
        ballast.unlink()
        eventually(lambda: probe.problem is None)
        assert probe.store.flush(PATIENCE_S)
        assert probe.store.lost == 0
        assert probe.store.close(PATIENCE_S)
        with a_store(disk) as again:
            assert seqs(again) == list(range(1, seq + 1))
            assert again.state.inputs == {"door": ALARM}


def test_a_disk_that_is_full_from_the_start_is_told_and_heals(tmp_path):
    with small_disk(tmp_path / "disk", "40k") as disk:
        (disk / "ballast").write_bytes(b"x" * 36_000)
        with a_store(disk) as probe:
            assert "the disk is full" in probe.opening_problem
            assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000
            probe.store.perform(an_entry(probe.state.next_seq))
            (disk / "ballast").unlink()
            remount(disk, "size=4m")
            eventually(lambda: probe.problem is None)
            assert seqs(probe) == [probe.state.next_seq]
        with a_store(disk) as again:
            assert again.state.next_seq == probe.state.next_seq + 1


@pytest.mark.parametrize("killed", [False, True], ids=["stopped cleanly before", "killed before"])
def test_a_read_only_disk_gives_what_it_holds_and_is_written_once_it_can_be(tmp_path, killed):
    with small_disk(tmp_path / "disk", "4m") as disk:
        script = (
            "import os, signal, sys\n"
            "from pathlib import Path\n"
            "from bridge.core.effects import KeepInput\n"
            "from bridge.core.facts import StoredInput\n"
            "from words.journal_entries import an_entry\n"
            "from words.store_probe import opened\n"
            "probe = opened(Path(sys.argv[1]))\n"
            "probe.store.perform(an_entry(1))\n"
            "probe.store.perform(KeepInput(input='door', state=StoredInput(alarm=True)))\n"
            "probe.store.ledger.add('a/b')\n"
            "assert probe.store.flush(10)\n"
        ) + ("os.kill(os.getpid(), signal.SIGKILL)\n" if killed else "assert probe.store.close(10)\n")
        done = subprocess.run(
            [sys.executable, "-c", script, str(disk)], env={"PYTHONPATH": f"{TESTS}:{TESTS.parent}"}, check=False
        )
        assert done.returncode == (-signal.SIGKILL if killed else 0)
        remount(disk, "ro")
        with a_store(disk) as probe:
            assert "read-only" in probe.opening_problem
            assert probe.state.inputs == {"door": ALARM}
            assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000
            assert probe.store.ledger.known() == {"a/b"}
            assert seqs(probe) == [1]
            second = probe.state.next_seq
            probe.store.perform(an_entry(second))
            probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=False)))
            probe.store.ledger.discard("a/b")
            assert not probe.store.flush(PATIENCE_S)
            assert seqs(probe) == [1, second]
            remount(disk, "rw")
            eventually(lambda: probe.problem is None)
        with a_store(disk) as again:
            assert seqs(again) == [1, second]
            assert again.state.inputs == {"door": StoredInput(alarm=False)}
            assert again.store.ledger.known() == frozenset()
            assert again.state.next_seq == second + 1


def test_a_read_only_disk_does_not_hold_up_the_end(tmp_path):
    with small_disk(tmp_path / "disk", "4m") as disk:
        remount(disk, "ro")
        probe = opened(disk)
        probe.store.perform(an_entry(probe.state.next_seq))
        begun = time.perf_counter()
        assert not probe.store.close(3.0)
        assert time.perf_counter() - begun < 3.0


def test_a_missing_folder_is_told_and_used_once_it_is_there(tmp_path):
    with a_store(tmp_path / "not" / "mounted") as probe:
        assert "No such file or directory" in probe.opening_problem
        assert probe.state.inputs == {}
        probe.store.perform(an_entry(probe.state.next_seq))
        (tmp_path / "not").mkdir()
        eventually(lambda: probe.problem is None)
        assert seqs(probe) == [probe.state.next_seq]


def test_a_database_that_is_removed_while_in_use_is_begun_again_with_all_states(tmp_path):
    with a_store(tmp_path / "store") as probe:
        probe.store.perform(an_entry(1))
        probe.store.perform(KeepLatched(output="siren", latched=True))
        probe.store.ledger.add("a/b")
        assert probe.store.flush(PATIENCE_S)
        shutil.rmtree(tmp_path / "store")
        probe.store.perform(an_entry(2))
        eventually(lambda: probe.problem is None and len(probe.problems) > 1)
        assert "removed or replaced" in probe.problems[0]
        assert seqs(probe) == [2]
    with a_store(tmp_path / "store") as again:
        assert again.state.latched == {"siren"}
        assert again.store.ledger.known() == {"a/b"}
        assert again.state.next_seq == 3


def a_full_store(folder: Path, entries: int = 3000) -> None:
    with a_store(folder) as probe:
        for seq in range(1, entries + 1):
            probe.store.perform(an_entry(seq, error="e" * 50))
        probe.store.perform(KeepInput(input="door", state=ALARM))
        probe.store.ledger.add("a/b")
        probe.store.unsent.sent(*range(1, entries - 4))


def test_a_file_that_is_no_database_is_put_aside_and_numbers_do_not_begin_again(tmp_path):
    path = tmp_path / FILE_NAME
    path.write_bytes(os.urandom(20_000))
    rubbish = path.read_bytes()
    with a_store(tmp_path) as probe:
        assert "put aside as alarm2mqtt.db.corrupt-1" in probe.opening_problem
        assert (tmp_path / "alarm2mqtt.db.corrupt-1").read_bytes() == rubbish
        assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000
        eventually(lambda: probe.problem is None)
        probe.store.perform(an_entry(probe.state.next_seq))
        assert probe.store.flush(PATIENCE_S)
    with a_store(tmp_path) as again:
        assert again.opening_problem is None
        assert again.state.next_seq == probe.state.next_seq + 1


def test_an_empty_file_in_place_of_a_database_does_not_begin_at_one(tmp_path):
    (tmp_path / FILE_NAME).touch()
    with a_store(tmp_path) as probe:
        assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000


def root_page(path: Path, name: str) -> tuple[int, int]:
    """The first page of a table or index and the page size."""
    connection = sqlite3.connect(path)
    root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    return root, size


def overwrite(path: Path, page: int, size: int) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
        os.fsync(file.fileno())


def test_of_a_database_with_a_rotten_table_all_that_can_be_read_is_saved(tmp_path):
    a_full_store(tmp_path)
    path = tmp_path / FILE_NAME
    overwrite(path, *root_page(path, "latched"))
    with a_store(tmp_path) as probe:
        assert "put aside as" in probe.opening_problem
        assert probe.state.inputs == {"door": ALARM}
        assert probe.state.next_seq > 3000
        assert probe.store.ledger.known() == {"a/b"}
        assert probe.store.unsent.count == 5
        eventually(lambda: probe.problem is None)
        assert probe.store.flush(PATIENCE_S)
    with a_store(tmp_path) as again:
        assert again.opening_problem is None
        assert again.state.inputs == {"door": ALARM}
        assert again.store.ledger.known() == {"a/b"}
        assert [entry.seq for entry in again.store.unsent.read()] == [2996, 2997, 2998, 2999, 3000]


def test_a_file_that_rots_while_in_use_is_put_aside_and_nothing_handed_over_is_lost(tmp_path):
    a_full_store(tmp_path)
    path = tmp_path / FILE_NAME
    with a_store(tmp_path) as probe:
        assert probe.problems == []
        overwrite(path, *root_page(path, "input"))
        overwrite(path, *root_page(path, "ledger"))
        # As after any write by another program, SQLite reads its pages anew.
        touched(path)
        probe.store.perform(an_entry(3001))
        probe.store.perform(KeepInput(input="gate", state=ALARM))
        probe.store.ledger.add("topic")
        assert probe.store.flush(PATIENCE_S)
        assert "corrupt" in probe.problems[0]
        assert probe.problem is None
        assert probe.store.lost == 0
    with a_store(tmp_path) as again:
        assert again.opening_problem is None
        assert again.state.inputs == {"door": ALARM, "gate": ALARM}
        assert again.store.ledger.known() == {"a/b", "topic"}
        assert [entry.seq for entry in again.store.unsent.read()] == [2996, 2997, 2998, 2999, 3000, 3001]
        assert again.state.next_seq == 3002


def touched(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('touched', 1)")
    connection.close()


def test_a_reader_that_meets_a_rotten_page_has_the_file_put_aside(tmp_path):
    a_full_store(tmp_path)
    path = tmp_path / FILE_NAME
    # A page in the middle of the journal, which only a reader of old entries ever looks at.
    _, size = root_page(path, "journal")
    leaf = path.read_bytes().index(b"boot1-1500") // size + 1
    with a_store(tmp_path) as probe:
        overwrite(path, leaf, size)
        for after in range(0, 3000, 100):
            probe.store.entries(EntryFilter(after_seq=after))
        eventually((tmp_path / "alarm2mqtt.db.corrupt-1").exists)
        eventually(lambda: len(probe.problems) > 1 and probe.problem is None)
        assert [entry.seq for entry in probe.store.unsent.read()] == [2996, 2997, 2998, 2999, 3000]


def test_a_limit_on_the_size_of_files_is_told_like_a_full_disk(tmp_path):
    script = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from words.journal_entries import an_entry\n"
        "from words.store_probe import opened\n"
        "probe = opened(Path(sys.argv[1]))\n"
        "for seq in range(1, 400):\n"
        "    probe.store.perform(an_entry(seq, error='e' * 2000))\n"
        "    if not probe.store.flush(10):\n"
        "        break\n"
        "print(probe.problem)\n"
        "known = len(probe.store.unsent.read(limit=1000))\n"
        "print(seq == known, probe.store.lost)\n"
        "probe.store.close(3)\n"
    )

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"PYTHONPATH": f"{TESTS}:{TESTS.parent}"},
        preexec_fn=limited,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    problem, *rest = done.stdout.splitlines()
    assert "disk" in problem, done.stderr
    assert rest == ["True 0"]
