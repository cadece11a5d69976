"""`onboard mail test ADDRESS` and `onboard mail login`. Decides what the test mail says; how it leaves is the mailer's."""

from __future__ import annotations

import uuid
from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError, DeliveryError, InDoubt
from onboard.model import Line, MessageKind, Notice, Reader, ReaderRole, Section
from onboard.ports import Posted

_ALIGNED = (
    'In "show original" or "view source", Authentication-Results says dkim=pass and dmarc=pass; if not, give the mail '
    "administrators the sender address and ask them to sign for it."
)
#: What to look for in the mail: title, words.
_LOOK_FOR: tuple[tuple[str, str], ...] = (
    ("Did it arrive in the inbox?", "If it is in spam or quarantine, ask the mail administrators to allow the sender."),
    (
        "Is there an EXTERNAL banner?",
        "Then the server counts this sender as a stranger: ask for an exception, or people will learn to ignore us.",
    ),
    (
        "Does the link below still lead where it says?",
        "Some servers rewrite links (safelinks, urldefense). That works, but tell new hires so, since it looks like phishing.",
    ),
    ("Does a reply reach the coordinator?", "Answer this mail and ask."),
    ("Is it signed?", _ALIGNED),
    ("Try it twice.", "Once to an address of the university and once outside, as new hires have before their account works."),
)
_FACTS = {
    "test": "This is a test: it shows how mails of this lab arrive here. Nothing is wrong, and it names nobody.",
    "because": "You get this because somebody wrote this address into `onboard mail test`.",
}


class What(StrEnum):
    """What to do."""

    TEST = "test"  # send one mail to one address
    LOGIN = "login"  # sign in for Microsoft 365, flow = "delegated"


def command(
    what: Annotated[
        What, typer.Argument(metavar="test|login", help="test sends one mail; login signs in to Microsoft 365 once.")
    ],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="For test: the one address that gets it.")] = "",
    home: Home = HERE,
) -> None:
    """Prove that mail leaves and arrives. The test mail goes to ADDRESS and nobody else, in every mode; it names nobody."""
    app = open_app(home)
    if what is What.LOGIN:
        _sign_in(app)
        return
    to = _address(app, address)
    try:
        said = _send(app, to)
    except InDoubt as error:
        say(f"{error}. Look whether it arrived.")
        raise typer.Exit(1) from error
    finally:
        app.close()
    say(f"Handed over to {_where(app)}: {said}")
    say(f"Now look at the mail to {to}:")
    for title, words in _LOOK_FOR:
        say(f"  - {title} {words}")


def _address(app: App, address: str) -> str:
    from onboard.adapters.mail.mime import ascii_address

    if not address:
        raise ConfigError("to whom? Write `onboard mail test you@northlake.example`.")
    try:
        to = ascii_address(address).lower()
    except DeliveryError as error:
        raise ConfigError(str(error)) from error
    limits = app.lab.limits
    if limits.guest_list and to not in limits.guest_list and to != limits.trial_address:
        raise ConfigError(f"{to} is not on the guest list. Add it to guest_list in settings.toml first.")
    return to


def _send(app: App, to: str) -> str:
    """The mail goes straight to the server: it is no item and leaves nothing in the ledger."""
    message_id = f"<{uuid.uuid4().hex}@{app.lab.sender.rpartition('@')[2]}>"
    reader = Reader(address=to, name=to, greet="", role=ReaderRole.OPERATOR)
    lines = tuple(Line(key="", section=Section.TROUBLE, title=title, why=words) for title, words in _LOOK_FOR)
    link = replace(lines[2], url="https://about.citiprogram.org/")
    shown = (*lines[:2], link, *lines[3:])
    notice = Notice(kind=MessageKind.OPERATOR, reader=reader, slot=app.today, lines=shown, facts=_FACTS, read_at=None)
    message = replace(app.render(notice), subject=f"{app.lab.name} onboarding: this is a test, nothing is wrong")
    post = Posted(
        id=message_id,
        kind=MessageKind.OPERATOR,
        reader=to,
        envelope_from=app.lab.envelope_of(message_id),
        to_addr=to,
        mime=app.compose(message, to, message_id, app.clock.now()),
        token="",
        attempts=0,
        hard=False,
    )
    return app.mailer.deliver(post, lambda: None)


def _where(app: App) -> str:
    mail = app.config.mail
    return f"the folder {mail.folder}" if mail.transport == "files" else f"{mail.host}:{mail.port} ({mail.tls})"


def _sign_in(app: App) -> None:
    mail, box = app.config.mail, app.config.bounces
    user = mail.user if mail.login == "xoauth2" else box.user if box and box.login == "xoauth2" else ""
    if not user:
        raise ConfigError("Nothing here signs in to Microsoft 365. Write login = 'xoauth2' and fill in [m365].")
    say(f"Sign in as {user}:")
    app.m365_tokens(user).sign_in(say)
    say(f"Done. The token is kept in {app.config.m365.cache}, for your eyes only, and renews itself.")
