import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.actions.recording.clip_planner import ClipPlanner, FinishClip, StartRecording
from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipStarted, ClipTimes

TIMES = ClipTimes(pre_s=5, post_s=10, split_s=300)


class Camera:
    """A planner in virtual time, whose media process does at once what it is ordered to."""

    def __init__(self, *, streaming=True):
        self.planner = ClipPlanner(camera="gate", times=TIMES)
        self.now, self.card, self.stream = 1_000.0, None, None if streaming else "no stream"
        self.orders, self.reports, self.written = [], [], None
        if streaming:
            self.planner.came()

    def settle(self):
        for order in self.planner.settle(self.now, card=self.card, stream=self.stream):
            self.orders.append(order)
            self.obey(order)
        self.reports += self.planner.take_reports()

    def obey(self, order):
        before, self.written = self.written, None
        if before is not None:
            self.planner.ended(before, seconds=1.0, error=None, now=self.now)
        if isinstance(order, StartRecording):
            self.written = order.clip
            self.planner.begun(order.clip, name=f"{order.clip}", pre_s=5.0)

    def lose(self):
        self.stream, self.written = "lost", None
        self.planner.lost("lost", self.now)
        self.settle()

    def come(self):
        self.stream = None
        self.planner.came()
        self.settle()

    def until(self, end):
        """Time passes; `settle` is called whenever `wake_at` is due."""
        while (due := self.planner.wake_at(self.now)) is not None and due <= end:
            assert due >= self.now
            self.now = max(due, self.now + 0.001)
            self.settle()
        self.now = end
        self.settle()

    def kinds(self):
        return [type(thing).__name__ for thing in self.reports]


def test_an_alarm_is_one_clip_with_its_post_roll():
    camera = Camera()
    camera.planner.begin("door", at=999.9)
    camera.settle()
    camera.until(1_060)
    camera.planner.end("door", camera.now)
    camera.until(1_069.9)
    assert camera.orders == [StartRecording(clip=1, input="door", at=999.9)]
    camera.until(1_071)
    assert camera.orders[1:] == [FinishClip()]
    assert camera.kinds() == ["ClipStarted", "ClipFinished"]


def test_a_clip_is_split_so_that_no_file_is_longer_than_the_limit():
    camera = Camera()
    camera.planner.begin("door", at=camera.now)
    camera.settle()
    camera.until(2_000)
    assert [order.at for order in camera.orders] == [
        1_000,
        pytest.approx(1_295),
        pytest.approx(1_595),
        pytest.approx(1_895),
    ]


def test_the_same_state_twice_orders_nothing():
    camera = Camera()
    camera.planner.begin("door", at=camera.now)
    for _ in range(5):
        camera.settle()
    assert len(camera.orders) == 1


def test_a_clip_waits_for_the_stream_and_has_the_name_of_its_alarm():
    camera = Camera(streaming=False)
    camera.planner.begin("door", at=1_000.0)
    camera.settle()
    camera.until(1_020)
    assert camera.orders == []
    camera.come()
    assert camera.orders == [StartRecording(clip=1, input="door", at=1_000.0)]


def test_an_alarm_that_ends_before_the_stream_comes_is_a_missed_clip():
    camera = Camera(streaming=False)
    camera.planner.begin("door", at=camera.now)
    camera.planner.end("door", camera.now)
    camera.until(1_100)
    (missed,) = camera.reports
    assert isinstance(missed, ClipMissed)
    assert str(missed.error) == "camera gate: no stream"


def test_a_stream_that_is_lost_in_an_alarm_leaves_one_clip_and_begins_another_when_it_is_back():
    camera = Camera()
    camera.planner.begin("door", at=camera.now)
    camera.settle()
    camera.now = 1_010
    camera.lose()
    camera.now = 1_020
    camera.come()
    assert camera.kinds() == ["ClipStarted", "ClipFinished", "ClipStarted"]
    assert camera.reports[1].error is not None
    assert camera.orders[-1] == StartRecording(clip=2, input="door", at=1_010)


def test_a_card_without_room_ends_the_clip_at_its_split_and_a_healed_one_gets_the_next():
    camera = Camera()
    camera.planner.begin("door", at=camera.now)
    camera.settle()
    camera.card = "full"
    camera.until(1_400)
    assert camera.orders[1:] == [FinishClip()]
    camera.card = None
    camera.until(1_402)
    assert isinstance(camera.orders[-1], StartRecording)
    assert camera.orders[-1].input == "door"


def test_a_clip_that_the_card_did_not_take_is_tried_again_after_ten_seconds_and_not_before():
    camera = Camera()
    camera.planner.begin("door", at=camera.now)
    camera.settle()
    camera.planner.ended(1, seconds=1.0, error="No space left", now=camera.now)
    camera.written = None
    camera.until(1_009.9)
    assert len(camera.orders) == 1
    camera.until(1_011.1)
    assert len(camera.orders) == 2
    assert str(camera.reports[1].error) == "camera gate: No space left"


def test_an_alarm_during_the_finishing_of_a_clip_gets_a_clip_of_its_own():
    camera = Camera()
    camera.obey = lambda _: None  # slow: nothing is answered
    camera.planner.begin("door", at=camera.now)
    camera.settle()
    camera.planner.begun(1, name="1", pre_s=5)
    camera.planner.end("door", camera.now)
    camera.until(1_011)
    camera.planner.begin("window", at=camera.now)
    camera.settle()
    assert len(camera.orders) == 2
    camera.planner.ended(1, seconds=16.0, error=None, now=camera.now)
    camera.settle()
    assert camera.orders[-1] == StartRecording(clip=2, input="window", at=1_011)


def test_a_clip_that_is_not_finished_in_time_is_stuck():
    camera = Camera()
    camera.obey = lambda _: None
    camera.planner.record("gate", seconds=5, at=camera.now, now=camera.now)
    camera.settle()
    camera.until(1_024)
    assert not camera.planner.stuck(camera.now, after_s=20)
    camera.until(1_026)
    assert camera.planner.stuck(camera.now, after_s=20)


steps = st.sampled_from(["begin a", "begin b", "end a", "end b", "lose", "come", "full", "room", "wait", "long"])


@given(st.lists(steps, max_size=40))
def test_whatever_happens_one_clip_is_written_at_a_time_and_every_wish_is_answered(sequence):
    camera = Camera()
    for step in [*sequence, "room", "come", "end a", "end b", "long"]:
        match step.split():
            case ["begin", name]:
                camera.planner.begin(name, at=camera.now)
            case ["end", name]:
                camera.planner.end(name, camera.now)
            case ["lose"]:
                camera.lose()
            case ["come"] if camera.stream is not None:
                camera.come()
            case ["full"]:
                camera.card = "full"
            case ["room"]:
                camera.card = None
        camera.settle()
        camera.until(camera.now + (400 if step == "long" else 3))
        started = sum(isinstance(report, ClipStarted) for report in camera.reports)
        finished = sum(isinstance(report, ClipFinished) for report in camera.reports)
        assert started - finished == (camera.written is not None)
    assert camera.written is None
    assert camera.planner.wake_at(camera.now) is None
    asked = sum(step.startswith("begin") for step in sequence)
    assert bool(camera.reports) == bool(asked)
