"""settings.toml -> Lab, mail and REDCap settings, checked together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from onboard.config import operating, writing
from onboard.config.days_off import work_calendar
from onboard.config.mistakes import M, blocks, known_tables, nearest, table, validated
from onboard.config.settings import (
    BouncesTable,
    CadenceTable,
    CalendarTable,
    CoordinatorBlock,
    DigestTable,
    LabTable,
    LedgerTable,
    MailTable,
    MicrosoftTable,
    RedcapTable,
    SendingTable,
    is_loopback,
)
from onboard.model import Cadence, Coordinator, Lab, Limits, Mode

FILE = "settings.toml"
_TABLES = ("lab", "coordinator", "sending", "redcap", "mail", "calendar", "cadence", "ledger", "m365", "bounces", "digest")
_ELSEWHERE = (*operating.TABLES, *writing.TABLES)  # tables of this file that are read next door
_PLACEHOLDER = ".invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSettings:
    """How mail leaves, as plain values; the password is asked for where it is used."""

    transport: Literal["relay", "login", "files"]
    host: str
    port: int
    tls: Literal["starttls", "implicit", "none"]
    ca_file: Path | None
    helo: str
    user: str
    login: Literal["basic", "xoauth2"]
    rate_per_minute: int
    folder: Path  # of .eml files


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrosoftSettings:
    """The registered application that requests Microsoft's access tokens.

    And the account in whose name it does.
    """

    tenant: str
    client_id: str
    flow: Literal["app", "delegated"]
    cache: Path  # of tokens; readable for its owner alone


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceSettings:
    """The mailbox that delivery reports come back to; its password is asked for where it is used."""

    host: str
    port: int
    tls: Literal["implicit", "starttls"]
    ca_file: Path | None
    user: str
    login: Literal["basic", "xoauth2"]
    folder: str
    sent_folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RedcapSettings:
    """How one project is reached, as plain values; its token is asked for where it is used."""

    name: str
    url: str
    contact: str
    ca_file: Path | None
    proxy: str
    connect_seconds: float
    read_seconds: float
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """Everything of settings.toml that could be read; None where something is wrong."""

    lab: LabTable | None
    coordinators: tuple[CoordinatorBlock, ...]
    sending: SendingTable | None
    redcap: RedcapTable | None
    mail: MailTable | None
    calendar: CalendarTable | None
    cadence: CadenceTable | None
    ledger: LedgerTable | None
    m365: MicrosoftTable | None
    bounces: BouncesTable | None
    digest: DigestTable | None


def read_settings(document: Mapping[str, object], mistakes: list[str]) -> SettingsFile:
    """Read each table by itself, so that a mistake in one hides none in another."""

    def part(name: str, model: type[M]) -> M | None:
        return validated(model, table(document, name, FILE, mistakes), f"{FILE}, [{name}]", mistakes)

    known_tables(document, (*_TABLES, *_ELSEWHERE), FILE, mistakes)
    settings = SettingsFile(
        lab=part("lab", LabTable),
        coordinators=_coordinators(document, mistakes),
        sending=part("sending", SendingTable),
        redcap=part("redcap", RedcapTable),
        mail=mail.filled() if (mail := part("mail", MailTable)) else None,
        calendar=part("calendar", CalendarTable),
        cadence=part("cadence", CadenceTable),
        ledger=part("ledger", LedgerTable),
        m365=part("m365", MicrosoftTable),
        bounces=part("bounces", BouncesTable),
        digest=part("digest", DigestTable),
    )
    mistakes.extend(_wrong_sending(settings))
    mistakes.extend(_wrong_mail(settings.mail))
    mistakes.extend(_wrong_mailbox(settings))
    return settings


def _coordinators(document: Mapping[str, object], mistakes: list[str]) -> tuple[CoordinatorBlock, ...]:
    written = blocks(document, "coordinator", FILE, mistakes)
    if not written:
        mistakes.append(f"{FILE}, [[coordinator]]: is missing. Name at least one, with name and address.")
    found = [(where, validated(CoordinatorBlock, block, where, mistakes)) for where, block in written]
    for where, block in found:
        if block and block.first and block.last and block.last < block.first:
            mistakes.append(f"{where}, last: {block.last} lies before first. Swap them.")
    return tuple(block for _, block in found if block)


def _wrong_sending(settings: SettingsFile) -> Iterator[str]:
    sending, lab = settings.sending, settings.lab
    if sending and sending.mode is Mode.TRIAL and not sending.trial_address:
        yield f"{FILE}, [sending], trial_address: is missing. Trial mode needs the address that gets everything."
    if not sending or sending.mode is Mode.DRY or not lab:
        return
    if settings.mail and settings.mail.preset and settings.mail.transport == "files":
        yield (
            f"{FILE}, [mail], transport: 'files' writes mail into a folder, though preset = {settings.mail.preset!r} names a "
            "server. Write transport = 'login' or 'relay'; or leave preset blank to keep the files."
        )
    addresses = {"[lab], sender": lab.sender, "[lab], operator": lab.operator}
    addresses |= {f"[[coordinator]] {n}, address": c.address for n, c in enumerate(settings.coordinators, start=1)}
    addresses["[lab], domains"] = next((domain for domain in lab.domains if domain.endswith(_PLACEHOLDER)), "")
    for where, address in addresses.items():
        if address.endswith(_PLACEHOLDER):
            yield f"{FILE}, {where}: {address} is a placeholder. Write the real one before mode = {sending.mode.value!r}."


def _wrong_mail(mail: MailTable | None) -> Iterator[str]:
    if mail is None or mail.transport == "files":
        return
    if not mail.host:
        yield f"{FILE}, [mail], host: is missing. transport = {mail.transport!r} needs the mail server's name."
    if mail.transport == "login" and not mail.user:
        yield f"{FILE}, [mail], user: is missing. transport = 'login' needs the login name; else write 'relay'."
    if mail.transport == "relay" and mail.user:
        yield f"{FILE}, [mail], user: is not used. transport = 'relay' does not log in; write 'login', or leave user blank."
    if mail.tls == "none" and not mail.unencrypted_because and not is_loopback(mail.host):
        yield (
            f"{FILE}, [mail], tls: 'none' sends names and dates readable for the network. Write 'starttls', or say in "
            "unencrypted_because why it must be so."
        )
    if mail.tls == "none" and mail.transport == "login" and not is_loopback(mail.host):
        yield f"{FILE}, [mail], tls: 'none' would show the password to the network. Write 'starttls' or 'implicit'."


def _wrong_mailbox(settings: SettingsFile) -> Iterator[str]:
    """What the mailbox of [bounces] and an access token need."""
    mail, bounces, m365 = settings.mail, settings.bounces, settings.m365
    if bounces and bounces.host and not bounces.user:
        yield f"{FILE}, [bounces], user: is missing. Write the login name of the mailbox; blank host to leave it out."
    tokens = (mail and mail.transport == "login" and mail.login == "xoauth2") or (
        bounces and bounces.host and bounces.login == "xoauth2"
    )
    for key in ("tenant", "client_id"):
        if tokens and m365 and not getattr(m365, key):
            yield f"{FILE}, [m365], {key}: is missing. login = 'xoauth2' needs it; the registered application shows it."


def existing_file(text: str, home: Path, where: str, mistakes: list[str]) -> Path | None:
    """A file named in a setting, seen from the home; None for blank; a mistake when it is not there."""
    if not text:
        return None
    path = home / text
    if not path.is_file():
        mistakes.append(f"{where}: there is no file {path}. Write the path of the certificate file, or nothing.")
    return path


def build_lab(settings: SettingsFile, home: Path, digest_weekday: int, mistakes: list[str]) -> Lab | None:
    """The lab as the product wants it; None when a part of it could not be read."""
    lab, sending, cadence, calendar = settings.lab, settings.sending, settings.cadence, settings.calendar
    days = work_calendar(calendar, home, f"{FILE}, [calendar]", mistakes) if calendar else None
    if lab is None or sending is None or cadence is None or days is None or settings.digest is None or settings.mail is None:
        return None
    return Lab(
        **lab.model_dump(include={"id", "name", "sender", "operator", "institution", "verify", "evening"}),
        zone=lab.zone_info(),
        attach=settings.digest.attach,
        envelope_sender=settings.mail.envelope_sender,
        coordinators=tuple(Coordinator(**block.model_dump()) for block in settings.coordinators),
        cadence=Cadence(calendar=days, digest_weekday=digest_weekday, **cadence.model_dump()),
        limits=Limits(
            mode=sending.mode,
            trial_address=sending.trial_address,
            ceiling=sending.ceiling,
            guest_list=frozenset(sending.guest_list),
            institution_domains=frozenset(domain.lower() for domain in lab.domains),
        ),
    )


def build_mail(mail: MailTable, home: Path, mistakes: list[str]) -> MailSettings:
    """How mail leaves."""
    return MailSettings(
        **mail.model_dump(include={"transport", "host", "port", "tls", "helo", "user", "login", "rate_per_minute"}),
        ca_file=existing_file(mail.ca_file, home, f"{FILE}, [mail], ca_file", mistakes),
        folder=home / mail.folder,
    )


def build_m365(m365: MicrosoftTable, home: Path) -> MicrosoftSettings:
    """How an access token is had."""
    return MicrosoftSettings(**m365.model_dump(), cache=home / "m365-token.json")


def build_bounces(bounces: BouncesTable, home: Path, mistakes: list[str]) -> BounceSettings | None:
    """The mailbox; None when none is named."""
    if not bounces.host:
        return None
    ca_file = existing_file(bounces.ca_file, home, f"{FILE}, [bounces], ca_file", mistakes)
    return BounceSettings(**bounces.model_dump(exclude={"ca_file"}), ca_file=ca_file)


def build_redcap(redcap: RedcapTable, projects: Sequence[str], home: Path, mistakes: list[str]) -> dict[str, RedcapSettings]:
    """How each project of the mapping is reached, by its name."""
    ca_file = existing_file(redcap.ca_file, home, f"{FILE}, [redcap], ca_file", mistakes)
    for name in redcap.urls:
        if name not in projects:
            mistakes.append(f"{FILE}, [redcap] urls {name}: redcap.toml reads no such project. {nearest(name, projects)}")
    plain = redcap.model_dump(include={"contact", "proxy", "connect_seconds", "read_seconds", "retries"})
    return {name: RedcapSettings(name=name, url=redcap.urls.get(name, redcap.url), ca_file=ca_file, **plain) for name in projects}
