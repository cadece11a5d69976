"""Notify systemd: ready, alive, stopping.

One datagram to $NOTIFY_SOCKET (sd_notify(3)); without a service manager nothing happens.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class ServiceManager:
    """The service manager that started this process and wants its state."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        # a name that begins with @ lies in the kernel's own name space, written with a zero byte
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._watched = _seconds(environ)

    @property
    def every(self) -> float:
        """How often `alive` must be sent, in seconds; 0 without a watchdog."""
        return self._watched / 2

    def ready(self, words: str) -> None:
        """The start is over."""
        self._say(f"READY=1\nSTATUS={words}")

    def alive(self) -> None:
        """The watchdog may rest for another while."""
        self._say("WATCHDOG=1")

    def stopping(self) -> None:
        """The run in hand ends, then the process."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            try:
                door.sendto(words.encode(), self._address)
            except OSError:
                # A manager that is gone cannot be told; the work goes on without it.
                return


def _seconds(environ: Mapping[str, str]) -> float:
    """The watchdog's patience, meant for this process and not for one that passed its environment on."""
    asked, meant_for = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not asked.isdigit() or meant_for not in ("", str(os.getpid())):
        return 0.0
    return int(asked) / 1_000_000
