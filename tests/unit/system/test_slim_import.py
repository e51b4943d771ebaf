"""A module that stands in for a large one while a library is imported."""

from __future__ import annotations

import importlib
import sys

from bridge.system.slim_import import standing_in

NAME = "xml.sax.expatreader"  # of the standard library, and loaded by nothing here


def test_the_library_finds_the_small_one_and_everybody_later_the_real_one():
    sys.modules.pop(NAME, None)
    with standing_in(NAME, answer=42):
        assert sys.modules[NAME].answer == 42
    assert hasattr(importlib.import_module(NAME), "ExpatParser")


def test_a_module_that_is_loaded_stays_as_it_is():
    real = importlib.import_module(NAME)
    with standing_in(NAME, answer=42):
        assert sys.modules[NAME] is real
    assert sys.modules[NAME] is real
