"""Whatever is kept, and wherever the program is stopped, the next run knows exactly that."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from words.journal_entries import NOON, an_entry
from words.store_probe import PATIENCE_S, opened

from bridge.core.effects import KeepInput, KeepLatched
from bridge.core.facts import StateRestored, StoredInput
from bridge.store.journal_query import EntryFilter

INPUTS = st.sampled_from(["door", "gate", "pir"])
OUTPUTS = st.sampled_from(["siren", "lamp"])
TOPICS = st.sampled_from(["a", "a/b", "ä/ö"])
STATES = st.builds(
    StoredInput,
    alarm=st.booleans(),
    last_alarm=st.none() | st.just(NOON),
    held_back=st.integers(0, 2**31),
    silenced=st.frozensets(OUTPUTS),
)


class Keeping(RuleBasedStateMachine):
    """The model is three plain collections and a list."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.probe = opened(Path(self.folder.name))
        self.next_seq = 1
        self.inputs, self.latched, self.topics = {}, set(), set()
        self.entries, self.unsent = [], set()

    def teardown(self):
        self.probe.store.close(PATIENCE_S)
        self.folder.cleanup()

    @rule(kind=st.sampled_from(["alarm_begin", "alarm_end", "fault"]), cause=st.none() | st.text(max_size=5))
    def journal(self, kind, cause):
        entry = an_entry(self.next_seq, kind=kind, cause=cause)
        self.probe.store.perform(entry)
        self.entries.append(entry)
        self.unsent.add(entry.seq)
        self.next_seq += 1

    @rule(name=INPUTS, state=st.none() | STATES)
    def keep_input(self, name, state):
        self.probe.store.perform(KeepInput(input=name, state=state))
        self.inputs.pop(name, None)
        if state is not None:
            self.inputs[name] = state

    @rule(name=OUTPUTS, latched=st.booleans())
    def keep_latched(self, name, latched):
        self.probe.store.perform(KeepLatched(output=name, latched=latched))
        (self.latched.add if latched else self.latched.discard)(name)

    @rule(topic=TOPICS, kept=st.booleans())
    def ledger(self, topic, kept):
        (self.probe.store.ledger.add if kept else self.probe.store.ledger.discard)(topic)
        (self.topics.add if kept else self.topics.discard)(topic)

    @rule(count=st.integers(1, 4))
    def sent(self, count):
        first = sorted(self.unsent)[:count]
        self.probe.store.unsent.sent(*first)
        self.unsent -= set(first)

    @rule()
    def flush(self):
        assert self.probe.store.flush(PATIENCE_S)

    @rule()
    def restart(self):
        assert self.probe.store.close(PATIENCE_S)
        self.probe = opened(Path(self.folder.name))
        assert self.probe.problems == []
        assert self.probe.state == StateRestored(
            inputs=self.inputs, latched=frozenset(self.latched), next_seq=self.next_seq
        )

    @invariant()
    def it_is_all_there(self):
        store = self.probe.store
        assert store.ledger.known() == self.topics
        assert store.entries(EntryFilter(limit=1000)) == tuple(self.entries)
        assert store.unsent.count == len(self.unsent)
        assert [entry.seq for entry in store.unsent.read(limit=1000)] == sorted(self.unsent)


def test_any_sequence_of_effects_and_restarts_keeps_the_newest_states_and_a_gapless_journal():
    run_state_machine_as_test(Keeping, settings=settings(max_examples=40, stateful_step_count=30))
