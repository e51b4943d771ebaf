import sqlite3
import threading
from contextlib import closing
from datetime import timedelta

from words.journal_entries import NOON, an_entry
from words.store_probe import PATIENCE_S, a_store, eventually, opened

from bridge.core.effects import DeleteJob, KeepArmed, KeepInput, KeepLatched
from bridge.core.facts import StateRestored, StoredInput
from bridge.store.job import Job
from bridge.store.journal_query import EntryFilter
from bridge.store.sqlite.connection import FILE_NAME, connect
from bridge.store.sqlite.read_all import load
from bridge.store.sqlite.retention import KEPT_FOR, STEP
from bridge.store.sqlite.schema import MIGRATIONS, migrate
from bridge.store.sqlite.sequence import BLOCK, CLOCK_NOT_SET_BEFORE
from bridge.store.writer.commit_timing import INTERVAL_S


def seqs(entries):
    return [entry.seq for entry in entries]


def test_an_empty_folder_begins_at_one_with_nothing_known(tmp_path):
    with a_store(tmp_path / "new") as probe:
        assert probe.state == StateRestored(inputs={}, latched=frozenset(), next_seq=1)
        assert probe.opening_problem is None
        assert probe.problems == []


def test_after_a_restart_everything_is_as_it_was(tmp_path):
    alarm = StoredInput(alarm=True, last_alarm=NOON, held_back=3, silenced=frozenset({"siren", "lamp"}))
    with a_store(tmp_path) as probe:
        probe.store.perform(KeepInput(input="door", state=alarm))
        probe.store.perform(KeepInput(input="gate", state=StoredInput(alarm=False)))
        probe.store.perform(KeepInput(input="gate", state=None))
        probe.store.perform(KeepLatched(output="siren", latched=True))
        probe.store.perform(KeepLatched(output="lamp", latched=True))
        probe.store.perform(KeepLatched(output="lamp", latched=False))
        probe.store.perform(KeepArmed(armed=False))
        probe.store.perform(an_entry(1))
        probe.store.perform(an_entry(2))
        probe.store.ledger.add("a/b")
        probe.store.ledger.add("a/c")
        probe.store.ledger.discard("a/c")
    with a_store(tmp_path) as probe:
        assert probe.state == StateRestored(
            inputs={"door": alarm}, latched=frozenset({"siren"}), next_seq=3, armed=False
        )
        assert probe.store.ledger.known() == {"a/b"}
        assert seqs(probe.store.entries(EntryFilter())) == [1, 2]


def test_a_file_of_the_first_release_is_taken_over_with_its_alarms(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:1])
        old.execute("INSERT INTO input VALUES ('door', 1, NULL, 2)")
        old.execute("INSERT INTO meta VALUES ('seq_reserved', 7)")
    with a_store(tmp_path) as probe:
        assert probe.opening_problem is None
        assert probe.state.inputs == {"door": StoredInput(alarm=True, held_back=2)}
        assert probe.state.next_seq == 7
        probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=True, silenced=frozenset({"siren"}))))
    with a_store(tmp_path) as probe:
        assert probe.state.inputs == {"door": StoredInput(alarm=True, silenced=frozenset({"siren"}))}


def test_a_file_of_the_first_release_that_cannot_be_written_is_still_read(tmp_path):
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as old:
        migrate(old, MIGRATIONS[:1])
        old.execute("INSERT INTO input VALUES ('door', 1, NULL, 0)")
        loaded, error = load(old)
    assert error is None
    assert loaded.inputs == {"door": StoredInput(alarm=True)}


def test_the_armed_switch_is_that_of_its_last_move(tmp_path):
    for armed in (False, True, False):
        with a_store(tmp_path) as probe:
            probe.store.perform(KeepArmed(armed=not armed))
            probe.store.perform(KeepArmed(armed=armed))
        with a_store(tmp_path) as probe:
            assert probe.state.armed is armed


def test_a_call_waits_until_all_handed_over_before_it_is_on_the_disk(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(KeepArmed(armed=False))
        called = threading.Event()
        probe.store.when_durable(called.set)
        assert called.wait(PATIENCE_S)
        with closing(connect(tmp_path / FILE_NAME)) as reader:
            assert load(reader)[0].armed is False


def test_close_says_that_everything_is_on_the_disk(tmp_path):
    probe = opened(tmp_path)
    probe.store.perform(an_entry(1))
    assert probe.store.close(PATIENCE_S)


def test_an_alarm_is_durable_without_anyone_waiting_for_it(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=True)))
        beside = sqlite3.connect(tmp_path / FILE_NAME)
        eventually(lambda: beside.execute("SELECT alarm FROM input").fetchall() == [(1,)])
        beside.close()


def test_a_storm_costs_no_more_than_one_commit_an_interval(tmp_path):
    seconds = 0.6
    with a_store(tmp_path) as probe:
        beside = connect(tmp_path / FILE_NAME)
        commits, seen, done = 0, beside.execute("PRAGMA data_version").fetchone(), threading.Event()
        timer = threading.Timer(seconds, done.set)
        timer.start()
        seq = 0
        while not done.wait(0.001):
            seq += 1
            probe.store.perform(an_entry(seq))
            now = beside.execute("PRAGMA data_version").fetchone()
            commits, seen = commits + (now != seen), now
        beside.close()
        assert seq > 100
        assert 2 <= commits <= seconds / INTERVAL_S + 2


def test_entries_can_be_read_before_they_are_written(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(an_entry(1, kind="start"))
        probe.store.flush(PATIENCE_S)
        probe.store.perform(an_entry(2))
        probe.store.perform(an_entry(3))
        assert seqs(probe.store.entries(EntryFilter())) == [1, 2, 3]
        assert seqs(probe.store.entries(EntryFilter(limit=2))) == [2, 3]
        assert seqs(probe.store.entries(EntryFilter(kind="start"))) == [1]
        assert seqs(probe.store.entries(EntryFilter(after_seq=1, limit=1))) == [2]
        assert seqs(probe.store.entries(EntryFilter(since=NOON + timedelta(seconds=3)))) == [3]


async def test_unsent_entries_come_in_pages_and_outlive_a_restart(tmp_path):
    with a_store(tmp_path) as probe:
        for seq in range(1, 8):
            probe.store.perform(an_entry(seq))
        probe.store.flush(PATIENCE_S)
        probe.store.perform(an_entry(8))
        unsent = probe.store.unsent
        assert seqs(unsent.read(limit=3)) == [1, 2, 3]
        unsent.sent(1)
        unsent.sent(2, 2, 99)
        assert seqs(await unsent.unsent(after=3, limit=3)) == [4, 5, 6]
        assert seqs(unsent.read(limit=100)) == [3, 4, 5, 6, 7, 8]
        assert unsent.count == 6
    with a_store(tmp_path) as probe:
        assert probe.store.unsent.count == 6
        assert seqs(probe.store.unsent.read()) == [3, 4, 5, 6, 7, 8]
        probe.store.unsent.sent(*range(1, 9))
        assert await probe.store.unsent.unsent() == ()
    with a_store(tmp_path) as probe:
        assert probe.store.unsent.count == 0
        assert seqs(probe.store.entries(EntryFilter())) == list(range(1, 9))


def test_a_mark_goes_to_the_disk_with_the_next_entry_and_the_last_one_at_the_end(tmp_path):
    def sent():
        beside = sqlite3.connect(tmp_path / FILE_NAME)
        rows = beside.execute("SELECT seq, sent FROM journal ORDER BY seq").fetchall()
        beside.close()
        return rows

    with a_store(tmp_path) as probe:
        probe.store.perform(an_entry(1))
        probe.store.flush(PATIENCE_S)
        probe.store.unsent.sent(1)
        assert probe.store.unsent.count == 0
        assert sent() == [(1, 0)], "a crash sends it again, with the same id"
        probe.store.perform(an_entry(2))
        eventually(lambda: sent() == [(1, 1), (2, 0)])
        probe.store.unsent.sent(2)
    assert sent() == [(1, 1), (2, 1)]


def test_numbers_go_on_above_everything_that_a_run_used_or_lost(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(an_entry(41))
    with a_store(tmp_path) as probe:
        assert probe.state.next_seq == 42
    with a_store(tmp_path) as probe:
        assert probe.state.next_seq == 42


def test_a_block_is_reserved_ahead_before_it_is_used(tmp_path):
    with a_store(tmp_path) as probe:
        beside = sqlite3.connect(tmp_path / FILE_NAME)
        reserved = "SELECT value FROM meta WHERE key = 'seq_reserved'"
        assert beside.execute(reserved).fetchone() == (1 + BLOCK,)
        probe.store.perform(an_entry(BLOCK // 2 + 1))
        probe.store.flush(PATIENCE_S)
        assert beside.execute(reserved).fetchone() == (BLOCK // 2 + 2 + BLOCK,)
        beside.close()


def test_a_ledger_that_knows_a_topic_writes_nothing(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.ledger.add("a/b")
        probe.store.flush(PATIENCE_S)
        beside = sqlite3.connect(tmp_path / FILE_NAME)
        before = beside.execute("PRAGMA data_version").fetchone()
        probe.store.ledger.add("a/b")
        probe.store.ledger.discard("unknown")
        probe.store.flush(PATIENCE_S)
        assert beside.execute("PRAGMA data_version").fetchone() == before
        beside.close()


def test_a_job_and_its_picture_outlive_a_restart_and_go_together(tmp_path):
    with a_store(tmp_path) as probe:
        outbox = probe.store.outbox
        name = outbox.pictures.write(b"jpeg")
        job = Job(id="j1", kind="email", seq=1, created=NOON, due=NOON, body='{"to": "x"}', pictures=(name,))
        outbox.put(job)
        outbox.put(Job(id="j0", kind="ftp", seq=1, created=NOON - timedelta(seconds=1), due=NOON, body="{}"))
        orphan = outbox.pictures.write(b"no job")
    with a_store(tmp_path) as probe:
        outbox = probe.store.outbox
        assert [found.id for found in outbox.jobs()] == ["j0", "j1"]
        assert outbox.jobs()[1] == job
        assert outbox.pictures.read(name) == b"jpeg"
        assert outbox.pictures.read(orphan) is None
        outbox.remove("j1")
        eventually(lambda: outbox.pictures.read(name) is None)
    with a_store(tmp_path) as probe:
        assert [found.id for found in probe.store.outbox.jobs()] == ["j0"]


def test_a_closed_job_is_hidden_at_once_and_deleted_with_the_entry_of_its_outcome(tmp_path):
    with a_store(tmp_path) as probe:
        outbox, closed = probe.store.outbox, []
        outbox.delete_by(closed.append)
        outbox.put(Job(id="j0", kind="ftp", seq=1, created=NOON, due=NOON, body="{}"))
        outbox.close("j0")
        assert (outbox.jobs(), closed) == ((), ["j0"])
        probe.store.flush(PATIENCE_S)
    with a_store(tmp_path) as probe:
        assert [found.id for found in probe.store.outbox.jobs()] == ["j0"], "its outcome was never stored"
        with probe.store.one_commit():
            probe.store.perform(an_entry(1))
            probe.store.perform(DeleteJob(job="j0"))
    with a_store(tmp_path) as probe:
        assert probe.store.outbox.jobs() == ()


def test_what_cannot_be_opened_in_time_starts_with_nothing_and_above_all_numbers(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=True)))
        probe.store.ledger.add("old/topic")
    holder = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    probe = opened(tmp_path, limit_s=0.05)
    assert "not opened within 0.05 s" in (probe.opening_problem or "")
    assert probe.state.inputs == {}
    assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000
    first = an_entry(probe.state.next_seq)
    probe.store.perform(first)
    probe.store.ledger.add("new/topic")
    holder.execute("ROLLBACK")
    holder.close()
    eventually(lambda: probe.problems[-1] is None)
    assert probe.store.ledger.known() == {"old/topic", "new/topic"}
    assert probe.store.close(PATIENCE_S)
    with a_store(tmp_path) as again:
        assert again.state.next_seq == first.seq + 1
        assert again.state.inputs == {"door": StoredInput(alarm=True)}


def test_what_cannot_be_written_for_its_own_sake_is_told_and_stops_nothing(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.ledger.add("no/unicode/\udcff")
        assert not probe.store.flush(PATIENCE_S)
        assert "dropped" in (probe.problem or "")
        probe.store.perform(an_entry(1))
        assert probe.store.flush(PATIENCE_S)
        assert probe.problem is None
        assert seqs(probe.store.entries(EntryFilter())) == [1]


def test_what_is_too_old_goes_in_the_background_step_by_step(tmp_path):
    many = 2 * STEP + 50
    with a_store(tmp_path) as probe:
        for seq in range(1, many + 1):
            probe.store.perform(an_entry(seq))
        probe.store.perform(an_entry(many + 1, time=NOON + KEPT_FOR))
    with a_store(tmp_path, now=NOON + KEPT_FOR + timedelta(hours=1)) as probe:
        probe.store.perform(an_entry(many + 2, time=NOON + KEPT_FOR + timedelta(hours=1)))
        eventually(lambda: seqs(probe.store.entries(EntryFilter(limit=1000))) == [many + 1, many + 2])
        assert probe.store.unsent.count == 2


def test_a_file_of_a_newer_release_is_read_but_neither_written_nor_put_aside(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(KeepInput(input="door", state=StoredInput(alarm=True)))
        probe.store.ledger.add("a/b")
    with sqlite3.connect(tmp_path / FILE_NAME) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    with a_store(tmp_path) as probe:
        assert "newer release" in (probe.opening_problem or "")
        assert probe.state.inputs == {"door": StoredInput(alarm=True)}
        assert probe.state.next_seq >= CLOCK_NOT_SET_BEFORE * 1000
        probe.store.perform(an_entry(probe.state.next_seq))
        assert not probe.store.flush(PATIENCE_S)
        assert seqs(probe.store.entries(EntryFilter())) == [probe.state.next_seq]
    assert [found.name for found in tmp_path.iterdir() if "corrupt" in found.name] == []
