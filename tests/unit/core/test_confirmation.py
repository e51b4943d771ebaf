"""What a far device reports, beside what was demanded of it."""

from bridge.core.confirmation import LONGEST_DIFFERENCE_S, Confirmation
from bridge.core.contact import Contact

ON, OFF, UNKNOWN = Contact.CONNECTED, Contact.DISCONNECTED, Contact.UNKNOWN


def test_without_a_report_nothing_is_confirmed_and_nothing_is_missing():
    confirmation = Confirmation()
    confirmation.compare(ON, 0)
    assert (confirmation.confirmed, confirmation.is_missing, confirmation.due) == (None, False, None)


def test_a_report_of_the_demanded_contact_confirms_it():
    confirmation = Confirmation()
    confirmation.report(ON)
    confirmation.compare(ON, 0)
    assert confirmation.confirmed is True


def test_a_difference_is_a_problem_after_five_seconds_and_not_before():
    confirmation = Confirmation()
    confirmation.report(OFF)
    confirmation.compare(ON, 10)
    assert (confirmation.confirmed, confirmation.due) == (False, 15)
    confirmation.compare(ON, 14.9)
    assert not confirmation.is_missing
    confirmation.compare(ON, 15)
    assert (confirmation.is_missing, confirmation.due) == (True, None)


def test_an_agreement_clears_the_problem_and_the_next_difference_counts_anew():
    confirmation = Confirmation()
    confirmation.report(OFF)
    confirmation.compare(ON, 0)
    confirmation.compare(ON, LONGEST_DIFFERENCE_S)
    confirmation.report(ON)
    confirmation.compare(ON, 20)
    assert (confirmation.confirmed, confirmation.is_missing) == (True, False)
    confirmation.compare(OFF, 30)
    assert (confirmation.is_missing, confirmation.due) == (False, 35)


def test_a_report_that_is_withdrawn_leaves_neither_confirmation_nor_problem():
    confirmation = Confirmation()
    confirmation.report(OFF)
    confirmation.compare(ON, 0)
    confirmation.compare(ON, LONGEST_DIFFERENCE_S)
    confirmation.report(UNKNOWN)
    confirmation.compare(ON, 6)
    assert (confirmation.confirmed, confirmation.is_missing, confirmation.due) == (None, False, None)
