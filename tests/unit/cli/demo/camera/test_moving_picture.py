"""The simulated camera's picture, as a decoder of another make sees it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import av
import pytest

from bridge.cli.demo.camera.moving_picture import HEIGHT, WIDTH, picture_at

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
RED, GREEN, BLUE, WHITE = (191, 0, 0), (0, 191, 0), (0, 0, 191), (255, 255, 255)


def squares(jpeg: bytes) -> list[list[tuple[int, int, int]]]:
    """The colour in the middle of each square of 8 by 8 pixels."""
    with av.open(io.BytesIO(jpeg), format="mjpeg") as opened:
        plane = next(opened.decode(video=0)).reformat(format="rgb24").planes[0]
    data, width = bytes(plane), plane.line_size
    return [
        [tuple(data[(8 * y + 4) * width + 3 * (8 * x + 4) :][:3]) for x in range(plane.width // 8)]
        for y in range(plane.height // 8)
    ]


def near(seen: tuple[int, int, int], meant: tuple[int, int, int]) -> bool:
    return all(abs(one - other) <= 8 for one, other in zip(seen, meant, strict=True))


def test_a_decoder_sees_the_bars_the_square_and_the_time() -> None:
    rows = squares(picture_at(NOON, motion=False))
    assert (len(rows[0]), len(rows)) == (WIDTH, HEIGHT)
    for bar, meant in ((3, GREEN), (5, RED), (6, BLUE)):
        assert near(rows[20][8 * bar + 4], meant)
    assert near(rows[0][0], WHITE), "the square at its begin"
    digits = "".join("#" if near(each, WHITE) else "." for each in rows[HEIGHT - 7][16:47])
    assert digits == ".#..###.....###.###.....###.###", "12:00:00, its first row"


@pytest.mark.parametrize("motion", [False, True])
def test_the_square_moves_and_is_red_while_there_is_motion(motion: bool) -> None:
    meant = (255, 48, 48) if motion else WHITE
    first = squares(picture_at(NOON, motion=motion))
    later = squares(picture_at(NOON + timedelta(seconds=3), motion=motion))
    assert near(first[0][0], meant)
    assert not near(later[0][0], meant)
    assert near(later[4][30], meant)
