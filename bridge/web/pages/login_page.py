"""Logging in."""

from __future__ import annotations

from bridge.web.html import el
from bridge.web.pages.layout import bare_page


def login_page(device: str, *, said: str | None) -> str:
    """The form; `said` is why the last try did not work."""
    return bare_page(
        title=f"Log in · {device}",
        body=el(
            "form",
            el("h1", device),
            el("p", said, class_="fault", id="said", role="alert") if said else None,
            el("label", "Password", for_="password"),
            el(
                "input",
                id="password",
                name="password",
                type="password",
                autocomplete="current-password",
                required=True,
                autofocus=True,
                maxlength=1024,
                aria_describedby="said" if said else None,
            ),
            el("button", "Log in", type="submit", class_="primary"),
            method="post",
            action="login",
            class_="card",
        ),
    )
