"""The ways to name a free GPIO line in an answer, and the list to choose from (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bridge.lines.gpio.offered_lines import OfferedLine

_COLUMNS = 78


def chosen_lines(words: Sequence[str], lines: Sequence[OfferedLine]) -> list[OfferedLine]:
    """Returns the lines that `words` name, in their order.

    A line is named by its name, by `chip:offset`, or by its offset alone if there is one chip.

    Raises:
        ValueError: a word matches no line or several, or a line is named twice; the message names the word.
    """
    chosen: list[OfferedLine] = []
    alone = len({line.chip for line in lines}) == 1
    for word in words:
        found = [line for line in lines if word.casefold() == line.name.casefold()] or [
            line for line in lines if word in (f"{line.chip}:{line.offset}", *((str(line.offset),) if alone else ()))
        ]
        if len(found) != 1:
            known = "is no line that is free" if not found else "is the name of several lines"
            message = f"{word} {known}; a line is named by its name" + (
                " or number" if alone else f", or as {lines[0].chip}:{lines[0].offset}"
            )
            raise ValueError(message)
        if found[0] in chosen:
            message = f"{word} is there twice"
            raise ValueError(message)
        chosen += found
    return chosen


def listed(lines: Sequence[OfferedLine]) -> Iterator[str]:
    """Yields text rows of 78 columns: the lines side by side, below a heading for each chip."""
    for chip in dict.fromkeys(line.chip for line in lines):
        texts = [str(line) for line in lines if line.chip == chip]
        width = max(map(len, texts)) + 3
        each = max((_COLUMNS - 4) // width, 1)
        yield f"  {chip}:"
        for begin in range(0, len(texts), each):
            yield "    " + "".join(f"{text:<{width}}" for text in texts[begin : begin + each]).rstrip()
