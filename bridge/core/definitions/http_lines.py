"""Lines over HTTP: events that are posted to the page's port, and devices that obey requests (`behaviour.md` 10)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Matches, PresetName, Range, Read, Refused, Secret

LONGEST_TEXT = 65_536
LARGEST_PORT = 65_535
_ADDRESS = re.compile(
    r"https?://([^\s/?#@]*@)?(\[[0-9a-f:.]+\]|[^\s/?#:@\[\]]+)(:(?P<port>[0-9]{1,5}))?([/?#]\S*)?", re.IGNORECASE
)


def _url(value: object) -> Secret:
    """Returns an address of HTTP. Raises Refused for anything else, without the value, which may hold a password."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) and value.isprintable() else None
    if found is not None and 0 < int(found["port"] or 80) <= LARGEST_PORT:
        return Secret(found[0])
    message = "is no address of HTTP"
    raise Refused(message, "http:// or https://, with a host")


def _body(value: object) -> Secret:
    """Returns the text of a body. Raises Refused for anything else."""
    if isinstance(value, str) and len(value) <= LONGEST_TEXT:
        return Secret(value)
    message = "is no text"
    raise Refused(message, f"text of at most {LONGEST_TEXT} characters, such as '{{\"on\": true}}'")


def _header(value: object) -> Secret:
    """Returns the value of a header. Raises Refused for anything else."""
    if isinstance(value, str) and value.isprintable() and value.isascii():
        return Secret(value)
    message = "is no header"
    raise Refused(message, "one line of text in ASCII; numbers in quotes")


Url = Annotated[Secret, Read(_url)]
Body = Annotated[Secret, Read(_body)]
HeaderValue = Annotated[Secret, Read(_header)]
HeaderName = Annotated[str, Matches(r"^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$", "is no name of a header", "such as Accept")]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSource(Far):
    """An event that another device posts to /hook/ID on the page's port."""

    kind: Literal["http"] = "http"
    """Kind of the line."""
    token: Secret | None = None
    """The secret that every call has, in plain text; token_file is preferred."""
    token_file: Path | None = None
    """File whose text, without the newline at its end, is the token."""
    hold_s: Annotated[float, Range(0.1, 86_400)] = 5.0
    """Seconds that a call counts as connected, unless it says contact=connected or contact=disconnected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """A request to a device. Address, body and headers may hold a password, so they are secrets."""

    url: Url
    """Address: http or https."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] | None = None
    """Method of the request; default: GET, or POST where there is a body."""
    body: Body | None = None
    """Text of the body; JSON or XML is recognised for its media type."""
    headers: Mapping[HeaderName, HeaderValue] = field(default_factory=dict)
    """Further headers."""

    @property
    def verb(self) -> str:
        """The method, also where none is written."""
        return self.method or ("GET" if self.body is None else "POST")


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSink(Far):
    """A device that obeys requests."""

    kind: Literal["http"] = "http"
    """Kind of the line."""
    preset: PresetName | None = None
    """Name of a known device, which fills in the requests from its address; docs/sources.md lists them."""
    address: Url | None = None
    """Address of the device, for a preset, such as http://192.168.1.30."""
    connected: HttpRequest
    """Request that connects the contact."""
    disconnected: HttpRequest
    """Request that disconnects it."""
    username: str | None = None
    """User name at the device, for Basic or Digest, as it asks for."""
    password: Secret | None = None
    """Password in plain text; password_file is preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""
    ca_file: Path | None = None
    """PEM file of the authorities to trust; default: the system's. Certificates are always checked."""
