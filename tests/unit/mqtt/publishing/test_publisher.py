"""The device's topics without a broker: what goes out, in which order, and what is cleared."""

from __future__ import annotations

import asyncio
import json

import pytest
from fakes.ledger import MemoryLedger
from fakes.mqtt_bridge import D, an_event, an_input_view, an_output_view
from words.builders import an_input, an_output, settings_of

from bridge.mqtt.messages import Incoming
from bridge.mqtt.publishing.publisher import LARGEST_SNAPSHOT, Publisher
from bridge.mqtt.publishing.send_queue import SendQueue

CONFIG, DOOR_CONFIG, SIREN_CONFIG = (
    f"homeassistant/device/front-gate{part}/config" for part in ("", "_door", "_siren")
)
DOOR, SIREN = an_input("door", outputs=["siren"]), an_output("siren")


class Device:
    """A publisher before a broker that takes everything, and its clock in the test's hands."""

    def __init__(self, *parts, known=(), **top):
        self.sent, self.answers, self.timers = [], [], []
        self.ledger = MemoryLedger(known)
        self.queue = SendQueue()
        self.publisher = Publisher(
            settings=settings_of(*(parts or (DOOR, SIREN)), **top),
            outbox=self.queue,
            ledger=self.ledger,
            later=lambda seconds, do: self.timers.append((seconds, do)),
            online_answered=self.answers.append,
        )
        self.describing = None
        self.publisher.input(an_input_view("door"))
        self.publisher.output(an_output_view("siren"))

    async def connects(self, *, takes=True):
        def send(message, acknowledged):
            self.sent.append(message)
            if acknowledged is not None:
                acknowledged(takes)
            return True

        self.queue.open(send, window=1000)
        self.publisher.descriptions.begin(echoes=False)
        await self.publisher.announce()
        self.describing = asyncio.create_task(self.publisher.descriptions.run())
        await self.describes()
        return self

    async def describes(self):
        """What is due is described: one description a turn of the loop."""
        for _ in range(20):
            await asyncio.sleep(0)

    def passes(self, seconds):
        """So much time, for what was to be done later."""
        due, self.timers = [each for each in self.timers if each[0] <= seconds], []
        for _, do in due:
            do()

    def topics(self):
        return [message.topic for message in self.sent]

    def last(self, topic):
        return next((message.payload for message in reversed(self.sent) if message.topic == topic), None)


async def test_a_connection_begins_with_the_description_and_ends_its_announcement_with_online():
    device = await Device().connects()
    assert device.topics()[:3] == [CONFIG, DOOR_CONFIG, SIREN_CONFIG]
    assert device.topics()[-1] == f"{D}/availability"
    assert device.last(f"{D}/input/door/state") == b"OFF"
    assert set(device.topics()) <= device.ledger.known()
    assert device.answers == [True]


async def test_a_state_that_did_not_change_is_not_sent_again():
    device = await Device().connects()
    device.sent.clear()
    device.publisher.input(an_input_view("door"))
    assert device.topics() == []
    device.publisher.input(an_input_view("door", tripped=True))
    assert device.topics() == [f"{D}/input/door/state"]


async def test_a_part_that_is_removed_is_taken_out_of_home_assistant_before_its_topics_are_cleared():
    device = await Device().connects()
    device.sent.clear()
    device.publisher.settings(settings_of(SIREN))
    cleared = [message.topic for message in device.sent if not message.payload]
    assert cleared[0] == DOOR_CONFIG
    assert f"{D}/input/door/state" in cleared
    assert not [topic for topic in device.ledger.known() if "door" in topic]


async def test_an_output_that_is_removed_is_first_taken_out_of_each_input_by_its_platform_alone():
    device = await Device().connects()
    device.sent.clear()
    device.publisher.settings(settings_of(an_input("door")))
    await device.describes()
    steps = [json.loads(message.payload)["components"] for message in device.sent if message.topic == DOOR_CONFIG]
    assert steps[0] == {"door_link_siren": {"platform": "switch"}}
    assert "door_link_siren" not in steps[1]


async def test_a_topic_of_an_earlier_run_that_nothing_has_any_more_is_cleared():
    device = await Device(known=[f"{D}/input/long-gone/state"]).connects()
    assert device.last(f"{D}/input/long-gone/state") == b""
    assert f"{D}/input/long-gone/state" not in device.ledger.known()


async def test_a_removal_that_the_broker_did_not_take_stays_in_the_ledger():
    device = await Device(known=[f"{D}/input/long-gone/state"]).connects(takes=False)
    assert f"{D}/input/long-gone/state" in device.ledger.known()


async def test_a_view_that_comes_before_its_settings_is_kept_for_them():
    device = await Device().connects()
    device.publisher.input(an_input_view("late", tripped=True))
    assert device.last(f"{D}/input/late/state") is None
    device.publisher.settings(settings_of(DOOR, SIREN, an_input("late")))
    assert device.last(f"{D}/input/late/state") == b"ON"


async def test_an_event_of_a_known_input_goes_out_and_that_of_another_does_not():
    device = await Device().connects()
    device.passes(60)
    device.publisher.event(an_event(7))
    device.publisher.event(an_event(8, input_id="gone"))
    assert device.topics()[-1] == f"{D}/input/door/event"
    assert f"{D}/input/gone/event" not in device.topics()


async def test_a_picture_too_large_for_the_broker_clears_the_last_one():
    device = await Device().connects()
    device.publisher.snapshot("door", b"jpeg")
    assert (device.last(f"{D}/snapshot/door"), device.last(f"{D}/snapshot")) == (b"jpeg", b"jpeg")
    device.publisher.snapshot("door", bytes(LARGEST_SNAPSHOT + 1))
    assert (device.last(f"{D}/snapshot/door"), device.last(f"{D}/snapshot")) == (b"", b"")


async def test_a_picture_of_no_input_is_that_of_the_device_alone():
    device = await Device().connects()
    device.publisher.snapshot(None, b"jpeg")
    assert device.last(f"{D}/snapshot") == b"jpeg"
    assert device.last(f"{D}/snapshot/door") is None
    assert device.last(f"{D}/input/door/picture") is None


async def test_the_id_of_its_alarm_follows_each_picture_of_an_input():
    device = await Device().connects()
    pair = [f"{D}/snapshot/door", f"{D}/input/door/picture"]
    for jpeg, alarm in ((b"jpeg", "boot-1"), (b"jpeg", "boot-2"), (None, None)):
        device.sent.clear()
        device.publisher.snapshot("door", jpeg, alarm)
        assert [topic for topic in device.topics() if topic in pair] == pair
        assert json.loads(device.last(pair[1])) == {"alarm": alarm}
    device.publisher.snapshot("door", bytes(LARGEST_SNAPSHOT + 1), "boot-3")
    assert json.loads(device.last(pair[1])) == {"alarm": None}


async def test_a_picture_that_is_published_again_is_followed_by_its_id_again():
    device = await Device().connects()
    device.publisher.snapshot("door", b"jpeg", "boot-1")
    device.sent.clear()
    device.publisher.announce_again()
    await device.describes()
    topics = device.topics()
    assert topics[topics.index(f"{D}/snapshot/door") + 1] == f"{D}/input/door/picture"


async def test_picture_and_id_of_an_input_that_is_removed_are_cleared():
    device = await Device().connects()
    device.publisher.snapshot("door", b"jpeg", "boot-1")
    device.publisher.settings(settings_of(SIREN))
    assert (device.last(f"{D}/snapshot/door"), device.last(f"{D}/input/door/picture")) == (b"", b"")
    assert not [topic for topic in device.ledger.known() if "door" in topic]


async def test_other_clips_describe_the_device_again_and_the_same_ones_do_not():
    device = await Device(audio={"folder": "/clips"}).connects()
    device.sent.clear()
    device.publisher.clips(("dog.wav",))
    await device.describes()
    assert device.topics() == [CONFIG]
    device.publisher.clips(("dog.wav",))
    await device.describes()
    assert device.topics() == [CONFIG]


async def test_a_device_that_was_deleted_in_home_assistant_stays_so_until_its_own_settings_change(caplog):
    caplog.set_level("INFO")
    device = await Device().connects()
    device.publisher.descriptions.found(Incoming(topic=DOOR_CONFIG, payload=b"", retained=False))
    assert "deleted in Home Assistant" in caplog.text
    assert DOOR_CONFIG not in device.ledger.known()
    device.sent.clear()
    device.publisher.announce_again()
    await device.describes()
    assert (DOOR_CONFIG in device.topics(), SIREN_CONFIG in device.topics()) == (False, True)
    assert device.topics()[-1] == f"{D}/availability"
    device.publisher.settings(settings_of(DOOR, an_output("siren", mode="pulse")))
    await device.describes()
    assert device.last(DOOR_CONFIG) is None
    device.publisher.settings(settings_of(an_input("door", name="Back door", outputs=["siren"]), SIREN))
    await device.describes()
    assert device.last(DOOR_CONFIG)


async def test_what_lay_on_a_topic_before_is_taken_away_even_if_the_broker_delivers_it_late():
    device = await Device().connects()
    device.sent.clear()
    late = b'{"components": {"door_image": {"platform": "image", "unique_id": "front-gate_door_image"}}}'
    device.publisher.descriptions.found(Incoming(topic=DOOR_CONFIG, payload=late, retained=True))
    await device.describes()
    removal, whole = (json.loads(message.payload)["components"] for message in device.sent)
    assert removal == {"door_image": {"platform": "image"}}
    assert "door_state" in whole


async def test_settings_that_change_while_everything_is_announced_are_described_too():
    device = Device()
    device.queue.open(lambda message, _: device.sent.append(message) or True, window=1000)
    device.publisher.descriptions.begin(echoes=False)
    announcing = asyncio.create_task(device.publisher.announce())
    await asyncio.sleep(0)
    device.publisher.settings(settings_of(DOOR, an_output("siren", name="Horn")))
    await announcing
    device.describing = asyncio.create_task(device.publisher.descriptions.run())
    await device.describes()
    assert b"Horn" in device.last(SIREN_CONFIG)
    assert b"Horn" in device.last(DOOR_CONFIG)


async def test_home_assistants_start_brings_everything_again():
    device = await Device().connects()
    first = device.topics()
    device.sent.clear()
    device.publisher.announce_again()
    await device.describes()
    assert sorted(set(device.topics())) == sorted(set(first))


async def test_what_was_refused_is_published_once_more_from_what_it_holds():
    device = await Device().connects()
    device.sent.clear()
    device.publisher.repeat([CONFIG, f"{D}/input/door/state", f"{D}/input/door/event"])
    await device.describes()
    assert device.topics() == [f"{D}/input/door/state", CONFIG]


async def test_the_last_states_come_before_offline():
    device, taken = await Device().connects(), []
    device.publisher.output(an_output_view("siren", reason="stop"))
    device.sent.clear()
    device.publisher.say_offline(taken.append)
    assert device.topics() == [f"{D}/output/siren/attributes", f"{D}/availability"]
    assert device.sent[-1].payload == b"offline"
    assert taken == [True]


async def test_a_small_packet_limit_leaves_entities_out_and_says_so_once(caplog):
    device = Device()
    device.publisher.descriptions.room.largest_packet = 3000
    await device.connects()
    device.publisher.announce_again()
    await device.describes()
    assert max(len(device.last(topic)) for topic in (CONFIG, DOOR_CONFIG, SIREN_CONFIG)) < 3000
    assert caplog.text.count("left out of ") == 1


async def test_the_armed_switch_and_the_status_are_topics_of_their_own():
    device = await Device().connects()
    device.publisher.armed(armed=False)
    device.publisher.status(b"{}", again=False)
    device.publisher.status(b"{}", again=False)
    device.publisher.status(b"{}", again=True)
    assert device.last(f"{D}/armed") == b"OFF"
    assert device.topics().count(f"{D}/status") == 2
    device.publisher.settings(settings_of(DOOR, SIREN))
    assert device.last(f"{D}/armed") == b"OFF"


@pytest.mark.virtual_time
async def test_many_topics_are_published_no_faster_than_a_subscriber_can_take():
    """A broker keeps some 1000 messages for a subscriber and drops what is more: the last would be `online`."""
    loop = asyncio.get_running_loop()
    begun, doors = loop.time(), [an_input(f"door-{number}") for number in range(400)]
    device = Device(*doors)
    for one in doors:
        device.publisher.input(an_input_view(one["id"]))
    await device.connects()
    states = [topic for topic in device.topics() if topic.startswith(D)]
    assert len(states) > 5 * 400
    assert loop.time() - begun > (len(states) - 600) / 1600
    assert states[-1] == f"{D}/availability"


async def test_few_topics_are_published_at_once():
    loop = asyncio.get_running_loop()
    device, begun = Device(*(an_input(f"door-{number}") for number in range(16))), loop.time()
    await device.connects()
    assert loop.time() - begun < 1
