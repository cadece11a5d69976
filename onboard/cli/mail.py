"""`onboard mail`: a test mail, the sign-in, and mail refused or in doubt.

The mailer sends; `onboard.planning.standing` decides the state of an address.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Format, Home, Output
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.dates import show
from onboard.errors import ConfigError, DeliveryError, InDoubt
from onboard.folding import counted
from onboard.model import Closed, Line, MessageKind, Mode, Notice, Reader, ReaderRole, Section, Standing
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
    "test": "This is a test: it shows how mails of this lab arrive here. Nothing is wrong. It contains no names.",
    "because": "You get this because this address was given to `onboard mail test`.",
}


class What(StrEnum):
    """What to do."""

    TEST = "test"  # send one mail to one address
    LOGIN = "login"  # sign in for Microsoft 365, flow = "delegated"
    ADDRESSES = "addresses"  # which addresses refuse mail, since when, and when they are tried again
    REOPEN = "reopen"  # forget the evidence against one
    DOUBTS = "doubts"  # mails offered without an answer
    SETTLE = "settle"  # say whether one arrived
    TRY = "try"  # let the next run try one mail while all are held


def command(
    what: Annotated[
        What,
        typer.Argument(
            metavar="WHAT",
            help="test sends one mail; login signs in to Microsoft 365 once; addresses and reopen: who refuses mail; doubts and "
            "settle: what may or may not have arrived; try ends a hold.",
        ),
    ],
    subject: Annotated[
        str,
        typer.Argument(metavar="ADDRESS|ID", help="For test and reopen an address, for settle the beginning of an id."),
    ] = "",
    arrived: Annotated[bool, typer.Option("--arrived", help="With settle: it arrived, so it counts as said.")] = False,
    again: Annotated[bool, typer.Option("--again", help="With settle: it did not; what still holds is said again.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="With settle: every mail in doubt. With addresses: opened ones of sixty days, too.")
    ] = False,
    home: Home = HERE,
    output: Output = Format.TABLE,
) -> None:
    """Prove that mail leaves and arrives, and see to mail that did not. The test mail goes to ADDRESS alone, in every
    mode; it contains no names. Exit code 1 while something listed needs a person."""
    app = open_app(home, reads_only=what in (What.ADDRESSES, What.DOUBTS))
    try:
        if what is What.LOGIN:
            _sign_in(app)
        elif what is What.TEST:
            _test(app, subject)
        else:
            _refuse_dry(app)
            _DEEDS[what](app, _Asked(subject=subject, arrived=arrived, again=again, every=every, output=output))
    finally:
        app.close()


def _refuse_dry(app: App) -> None:
    if app.lab.limits.mode is Mode.DRY:
        raise ConfigError("settings.toml says mode = 'dry', so no mail was sent and no address can have refused any.")


def _test(app: App, address: str) -> None:
    to = _address(app, address)
    try:
        said = _send(app, to)
    except InDoubt as error:
        say(f"{error}. Look whether it arrived.")
        raise typer.Exit(1) from error
    say(f"Handed over to {_where(app)}: {said}")
    _say_closed(app, to)
    say(f"Now look at the mail to {to}:")
    for title, words in _LOOK_FOR:
        say(f"  - {title} {words}")


def _say_closed(app: App, to: str) -> None:
    """A test goes to a closed address, too: whether it arrives is what a person wants to know."""
    if app.lab.limits.mode is Mode.DRY or not app.remembers:
        return
    found = _standings(app).get(to)
    if found is not None and found.shut_on(app.today):
        say(f"This address is closed until {show(found.until)}. If the test arrives: onboard mail reopen {to}")


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
        raise ConfigError(f"{to} is not on the guest list (guest_list in settings.toml). Add it there first.")
    return to


def _send(app: App, to: str) -> str:
    """Send the mail straight to the server.

    It is not an item and leaves nothing in the ledger.
    """
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


# refused and doubtful mail ---------------------------------------------------------------------------------------------


class _Asked:
    """The options of one call."""

    def __init__(self, *, subject: str, arrived: bool, again: bool, every: bool, output: Format) -> None:
        self.subject, self.arrived, self.again, self.every, self.output = subject, arrived, again, every, output


def _standings(app: App) -> dict[str, Closed]:
    from onboard.planning.standing import standings

    return standings(app.ledger.history(app.lab.limits.mode), app.today)


def _addresses(app: App, asked: _Asked) -> None:
    found = {a: one for a, one in _standings(app).items() if asked.every or one.standing is not Standing.OPENED}
    rows = [
        {
            "address": address, "state": one.standing.value, "since": one.since.isoformat(), "fault": one.fault.value,
            "refused on": " ".join(day.isoformat() for day in one.days), "said": one.words,
            "tried again from": "" if one.standing is Standing.OPENED else one.until.isoformat(),
        }
        for address, one in found.items()
    ]  # fmt: skip
    _print(asked.output, "Addresses that refuse mail", rows, "Every address takes our mail, as far as the server says.")
    if any(one.standing is not Standing.OPENED for one in found.values()):
        raise typer.Exit(1)


def _reopen(app: App, asked: _Asked) -> None:
    address = asked.subject.strip().lower()
    if not address:
        raise ConfigError("which address? `onboard mail addresses` lists those that refuse mail.")
    found = {a: one for a, one in _standings(app).items() if one.standing is not Standing.OPENED}
    if address not in found:
        raise ConfigError(f"{_not_shut(app, address)} Closed or doubted now: {', '.join(found) or 'none'}.")
    number = app.ledger.reopen(app.lab.limits.mode, address)
    say(f"{address} is open: {counted(number, 'refusal')} forgotten. What still holds goes to it with the next plans:")
    say("`onboard jobs` shows when they are made, `onboard preview` what they say.")


def _not_shut(app: App, address: str) -> str:
    """Say that an address is open, or that no record holds it."""
    from onboard.pipeline.snapshots import export_of
    from onboard.planning.addresses import addresses_in_use

    snapshot = app.ledger.snapshot_at()
    known = snapshot is None or address in addresses_in_use(app.judge(export_of(snapshot), snapshot=snapshot.id), app.lab)
    return f"{address} is open." if known else f"No record holds {address}, so nothing is written there."


def _doubts(app: App, asked: _Asked) -> None:
    from onboard.pipeline.doubting import Place, ends_on

    place = Place(zone=app.lab.zone, calendar=app.lab.cadence.calendar)
    found = app.ledger.parked(app.lab.limits.mode)
    rows = [
        {
            "id": str(row["id"]).strip("<>")[:8], "day": str(row["slot"]), "kind": str(row["kind"]), "reader": str(row["reader"]),
            "subject": str(row["subject"]), "without you": _by_itself(row, app, lambda one: ends_on(one, place)),
        }
        for row in found
    ]  # fmt: skip
    _print(asked.output, "Mails that may or may not have arrived", rows, "No mail is in doubt.")
    if any(row["state"] == "in_doubt" for row in found):
        raise typer.Exit(1)


def _by_itself(row: Mapping[str, object], app: App, ends: Callable[[Mapping[str, object]], object]) -> str:
    """What happens to a mail in doubt when no person ends the doubt."""
    day, since = ends(row), row["since"]
    if day is None and isinstance(since, datetime):
        return f"offered once more {since.astimezone(app.lab.zone):%Y-%m-%d %H:%M}"
    taken = row["kind"] in (MessageKind.DIGEST, MessageKind.WORKLIST, MessageKind.OPERATOR)
    return f"{day}: {'taken as arrived' if taken else 'what still holds is said again'}"


def _settle(app: App, asked: _Asked) -> None:
    if asked.arrived == asked.again:
        what = asked.subject or "each of them"
        raise ConfigError(f"Did it arrive? Look for {what} in Sent, or ask the reader. Then --arrived or --again.")
    for message in _meant(app, asked):
        app.ledger.settle(message, app.clock.now(), arrived=asked.arrived)
        words = "counts as said" if asked.arrived else "did not arrive: what still holds is said again with the next plan"
        say(f"Mail {message.strip('<>')[:8]} {words}.")


def _meant(app: App, asked: _Asked) -> list[str]:
    """The ids that were asked for. Raises ConfigError with the next step when that is none, or several."""
    mode = app.lab.limits.mode
    waiting = [str(row["id"]) for row in app.ledger.parked(mode)]
    if not asked.subject and asked.every:
        return waiting
    if not asked.subject:
        raise ConfigError("which mail? `onboard mail doubts` lists their ids; --all means every one.")
    fitting = [one for one in waiting if one.strip("<>").startswith(asked.subject.strip("<> ").lower())]
    if len(fitting) == 1:
        return fitting
    rows = app.ledger.find_mail(mode, asked.subject)
    if fitting:
        lines = [_found(row) for row in rows if row["id"] in fitting]
        raise ConfigError("Several mails begin so; write more of the id:\n" + "\n".join(f"  {line}" for line in lines))
    now = ", ".join(one.strip("<>")[:8] for one in waiting) or "none"
    if not rows:
        raise ConfigError(f"No mail's id begins with {asked.subject}. In doubt now: {now}.")
    raise ConfigError(f"Mail {_found(rows[0])} is not in doubt. In doubt now: {now}.")


def _found(row: Mapping[str, object]) -> str:
    return f"{str(row['id']).strip('<>')[:12]} of {row['slot']}, {row['kind']} to {row['reader']} ({row['state']})"


def _try(app: App, asked: _Asked) -> None:
    mode = app.lab.limits.mode
    if app.ledger.try_now(mode, app.clock.now()):
        say("The next run tries one mail; when it is taken, the others follow. At once: onboard run due --send")
        return
    waiting = app.ledger.outbox(mode).get("queued", 0)
    wait = "waits" if waiting == 1 else "wait"
    raise ConfigError(f"Mail is not held. {counted(waiting, 'mail')} {wait} for the next run: onboard run due --send")


def _print(output: Format, title: str, rows: list[dict[str, str]], none: str) -> None:
    if output is Format.JSON:
        print_json(rows)
    elif output is Format.CSV:
        print_csv(rows)
    elif rows:
        print_table(title, list(rows[0]), [list(row.values()) for row in rows])
    else:
        say(none)


_DEEDS: Mapping[What, Callable[[App, _Asked], None]] = {
    What.ADDRESSES: _addresses,
    What.REOPEN: _reopen,
    What.DOUBTS: _doubts,
    What.SETTLE: _settle,
    What.TRY: _try,
}
