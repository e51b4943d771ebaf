"""Messages as makers document them, and what they make of a line."""

from __future__ import annotations

import pytest

from bridge.errors import CameraRefused, MessageMalformed
from bridge.lines.onvif.envelope import answer
from bridge.lines.onvif.messages import CameraLine
from bridge.lines.onvif.notifications import Notification, notifications_in
from bridge.lines.onvif.properties import Properties, relay_in
from bridge.lines.onvif.topics import RULES, plain_topic


def envelope(content: str) -> bytes:
    names = (
        'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" '
        'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tev="http://www.onvif.org/ver10/events/wsdl"'
    )
    return f"<s:Envelope {names}><s:Body>{content}</s:Body></s:Envelope>".encode()


def message(topic: str, source: str = "", data: str = "", operation: str = "Changed") -> Notification:
    """One message through the reader of XML; `source` and `data` are name=value, name=value."""

    def items(text: str) -> str:
        pairs = [each.strip().split("=", 1) for each in text.split(",") if each.strip()]
        return "".join(f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in pairs)

    (found,) = notifications_in(
        answer(
            envelope(
                "<tev:PullMessagesResponse><wsnt:NotificationMessage>"
                f"<wsnt:Topic>{topic}</wsnt:Topic><wsnt:Message>"
                f'<tt:Message UtcTime="2026-11-30T17:00:00Z" PropertyOperation="{operation}">'
                f"<tt:Source>{items(source)}</tt:Source><tt:Data>{items(data)}</tt:Data></tt:Message></wsnt:Message>"
                "</wsnt:NotificationMessage></tev:PullMessagesResponse>"
            )
        )
    )
    return found


def event(word: str | None = None, **line: object) -> Properties:
    properties = Properties()
    properties.follow([CameraLine(terminal="t", kind="onvif_event", event=word, **line)])  # type: ignore[arg-type]
    return properties


def seen(properties: Properties, *messages: Notification) -> list[bool | None]:
    return [each.connected for found in messages for each in properties.take(found)]


@pytest.mark.parametrize(
    ("word", "topic", "data", "end"),
    [
        ("motion", "tns1:VideoSource/MotionAlarm", "State=true", "State=false"),
        ("motion", "tns1:RuleEngine/CellMotionDetector/Motion", "IsMotion=true", "IsMotion=false"),
        ("motion", "tns1:RuleEngine/MotionRegionDetector/Motion", "State=1", "State=0"),
        ("motion", "tns1:RuleEngine/tnsajax:MotionDetector/Detection", "Detected=true", "Detected=false"),
        ("motion", "tns1:VideoSource/MotionAlarm//.", "State=true", "State=false"),
        ("motion", "VideoSource/MotionAlarm/", "State=true", "State=false"),
        ("tamper", "tns1:RuleEngine/TamperDetector/Tamper", "IsTamper=true", "IsTamper=false"),
        ("tamper", "tns1:VideoSource/GlobalSceneChange/ImagingService", "State=true", "State=false"),
        ("tamper", "tns1:RuleEngine/CellMotionDetector/Tamper", "IsTamper=true", "IsTamper=false"),
        ("sound", "tns1:AudioAnalytics/Audio/DetectedSound", "IsSoundDetected=true", "IsSoundDetected=false"),
        ("line_crossing", "tns1:RuleEngine/CellMotionDetector/LineCross", "IsLineCross=true", "IsLineCross=false"),
        ("intrusion", "tns1:RuleEngine/FieldDetector/ObjectsInside", "IsInside=true", "IsInside=false"),
        ("intrusion", "tns1:RuleEngine/CellMotionDetector/Intrusion", "IsIntrusion=true", "IsIntrusion=false"),
        ("video_loss", "tns1:VideoSource/SignalLoss", "State=true", "State=false"),
        ("person", "tns1:RuleEngine/MyRuleDetector/PeopleDetect", "State=true", "State=false"),
        ("person", "tns1:UserAlarm/IVA/HumanShapeDetect", "State=true", "State=false"),
        ("person", "tns1:RuleEngine/PeopleDetector/People", "IsPeople=true", "IsPeople=false"),
        ("person", "tns1:RuleEngine/ObjectDetection/Object", "ClassTypes=Vehicle Human", "ClassTypes=Vehicle"),
        ("vehicle", "tns1:RuleEngine/MyRuleDetector/VehicleDetect", "State=true", "State=false"),
        ("vehicle", "tns1:RuleEngine/TPSmartEventDetector/TPSmartEvent", "IsVehicle=true", "IsVehicle=false"),
        ("animal", "tns1:RuleEngine/MyRuleDetector/DogCatDetect", "State=true", "State=false"),
        ("animal", "tns1:RuleEngine/ObjectDetection/Object", "ClassTypes=Animal", "ClassTypes="),
        ("visitor", "tns1:RuleEngine/MyRuleDetector/Visitor", "State=true", "State=false"),
    ],
)
def test_a_word_means_the_topics_of_all_makers(word: str, topic: str, data: str, end: str):
    properties = event(word)
    source = "VideoSourceConfigurationToken=1"
    assert seen(properties, message(topic, source, data), message(topic, source, end)) == [True, False]


@pytest.mark.parametrize("word", RULES)
def test_a_word_is_not_moved_by_what_another_word_means(word: str):
    others = [rule for each, rules in RULES.items() if each != word for rule in rules if rule not in RULES[word]]
    properties = event(word)
    for rule in others:
        if not rule.one_of:
            found = message(f"tns1:{rule.topic}", "Source=1", f"{rule.item or 'State'}=true")
            assert seen(properties, found) == [], rule


def test_a_crossing_without_an_end_is_an_event_each_time():
    properties = event("line_crossing", holds=True)
    crossed = message("tns1:RuleEngine/LineDetector/Crossed", "Rule=1", "ObjectId=17")
    assert seen(properties, crossed, crossed) == [True, True]


def test_a_line_is_connected_while_any_instance_of_its_property_is():
    properties = event("motion")
    left, right = (f"tns1:RuleEngine/CellMotionDetector/Motion|Rule={name}" for name in ("left", "right"))

    def moved(which: str, state: str) -> Notification:
        topic, _, source = which.partition("|")
        return message(topic, source, f"IsMotion={state}")

    assert seen(properties, moved(left, "true"), moved(right, "true"), moved(left, "false")) == [True, True]
    assert seen(properties, moved(right, "false")) == [False]


def test_what_was_so_before_is_a_state_and_said_again_it_is_nothing():
    properties = event("motion")
    there = message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true", "Initialized")
    (found,) = properties.take(there)
    assert (found.connected, found.is_event) == (True, False)
    assert list(properties.take(there)) == []
    (found,) = properties.take(message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true"))
    assert (found.connected, found.is_event) == (True, True)
    assert found.time is not None
    assert found.time.isoformat() == "2026-11-30T17:00:00+00:00"


@pytest.mark.parametrize(("holds", "after"), [(False, None), (True, False)])
def test_a_deleted_property_is_unknown_and_with_a_hold_disconnected(holds: bool, after: bool | None):
    properties = event("motion", holds=holds)
    assert seen(properties, message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true")) == [True]
    gone = message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true", "Deleted")
    assert seen(properties, gone) == [after]


def test_an_input_follows_its_own_token_also_hikvisions():
    properties = Properties()
    properties.follow([CameraLine(terminal="door", kind="onvif_input", token="AlarmIn_1")])
    other = message("tns1:Device/Trigger/DigitalInput", "InputToken=AlarmIn_2", "LogicalState=true")
    own = message("tns1:Device/Trigger/DigitalInput", "InputToken=AlarmIn_1", "LogicalState=true")
    hikvisions = message("tns1:Device/Trigger/tnshik:AlarmIn", "AlarmInToken=AlarmIn_1", "State=false")
    assert seen(properties, other, own) == [True]
    properties = Properties()
    properties.follow([CameraLine(terminal="door", kind="onvif_input", token="AlarmIn_1")])
    assert seen(properties, hikvisions) == [False]


def test_a_topic_of_ones_own_names_the_item_and_the_source():
    properties = event(topic="tns1:RuleEngine/MyRuleDetector/Package", item="State", source="2")
    topic = "tns1:RuleEngine/MyRuleDetector/Package"
    assert seen(properties, message(topic, "Source=1", "Other=true,State=true")) == []
    assert seen(properties, message(topic, "Source=2", "Other=true,State=false")) == [False]
    assert seen(properties, message(topic, "Source=2", "Other=true,State=maybe")) == [None]


def test_a_new_line_gets_what_is_known_as_a_state():
    properties = event("motion")
    list(properties.take(message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true")))
    (found,) = properties.follow(
        [
            CameraLine(terminal="t", kind="onvif_event", event="motion"),
            CameraLine(terminal="u", kind="onvif_event", event="motion"),
            CameraLine(terminal="v", kind="onvif_event", event="sound"),
        ]
    )
    assert (found.terminal, found.connected, found.is_event) == ("u", True, False)


def test_a_relays_state_is_the_cameras_own_word():
    active = message("tns1:Device/Trigger/Relay", "RelayToken=RO_1", "LogicalState=active")
    assert relay_in(active) == ("RO_1", True)
    assert relay_in(message("tns1:Device/Trigger/Relay", "RelayToken=RO_1", "LogicalState=odd")) is None
    assert relay_in(message("tns1:VideoSource/MotionAlarm", "Source=1", "State=true")) is None


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("tns1:VideoSource/MotionAlarm", "VideoSource/MotionAlarm"),
        (" tns1:RuleEngine/tnsajax:LineDetector/Crossing ", "RuleEngine/LineDetector/Crossing"),
        ("tns1:VideoSource//.", "VideoSource"),
        ("", ""),
    ],
)
def test_topics_are_read_as_makers_spell_them(written: str, plain: str):
    assert plain_topic(written) == plain


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"<html>", "is no XML"),
        (b"not xml", "is no XML"),
        (b"<a/>", "is no SOAP answer"),
        (envelope(""), "is no SOAP answer"),
        (b'<!DOCTYPE x SYSTEM "http://elsewhere/x.dtd"><x/>', "document type"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode("utf-16"), "document type"),
        (b"<a>" * 100 + b"</a>" * 100, "too deep"),
    ],
)
def test_what_means_nothing_is_refused_without_being_shown(data: bytes, fault: str):
    with pytest.raises(MessageMalformed, match=fault):
        answer(data)


def test_a_fault_is_in_the_cameras_words():
    fault = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode>"
        "</s:Code><s:Reason><s:Text>Sender\nnot authorized</s:Text></s:Reason></s:Fault>"
    )
    with pytest.raises(CameraRefused, match="Sender not authorized") as caught:
        answer(envelope(fault))
    assert caught.value.is_login
