from datetime import UTC, datetime

from words.journal_entries import NOON, an_entry

from bridge.core.effects import KeepArmed, KeepInput, KeepLatched
from bridge.core.facts import StoredInput
from bridge.store.job import Job
from bridge.store.sqlite.batch import Loaded
from bridge.store.writer.memory import Memory

ALARM, NORMAL = StoredInput(alarm=True), StoredInput(alarm=False)


def a_job(job_id, *pictures):
    return Job(id=job_id, kind="email", seq=1, created=NOON, due=NOON, body="{}", pictures=pictures)


def seqs(entries):
    return [entry.seq for entry in entries]


def test_of_many_states_of_an_input_only_the_newest_is_written():
    memory = Memory()
    for state in (ALARM, NORMAL, ALARM):
        memory.effect(KeepInput(input="door", state=state))
    memory.effect(KeepLatched(output="siren", latched=True))
    memory.effect(KeepLatched(output="siren", latched=False))
    batch = memory.take()
    assert batch.inputs == {"door": ALARM}
    assert batch.latched == {"siren": False}


def test_entries_beyond_the_bound_lose_the_oldest_and_count_it():
    memory = Memory(bound=3)
    for seq in range(1, 6):
        memory.effect(an_entry(seq))
    assert seqs(memory.not_written()) == [3, 4, 5]
    assert memory.lost == 2
    assert memory.unsent == {3, 4, 5}
    assert memory.next_seq == 6


def test_entries_that_are_being_written_count_to_the_bound_but_stay():
    memory = Memory(bound=3)
    memory.effect(an_entry(1))
    memory.effect(an_entry(2))
    memory.take()
    memory.effect(an_entry(3))
    memory.effect(an_entry(4))
    assert seqs(memory.not_written()) == [1, 2, 4]
    assert memory.lost == 1


def test_a_failed_commit_waits_again_below_what_came_since():
    memory = Memory()
    memory.effect(an_entry(1))
    memory.effect(KeepInput(input="door", state=ALARM))
    memory.topic("a/b", kept=True)
    memory.take()
    memory.effect(an_entry(2))
    memory.effect(KeepInput(input="door", state=None))
    memory.topic("a/b", kept=False)
    memory.failed()
    batch = memory.take()
    assert seqs(batch.entries) == [1, 2]
    assert batch.inputs == {"door": None}
    assert batch.topics == {"a/b": False}


def test_what_cannot_be_written_for_its_own_sake_is_lost_alone():
    memory = Memory()
    memory.effect(an_entry(1))
    memory.take()
    memory.effect(an_entry(2))
    memory.dropped()
    assert seqs(memory.take().entries) == [2]
    assert memory.lost == 1
    assert memory.unsent == {2}


def test_an_entry_counts_as_sent_once_and_only_if_it_is_known():
    memory = Memory()
    memory.effect(an_entry(1))
    assert memory.sent([1, 99])
    assert not memory.sent([1])
    assert memory.take().sent == {1}
    assert memory.unsent == set()


def test_what_a_first_file_held_lies_below_what_was_decided_since():
    memory = Memory()
    memory.effect(KeepInput(input="door", state=NORMAL))
    memory.effect(KeepLatched(output="siren", latched=False))
    memory.topic("new", kept=True)
    held = Loaded(
        inputs={"door": ALARM, "gate": ALARM},
        latched=frozenset({"siren", "lock"}),
        topics=frozenset({"old"}),
        jobs={"j": a_job("j")},
        unsent=frozenset({4, 5}),
    )
    memory.adopt(held, states=True)
    everything = memory.take(everything=True)
    assert everything.inputs == {"door": NORMAL, "gate": ALARM}
    assert everything.latched == {"lock": True}
    assert everything.topics == {"old": True, "new": True}
    assert memory.jobs.keys() == {"j"}
    assert memory.unsent == {4, 5}


def test_the_armed_switch_of_a_file_lies_below_a_move_since():
    memory = Memory()
    memory.adopt(Loaded(armed=False), states=True)
    assert memory.take(everything=True).armed is False
    memory.written()
    memory.effect(KeepArmed(armed=True))
    memory.adopt(Loaded(armed=False), states=False)
    assert memory.take().armed is True


def test_a_move_of_the_armed_switch_that_was_not_written_waits_again_below_a_newer_one():
    memory = Memory()
    memory.effect(KeepArmed(armed=False))
    memory.take()
    memory.failed()
    assert memory.take().armed is False
    memory.effect(KeepArmed(armed=True))
    memory.failed()
    assert memory.take().armed is True


def test_a_later_file_says_nothing_of_states():
    memory = Memory()
    memory.adopt(Loaded(inputs={"door": ALARM}, topics=frozenset({"old"})), states=False)
    assert memory.take(everything=True).is_empty


def test_salvaged_entries_come_before_all_that_wait_and_only_once():
    memory = Memory()
    memory.effect(an_entry(3))
    salvaged = Loaded(salvaged=(an_entry(1), an_entry(2)), unsent=frozenset({1, 2}))
    memory.adopt(salvaged, states=False)
    memory.adopt(salvaged, states=False)
    assert seqs(memory.take().entries) == [1, 2, 3]
    assert memory.unsent == {1, 2, 3}


def test_a_mark_that_waits_is_not_undone_by_a_file_that_does_not_have_it_yet():
    memory = Memory()
    memory.effect(an_entry(1))
    memory.take()
    memory.written()
    memory.sent([1])
    memory.adopt(Loaded(unsent=frozenset({1})), states=False)
    assert memory.unsent == set()


def test_expired_entries_are_no_longer_unsent():
    memory = Memory()
    memory.adopt(Loaded(unsent=frozenset({1, 2, 3})), states=True)
    memory.take()
    memory.written(expired=[1, 2])
    assert memory.unsent == {3}


def test_a_picture_goes_with_the_last_job_that_needs_it():
    memory = Memory()
    memory.put_job(a_job("mail", "shared.jpg", "own.jpg"))
    memory.put_job(a_job("upload", "shared.jpg"))
    memory.remove_job("mail")
    assert memory.take().pictures == {"own.jpg"}
    memory.remove_job("upload")
    memory.remove_job("unknown")
    batch = memory.take()
    assert batch.pictures == {"shared.jpg"}
    assert batch.jobs == {"upload": None}


def test_a_job_is_kept_as_it_is_now():
    memory = Memory()
    memory.put_job(a_job("mail"))
    later = Job(**{**as_fields(a_job("mail")), "attempts": 2, "due": datetime(2027, 1, 1, tzinfo=UTC)})
    memory.put_job(later)
    assert memory.take().jobs == {"mail": later}


def as_fields(job):
    return {name: getattr(job, name) for name in Job.__slots__}
