"""The events of a camera, from its description of them."""

from __future__ import annotations

from bridge.lines.onvif.event_properties import OfferedEvent, events_in
from bridge.lines.onvif.xml_tree import tree_of


def described(topics: str) -> list[OfferedEvent]:
    names = 'xmlns:t="urn:t" xmlns:w="urn:w" xmlns:x="urn:x"'
    return events_in(tree_of(f"<r {names}><w:TopicSet>{topics}</w:TopicSet></r>".encode()))


def message(*items: tuple[str, str], is_property: str = "true") -> str:
    data = "".join(f'<x:SimpleItemDescription Name="{name}" Type="{kind}"/>' for name, kind in items)
    source = '<x:Source><x:SimpleItemDescription Name="Rule" Type="xs:boolean"/></x:Source>'
    return f'<x:MessageDescription IsProperty="{is_property}">{source}<x:Data>{data}</x:Data></x:MessageDescription>'


def test_known_topics_are_words_and_each_word_comes_once() -> None:
    assert described(
        f"<t:VideoSource><MotionAlarm>{message(('State', 'xs:boolean'))}</MotionAlarm></t:VideoSource>"
        f"<t:RuleEngine><CellMotionDetector><Motion>{message(('IsMotion', 'xs:boolean'))}</Motion></CellMotionDetector>"
        f"<LineDetector><Crossed>{message(('ObjectId', 'xs:integer'), is_property='false')}</Crossed></LineDetector>"
        "</t:RuleEngine>"
    ) == [
        OfferedEvent(event="motion", topic="VideoSource/MotionAlarm", has_end=True),
        OfferedEvent(event="line_crossing", topic="RuleEngine/LineDetector/Crossed", has_end=False),
    ]


def test_a_topic_of_several_words_gives_those_whose_item_it_has() -> None:
    items = message(("IsPeople", "xs:boolean"), ("IsVehicle", "xs:boolean"))
    topic = "RuleEngine/TPSmartEventDetector/TPSmartEvent"
    inner = f"<TPSmartEventDetector><TPSmartEvent>{items}</TPSmartEvent></TPSmartEventDetector>"
    nested = f"<t:RuleEngine>{inner}</t:RuleEngine>"
    assert {(each.event, each.topic) for each in described(nested)} == {("person", topic), ("vehicle", topic)}


def test_other_topics_stay_topics_with_the_first_item_that_is_a_truth() -> None:
    fan = message(("Speed", "xs:int"), ("Failed", "xs:boolean"))
    usage = message(("Value", "xs:float"))
    button = message(("Pressed", "xs:boolean"), is_property="false")
    assert described(
        f"<t:Device><Fan>{fan}</Fan><Button>{button}</Button></t:Device><t:Monitoring><Usage>{usage}</Usage></t:Monitoring>"
    ) == [
        OfferedEvent(topic="Device/Fan", item="Failed", has_end=True),
        OfferedEvent(topic="Device/Button", item="Pressed", has_end=False),
        OfferedEvent(topic="Monitoring/Usage", has_end=False),
    ]


def test_inputs_and_relays_are_no_events_and_no_description_is_none() -> None:
    one = message(("LogicalState", "xs:boolean"))
    names = ("DigitalInput", "AlarmIn", "Relay")
    each = "".join(f"<{name}>{one}</{name}>" for name in names)
    assert described(f"<t:Device><Trigger>{each}</Trigger></t:Device>") == []
    assert events_in(tree_of(b"<r/>")) == []
