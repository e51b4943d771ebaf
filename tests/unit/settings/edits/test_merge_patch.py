"""JSON merge patches: the RFC's own examples, and the two things that go beyond it."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.settings.edits.merge_patch import leaves, merge_patch

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda part: st.lists(part, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), part, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_rfc_s_examples(target, patch, result):
    assert merge_patch(target, patch) == result


@given(JSON, JSON)
def test_neither_the_target_nor_the_patch_is_touched_and_twice_is_once(target, patch):
    before = copy.deepcopy((target, patch))
    once = merge_patch(target, patch)
    assert (target, patch) == before
    assert merge_patch(once, patch) == once


def test_a_key_that_yaml_read_as_a_number_is_the_one_that_json_means():
    assert merge_patch({1: "a"}, {"1": "b"}) == {1: "b"}


def test_single_ids_of_a_list_are_put_in_and_taken_out():
    linked = {"linkage": {"outputs": ["siren", "lamp"], "email": True}}
    patch = {"linkage": {"outputs": {"siren": False, "horn": True, "lamp": True, "bell": False}}}
    assert merge_patch(linked, patch, ("inputs", 3)) == {"linkage": {"outputs": ["lamp", "horn"], "email": True}}
    assert merge_patch({}, patch, ("inputs", 0)) == {"linkage": {"outputs": ["horn", "lamp"]}}


@pytest.mark.parametrize("members", [{"siren": 1}, {"siren": "on"}, {"siren": {}}, {"siren": None}])
def test_what_is_no_truth_value_there_is_left_to_be_refused(members):
    merged = merge_patch({"linkage": {"outputs": ["a"]}}, {"linkage": {"outputs": members}}, ("inputs", 0))
    assert merged == {"linkage": {"outputs": members}}


def test_a_schedule_is_patched_as_it_is_shown_and_not_as_it_was_written():
    nights = {"schedules": {"nights": {"mon-wed": ["08:00-10:00"], "special": None}}}
    merged = merge_patch(nights, {"schedules": {"nights": {"tue": None}}})
    assert merged["schedules"]["nights"] == {"mon": ["08:00-10:00"], "wed": ["08:00-10:00"]}
    written = {"schedule": {"mon-tue": ["08:00-10:00"]}}
    assert merge_patch(written, {"schedule": {"mon": []}}, ("inputs", 0))["schedule"] == {
        "mon": [],
        "tue": ["08:00-10:00"],
    }


def test_a_schedule_that_cannot_be_read_is_merged_as_it_is():
    broken = {"schedules": {"nights": {"monday": 7}}}
    assert merge_patch(broken, {"schedules": {"nights": {"tue": []}}})["schedules"]["nights"] == {
        "monday": 7,
        "tue": [],
    }


def test_the_places_of_a_patch_are_its_values():
    patch = {"name": "x", "linkage": {"outputs": {"siren": True}, "email": None}, "timing": {}}
    assert sorted(leaves(patch, ("inputs", 0))) == [
        ("inputs", 0, "linkage", "email"),
        ("inputs", 0, "linkage", "outputs"),
        ("inputs", 0, "name"),
        ("inputs", 0, "timing"),
    ]


def test_a_line_of_another_kind_takes_the_place_of_the_whole_line_and_any_other_key_is_merged():
    line = {"kind": "http", "connected": {"url": "http://a"}, "username": "me"}
    at = ("outputs", 0, "line")
    mqtt = {"kind": "mqtt", "topic": "a", "connected": {"at_least": 1}}
    assert merge_patch(line, mqtt, at) == mqtt
    assert merge_patch(line, {"kind": None, "chip": "gpiochip0", "offset": 1}, at) == {"chip": "gpiochip0", "offset": 1}
    assert merge_patch({"chip": "a", "offset": 1}, {"kind": "gpio", "offset": 2}, at) == {
        "chip": "a",
        "kind": "gpio",
        "offset": 2,
    }
    assert merge_patch(line, {"kind": "http", "username": None}, at) == {
        key: line[key] for key in ("kind", "connected")
    }
    assert merge_patch(line, {"username": "you"}, at) == {**line, "username": "you"}
    assert merge_patch(line, mqtt, ("outputs", 0, "other"))["username"] == "me"
