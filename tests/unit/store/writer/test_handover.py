import threading
import time

from words.journal_entries import an_entry
from words.store_probe import PATIENCE_S, a_store, eventually

from bridge.store.writer.commit_timing import INTERVAL_S
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory


def voluntary_switches(thread):
    """How often the kernel says that a thread went to sleep."""
    with open(f"/proc/self/task/{thread.native_id}/status", encoding="ascii") as status:  # noqa: PTH123 - no file of ours
        line = next(line for line in status if line.startswith("voluntary_ctxt_switches"))
    return int(line.split()[1])


def writer_thread():
    return next(thread for thread in threading.enumerate() if thread.name == "store-writer")


def test_an_idle_writer_never_wakes_up(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(an_entry(1))
        assert probe.store.flush(PATIENCE_S)
        writer = writer_thread()
        threading.Event().wait(2 * INTERVAL_S)  # it looks once more when it may commit again
        eventually(lambda: asleep(writer))
        before = voluntary_switches(writer)
        threading.Event().wait(1.2)  # longer than any of the writer's own intervals
        assert voluntary_switches(writer) == before


def asleep(thread):
    with open(f"/proc/self/task/{thread.native_id}/stat", encoding="ascii") as stat:  # noqa: PTH123 - no file of ours
        return stat.read().rsplit(")", 1)[1].split()[0] == "S"


def test_the_writer_sleeps_until_something_is_handed_over_and_is_told_of_the_end():
    handover = Handover(Memory())
    reports = []

    def work():
        last = False
        while not last:
            last = handover.wait(last_begin=0.0, retry_at=None, other_at=None)
            batch, next_seq = handover.take()
            with handover.durable() as memory:
                memory.written()
            reports.append(([entry.seq for entry in batch.entries], next_seq, last))

    thread = threading.Thread(target=work)
    thread.start()
    with handover.change() as memory:
        memory.effect(an_entry(1))
    assert handover.flush(PATIENCE_S)
    with handover.change() as memory:
        memory.effect(an_entry(2))
    handover.close()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    assert [seq for seqs, _, _ in reports for seq in seqs] == [1, 2]
    assert reports[-1][1:] == (3, True)
    assert handover.all_durable()


def test_in_a_storm_the_writer_wakes_once_for_each_commit_and_misses_nothing(tmp_path):
    with a_store(tmp_path) as probe:
        probe.store.perform(an_entry(1))
        assert probe.store.flush(PATIENCE_S)
        writer = writer_thread()
        before, seq, end = voluntary_switches(writer), 1, time.monotonic() + 20 * INTERVAL_S
        while time.monotonic() < end:
            seq += 1
            probe.store.perform(an_entry(seq))
            threading.Event().wait(INTERVAL_S / 8)
        # The disk and the lock make it wait too, now and then; a wake-up for each entry would be 160.
        assert voluntary_switches(writer) - before < 120
        threading.Event().wait(3 * INTERVAL_S)
        assert probe.store.flush(0.0), "durable without being asked"


def test_a_flush_ends_as_soon_as_an_attempt_has_failed():
    handover = Handover(Memory())

    def fail_once():
        handover.wait(last_begin=0.0, retry_at=1e6, other_at=None)
        handover.take()
        with handover.not_durable() as memory:
            memory.failed()

    thread = threading.Thread(target=fail_once)
    thread.start()
    with handover.change() as memory:
        memory.effect(an_entry(1))
    assert not handover.flush(PATIENCE_S)
    thread.join(PATIENCE_S)
    assert not handover.all_durable()
    assert [entry.seq for entry in handover.take()[0].entries] == [1]


def test_a_flush_of_nothing_returns_at_once():
    assert Handover(Memory()).flush(0.0)


def test_while_retries_are_put_off_an_alarm_does_not_hurry_them():
    now = [100.0]
    handover = Handover(Memory(), clock=lambda: now[0])
    with handover.change() as memory:
        memory.effect(an_entry(1))
    now[0] = 200.0
    assert handover.wait(last_begin=0.0, retry_at=200.0, other_at=None) is False
    done = threading.Event()
    waiter = threading.Thread(target=lambda: (handover.wait(last_begin=0.0, retry_at=1e6, other_at=200.0), done.set()))
    waiter.start()
    assert not done.wait(0.1)
    handover.close()
    assert done.wait(PATIENCE_S)
    waiter.join(PATIENCE_S)
