import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.text.printable import HIDDEN, LONGEST, escaped, one_line, printable, short_repr, shortened

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=300)
SECRETS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=HIDDEN), min_size=4, max_size=20)


@given(ANY_TEXT)
def test_any_text_becomes_one_short_printable_line(text):
    shown = printable(text)
    assert shown.isprintable()
    assert len(shown) <= LONGEST
    assert shown == shown.strip()


@given(ANY_TEXT, SECRETS, ANY_TEXT)
@example("", "s3cret", "x" * 500)
@example("x" * 198, "s3cret", "")
def test_a_secret_is_cut_out_wherever_it_stands(before, secret, after):
    for said in (secret, base64.b64encode(secret.encode()).decode()):
        shown = printable(before + said + after, hide=[secret])
        assert said not in shown


def test_the_rest_stays_readable():
    assert printable("5.7.8  Bad\r\n\x1b[31mpassword") == "5.7.8 Bad [31mpassword"
    assert printable("what is PASS s3cret?", hide=["", "s3cret"]) == "what is PASS …?"


@given(ANY_TEXT)
def test_escaped_text_prints_and_text_that_prints_stays_as_it_is(text):
    assert escaped(text).isprintable()
    assert escaped(escaped(text)) == escaped(text)
    assert escaped("\x1b[31mTür\n\udcff") == "\\x1b[31mTür\\n\\udcff"


@given(ANY_TEXT)
def test_one_line_has_single_spaces_and_stays(text):
    line = one_line(text)
    assert one_line(line) == line == line.strip()
    assert "\n" not in line
    assert "  " not in line
    assert one_line(" a\r\n\x00b\u2028 c ") == "a b c"
    assert one_line("👩‍🚒 on duty") == "👩‍🚒 on duty"


@pytest.mark.parametrize(("text", "short"), [("abcd", "abcd"), ("abcde", "abc…"), ("", "")])
def test_text_is_shortened_to_the_longest_that_is_allowed(text, short):
    assert shortened(text, 4) == short


def test_a_value_that_was_sent_is_written_short_and_in_ascii():
    assert short_repr("Tür\n") == "'T\\xfcr\\n'"
    assert short_repr(1.5) == "1.5"
    assert short_repr("x" * 100) == "'" + "x" * 44 + "..."
