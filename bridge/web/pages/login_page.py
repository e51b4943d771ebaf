"""The log-in form."""

from __future__ import annotations

from bridge.web.html import el
from bridge.web.pages.layout import bare_page


def login_page(device: str, *, problem: str | None) -> str:
    """Returns the log-in page; `problem` is the reason why the last attempt failed, or None before an attempt."""
    return bare_page(
        title=f"Log in · {device}",
        body=el(
            "form",
            el("h1", device),
            el("p", problem, class_="fault", id="said", role="alert") if problem else None,
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
                aria_describedby="said" if problem else None,
            ),
            el("button", "Log in", type="submit", class_="primary"),
            method="post",
            action="login",
            class_="card",
        ),
    )
