"""Passwords and other values that YAML takes for an anchor or a comment."""

from __future__ import annotations

import pytest

SIMULATED = "lines: {driver: simulated}\nweb: {enabled: false}\n"
SECRET = "MSy8kTq2"
SECTIONS = {
    "mqtt": "mqtt:\n  username: gate\n  password:VALUE\n",
    "email": "email:\n  host: a\n  username: gate\n  password:VALUE\n  sender: a@b\n  recipients: [c@d]\n",
    "ftp": "ftp:\n  host: a\n  username: gate\n  password:VALUE\n",
    "cameras.gate": "cameras:\n  gate:\n    snapshot: http://a/b\n    username: gate\n    password:VALUE\n",
}


def warned(loaded, text):
    warnings = loaded(SIMULATED + text).warnings()
    assert SECRET not in "".join(warnings)
    return warnings


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (f" &{SECRET}", "is empty: YAML reads what begins with & as an anchor"),
        (f" &{SECRET}   # the camera's", "is empty: YAML reads what begins with & as an anchor"),
        (f" #{SECRET}", "is empty: YAML reads what follows # as a comment"),
        (f"  #{SECRET} two words", "is empty: YAML reads what follows # as a comment"),
        ("", "is empty, beside a username"),
        ("   # to come", "is empty, beside a username"),
        (" ~", "is empty, beside a username"),
        (" null", "is empty, beside a username"),
        (f" ab #{SECRET}", "may be cut at its end: YAML reads what follows # as a comment"),
        (f" ! {SECRET}", "is cut at its begin: YAML reads what begins with ! as a tag"),
        (f" !!str {SECRET}", "is cut at its begin: YAML reads what begins with ! as a tag"),
        (" |", "is empty: YAML reads | and > as the begin of a text of several lines"),
        (" >-", "is empty: YAML reads | and > as the begin of a text of several lines"),
        (f" &{SECRET} ab", "is cut at its begin: YAML reads what begins with & as an anchor"),
    ],
)
def test_a_password_that_yaml_swallows_is_told_with_its_line_and_without_a_word_of_it(loaded, section, value, said):
    text = SECTIONS[section].replace("VALUE", value)
    (warning,) = warned(loaded, text)
    line = 2 + text[: text.index("password")].count("\n") + 1
    assert f":{line}: {section}.password: {said}" in warning
    assert "quotes" in warning


@pytest.mark.parametrize(
    "value",
    [f' "&{SECRET}"', f" '#{SECRET}'", f" {SECRET}", f" {SECRET}#1", f" {SECRET} # said", ' ""', " ''", f" a&{SECRET}"],
)
@pytest.mark.parametrize("section", SECTIONS)
def test_a_password_that_arrives_whole_is_no_matter(loaded, section, value):
    assert warned(loaded, SECTIONS[section].replace("VALUE", value)) == ()


def test_one_in_braces_is_found_as_well(loaded):
    (warning,) = warned(loaded, f"mqtt: {{username: gate, password: &{SECRET}}}\n")
    assert ":3: mqtt.password: is empty" in warning


def test_an_empty_password_that_comes_from_elsewhere_or_has_no_user_is_no_matter(loaded, tmp_path):
    (tmp_path / "word").write_text("words\n")
    text = f"mqtt:\n  username: gate\n  password:\n  password_file: {tmp_path / 'word'}\n"
    assert warned(loaded, text) == ()
    assert loaded(f"{SIMULATED}mqtt:\n  username: gate\n  password:\n", environ=WITH_PASSWORD).warnings() == ()
    assert warned(loaded, "mqtt:\n  username:\n  password:\n") == ()


WITH_PASSWORD = {"ALARM2MQTT_MQTT__PASSWORD": "words"}


def test_the_pages_password_is_told_too(loaded):
    (warning,) = loaded(f"lines: {{driver: simulated}}\nweb:\n  password: #{SECRET}\n").warnings()
    assert ":3: web.password: is empty: YAML reads what follows # as a comment" in warning


@pytest.mark.parametrize(("value", "sign"), [("&North", "&"), ("#1", "#")])
def test_any_other_value_that_is_swallowed_whole_is_told(loaded, value, sign):
    (warning,) = loaded(f"{SIMULATED}device:\n  id: gate\n  name: {value}\n").warnings()
    assert ":5: device.name: is empty: YAML reads " in warning
    assert sign in warning


def test_a_name_that_loses_its_number_is_told(loaded):
    (warning,) = loaded(f"{SIMULATED}device:\n  id: gate\n  name: Gate #2\n").warnings()
    assert ":5: device.name: may be cut at its end: YAML reads what follows # as a comment" in warning


@pytest.mark.parametrize(
    "written",
    [
        "device:\n  name: Gate #two\n  id: gate # 2\n",
        "device:\n  name: 'Gate #2'\n  id: gate  #2\n",
        "device:\n  name:            # default: the id\n  id: gate\n",
        "device:\n  name: # default\n  id: gate\n",
        "device: {id: gate, area: &place Garden, name: *place}\n",
        "device: &device\n  id: gate\n",
        "inputs:\n  - &door\n    id: door\n",
    ],
)
def test_comments_and_anchors_that_take_nothing_away_are_no_matter(loaded, written):
    assert loaded(SIMULATED + written).warnings() == ()
