"""The whole set-up as a file: taken away, and put in place of the present one."""

from __future__ import annotations

from bridge.settings.archive.sealed import INSTALL, SHORTEST, is_installed
from bridge.web.html import Html, el, some
from bridge.web.pages.layout import Frame, page


def archive_page(frame: Frame) -> str:
    """Returns the page with the forms of export and import."""
    body = some(
        el("p", el("a", "All of Set up", href="setup")),
        el("div", _export(able=is_installed()), _import(able=is_installed()), class_="tiles"),
    )
    return page(frame, here="setup", title="Set up: export and import", scripts=("archive.js",), body=body)


def _export(*, able: bool) -> Html:
    help_ = f"{SHORTEST} characters or more: the archive then has all passwords, sealed with it. Empty: it has none."
    return _form(
        "Export",
        "export",
        el("p", "The settings and the sound clips as one file. Comments of the settings file go along.", class_="note"),
        _phrase("export-phrase", help_, able=able),
        el("button", "Export", type="submit", class_="primary"),
    )


def _import(*, able: bool) -> Html:
    note = "Everything of this set-up is replaced, all of it or nothing; the settings before stay as a former version."
    return _form(
        "Import",
        "import",
        el("p", note, class_="note"),
        el("label", "Archive", for_="archive"),
        el("input", type="file", id="archive", accept=".zip", aria_describedby="import-fault"),
        _phrase("import-phrase", "Of an archive with passwords.", able=able),
        el("button", "Import", type="submit", class_="primary"),
    )


def _form(title: str, name: str, *fields: Html) -> Html:
    return el(
        "form",
        el("h2", title),
        *fields,
        el("p", class_="fault", id=f"{name}-fault", role="alert"),
        el("p", class_="note", role="status", data_said=True),
        class_="card archive",
        id=name,
        autocomplete="off",
        novalidate=True,
    )


def _phrase(own: str, help_: str, *, able: bool) -> Html:
    """Returns the field of a pass phrase with the id `own`; locked unless `able`, with the package to install."""
    words = help_ if able else f"{INSTALL[0].upper()}{INSTALL[1:]}."
    return some(
        el("label", "Pass phrase", for_=own),
        el(
            "input",
            type="password",
            id=own,
            autocomplete="new-password",
            maxlength=1024,
            disabled=not able,
            aria_describedby=f"{own}-help",
        ),
        el("p", words, class_="help", id=f"{own}-help"),
    )
