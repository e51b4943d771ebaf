import base64

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.text.printable import HIDDEN, LONGEST, printable

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
