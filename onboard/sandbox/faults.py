"""Faults of a server, to be switched on for chosen calls.

Which fault strikes which call and how often. How it looks on the wire is in `web.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Protocol


class Fault(StrEnum):
    """A way in which a server fails. Those marked (assumption) are not evidenced in their exact form."""

    BANNED = "banned"  # rate limit: a page with "has been banned due to suspected abuse", not 429
    OFFLINE = "offline"  # maintenance page
    CRITICAL_OFFLINE = "critical_offline"  # the other wording of the same
    DATABASE_DOWN = "database_down"  # 200 with a sentence about host, user and password
    SERVER_CRASH = "server_crash"  # 500 and an empty body
    OVERLOAD = "overload"  # 200 and no bytes at all
    PROXY_TIMEOUT = "proxy_timeout"  # nothing for `delay` seconds, then 504 from the proxy
    FEWER_ROWS = "fewer_rows"  # a big export that stops early, whole lines, no error; `share` of the rows are left
    WRONG_RECORD = "wrong_record"  # the last row of a list is under the record of the first (assumption)
    NO_INSTANCE = "no_instance"  # the column redcap_repeat_instance is left out (assumption)
    LINE_FEED = "line_feed"  # one line feed, as REDCap answers where there is no row at all
    BARE_HEADER = "bare_header"  # the names of the columns and no row
    CUT_OFF = "cut_off"  # the answer ends in the middle and says it is whole (assumption)
    CONNECTION_LOST = "connection_lost"  # the connection breaks in the middle of the answer
    SLOW = "slow"  # the right answer after `delay` seconds
    TRICKLE = "trickle"  # the right answer, a byte every `delay` seconds (assumption: a proxy that inspects what passes)
    STATUS = "status"  # any status with a proxy's HTML page, 503 unless given
    PERMISSION_LOST = "permission_lost"  # 403, as when the token was revoked or its owner suspended
    PROJECT_DELETED = "project_deleted"  # 400, the project is gone
    REDIRECT = "redirect"  # 302 to a log-in page
    WRONG_PAGE = "wrong_page"  # 404 from Apache
    TOO_LARGE = "too_large"  # 413 (assumption)
    HTML = "html"  # 200 and a log-in page in place of data
    BYTE_ORDER_MARK = "byte_order_mark"  # EF BB BF before the data (assumption: some proxies and old servers)
    NO_CHARSET = "no_charset"  # the content type without its charset (assumption)


@dataclass(slots=True)
class Planned:
    """A fault waiting for its calls. `times` None means always; `after` passes that many calls first."""

    fault: Fault
    content: str | None = None
    project: str | None = None
    times: int | None = 1
    after: int = 0
    delay: float = 0.0
    status: int | None = None
    form: str | None = None
    share: float = 0.5

    def fits(self, content: str, project: str | None, form: str) -> bool:
        """Whether a call of that content (project title, form) is meant."""
        return self.content in (None, content) and self.project in (None, project) and self.form in (None, form)


class Faults:
    """The faults switched on, in order; the first that fits strikes."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []
        self._lock = Lock()

    def add(
        self,
        fault: Fault,
        *,
        content: str | None = None,
        project: str | None = None,
        times: int | None = 1,
        after: int = 0,
        delay: float = 0.0,
        status: int | None = None,
        form: str | None = None,
        share: float = 0.5,
    ) -> None:
        """Let a fault strike calls of that content, project title and form (None: any), `times` times (None: always)."""
        planned = Planned(fault, content, project, times, after, delay, status, form, share)
        with self._lock:
            self._planned.append(planned)

    def clear(self) -> None:
        """Switch everything off."""
        with self._lock:
            self._planned.clear()

    def strike(self, content: str, project: str | None, form: str = "") -> Planned | None:
        """The fault for this call, used up by one. `form`: the first whose status the call asks for, "" when none."""
        with self._lock:
            for planned in self._planned:
                if planned.fits(content, project, form) and comes_due(planned):
                    return planned
        return None


class Counted(Protocol):
    """What strikes `times` times (None: always), after it let `after` pass."""

    times: int | None
    after: int


def comes_due(one: Counted) -> bool:
    """Whether it strikes this time; counts it."""
    if one.times == 0:
        return False
    if one.after > 0:
        one.after -= 1
        return False
    if one.times is not None:
        one.times -= 1
    return True
