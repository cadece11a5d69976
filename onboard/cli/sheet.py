"""`onboard sheet`: a page for REDCap administrator and IT, or for the successor.

It collects the values; the words are in onboard/connecting/sheets.py. It connects to nothing.
"""

from __future__ import annotations

import getpass
import platform
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from onboard import __version__
from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say, writing
from onboard.connecting.sheets import Sheet, administrator_page, successor_page
from onboard.errors import ConfigError


class Reader(StrEnum):
    """Who reads the page."""

    ADMINISTRATOR = "administrator"  # of REDCap, and IT security
    SUCCESSOR = "successor"  # the person who maintains the program next


def command(
    reader: Annotated[Reader, typer.Argument(metavar="administrator|successor", help="Whom the page is for.")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there; never overwritten.")] = None,
    home: Home = HERE,
) -> None:
    """Print one page about this installation, for the REDCap administrator and IT security or for your successor."""
    page = {Reader.ADMINISTRATOR: administrator_page, Reader.SUCCESSOR: successor_page}[reader](_sheet(open_app(home)))
    if out is None:
        say(page)
        return
    if out.exists():
        raise ConfigError(f"{out} is already there, and nothing is overwritten. Name another file.")
    with writing(out):
        out.write_text(page, encoding="utf-8")
    say(f"Wrote {out}.")


def _sheet(app: App) -> Sheet:
    config, target = app.config, app.config.writeback
    return Sheet(
        version=__version__,
        lab=app.lab,
        on=app.today,
        machine=platform.node() or "this machine",
        account=getpass.getuser(),
        home=str(config.home.absolute()),
        mapping=app.redcap_mapping,
        redcap={name: one.url for name, one in config.redcap.items() if name in app.redcap_mapping.projects},
        secrets=_secrets(app),
        mail=_mail(app),
        others=tuple(_others(app)),
        reads_a_day=max(Counter(day for when in config.schedule.values() for day in when.days).values(), default=0),
        times=[f"{job.value} {when.crontab_days()} at {when.at:%H:%M}" for job, when in config.schedule.items()],
        ledger=_ledger(config.ledger_url),
        bodies_days=config.operating.bodies_days,
        verdicts_from=config.operating.verdicts_from,
        board=str(config.operating.board or ""),
        writes=tuple(target.fields.values()) if target else (),
        write_form=target.instrument if target else "",
        hand_in=hand_in.instrument if (hand_in := app.redcap_mapping.hand_in_source) else "",
    )


def _secrets(app: App) -> dict[str, str]:
    from onboard.config.secrets import MAIL_PASSWORD, token_name

    names = [token_name(name) for name in app.redcap_mapping.projects]
    names += [MAIL_PASSWORD] if app.config.mail.transport == "login" else []
    return {name: app.config.secrets.place_of(name) for name in names}


def _mail(app: App) -> str:
    mail = app.config.mail
    if mail.transport == "files":
        return f"no mail leaves: messages are files in {mail.folder}."
    by = f"as {mail.user}" if mail.transport == "login" else "by this machine's address, without log-in"
    return f"{mail.host}:{mail.port} ({mail.tls}), {by}, at most {mail.rate_per_minute} a minute."


def _others(app: App) -> Iterator[str]:
    from onboard.config.secrets import PING_URL

    config = app.config
    if config.mail.transport == "login" and config.mail.login == "xoauth2":
        yield "Microsoft's log-in service: https://login.microsoftonline.com"
    if config.bounces:
        yield f"Mailbox for undelivered mail: {config.bounces.host}:{config.bounces.port} ({config.bounces.tls})"
    if config.secrets.has(PING_URL):
        yield "A watchdog's address (a secret): called after each good run, with nothing but the call"
    if urlsplit(config.ledger_url).hostname:
        yield f"Database: {_ledger(config.ledger_url)}"


def _ledger(url: str) -> str:
    """The ledger's place without any log-in."""
    parts = urlsplit(url)
    if parts.hostname:
        return f"{parts.hostname}{parts.path} ({parts.scheme.partition('+')[0]})"
    return url.removeprefix("sqlite:///")
