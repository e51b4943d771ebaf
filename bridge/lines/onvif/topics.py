"""Topics of events, as makers spell them, and the words that stand for them (pure).

The topics are those that onvif-parsers knows, from cameras of Axis, Hikvision, Dahua, Reolink, Tapo, Bosch and Ajax.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DIGITAL_INPUTS: Final = frozenset({"Device/Trigger/DigitalInput", "Device/Trigger/AlarmIn"})
"""The second one is Hikvision's."""
RELAY: Final = "Device/Trigger/Relay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One form of an event: a topic, the item whose value counts (None: the first), and what it must be.

    `one_of` are the classes of which a list of classes must name one; empty: the item is a truth. `is_moment`: the
    message itself is the event, and there is no end.
    """

    topic: str
    item: str | None = None
    one_of: frozenset[str] = frozenset()
    is_moment: bool = False


def plain_topic(text: str) -> str:
    """Returns a topic without prefixes, empty parts and the dot of a subtree: `tns1:VideoSource//.` is VideoSource."""
    parts = (part.strip().rpartition(":")[2] for part in text.split("/"))
    return "/".join(part for part in parts if part not in ("", "."))


def _tapo(item: str) -> tuple[Rule, ...]:
    """Returns the rules of an item that Tapo sends under any of its topics."""
    return tuple(Rule(topic=f"RuleEngine/{topic}", item=item) for topic in _TAPO)


def _objects(*classes: str) -> Rule:
    return Rule(topic="RuleEngine/ObjectDetection/Object", item="ClassTypes", one_of=frozenset(classes))


_TAPO = (
    "CellMotionDetector/Intrusion",
    "CellMotionDetector/LineCross",
    "CellMotionDetector/People",
    "CellMotionDetector/Tamper",
    "CellMotionDetector/TpSmartEvent",
    "LineCrossDetector/LineCross",
    "PeopleDetector/People",
    "TPSmartEventDetector/TPSmartEvent",
)
_SERVICES = ("AnalyticsService", "ImagingService", "RecordingService")

RULES: Final[Mapping[str, tuple[Rule, ...]]] = {
    "motion": (
        Rule(topic="VideoSource/MotionAlarm"),
        Rule(topic="RuleEngine/CellMotionDetector/Motion"),
        Rule(topic="RuleEngine/MotionRegionDetector/Motion"),
        Rule(topic="RuleEngine/MotionDetector/Detection", item="Detected"),
    ),
    "tamper": (
        Rule(topic="RuleEngine/TamperDetector/Tamper"),
        *(Rule(topic=f"VideoSource/GlobalSceneChange/{service}") for service in _SERVICES),
        *_tapo("IsTamper"),
    ),
    "sound": (Rule(topic="AudioAnalytics/Audio/DetectedSound"),),
    "line_crossing": (
        Rule(topic="RuleEngine/LineDetector/Crossed", is_moment=True),
        Rule(topic="RuleEngine/LineDetector/Crossing", is_moment=True),
        *_tapo("IsLineCross"),
    ),
    "intrusion": (Rule(topic="RuleEngine/FieldDetector/ObjectsInside"), *_tapo("IsIntrusion")),
    "video_loss": (Rule(topic="VideoSource/SignalLoss"),),
    "person": (
        Rule(topic="RuleEngine/MyRuleDetector/PeopleDetect"),
        Rule(topic="UserAlarm/IVA/HumanShapeDetect"),
        _objects("Human", "Person"),
        *_tapo("IsPeople"),
    ),
    "vehicle": (
        Rule(topic="RuleEngine/MyRuleDetector/VehicleDetect"),
        _objects("Vehicle"),
        *_tapo("IsVehicle"),
    ),
    "animal": (Rule(topic="RuleEngine/MyRuleDetector/DogCatDetect"), _objects("Animal", "Pet"), *_tapo("IsPet")),
    "visitor": (Rule(topic="RuleEngine/MyRuleDetector/Visitor"),),
}
"""The forms of each event, by the word of the settings."""
