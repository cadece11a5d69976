"""Mail over SMTP through yagmail, at a set pace: `ports.Mailer`.

yagmail_client.py has the conversation with the server.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from onboard.adapters.mail.smtp_settings import Smtp, Tls
from onboard.adapters.mail.yagmail_client import LabClient
from onboard.ports import Posted

__all__ = ["Smtp", "Tls", "YagmailMailer"]


class YagmailMailer:
    """One connection, opened when first needed, with at most `per_minute` messages, evenly spaced."""

    def __init__(
        self,
        settings: Smtp,
        monotonic: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = LabClient(settings, monotonic)
        self._space = 60.0 / settings.per_minute if settings.per_minute else 0.0
        self._monotonic = monotonic
        self._pause = pause
        self._next_at = 0.0

    def __repr__(self) -> str:
        return f"YagmailMailer({self._client.host}:{self._client.port})"

    def will_wait(self) -> bool:
        """Whether the next message waits for its turn or for a connection."""
        return not self._client.ready() or self._next_at > self._monotonic()

    def deliver(self, post: Posted, before_data: Callable[[], None]) -> str:
        wait = self._next_at - self._monotonic()
        if wait > 0:
            self._pause(wait)
        self._next_at = max(self._next_at, self._monotonic()) + self._space
        return self._client.hand_over(post.envelope_from, post.to_addr, post.mime, before_data)

    def probe(self, envelope_from: str) -> str:
        return self._client.probe(envelope_from)

    def close(self) -> None:
        self._client.close()
