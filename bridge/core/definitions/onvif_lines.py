"""Lines in cameras that speak ONVIF, and the absence of a camera (`behaviour.md` 10)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Id, Length, Names, Offered, Range

_Camera = Annotated[Id, Names("cameras")]
_Token = Annotated[str, Length(1, 128)]
_Topic = Annotated[str, Length(1, 256)]
EventWord = Literal[
    "motion",
    "tamper",
    "sound",
    "line_crossing",
    "intrusion",
    "video_loss",
    "person",
    "vehicle",
    "animal",
    "visitor",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnvifInput(Far):
    """An alarm input of a camera."""

    kind: Literal["onvif_input"] = "onvif_input"
    """Kind of the line."""
    camera: _Camera
    """The camera, by its id in `cameras`."""
    token: Annotated[_Token, Offered("inputs")]
    """The camera's name for the input."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnvifEvent(Far):
    """An event that a camera detects: a word, or the topic and the item of the camera's own message."""

    kind: Literal["onvif_event"] = "onvif_event"
    """Kind of the line."""
    camera: _Camera
    """The camera, by its id in `cameras`."""
    event: EventWord | None = None
    """The event, in a word that stands for the topics of all makers."""
    topic: Annotated[_Topic, Offered("topics")] | None = None
    """The topic of the camera's message, in place of `event`; prefixes such as tns1: may be left out."""
    item: _Token | None = None
    """The name of the value in the message of `topic`; default: its first."""
    source: _Token | None = None
    """The token of the video source, of an NVR that has several; default: any."""
    hold_s: Annotated[float, Range(0.1, 86_400)] | None = None
    """Seconds that an event without an end counts as connected; default: until the camera says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraLost(Far):
    """The absence of a camera: connected while nothing of it answers."""

    kind: Literal["camera_lost"] = "camera_lost"
    """Kind of the line."""
    camera: _Camera
    """The camera, by its id in `cameras`."""
    after_s: Annotated[float, Range(1, 86_400)] = 30.0
    """Seconds without an answer from its ONVIF address, its picture and its stream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnvifRelay(Far):
    """A relay output of a camera."""

    kind: Literal["onvif_relay"] = "onvif_relay"
    """Kind of the line."""
    camera: _Camera
    """The camera, by its id in `cameras`."""
    token: Annotated[_Token, Offered("relays")]
    """The camera's name for the relay."""
    mode: Literal["monostable", "bistable"] = "monostable"
    """monostable: the relay falls back by itself, even if the bridge dies; bistable: it stays as it was commanded."""

    @property
    def takes_pulses(self) -> bool:
        """Whether the relay can be pulsed: not one that times itself."""
        return self.mode == "bistable"


OnvifLine = OnvifInput | OnvifEvent | CameraLost | OnvifRelay
ONVIF_KINDS = ("onvif_input", "onvif_event", "camera_lost", "onvif_relay")
"""The kinds of line that are in cameras."""
