"""Ping a monitoring URL after each good run.

The monitoring service alerts when the pings stop. The URL is a secret: it could be used to hide a failure.
"""

from __future__ import annotations

from http.client import HTTPException
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from onboard.errors import ConfigError, OnboardError

_SECONDS = 10.0


def ping(url: str, seconds: float = _SECONDS) -> None:
    """Call the address once. Raises OnboardError, without the address, when it did not answer with success."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("ONBOARD_PING_URL is not a web address. Write the whole address, beginning with https://.")
    try:
        with urlopen(Request(url, headers={"User-Agent": "onboard"}), timeout=seconds) as answer:
            answer.read(1)
    except (URLError, HTTPException, OSError, ValueError) as error:
        said = getattr(error, "code", "") or type(error).__name__
        raise OnboardError(f"The ping address did not answer ({said}): check ONBOARD_PING_URL and the network.") from None
