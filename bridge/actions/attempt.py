"""The steps of one attempt: each has a time limit, and an error names its step."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

from bridge.errors import ActionError, ActionFailed, ActionRefused, TlsFileError
from bridge.system.tls import tls_problem
from bridge.text.printable import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptLimits:
    """Time limits of an attempt, the same for each channel.

    `step_s` is for each command, each answer, and each piece of the content to be accepted by the network.
    `verdict_s` is for the server's last answer, about the whole content: data accepted by the network may still be
    under way, a mail server scans for viruses, and a mail that is cut off there arrives twice.
    `whole_s` is for everything.
    """

    step_s: float = 30
    verdict_s: float = 120
    whole_s: float = 600


DEFAULT_LIMITS = AttemptLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of one attempt.

    `limit_s` is the time limit of each step.
    `explain` converts the library's own exceptions into an `ActionError`, and returns None for any other.
    """

    server: str
    """Host and port, for the messages."""
    limit_s: float
    explain: Callable[[Exception], ActionError | None]

    @contextlib.asynccontextmanager
    async def step(self, what: str, *, limit_s: float | None = None) -> AsyncIterator[None]:
        """Bounds the code of a `with` block by `limit_s` seconds (None: the limit of all steps).

        An exception of network or server, and a time-out, is raised as an ActionError that names the server and `what`.
        Any other exception passes as it is. The original is not chained: servers echo their input, including passwords.
        """
        bound_s = self.limit_s if limit_s is None else limit_s
        try:
            async with asyncio.timeout(bound_s) as limit:
                yield
        except ActionError as error:
            raise self.located(error, at=what) from None
        except TimeoutError:
            after = f"within {bound_s:g} s" if limit.expired() else "in time"  # in time: the kernel gave up
            raise self.located(ActionFailed(f"no answer {after}"), at=what) from None
        except Exception as error:
            explained = self.explain(error) or explain_network(error, server=self.server)
            if explained is None:
                raise
            raise self.located(explained, at=what) from None

    def located(self, error: ActionError, *, at: str) -> ActionError:
        """Returns the error with server and step (`at`) in front.

        If the message names the server, with the step alone.
        """
        message = f"{at}: {error}"
        return type(error)(message if self.server in message else f"{self.server}: {message}")


def explain_network(error: Exception, *, server: str) -> ActionError | None:
    """Returns the ActionError for an exception of a socket or of TLS, or None for any other exception.

    ActionFailed (worth a retry), but ActionRefused for a refused certificate, a server of the wrong kind, or a TLS
    file.
    """
    if isinstance(error, TlsFileError):
        return ActionRefused(str(error))
    network = next((cause for cause in _causes(error) if isinstance(cause, (ssl.SSLError, socket.gaierror))), error)
    if isinstance(network, ssl.SSLError):
        problem = tls_problem(network, server=server)
        return (ActionRefused if problem.permanent else ActionFailed)(problem.message)
    if isinstance(network, socket.gaierror):
        return ActionFailed(f"the host name cannot be resolved: {network.strerror}")
    if isinstance(network, OSError):
        refused = any(isinstance(cause, ConnectionRefusedError) for cause in _causes(error))
        reason = "nobody listens there" if refused else network.strerror or "the connection was cut"
        return ActionFailed(printable(reason))
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yields an exception, then its cause or context, and so on."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
