import threading
from functools import partial

from words.journal_entries import an_entry
from words.store_probe import PATIENCE_S

from bridge.store.writer.commit_timing import GATHER_S, INTERVAL_S
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory


class VirtualTime:
    """The writer's alarm clock in virtual time; `plan` is what others do meanwhile, and when."""

    def __init__(self):
        self.now_s, self.wake_ups, self.plan, self._at = 1000.0, 0, [], None

    def clock(self):
        return self.now_s

    def set(self, at):
        self._at = at

    def wait(self):
        while self.plan and (self._at is None or self.plan[0][0] <= self._at):
            self.now_s, act = self.plan.pop(0)
            act()
        assert self._at is not None, "the writer would wait for ever"
        self.now_s, self._at = max(self.now_s, self._at), None
        self.wake_ups += 1

    def close(self):
        pass


def a_handover(time):
    return Handover(Memory(), clock=time.clock, alarm=lambda: time)


def written(time, handover):
    """The writer's work until the end: number of each entry to the instant at which it was durable."""
    durable, last_begin_s, last = {}, 0.0, False
    while not last:
        last = handover.wait(last_begin=last_begin_s, retry_at=None, other_at=None)
        last_begin_s = time.now_s
        batch, _ = handover.take()
        with handover.durable() as memory:
            memory.written()
        durable |= {entry.seq: time.now_s for entry in batch.entries}
    return durable


def hand_over(handover, seq):
    with handover.change() as memory:
        memory.effect(an_entry(seq))


def test_an_idle_writer_never_wakes_up():
    time = VirtualTime()
    handover = a_handover(time)
    time.plan = [(1000.0, partial(hand_over, handover, 1)), (1000.0 + 86_400, handover.close)]
    assert written(time, handover) == {1: 1000.0 + GATHER_S}
    assert time.wake_ups == 2, "for the entry when it is due, and at the end"


def test_marks_of_acknowledged_entries_wait_for_the_next_alarm_or_half_a_minute():
    time = VirtualTime()
    handover = a_handover(time)
    acknowledged = {}

    def mark(seq):
        acknowledged[seq] = time.now_s
        with handover.change(urgent=False) as memory:
            memory.sent([seq])

    time.plan = [
        (1000.0, partial(hand_over, handover, 1)),
        (1000.1, partial(mark, 1)),
        (1005.0, partial(hand_over, handover, 2)),
        (1005.1, partial(mark, 2)),
        (1005.2, partial(hand_over, handover, 3)),
        (1100.0, partial(mark, 3)),
        (2000.0, handover.close),
    ]
    assert list(written(time, handover)) == [1, 2, 3]
    assert time.wake_ups == 5, "three entries, two of which take a mark along, the last mark and the end"


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


def test_in_a_storm_the_writer_wakes_once_for_each_commit_and_misses_nothing():
    time = VirtualTime()
    handover = a_handover(time)
    begun = {seq: 1000.0 + seq * INTERVAL_S / 8 for seq in range(1, 161)}
    time.plan = [(at_s, partial(hand_over, handover, seq)) for seq, at_s in begun.items()]
    time.plan.append((2000.0, handover.close))
    durable = written(time, handover)
    assert durable.keys() == begun.keys()
    assert max(durable[seq] - begun[seq] for seq in begun) <= INTERVAL_S + 1e-6
    assert time.wake_ups <= len(set(durable.values())) + 3


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


def test_changes_that_belong_together_are_taken_together_or_not_at_all():
    handover, taken = Handover(Memory()), []

    def writer():
        batch, _ = handover.take()
        taken.extend(entry.seq for entry in batch.entries)

    with handover.one_commit():
        hand_over(handover, 1)
        thread = threading.Thread(target=writer)
        thread.start()
        thread.join(0.05)
        assert thread.is_alive()
        hand_over(handover, 2)
    thread.join(PATIENCE_S)
    assert taken == [1, 2]


def test_a_call_waits_for_what_was_handed_over_before_it_and_for_nothing_since():
    handover, called = Handover(Memory()), []
    hand_over(handover, 1)
    handover.when_durable(lambda: called.append("first"))
    handover.take()
    hand_over(handover, 2)
    handover.when_durable(lambda: called.append("second"))
    assert called == []
    with handover.durable() as memory:
        memory.written()
    assert called == ["first"]


def test_a_call_comes_once_an_attempt_to_write_has_failed():
    handover, called = Handover(Memory()), []
    hand_over(handover, 1)
    handover.when_durable(lambda: called.append("told"))
    handover.take()
    with handover.not_durable() as memory:
        memory.failed()
    assert called == ["told"]
    with handover.durable() as memory:
        memory.written()
    assert called == ["told"]


def test_a_call_comes_at_once_when_nothing_is_left_to_be_written():
    called = []
    Handover(Memory()).when_durable(lambda: called.append("told"))
    assert called == ["told"]
