"""Entries of the journal are sorted by the alarm that they belong to."""

from __future__ import annotations

from datetime import timedelta

from words.journal_entries import NOON, an_entry

from bridge.core.incidents import Incident, entries_of, incidents, shown


def begin(seq, of="door", **fields):
    return an_entry(seq, kind="alarm_begin", input=of, cause="input", **fields)


def end(seq, of="door", seconds=4.0, **fields):
    return an_entry(seq, kind="alarm_end", input=of, cause="restored", seconds=seconds, **fields)


def on(seq, output="siren", by="door", reason="alarm"):
    return an_entry(seq, kind="output_on", output=output, reason=reason, by=by)


def off(seq, output="siren", reason="time", seconds=2.0):
    return an_entry(seq, kind="output_off", output=output, reason=reason, seconds=seconds)


def done(seq, kind, alarm, of="door", reason="sent"):
    return an_entry(seq, kind=kind, input=of, reason=reason, alarm=f"boot1-{alarm}")


def seqs(*entries):
    """The numbers of the entries of each incident as a list, those of single entries by themselves."""
    return [
        [entry.seq for entry in unit.entries] if isinstance(unit, Incident) else unit.seq for unit in incidents(entries)
    ]


def only(*entries):
    (found,) = incidents(entries)
    assert isinstance(found, Incident)
    return found


def test_an_alarm_is_one_incident_with_everything_that_it_caused():
    found = only(begin(1), on(2), done(3, "snapshot", 1), end(4), off(5), done(6, "clip", 1), done(7, "email", 1))
    assert [entry.seq for entry in found.entries] == [1, 2, 3, 4, 5, 6, 7]
    assert (found.input, found.alarm, found.seq, found.seconds) == ("door", "boot1-1", 1, 4.0)
    assert found.began == begin(1).time
    assert found.end == end(4)


def test_what_belongs_to_no_alarm_stays_by_itself_and_in_its_place():
    other = [
        an_entry(1, kind="start"),
        an_entry(3, kind="command", by="page", cause="silence"),
        an_entry(4, kind="fault", input="door", cause="line_fault"),
        on(6, output="lamp", reason="manual", by="page"),
        off(7, output="lamp", reason="stop"),
        an_entry(8, kind="snapshot", reason="taken", by="mqtt"),
    ]
    entries = sorted([*other, begin(2), end(5)], key=lambda entry: entry.seq)
    assert seqs(*entries) == [1, [2, 5], 3, 4, 6, 7, 8]


def test_an_alarm_that_goes_on_has_no_end_and_no_duration():
    found = only(begin(1), on(2))
    assert (found.end, found.seconds, found.is_lost) == (None, None, False)


def test_overlapping_alarms_keep_their_own_entries():
    entries = [
        begin(1, "door"), on(2, "siren", "door"), begin(3, "gate"), on(4, "strobe", "gate"), end(5, "door"),
        done(6, "email", 3, "gate"), off(7, "siren"), end(8, "gate"), off(9, "strobe"), done(10, "clip", 1),
    ]  # fmt: skip
    assert seqs(*entries) == [[1, 2, 5, 7, 10], [3, 4, 6, 8, 9]]


def test_an_action_that_ends_after_the_next_alarm_began_belongs_to_its_own():
    assert seqs(begin(1), end(2), begin(3), done(4, "email", 1), end(5), done(6, "email", 3)) == [[1, 2, 4], [3, 5, 6]]


def test_an_alarm_again_within_its_quiet_period_is_the_same_incident():
    again = an_entry(3, kind="retrigger", input="door", cause="input")
    found = only(begin(1), end(2, seconds=1.0), again, end(9, seconds=6.0))
    assert found.seconds == (end(9).time - begin(1).time).total_seconds()
    assert only(begin(1), end(2), again).end is None


def test_a_clock_that_was_set_back_during_an_alarm_makes_no_negative_duration():
    again = an_entry(3, kind="retrigger", input="door", cause="input", time=NOON - timedelta(hours=1))
    found = only(begin(1), end(2, seconds=1.0), again, end(4, seconds=2.0, time=NOON - timedelta(hours=1)))
    assert found.seconds == 3.0


def test_an_alarm_that_a_stop_interrupts_goes_on_after_the_start():
    stop, start = an_entry(4, kind="stop"), an_entry(5, kind="start")
    resumed = an_entry(6, kind="resumed", input="door")
    interrupted = [begin(1), on(2), off(3, reason="stop"), stop, start, resumed, on(7), end(8), off(9)]
    assert seqs(*interrupted) == [[1, 2, 3, 6, 7, 8, 9], 4, 5]


def test_after_a_kill_an_output_is_not_on_for_its_old_alarm_any_more():
    manual = on(4, reason="manual", by="page")
    assert seqs(begin(1), on(2), an_entry(3, kind="start"), manual, off(5)) == [[1, 2], 3, 4, 5]


def test_an_alarm_whose_end_was_lost_says_so_when_the_next_one_begins():
    first, _, second = incidents([begin(1), an_entry(2, kind="start"), begin(3)])
    assert (first.is_lost, first.end, second.is_lost) == (True, None, False)


def test_a_cut_off_belongs_to_the_alarm_that_turned_the_output_on():
    cut = an_entry(3, kind="cut_off", output="siren", seconds=900.0)
    assert seqs(begin(1), on(2), cut, off(4, reason="cut_off"), off(5)) == [[1, 2, 3, 4], 5]


def test_what_is_left_of_an_alarm_that_began_before_the_entries_is_one_incident():
    found = only(done(11, "snapshot", 1), on(12), end(13, seconds=30.0), off(14), done(15, "email", 1))
    assert (found.begin, found.alarm, found.seconds) == (None, "boot1-1", 30.0)
    assert found.began == end(13).time - timedelta(seconds=30)
    ended_first = only(end(13, seconds=None), done(15, "email", 1))
    assert (ended_first.alarm, ended_first.began) == ("boot1-1", None)


def test_the_late_mail_of_an_older_alarm_does_not_join_the_present_one():
    assert seqs(begin(20), done(21, "email", 1), on(22), end(23), done(24, "email", 1)) == [[20, 22, 23], [21, 24]]
    first, second = incidents([done(1, "email", 0), begin(2)])
    assert not first.is_lost
    assert second.begin is not None


def test_a_page_shows_whole_incidents_that_reach_into_it():
    units = incidents([begin(1), begin(2, "gate"), an_entry(3, kind="settings"), end(4, "gate"), end(5)])
    assert [[each.seq for each in entries_of(unit)] for unit in shown(units, since=4)] == [[1, 5], [2, 4]]
