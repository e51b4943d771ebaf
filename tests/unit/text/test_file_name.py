import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.text.file_name import safe_name

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=400)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("garage-door", "garage-door"),
        ("Türöffner 🐕‍🦺", "Türöffner 🐕‍🦺"),
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\x", "_.._x"),
        (".hidden", "hidden"),
        ("~root", "root"),
        ("  a. ", "a"),
        ("a\nDELE b\r\0", "a_DELE b__"),
        ("a\u2028b", "a_b"),
        ("\ud800", "_"),
        ('a:b*c?d"e<f>g|h', "a_b_c_d_e_f_g_h"),
    ],
)
def test_a_name_keeps_what_is_harmless(text, name):
    assert safe_name(text) == name


def test_what_is_too_long_loses_its_middle():
    name = safe_name("begin" + "x" * 300 + "end_7.jpg")
    assert len(name) == 255
    assert name.startswith("begin")
    assert name.endswith("end_7.jpg")


@given(ANY_TEXT, st.integers(8, 255))
@example("🐕" * 100, 9)
@example(". ." * 100, 8)
def test_any_text_becomes_one_harmless_segment(text, longest):
    name = safe_name(text, longest_bytes=longest)
    assert 1 <= len(name.encode()) <= longest
    assert not set(name) & set('/\\:*?"<>|')
    assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cs", "Zl", "Zp"}
    assert name[0] not in ".~"
    assert name[-1] != "."
    assert name == name.strip()
    assert name.splitlines() == [name]


@given(ANY_TEXT, st.integers(8, 255))
def test_a_safe_name_comes_back_as_it_is(text, longest):
    name = safe_name(text, longest_bytes=longest)
    assert safe_name(name, longest_bytes=longest) == name
