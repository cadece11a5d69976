"""Run the stand-in on 127.0.0.1 in a thread of its own, over real HTTP.

Or HTTPS with a given certificate. Start, stop, address. It starts in a fraction of a second and leaves nothing running.
"""

import logging
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from types import TracebackType

import uvicorn

from onboard.sandbox.clock import ServerClock
from onboard.sandbox.faults import Faults
from onboard.sandbox.projects import Project
from onboard.sandbox.state import Seen, State
from onboard.sandbox.web import application

HOST = "127.0.0.1"
START_SECONDS = 10.0
STOP_SECONDS = 5.0
_POLL = 0.005
_EXPECTED = "ASGI callable returned without completing response"


class _Expected(logging.Filter):
    """Keeps the fault that breaks an answer off from being reported as a mistake of the server."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth showing."""
        return not record.getMessage().startswith(_EXPECTED)


_QUIET = _Expected()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Certificate and key in PEM files; `name` is the host the certificate is for."""

    certificate: Path
    key: Path
    name: str = HOST


class SandboxServer:
    """A REDCap API server that is none. Use it with `with`, or `start` and `stop`.

    `path` is where it begins: many servers answer at `https://host/redcap/api/`, and then nowhere else. `super_tokens` (64 digits
    -> user) may make projects, whose clock is `clock`.
    """

    def __init__(
        self,
        projects: Sequence[Project],
        port: int = 0,
        public_url: str | None = None,
        tls: Tls | None = None,
        *,
        path: str = "/",
        super_tokens: Mapping[str, str] | None = None,
        clock: ServerClock | None = None,
    ) -> None:
        self._port = port
        self._public_url = public_url
        self._tls = tls
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None
        self.state = State(projects=_shared(projects), public_url="", base=f"/{path.strip('/')}/".replace("//", "/"))
        self.state.super_tokens = {token.upper(): user for token, user in (super_tokens or {}).items()}
        self.state.project_clock = clock or self.state.project_clock

    @property
    def root(self) -> str:
        """The server's own address, ending in `/`."""
        scheme, host = ("https", self._tls.name) if self._tls else ("http", HOST)
        return f"{scheme}://{host}:{self._port}{self.state.base}"

    @property
    def url(self) -> str:
        """The address of the API, ending in `/api/`."""
        return f"{self.root}api/"

    def tell_time(self, clock: Callable[[], datetime]) -> None:
        """Say the time of `clock` (aware) with every answer of the API, as servers do; before that none is said, since a
        story told in another year would contradict the machine's."""
        self.state.clock = clock

    @property
    def requests(self) -> list[Seen]:
        """Every API call seen, without its token."""
        return self.state.requests

    @property
    def faults(self) -> Faults:
        """Faults to switch on."""
        return self.state.faults

    def start(self) -> None:
        """Bind and serve; returns when calls are answered. Raises OSError when the port is taken."""
        listener = socket.create_server((HOST, self._port))
        self._port = listener.getsockname()[1]
        self.state.public_url = (self._public_url or self.root).rstrip("/") + "/"
        self._server = uvicorn.Server(self._config())
        logging.getLogger("uvicorn.error").addFilter(_QUIET)
        self._thread = Thread(target=self._server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                listener.close()
                raise RuntimeError("The sandbox server did not start: look at the messages above.")
            time.sleep(_POLL)

    def stop(self) -> None:
        """Stop serving and wait for the thread. Calls still waiting (slow faults) are dropped."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError("The sandbox server did not stop.")
        self._server = self._thread = None

    def wait(self) -> None:
        """Serve until the thread ends, for a command in the foreground."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(1)

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _config(self) -> uvicorn.Config:
        return uvicorn.Config(
            application(self.state),
            http="h11",
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=str(self._tls.certificate) if self._tls else None,
            ssl_keyfile=str(self._tls.key) if self._tls else None,
        )


def _shared(projects: Sequence[Project]) -> list[Project]:
    """The list that was given, so that whoever gave it sees what is made, and may add to it while the server runs."""
    return projects if isinstance(projects, list) else list(projects)
