from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from bridge.core.definitions.settings import GpioLine, LineByName, LineByOffset
from bridge.errors import LineDenied, LineError, LineMissing
from bridge.lines.gpio.kernel import Home
from bridge.lines.gpio.line_lookup import FoundLine, SeenChip, SeenLine, find_line, meant_chips

SOC = SeenChip(path="/dev/gpiochip0", name="gpiochip0", label="pinctrl-bcm2711", lines=54)
RELAYS = SeenChip(path="/dev/gpiochip1", name="gpiochip1", label="ftdi-cbus", lines=4)
TWIN = SeenChip(path="/dev/gpiochip2", name="gpiochip2", label="ftdi-cbus", lines=4)
LOCKED = SeenChip(path="/dev/gpiochip3", name="gpiochip3", denied=True)
NAMES = {
    "gpiochip0": ["ALARM_IN1", "SPARE", ""],
    "gpiochip1": ["RELAY1", "SPARE"],
    "gpiochip2": ["RELAY1"],
}


def lines_of(chip: SeenChip) -> list[SeenLine]:
    return [
        SeenLine(offset=offset, name=name, direction="input", bias="unknown", used=False, consumer="")
        for offset, name in enumerate(NAMES[chip.name])
    ]


def find(line: GpioLine | None, *chips: SeenChip, home: Home | None = None) -> FoundLine:
    return find_line("door", line, home=home, chips=chips, lines_of=lines_of)


@pytest.mark.parametrize("chip", ["gpiochip1", "/dev/gpiochip1", "ftdi-cbus", "ftdi*"])
def test_a_chip_is_found_by_name_path_label_and_glob(chip: str) -> None:
    found = find(LineByOffset(chip=chip, offset=3), SOC, RELAYS)
    assert (found.chip, found.offset) == (RELAYS, 3)
    assert found.home == Home(label="ftdi-cbus", alone=True)


def test_a_name_of_old_that_is_a_link_to_a_chip_means_that_chip(tmp_path: Path) -> None:
    chips = [
        SeenChip(path=str(tmp_path / name), name=name, label=label) for name, label in (("gpiochip0", "a"), ("b", "c"))
    ]
    for chip in chips:
        Path(chip.path).touch()
    for link, target in (("gpiochip4", "gpiochip0"), ("c", "gpiochip0"), ("b", "gpiochip0"), ("loose", "nowhere")):
        if not (tmp_path / link).exists():
            (tmp_path / link).symlink_to(target)
    meant = partial(meant_chips, chips=chips, devices=str(tmp_path))
    assert meant("gpiochip4") == [chips[0]]
    assert meant("b") == [chips[1]], "a chip's own name comes first"
    assert meant("c") == [chips[0]], "a link comes before a label"
    assert meant("loose") == meant("../b") == meant("gpiochip5") == []


def test_a_line_is_found_by_its_name_on_any_chip_or_one() -> None:
    assert find(LineByName(name="ALARM_IN1"), SOC, RELAYS).chip is SOC
    assert find(LineByName(name="SPARE", chip="ftdi-cbus"), SOC, RELAYS).chip is RELAYS


@pytest.mark.parametrize(
    ("line", "chips", "kind", "words"),
    [
        (None, (SOC,), LineError, "has no line in the settings"),
        (LineByOffset(chip="gpiochip9", offset=0), (SOC,), LineMissing, "there are gpiochip0 [pinctrl-bcm2711]"),
        (LineByOffset(chip="gpiochip9", offset=0), (), LineMissing, "nor any other"),
        (LineByOffset(chip="gpiochip0", offset=54), (SOC,), LineMissing, "has lines 0 to 53, not 54"),
        (LineByOffset(chip="gpiochip3", offset=0), (SOC, LOCKED), LineDenied, "no permission to open /dev/gpiochip3"),
        (LineByOffset(chip="nxp", offset=0), (SOC, LOCKED), LineDenied, "/dev/gpiochip3"),
        (LineByName(name="X"), (SOC,), LineMissing, "no line named 'X'; there are gpiochip0"),
        (LineByName(name="X", chip="gpiochip0"), (SOC,), LineMissing, "no line named 'X' on 'gpiochip0'"),
        (LineByName(name="X"), (SOC, LOCKED), LineDenied, "/dev/gpiochip3"),
        (LineByOffset(chip="ftdi-cbus", offset=0), (RELAYS, TWIN), LineError, "gpiochip1 [ftdi-cbus], gpiochip2"),
        (LineByName(name="SPARE"), (SOC, RELAYS), LineError, "gpiochip0 [pinctrl-bcm2711] line 1, gpiochip1"),
    ],
)
def test_what_cannot_be_found_is_told_with_what_there_is(
    line: GpioLine | None, chips: tuple[SeenChip, ...], kind: type[LineError], words: str
) -> None:
    with pytest.raises(LineError) as told:
        find(line, *chips)
    assert type(told.value) is kind
    assert words in told.value.message


def test_a_chip_that_came_back_under_another_number_is_known_by_its_label() -> None:
    home = Home(label="ftdi-cbus", alone=True)
    assert find(LineByOffset(chip="gpiochip1", offset=0), SOC, TWIN, home=home).chip is TWIN


def test_a_number_that_another_chip_has_got_is_not_believed() -> None:
    home = Home(label="ftdi-cbus", alone=True)
    with pytest.raises(LineMissing):
        find(LineByOffset(chip="gpiochip0", offset=0), SOC, home=home)


def test_one_of_two_chips_with_one_label_is_not_taken_for_the_other() -> None:
    home = Home(label="ftdi-cbus", alone=False)
    with pytest.raises(LineMissing):
        find(LineByOffset(chip="gpiochip1", offset=0), SOC, TWIN, home=home)
    assert find(LineByOffset(chip="gpiochip1", offset=0), SOC, RELAYS, TWIN, home=home).chip is RELAYS
