"""Loads settings: merges the file with the sources above and below it, and checks the result.

    command line > ALARM2MQTT_… variables > secrets folder > the file > the add-on's options >
    the Supervisor's broker > defaults

A `password_file` has the rank of its source. Only the file's own document is ever written back.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.errors import Fault, SettingsError
from bridge.settings.checks.check import check
from bridge.settings.location import ABSENT, Finding, path_of, value_at
from bridge.settings.redact import shown_value
from bridge.settings.sources.addon import OPTIONS, SERVICE, Supervisor, broker_layer, names_broker, options_layer
from bridge.settings.sources.layers import Layer, command_line, environment, merged, secrets_folder
from bridge.settings.sources.secret_files import WithSecrets, with_secret_files
from bridge.settings.yaml.parse import Lines, parse, read_content, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Checked settings, and their sources."""

    settings: Settings
    path: Path
    document: Mapping[str, Any] = field(repr=False)
    """The content of the file itself; only this, edited, is written back."""
    text: str | None = field(repr=False)
    """The text of the file; None for a document that is not written yet."""
    content: bytes | None = field(default=None, repr=False)
    """The file as it was read; None for an edited document."""
    above: tuple[Layer, ...] = field(repr=False)
    below: tuple[Layer, Layer] = field(repr=False)
    """The add-on's options, and the Supervisor's broker."""
    files: tuple[Path, ...]
    """All files that were read; a change of any of them requires a new load."""

    @property
    def overridden(self) -> dict[str, str]:
        """Paths whose value comes from above the file, each with its origin; no edit of the file affects them.

        An origin is the variable or the file, where the layer has one for each value.
        """
        return {
            place: layer.source(tuple(place.split("."))) for layer in reversed(self.above) for place in layer.places()
        }

    def warnings(self) -> tuple[str, ...]:
        """Returns the warnings: of settings that are probably not meant, with file, line and path; then of the layers.

        Reads the disk, and takes its time: outputs must be idle before it is called.
        """
        from bridge.settings.checks.lint import advice, exposed_secrets  # noqa: PLC0415 - outputs wait for all else
        from bridge.settings.checks.lint_machine import machine_findings  # noqa: PLC0415 - the same

        findings = (
            *advice(self.settings, self.document, self.text),
            *exposed_secrets(self.document, self.path),
            *machine_findings(self.settings),
        )
        faults = _located(
            findings,
            document=self.document,
            whole={},
            path=self.path,
            above=self.above,
            below=self.below,
            text=self.text,
        )
        of_layers = (warning for layer in (*self.above, *self.below) for warning in layer.warnings)
        return (*map(str, faults), *of_layers)

    def with_document(self, document: Mapping[str, Any], *, text: str | None = None) -> Loaded:
        """Returns the settings of another document with the same sources around it.

        `text` is the YAML of the document, where there is one.

        Raises:
            SettingsError: with all faults; without `text` they have no lines.
        """
        return _assembled(document, path=self.path, above=self.above, below=self.below, text=text)


def load(
    path: Path | str,
    *,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    supervisor: Supervisor | None = None,
    secrets: bool = True,
    content: bytes | None = None,
    service: Layer | None = None,
) -> Loaded:
    """Returns the settings of a YAML file and the sources around it.

    `overrides` are the command line's, by dotted paths.
    `options` are the add-on's, below the file; if None, an add-on reads its own and requests the Supervisor's broker,
    which is a local HTTP call to `supervisor` (default: that of every add-on).
    Without `secrets` neither the folder nor a `*_file` is read.
    `content` stands for the file, which is not read then, and `service` for the Supervisor's broker, as an earlier
    load found them.

    Raises:
        SettingsError: with every fault, each with its origin, line and path; never with a secret.
    """
    environ = os.environ if environ is None else environ
    path = Path(path)
    above: tuple[Layer, ...] = (command_line(overrides or {}), environment(environ))
    if secrets:
        above += (secrets_folder(environ),)
    supervisor = supervisor or Supervisor()
    given = options_layer(environ, supervisor) if options is None else Layer(origin=OPTIONS, values=options)
    around = [fault for layer in above for fault in layer.faults]
    try:
        content = read_content(path) if content is None else content
        text = text_of(content, path)
        document, twice = parse(text, path)
    except SettingsError as error:
        raise SettingsError([*error.faults, *around]) from None
    broker = service or Layer(origin=SERVICE)
    if options is None and service is None:
        named = document if isinstance(document, Mapping) else {}
        broker = broker_layer(environ, [named, given.values, *(layer.values for layer in above)], supervisor)
    below = (given, broker)
    loaded = _assembled(
        document, path=path, above=above, below=below, text=text, faults=[*twice, *around], secrets=secrets
    )
    return replace(loaded, content=content)


def validate(document: object) -> Settings:
    """Returns the settings of a document alone; no file is read.

    Raises:
        SettingsError: with every fault.
    """
    settings, findings = check(document)
    if settings is None or findings:
        raise SettingsError(_fault(finding, document) for finding in findings)
    return settings


def _assembled(
    document: object,
    *,
    path: Path,
    above: tuple[Layer, ...],
    below: tuple[Layer, Layer],
    text: str | None = None,
    faults: Iterable[Fault] = (),
    secrets: bool = True,
) -> Loaded:
    if not isinstance(document, Mapping):
        raise SettingsError([*faults, Fault(path="", message="must be keys with values", file=str(path), line=1)])
    given, broker = below
    if names_broker([document, given.values, *(layer.values for layer in above)]):
        broker = Layer(origin=SERVICE)  # one broker's password is not another's
    whole = merged(broker.values, given.values)
    for layer in (Layer(origin=str(path), values=document), *reversed(above)):
        whole = merged(whole, layer.values)
    opened = with_secret_files(whole) if secrets else WithSecrets(document=whole, findings=(), files=())
    settings, findings = check(opened.document)
    all_faults = [*faults]
    if findings or opened.findings:
        found = [*opened.findings, *findings]
        all_faults += _located(
            found, document=document, whole=whole, path=path, above=above, below=(given, broker), text=text
        )
    if all_faults or settings is None:
        raise SettingsError(sorted(all_faults, key=lambda fault: (fault.line is None, fault.line or 0)))
    return Loaded(
        settings=settings,
        path=path,
        document=document,
        text=text,
        above=above,
        below=below,
        files=(path, *(file for layer in above for file in layer.files), *opened.files),
    )


def _located(
    findings: Iterable[Finding],
    *,
    document: Mapping[Any, Any],
    whole: Mapping[Any, Any],
    path: Path,
    above: Iterable[Layer],
    below: Iterable[Layer],
    text: str | None,
) -> Iterator[Fault]:
    """Yields the faults with their origin: a variable or a file of a layer, else a line of the file."""
    lines: Lines | None = None
    for finding in findings:
        in_file = value_at(document, finding.loc)
        shared = isinstance(in_file, Mapping)
        layer = next((layer for layer in above if layer.gives(finding.loc, alone=shared)), None)
        if layer is None and in_file is ABSENT:
            layer = next((layer for layer in below if layer.gives(finding.loc)), None)
        if layer is not None:
            yield _fault(finding, whole, file=layer.source(finding.loc))
        else:
            lines = lines or (Lines(text) if text is not None else None)
            yield _fault(finding, whole, file=str(path), line=lines.of(finding.loc) if lines else None)


def _fault(finding: Finding, document: object, *, file: str | None = None, line: int | None = None) -> Fault:
    value = value_at(document, finding.loc) if finding.shown else ABSENT
    return Fault(
        path=path_of(finding.loc),
        message=finding.message,
        file=file,
        line=line,
        value=None if value is ABSENT else shown_value(finding.loc, value),
        allowed=finding.allowed,
    )
