from hypothesis import given
from hypothesis import strategies as st

from bridge.actions.recording.record_until import RecordUntil


def test_a_clip_is_wanted_until_the_end_of_the_post_roll():
    plan = RecordUntil(post_s=10)
    assert not plan.is_needed(0)
    plan.begin("door")
    assert plan.is_needed(1_000)
    assert plan.deadline(1_000) is None
    plan.end("door", 1_000)
    assert plan.deadline(1_000) == 1_010
    assert plan.is_needed(1_009.9)
    assert not plan.is_needed(1_010)


def test_the_last_of_several_inputs_ends_it():
    plan = RecordUntil(post_s=10)
    plan.begin("door")
    plan.begin("window")
    plan.end("door", 5)
    assert plan.is_needed(100)
    plan.end("window", 100)
    assert plan.deadline(100) == 110


def test_the_end_of_an_alarm_that_never_began_wants_nothing():
    plan = RecordUntil(post_s=10)
    plan.end("door", 0)
    assert not plan.is_needed(0)


def test_an_alarm_that_comes_again_extends_and_never_shortens():
    plan = RecordUntil(post_s=10)
    plan.run_for(60, 0)
    plan.begin("door")
    assert plan.deadline(5) is None
    plan.end("door", 5)
    assert plan.deadline(5) == 60
    plan.begin("door")
    plan.end("door", 55)
    assert plan.deadline(55) == 65


@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "run"]), st.sampled_from("abc"), st.floats(0, 20))))
def test_it_is_wanted_while_any_input_is_in_alarm_and_ends_at_the_deadline(steps):
    plan, active, now = RecordUntil(post_s=10), set(), 0.0
    for step, name, seconds in steps:
        now += seconds
        if step == "begin":
            plan.begin(name)
            active.add(name)
        elif step == "end":
            plan.end(name, now)
            active.discard(name)
        else:
            plan.run_for(seconds / 2, now)
        if active:
            assert plan.is_needed(now + 1e9)
        else:
            deadline = plan.deadline(now)
            assert plan.is_needed(now) == (deadline is not None)
            assert deadline is None or (now < deadline <= now + 10 and not plan.is_needed(deadline))
