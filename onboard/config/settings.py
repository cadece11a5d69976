"""settings.toml as values: what each key may hold.

`lab_file.py` checks what fits together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from onboard.config.mistakes import Block
from onboard.errors import ConfigError
from onboard.model import Attach, Mode

_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]:\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
#: A ledger in a file, as it is written in settings.toml.
_FILE = re.compile(r"sqlite(?:\+pysqlite)?:///(.+)", re.DOTALL)
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "[::1]")
_DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _address(text: str) -> str:
    """One plain address, lower case. It is never put into a header unless it passed here."""
    if not _ADDRESS.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not an e-mail address. Write one like maria.chen@example.edu, without a name.")
    return text.strip().lower()


def _address_or_blank(text: str) -> str:
    return _address(text) if text.strip() else ""


#: The length of what replaces KEY, and the longest text before an @ (RFC 5321 4.5.3.1.1).
_KEY_LENGTH, _LONGEST_LOCAL = 32, 64


def _envelope(text: str) -> str:
    """An address with KEY once before its @, or blank."""
    local, _, domain = text.strip().partition("@")
    if local and (local.count("KEY") != 1 or len(local) > _LONGEST_LOCAL - _KEY_LENGTH + len("KEY")):
        most = _LONGEST_LOCAL - _KEY_LENGTH
        raise ValueError(f"{text!r} will not do. Write KEY once before the @, and at most {most} letters beside it.")
    filled = "0" * _KEY_LENGTH
    return _address_or_blank(f"{local.replace('KEY', filled)}@{domain}" if text.strip() else "").replace(filled, "KEY")


#: Where a system keeps copies of the zones, some of them with leap seconds.
_NO_ZONES = ("posix/", "right/", "posixrules")


def _is_zone(text: str) -> bool:
    """Whether this one zone can be had; to list them all opens six hundred files, for each start and each lab."""
    try:
        return not text.startswith(_NO_ZONES) and ZoneInfo(text).key == text
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _zone(text: str) -> str:
    if not _is_zone(text):
        raise ValueError(f"{text!r} is not a time zone. {_nearest_zone(text)}")
    if text in _FIXED or text.startswith(("Etc/GMT+", "Etc/GMT-")):
        place = _FIXED.get(text, "America/New_York")
        raise ValueError(f"{text!r} moves no clock in summer: mails would go an hour off. Name a place, for example {place!r}.")
    return text


#: Names of a distance from Greenwich that stay the same in summer, with a place that people mean by them.
_FIXED = {
    "EST": "America/New_York",
    "MST": "America/Denver",
    "HST": "Pacific/Honolulu",
    "GMT": "Europe/London",
    "GMT0": "Europe/London",
    "GMT+0": "Europe/London",
    "GMT-0": "Europe/London",
}


def _nearest_zone(text: str) -> str:
    """A hint that names one zone: by its whole name, or by its city."""
    by_city = {zone.rpartition("/")[2]: zone for zone in sorted(available_timezones(), key=len, reverse=True)}
    plain = text.strip().replace(" ", "_")
    found = by_city.get(plain) or next(iter(get_close_matches(plain, [*by_city, *by_city.values()], n=1, cutoff=0.8)), "")
    hint = by_city.get(found, found)
    return f"Did you mean {hint!r}?" if hint else "Write continent and city, for example 'America/New_York'."


def _local_time(value: object) -> object:
    """A time of day as text or as TOML writes it; a number would be seconds, and one with a zone is not local."""
    if isinstance(value, (str, time)):
        return value
    raise ValueError(f"{value!r} is not a time. Write HH:MM, for example '18:00'.")


def _without_zone(at: time) -> time:
    if at.tzinfo:
        raise ValueError(f"{at.isoformat()!r} names a zone. Write the lab's local time, for example '18:00'.")
    return at


def _one_line(text: str) -> str:
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("must be one line. Take the line break out.")
    return text.strip()


def is_loopback(host: str) -> bool:
    """Whether a host name is this machine."""
    return host.lower() in _LOOPBACK or host.startswith("127.")


def _api_url(text: str) -> str:
    """An API address that hides its token from the network: https, unless it is this machine."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{text!r} is not a web address. Write it like https://redcap.example.edu/api/.")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("begins with http, which would show the token to the network. Write https.")
    if not text.endswith("/api/"):
        raise ValueError(f"{text!r} does not end with /api/. REDCap shows the address on its API page.")
    return text


Address = Annotated[str, AfterValidator(_address)]
AddressOrBlank = Annotated[str, AfterValidator(_address_or_blank)]
Envelope = Annotated[str, AfterValidator(_envelope)]
ApiUrl = Annotated[str, AfterValidator(_api_url)]
OneLine = Annotated[str, AfterValidator(_one_line)]
Days = Annotated[int, Field(ge=0, le=3650)]
Some = Annotated[int, Field(ge=1, le=3650)]


class LabTable(Block):
    """[lab]"""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Annotated[OneLine, Field(min_length=1, max_length=80)]
    zone: Annotated[str, AfterValidator(_zone)]
    sender: Address
    institution: OneLine = ""
    domains: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")], ...]
    verify: OneLine = ""
    operator: Address
    evening: Annotated[time, BeforeValidator(_local_time), AfterValidator(_without_zone)] = time(18, 0)

    def zone_info(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.zone)


class CoordinatorBlock(Block):
    """[[coordinator]]"""

    name: Annotated[OneLine, Field(min_length=1)]
    address: Address
    phone: OneLine = ""
    first: date | None = None
    last: date | None = None


class SendingTable(Block):
    """[sending]"""

    mode: Mode = Mode.DRY
    trial_address: AddressOrBlank = ""
    ceiling: Annotated[int, Field(ge=1)] = 50
    guest_list: tuple[Address, ...] = ()


class RedcapTable(Block):
    """[redcap]"""

    url: ApiUrl
    contact: Address
    ca_file: str = ""
    proxy: Annotated[str, Field(pattern=r"^(https?://[^\s@]+)?$")] = ""
    connect_seconds: Annotated[float, Field(gt=0, le=600)] = 10
    read_seconds: Annotated[float, Field(gt=0, le=3600)] = 120
    retries: Annotated[int, Field(ge=0, le=8)] = 3
    urls: dict[str, ApiUrl] = Field(default_factory=dict)


#: What a provider asks for (Microsoft 365: 30 mails a minute and mailbox; Google: 2,000 a day).
PRESETS: Mapping[str, Mapping[str, object]] = {
    "gmail": {"host": "smtp.gmail.com", "port": 587, "tls": "starttls", "rate_per_minute": 20},
    "m365": {"host": "smtp.office365.com", "port": 587, "tls": "starttls", "login": "xoauth2", "rate_per_minute": 25},
    "relay": {"port": 25, "tls": "starttls", "rate_per_minute": 60},
}


class MailTable(Block):
    """[mail]"""

    preset: Literal["", "gmail", "m365", "relay"] = ""
    transport: Literal["relay", "login", "files"] = "files"
    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]_-]*$")] = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    unencrypted_because: OneLine = ""
    ca_file: str = ""
    helo: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]_-]*$")] = ""
    user: OneLine = ""
    login: Literal["basic", "xoauth2"] = "basic"
    envelope_sender: Envelope = ""
    rate_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 25
    folder: Annotated[str, Field(min_length=1)] = "mail"

    def filled(self) -> Self:
        """With the values of the preset; a key the lab changed from its default keeps the lab's value."""
        changed = {name for name, field in type(self).model_fields.items() if getattr(self, name) != field.default}
        wanted = PRESETS.get(self.preset, {})
        return self.model_copy(update={name: value for name, value in wanted.items() if name not in changed})


class MicrosoftTable(Block):
    """[m365]: how an access token is had, for mail and mailbox alike."""

    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]*$")] = ""
    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*$")] = ""
    flow: Literal["app", "delegated"] = "app"


class BouncesTable(Block):
    """[bounces]: the mailbox of `sender`; off while host is blank."""

    host: Annotated[str, Field(pattern=r"^[A-Za-z0-9.:\[\]_-]*$")] = ""
    port: Annotated[int, Field(ge=1, le=65535)] = 993
    tls: Literal["implicit", "starttls"] = "implicit"
    ca_file: str = ""
    user: OneLine = ""
    login: Literal["basic", "xoauth2"] = "basic"
    folder: Annotated[str, Field(pattern=r"^[ -!#-\[\]-~]+$")] = "INBOX"
    sent_folder: Annotated[str, Field(pattern=r"^[ -!#-\[\]-~]*$")] = ""


class CalendarTable(Block):
    """[calendar]"""

    country: str = ""
    subdivision: str = ""
    weekend: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("sat", "sun")

    def weekend_days(self) -> frozenset[int]:
        """Weekday numbers, Monday = 0."""
        return frozenset(_DAY_NAMES.index(day) for day in self.weekend)


class CadenceTable(Block):
    """[cadence]; the names and defaults are those of `onboard.model.Cadence`."""

    new_hire_days: Days = 30
    new_hire_weekly: Some = 7
    last_week_every: Some = 2
    repeat_days: Some = 7
    announce_working_days: Days = 2
    unmapped_grace: Days = 5
    starting_days: Days = 14
    next_days: Days = 30
    max_rows: Some = 150


class DigestTable(Block):
    """[digest]"""

    attach: Attach = Attach.NONE


class LedgerTable(Block):
    """[ledger]"""

    url: str = ""

    def address(self, home: Path) -> str:
        """The address; a file in the home when none is written. What follows sqlite:/// is a path, letter for letter; one that is
        not whole begins in the home. Raises ConfigError when a ledger lies where such a one began before."""
        written = _FILE.fullmatch(self.url)
        if self.url and (written is None or written[1] == ":memory:"):
            return self.url
        path = written[1] if written else "ledger.db"
        whole, before = (home / path).absolute(), Path(path).absolute()
        if written and before.is_file() and not whole.exists():
            raise ConfigError(
                f"settings.toml, [ledger], url: {path!r} is a file in the lab's home, {whole}, but the ledger lies in {before}. "
                f"Move it there (with -wal and -shm, if they are next to it), or write sqlite:///{before}"
            )
        return f"sqlite:///{whole}"
