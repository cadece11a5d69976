"""How to reach a mail server, and what is safe enough to be tried at all."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from onboard.errors import ConfigError


class Tls(StrEnum):
    """How the link is encrypted; certificates are always verified."""

    STARTTLS = "starttls"  # begins in clear and must change to TLS
    IMPLICIT = "implicit"  # TLS from the first byte
    NONE = "none"  # no encryption: for this machine only, or where the lab says so in words


_PORTS = {Tls.STARTTLS: 587, Tls.IMPLICIT: 465, Tls.NONE: 25}


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """One way out. Raises ConfigError for an unsafe one.

    Without `user` there is no login (a relay that knows us by address). `token` gives an OAuth access token and takes the place
    of the password. Times are seconds.
    """

    host: str
    sender: str
    port: int | None = None
    tls: Tls = Tls.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False)
    ca_file: Path | None = None
    unencrypted_is_fine: bool = False
    helo: str = ""
    timeout: float = 30.0
    data_timeout: float = 600.0
    per_minute: int = 0  # 0 = as fast as the server takes them
    rotate_after: int = 50

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise ConfigError("No mail server is named: set host in [mail] of settings.toml")
        if self.tls is Tls.NONE and not self.is_this_machine() and (self.user or not self.unencrypted_is_fine):
            raise ConfigError(
                f'tls = "none" would send names{" and the password" if self.user else ""} to {self.host} in clear: set tls = '
                '"starttls"' + ("" if self.user else ", or write unencrypted_is_fine = true if the network is yours")
            )
        if self.ca_file is not None and not self.ca_file.is_file():
            raise ConfigError(f"ca_file {self.ca_file} does not exist: ask the mail administrators for the authority's file")

    @property
    def real_port(self) -> int:
        """The port given, else the usual one."""
        return self.port or _PORTS[self.tls]

    @property
    def where(self) -> str:
        """The server as people write it."""
        return f"{self.host}:{self.real_port}"

    def is_this_machine(self) -> bool:
        """Whether the mail does not leave the machine."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"
