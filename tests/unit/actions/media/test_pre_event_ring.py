import pytest

from bridge.actions.media.pre_event_ring import Packet, PacketRing

FPS = 10


def packet(at, *, key=False, video=True, size=100):
    stamp = round(at * 90_000)
    return Packet(
        stream=0 if video else 1, video=video, key=key, pts=stamp, dts=stamp, duration=0, arrival=at, data=bytes(size)
    )


def filled(ring, *, seconds, gop_s, size=100):
    for frame in range(int(seconds * FPS)):
        ring.add(packet(frame / FPS, key=frame % int(gop_s * FPS) == 0, size=size))
        ring.add(packet(frame / FPS, video=False, size=10))
    return ring


@pytest.mark.parametrize("gop_s", [0.5, 1, 2, 4])
@pytest.mark.parametrize("pre_s", [0, 1, 5, 30])
def test_the_ring_covers_the_time_before_an_event_to_within_one_group(pre_s, gop_s):
    ring = filled(PacketRing(pre_s=pre_s), seconds=2 * pre_s + 3 * gop_s + 2, gop_s=gop_s)
    held = list(ring)
    assert held[0].video
    assert held[0].key
    assert ring.held_s > pre_s - gop_s


@pytest.mark.parametrize("gop_s", [0.5, 1, 2])
def test_memory_follows_the_bit_rate_and_the_seconds(gop_s):
    ring = PacketRing(pre_s=5)
    most = 0
    for frame in range(400):
        ring.add(packet(frame / FPS, key=frame % int(gop_s * FPS) == 0))
        most = max(most, ring.held_bytes)
    assert most <= 1.3 * 5 * FPS * 100 + 100


def test_nothing_is_held_before_the_first_key_picture():
    ring = PacketRing(pre_s=5)
    ring.add(packet(0.0, video=False))
    ring.add(packet(0.1))
    assert list(ring) == []
    ring.add(packet(0.2, key=True))
    assert [p.arrival for p in ring] == [0.2]


def test_a_clip_begins_at_the_last_key_picture_before_what_was_asked_for():
    ring = filled(PacketRing(pre_s=5), seconds=20, gop_s=1)
    since = ring.since(19.9 - 5)
    assert since[0].key
    assert since[0].arrival == 14.0
    assert since[-1].arrival == 19.9


def test_when_the_time_asked_for_is_gone_a_clip_begins_with_all_that_is_held():
    ring = filled(PacketRing(pre_s=1), seconds=10, gop_s=1)
    assert ring.since(-100.0) == list(ring)


def test_sound_is_dropped_together_with_its_pictures():
    ring = filled(PacketRing(pre_s=1), seconds=10, gop_s=1)
    assert min(p.arrival for p in ring) == next(iter(ring)).arrival


def test_a_camera_with_one_key_picture_an_hour_cannot_eat_the_memory():
    ring = PacketRing(pre_s=5, largest_bytes=10_000)
    ring.add(packet(0.0, key=True))
    for frame in range(1, 500):
        ring.add(packet(frame / FPS))
        assert ring.held_bytes <= 10_000
    ring.add(packet(60.0, key=True))
    assert [p.arrival for p in ring] == [60.0]
    assert ring.held_bytes == 100


def test_the_bytes_that_are_counted_are_those_held():
    ring = filled(PacketRing(pre_s=3), seconds=30, gop_s=2)
    assert ring.held_bytes == sum(len(p.data) for p in ring)
