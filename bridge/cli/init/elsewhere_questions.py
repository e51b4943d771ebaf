"""The questions about lines elsewhere: cameras of the network, devices on the broker, the device's own health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, get_args
from urllib.parse import urlsplit

from bridge.cli.init.draft import Draft
from bridge.cli.init.prompts import Dialogue, several
from bridge.core.definitions.health_lines import Part
from bridge.errors import ActionError, MessageMalformed
from bridge.lines.onvif.discovery import FoundCamera
from bridge.lines.onvif.known import device_service
from bridge.lines.onvif.offer import OfferedTerminal, camera_id, offered_inputs, offered_output
from bridge.lines.onvif.survey import Survey
from bridge.settings.free_id import id_of
from bridge.settings.presets.known_devices import presets
from bridge.text.printable import printable

NONE = "none"
QUESTION = "Lines in other devices too: cameras, mqtt, health?"
_SECTIONS = ("inputs", "outputs")


class Cameras(Protocol):
    """The cameras of the network; every method takes seconds."""

    def search(self) -> Sequence[FoundCamera]:
        """Returns the cameras that answer a search."""

    def survey(self, address: str, username: str | None, password: str) -> Survey:
        """Returns what a camera has. Raises ActionError or MessageMalformed."""


class ElsewhereQuestions:
    """Adds to the draft's cameras, inputs and outputs, and to `secrets` the passwords by `cameras.ID`."""

    def __init__(self, dialogue: Dialogue, draft: Draft, secrets: dict[str, str], cameras: Cameras) -> None:
        self._dialogue = dialogue
        self._draft = draft
        self._secrets = secrets
        self._cameras = cameras

    def ask(self) -> None:
        """Asks which of cameras, MQTT and health there are, then about each of these."""
        asked = {"cameras": self._ask_cameras, "mqtt": self._ask_mqtt, "health": self._ask_health}
        for word in self._several(QUESTION, NONE, tuple(asked)):
            asked[word]()

    def _ask_cameras(self) -> None:
        self._dialogue.say("  Searching for ONVIF cameras takes two seconds.")
        found = self._cameras.search()
        if not found:
            answer = self._dialogue.ask("No camera answered. The address of one", NONE, _no_address)
            if answer == NONE:
                return
            address = device_service(answer)
            found = [FoundCamera(endpoint=address, address=address, name="")]
        for each in found:
            self._ask_camera(each)

    def _ask_camera(self, camera: FoundCamera) -> None:
        """Asks for the log-in at a camera and for its lines; cameras lock out who tries a log-in again."""
        host = urlsplit(camera.address).netloc
        title = printable(camera.name) or "The camera"
        user = self._dialogue.ask(f"{title} at {host}: user name there, or skip?", NONE)
        if user == "skip":
            return
        password = "" if user == NONE else self._dialogue.secret(f"Password of {user}", twice=False)
        try:
            survey = self._cameras.survey(camera.address, None if user == NONE else user, password)
        except (ActionError, MessageMalformed) as error:
            self._dialogue.say(f"  {printable(str(error), hide=[password])}; it is left out, and can be added later")
            return
        taken = self._taken()
        made = camera_id(printable(f"{survey.model} {camera.name}".strip()), taken)
        name = self._dialogue.ask("Its id", made, lambda answer: self._wrong_id(answer, taken - {made}))
        self._draft.put(("cameras", name), {"onvif": camera.address})
        if user != NONE:
            self._draft.put(("cameras", name, "username"), user)
        if password:
            self._secrets[f"cameras.{name}"] = password
            self._draft.put(("cameras", name, "password_file"), f"cameras-{name}-password")
        taken.add(name)
        inputs = [each for each in offered_inputs(name, survey, taken) if each.is_offered]
        self._take(f"{name}: which are alarm inputs", "inputs", inputs, proposed=True)
        outputs = [offered_output(name, each, taken) for each in survey.relays]
        self._take(f"{name}: which relays are alarm outputs", "outputs", outputs, proposed=False)

    def _take(self, question: str, section: str, offered: Sequence[OfferedTerminal], *, proposed: bool) -> None:
        """Asks which of the offered terminals there are, and adds them."""
        by_name = {str(each.line.get("event") or each.line["token"]): each for each in offered}
        if not by_name:
            return
        default = ", ".join(by_name) if proposed else NONE
        for word in self._several(f"{question} ({', '.join(by_name)})?", default, tuple(by_name)):
            each = by_name[word]
            self._add(section, each.id, f"{each.line['camera']} {word}", dict(each.line))

    def _ask_mqtt(self) -> None:
        question = "Devices on the broker, each as PRESET TOPIC, such as zigbee2mqtt_contact zigbee2mqtt/window"
        known = {name: section for section in _SECTIONS for name in presets(section)}

        def wrong(answer: str) -> str | None:
            """Returns the objection to an answer, or None."""
            for part in several(answer):
                preset, _, topic = part.partition(" ")
                section = known.get(preset, "")
                if not section or presets(section)[preset]["kind"] != "mqtt":
                    return f"{preset} is no preset of MQTT; docs/sources.md lists them"
                line = {"kind": "mqtt", "preset": preset, "topic": topic.strip()}
                at = (section, len(self._draft.document[section]), "line")
                objection = self._draft.wrong(at, line)
                if objection is not None:
                    return objection
            return None

        for part in several(self._dialogue.ask(question, NONE, wrong)):
            preset, _, topic = part.partition(" ")
            name = topic.strip().rpartition("/")[2]
            line = {"kind": "mqtt", "preset": preset, "topic": topic.strip()}
            self._add(known[preset], id_of(name, self._taken()), name, line)

    def _ask_health(self) -> None:
        parts = [part for part in get_args(Part) if part != "mail"]  # no mail is set up yet
        for part in self._several(f"What of this device is in alarm when it is in trouble ({', '.join(parts)})?",
                                  "disk, network", tuple(parts)):  # fmt: skip
            self._add("inputs", id_of(part, self._taken()), f"{part} trouble", {"kind": "health", "what": part})

    def _add(self, section: str, own_id: str, name: str, line: dict[str, Any]) -> None:
        words = name.replace("-", " ").replace("_", " ").capitalize()[:64]
        made: dict[str, Any] = {"id": own_id, "name": words, "line": line}
        if section == "outputs":
            made["kind"] = "generic"
        self._draft.document[section].append(made)

    def _several(self, question: str, default: str, known: Sequence[str]) -> list[str]:
        """Asks for some of the known words. Returns them, each once."""

        def wrong(answer: str) -> str | None:
            """Returns the objection to an answer, or None."""
            unknown = next((word for word in several(answer) if word not in known), None)
            return None if unknown is None else f"{unknown} is none of {', '.join(known)}, or {NONE}"

        return list(dict.fromkeys(several(self._dialogue.ask(question, default, wrong))))

    def _taken(self) -> set[str]:
        document = self._draft.document
        return {*document.get("cameras", {}), *(each["id"] for kind in _SECTIONS for each in document[kind])}

    def _wrong_id(self, answer: str, taken: set[str]) -> str | None:
        if answer in taken:
            return "is used already"
        return self._draft.wrong(("inputs", len(self._draft.document["inputs"]), "id"), answer)


def _no_address(answer: str) -> str | None:
    """Returns the objection to an address, or None."""
    if answer == NONE:
        return None
    try:
        device_service(answer)
    except ValueError as error:
        return str(error)
    return None
