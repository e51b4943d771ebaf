"""The guided start on a device without a free GPIO line."""

import re

import pytest
from words.builders import settings_of

from bridge.web.pages.layout import Frame
from bridge.web.pages.start_page import start_page
from bridge.web.ports import FoundLines

FRAME = Frame(device="gate", token="t", guarded=False, armed=True, connections={})


def shown(step, lines):
    return start_page(FRAME, step, settings_of(lines={"driver": "gpiod"}), status={}, rest={}, lines=lines, views={})


@pytest.mark.parametrize(("step", "elsewhere"), [(3, "alarm-in"), (4, "alarm-out")])
@pytest.mark.parametrize(
    "problem", [None, "no access to /dev/gpiochip0", "/dev/gpiochip0 may not be opened by this program."]
)
def test_without_a_line_the_way_leads_to_cameras_and_other_kinds(step, elsewhere, problem):
    text = shown(step, FoundLines(problem=problem))
    hint = re.search(r"Take one .*?</p>", text)
    assert hint, text
    assert re.findall(r'href="([^"]*)"', hint[0]) == ["cameras", elsewhere]
    assert (problem or "No free GPIO line was found on this device").removesuffix(".") + ". Take one" in text


def test_with_a_line_nothing_else_is_offered():
    assert "Take one" not in shown(3, FoundLines(lines=(("gpiochip0:17", {"chip": "gpiochip0", "offset": 17}),)))
