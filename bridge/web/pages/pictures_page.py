"""Pictures and clips: view, play, download, delete; and the sounds of the loudspeaker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from bridge.core.definitions.settings import Settings
from bridge.text.state_words import clock_time
from bridge.web.html import Html, el, some
from bridge.web.pages.layout import Frame, page
from bridge.web.ports import Clip

SCRIPTS = ("pictures.js",)
MOST_SHOWN = 500
MB = 1_000_000


def pictures_page(
    frame: Frame,
    settings: Settings,
    *,
    pictures: Mapping[str, datetime],
    clips: Sequence[Clip] | str | None,
    sounds: Sequence[str] | None,
    now: datetime,
) -> str:
    """Returns the page.

    `pictures` are the times of the last pictures by input. `clips` is a text if they cannot be read, None if recording
    is not configured. `sounds` is None if audio is not configured.
    """
    body = some(_pictures(settings, pictures, now), _clips(settings, clips), _sounds(sounds))
    return page(frame, here="pictures", title="Pictures and clips", scripts=SCRIPTS, body=body)


def _pictures(settings: Settings, pictures: Mapping[str, datetime], now: datetime) -> Html:
    labels = {one.id: one.label for one in settings.inputs}
    shown = [
        el(
            "figure",
            el(
                "a",
                el(
                    "img",
                    src=f"picture?of={quote(part)}&t={moment.timestamp():.0f}",
                    alt=f"Last picture of {labels.get(part, 'no input')}",
                    loading="lazy",
                ),
                href=f"picture?of={quote(part)}",
            ),
            el("figcaption", f"{labels.get(part, 'By command')}, {clock_time(moment, now)}"),
        )
        for part, moment in pictures.items()
    ]
    return el(
        "section",
        el("h2", "Pictures"),
        el("div", *shown, class_="pictures", id="pictures")
        if shown
        else el("p", "None since the start.", class_="note"),
        el(
            "p",
            el("button", "Take a picture", type="button", data_post="api/actions/snapshot", data_done="Being taken"),
        )
        if settings.cameras
        else el("p", "There is no camera: ", el("a", "add one", href="cameras"), ".", class_="note"),
        class_="card",
    )


def _clips(settings: Settings, clips: Sequence[Clip] | str | None) -> Html:
    inside: list[Html | None]
    if clips is None:
        inside = [
            el(
                "p",
                "Nothing is recorded: ",
                el("a", "set up recording", href="setup?part=recording"),
                ".",
                class_="note",
            )
        ]
    elif isinstance(clips, str):
        inside = [el("p", clips, class_="fault")]
    elif not clips:
        inside = [el("p", "None yet.", class_="note")]
    else:
        inside = [
            el("video", id="player", controls=True, preload="none", hidden=True),
            el("ul", *(_clip(settings, clip) for clip in clips[:MOST_SHOWN]), class_="files", aria_labelledby="clips"),
            el("p", f"The newest {MOST_SHOWN} of {len(clips)}.", class_="note") if len(clips) > MOST_SHOWN else None,
        ]
    if settings.recording is not None and settings.cameras:
        record = el(
            "button", "Record a clip", type="button", data_post="api/actions/record", data_done="Being recorded"
        )
        inside.append(el("p", record))
    return el("section", el("h2", "Clips", id="clips"), *inside, class_="card")


def _clip(settings: Settings, clip: Clip) -> Html:
    day, _, file = clip.name.partition("/")
    clock, _, part = file.removesuffix(".mp4").partition("_")
    label = next((one.label for one in settings.inputs if one.id == part), part)
    what = f"{day} {clock[:2]}:{clock[2:4]}:{clock[4:6]} {label}"
    address = f"api/clips/{quote(day)}/{quote(file)}"
    return el(
        "li",
        el("span", what, class_="what"),
        el("span", f"{clip.size / MB:.1f} MB", class_="note"),
        el(
            "span",
            el("button", "Play", type="button", aria_label=f"Play {what}", data_play=address),
            el("a", "Download", href=address, download=f"{day}_{file}", class_="button", aria_label=f"Download {what}"),
            el("button", "Delete", type="button", class_="quiet", aria_label=f"Delete {what}", data_delete=address),
            class_="buttons",
        ),
    )


def _sounds(sounds: Sequence[str] | None) -> Html | None:
    """Returns the section of sounds; None if audio is not configured."""
    if sounds is None:
        return None
    return el(
        "section",
        el("h2", "Sounds", id="sounds"),
        el("ul", *(_sound(name) for name in sounds), class_="files", aria_labelledby="sounds")
        if sounds
        else el("p", "None yet.", class_="note"),
        el(
            "form",
            el("label", "A WAV file", for_="file"),
            el("input", type="file", id="file", accept=".wav,audio/wav", aria_describedby="file-fault"),
            el("button", "Upload", type="submit"),
            el("p", class_="fault", id="file-fault", role="alert"),
            class_="channel",
            id="upload",
            novalidate=True,
        ),
        class_="card",
    )


def _sound(name: str) -> Html:
    address = f"api/sounds/{quote(name)}"
    return el(
        "li",
        el("span", name, class_="what"),
        el(
            "span",
            el("button", "Play on the device", type="button", aria_label=f"Play {name} on the device", data_sound=name),
            el("button", "Delete", type="button", class_="quiet", aria_label=f"Delete {name}", data_delete=address),
            class_="buttons",
        ),
    )
