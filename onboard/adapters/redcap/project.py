"""One REDCap project through PyCap: how a call is sent and retried.

answers.py judges the answers. PyCap shares one session among all projects, has no timeout and no retry, and hands any body back
as data. This subclass replaces the one method through which all of its calls go.
"""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from threading import Timer
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from redcap.project import Project
from requests.adapters import HTTPAdapter

from onboard import __version__
from onboard.adapters.redcap.answers import Answer, Busy, Secret, checked, checked_bytes
from onboard.errors import ConfigError, ReadInDoubt

_TOKEN = re.compile(r"[0-9A-Fa-f]{32}")
#: Answered with one bare line, although PyCap asks for CSV; which content type it comes with is not documented.
_ONE_LINE = frozenset({"surveyLink", "surveyQueueLink", "surveyAccessCode", "surveyReturnCode"})
#: Seconds before the second, third ... try.
_FIRST_PAUSE, _LONGEST_PAUSE = 2.0, 60.0
#: Bytes: a longer answer is no form of a lab's. It is unpacked a little at a time, since what is packed may grow a thousandfold.
LARGEST_ANSWER, _AT_ONCE = 512 << 20, 16 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapProject:
    """How one project is reached. The token shows in no repr."""

    name: str
    url: str
    token: Secret = field(repr=False)
    contact: str = ""
    ca_file: Path | None = None
    proxy: str = ""
    connect_seconds: float = 10
    read_seconds: float = 120
    retries: int = 3

    @property
    def host(self) -> str:
        """The server's name."""
        return urlsplit(self.url).hostname or self.url


class GuardedProject(Project):
    """`redcap.Project` that hands back only what passed `answers`. Use with `with`, or close it."""

    def __init__(self, project: RedcapProject, pause: Callable[[float], None] = time.sleep) -> None:
        _check_address(project)
        super().__init__(project.url, project.token.get_secret_value(), timeout=_timeout(project))
        self._project = project
        self._pause = pause
        self._session = _session(project)
        self.server_time: datetime | None = None  # of the last answer; None when it said none
        self._watch = _Watch()
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._watch)

    def __enter__(self) -> GuardedProject:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def __repr__(self) -> str:
        return f"GuardedProject({self._project.name!r}, {self._project.host!r})"

    def _call_api(self, payload: dict[str, Any], return_type: str, file: Any = None) -> Any:
        """Send one call; every method of PyCap calls this.

        Raises Busy, Refused or ReadInDoubt; never returns a body that is not an answer.
        """
        wanted = "" if payload["content"] in _ONE_LINE else payload.get("returnFormat") or payload.get("format") or ""
        # A call that changes something may have done so before the connection was lost: it is never repeated automatically.
        retries = 0 if "data" in payload or "action" in payload else self._project.retries
        for n in range(retries):
            try:
                return self._once(payload, wanted, return_type, file)
            except Busy:
                self._pause(min(_FIRST_PAUSE * 4**n, _LONGEST_PAUSE))
        return self._once(payload, wanted, return_type, file)

    def _once(self, payload: dict[str, Any], wanted: str, return_type: str, file: Any) -> Any:
        answer = self._post(payload, file)
        name = self._project.name
        if return_type == "file_map":
            return checked_bytes(answer, name), answer.headers
        if return_type == "empty_json":
            checked_bytes(answer, name)
            return [{}]
        text = checked(answer, wanted, name)
        return _from_json(text, name) if wanted == "json" else text

    def _post(self, payload: dict[str, Any], file: Any) -> Answer:
        try:
            with self._watch.within(sum(_timeout(self._project))):
                response = self._session.post(
                    self.url, data=payload, files=file, timeout=_timeout(self._project), allow_redirects=False, stream=True
                )
                body = _whole_body(response)
        # The vendor's text is dropped: it may hold what was sent.
        except requests.RequestException as error:
            trouble = self._unreachable(error)
        else:
            if not self._watch.ended:
                self.server_time = _time_of(response.headers.get("Date", ""))
                if body is None:
                    raise self._too_long()
                return Answer(status=response.status_code, headers=response.headers, body=body)
            trouble = self._too_late()
        raise trouble from None

    def _too_late(self) -> Busy:
        return Busy(
            f"{self._project.host} (project {self._project.name!r}) did not finish its answer within "
            f"{sum(_timeout(self._project)):g} seconds. The jobs try again until the evening; if it persists, tell its "
            "administrator."
        )

    def _too_long(self) -> ReadInDoubt:
        return ReadInDoubt(
            f"{self._project.host} (project {self._project.name!r}) sent more than {LARGEST_ANSWER >> 20} MB in one answer, so "
            "it was not read to its end. No form of a lab is that long: tell its administrator."
        )

    def _unreachable(self, error: requests.RequestException) -> ReadInDoubt:
        where = f"{self._project.host} (project {self._project.name!r})"
        if self._watch.ended:
            return self._too_late()
        if isinstance(error, requests.exceptions.SSLError) and "WRONG_VERSION_NUMBER" in str(error):
            return ReadInDoubt(
                f"{where} does not speak TLS at that address: it answers plain http. Correct url under [redcap] in "
                "settings.toml, the port in it too."
            )
        if isinstance(error, requests.exceptions.SSLError):
            return ReadInDoubt(
                f"The certificate of {where} is not trusted, so nothing was sent. If your institution has an authority of "
                "its own, write its certificate file into ca_file under [redcap] in settings.toml."
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return Busy(f"The proxy does not let us through to {where}. Check proxy under [redcap] in settings.toml.")
        if isinstance(error, requests.Timeout):
            return Busy(
                f"{where} did not answer in time. The jobs try again until the evening; if it persists, tell its administrator."
            )
        if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            return Busy(f"{where} cannot be reached, or the link broke. Check the network, url and proxy in settings.toml.")
        return ReadInDoubt(f"{where} answered in a way that cannot be read ({type(error).__name__}). Try again later.")


def _whole_body(response: requests.Response) -> bytes | None:
    """The answer's bytes, unpacked; None where they do not end. A few packed bytes may be a gigabyte."""
    found = bytearray()
    with response:
        for part in response.iter_content(_AT_ONCE):
            found += part
            if len(found) > LARGEST_ANSWER:
                return None
    return bytes(found)


class _Watch(HTTPAdapter):
    """Ends a call whose answer is not whole in time.

    The limits of requests are on each byte, and bytes may keep coming without an end.
    """

    def __init__(self) -> None:
        super().__init__()
        self.ended = False  # whether the last call was ended here
        self._open: WeakSet[socket.socket] = WeakSet()

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """While the block runs: after so many seconds its connections are shut."""
        self.ended = False
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        self.ended = True
        for opened in list(self._open):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)

    def get_connection_with_tls_context(self, *args: Any, **named: Any) -> Any:
        """Return the pool of a call, whose sockets are known here from their beginning.

        A connection drops its own reference once the headers are there.
        """
        pool: Any = super().get_connection_with_tls_context(*args, **named)
        if not issubclass(pool.ConnectionCls, _Known):
            pool.ConnectionCls = type("Known", (_Known, pool.ConnectionCls), {"opened": self._open})
        return pool


class _Known:
    """A connection whose socket is known from its beginning."""

    opened: WeakSet[socket.socket]
    sock: socket.socket | None

    def connect(self) -> None:
        """As the connection does."""
        super().connect()  # type: ignore[misc]
        if self.sock is not None:
            self.opened.add(self.sock)


def _check_address(project: RedcapProject) -> None:
    """What PyCap would assert itself, with the token in the text of its assertion."""
    if not project.url.endswith("/api/"):
        raise ConfigError(f"settings.toml, [redcap], url: {project.url!r} does not end with /api/. REDCap's API page shows it.")
    if not _TOKEN.fullmatch(project.token.get_secret_value()):
        raise ConfigError(
            f"ONBOARD_{project.name.upper()}_TOKEN is not a REDCap token, which has 32 characters 0-9 and A-F. Copy it again "
            "from the API page of the project."
        )


def _time_of(text: str) -> datetime | None:
    """The instant of a Date header; None for what is none."""
    with suppress(ValueError):
        found = parsedate_to_datetime(text)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None


def _timeout(project: RedcapProject) -> tuple[float, float]:
    return project.connect_seconds, project.read_seconds


def _session(project: RedcapProject) -> requests.Session:
    """A session of this project's own: no cookie, proxy or log-in of anybody else."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = f"onboard/{__version__}" + (f" ({project.contact})" if project.contact else "")
    if project.ca_file:
        session.verify = str(project.ca_file)
    if project.proxy:
        session.proxies = {"http": project.proxy, "https": project.proxy}
    return session


def _from_json(text: str, name: str) -> Any:
    with suppress(json.JSONDecodeError):
        return json.loads(text)
    raise ReadInDoubt(f"REDCap's answer for project {name!r} is not whole JSON: it was cut short. Try again later.")
