"""Text never becomes markup."""

from bridge.web.html import Html, el, some


def test_text_is_escaped_and_markup_stays():
    assert el("p", "<b> & ", el("b", "x")) == "<p>&lt;b&gt; &amp; <b>x</b></p>"


def test_attributes_are_escaped_and_named_as_html_has_them():
    assert el("a", class_="x", data_part='"><script>', aria_hidden="true", for_="y") == (
        '<a class="x" data-part="&quot;&gt;&lt;script&gt;" aria-hidden="true" for="y"></a>'
    )


def test_a_truth_is_a_bare_attribute_and_what_is_not_there_is_left_out():
    assert el("input", checked=True, disabled=False, value=None, size=0) == '<input checked size="0">'


def test_children_may_be_lists_and_nothing():
    assert some("a", None, [el("br"), ["<"]]) == Html("a<br>&lt;")
