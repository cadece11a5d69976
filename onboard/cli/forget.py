"""`onboard forget PERSON`, its order and form.

All is looked at, then the files are changed, and the ledger last, because it alone knows which person was meant.
pipeline/forgetting.py decides what names a person; the ledger and the home know where the names are.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError, OnboardError
from onboard.folding import counted
from onboard.pipeline.forgetting import Alias, Traces, find_record, pseudonymised, traces_of

if TYPE_CHECKING:
    from onboard.adapters.files.home_keeping import FilesDone, HomeKeeping
    from onboard.adapters.ledger.keeping import Erased
    from onboard.ports.erasing import MailEraser

#: So many places are shown; the rest is counted.
_MOST = 40


def command(
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Record id, whole name or address.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it. Without it: only say what would change.")] = False,
    also: Annotated[
        list[str] | None,
        typer.Option("--also", metavar="NAME", help="A name that is listed as left: replace it there too; it is this person's."),
    ] = None,
    home: Home = HERE,
) -> None:
    """Put a pseudonym in place of a person's names and addresses, and drop the text of mails to them. Verdicts, dates and record
    ids stay, so that proofs about the past still hold. Where a name may be another person's, it is left and listed. It cannot be
    undone."""
    from onboard.pipeline.forgetting_mail import MailAlias

    app = open_app(home)
    record, kept_as, texts = whose_texts(app, person)
    traces = traces_of(texts, app.config.mapping, record, words_of(app), also or ())
    _refuse_strange(traces, also or ())
    alias = Alias(traces=traces, token=secrets.token_hex(4))
    ledger = partial(_ledger, app, alias, MailAlias(alias), kept_as, frozenset(texts))
    looked = ledger(really=False)
    files = home_keeping(app).forget(alias, MailAlias(alias), looked.own, really=yes)
    done = ledger(really=True) if yes else looked
    _say(alias, done, files)
    _say_left(traces, done.left, files.left)
    _say_next(app, record, yes)


def whose_texts(app: App, person: str) -> tuple[str, str, Sequence[str]]:
    """Return a person's record id, their id in the ledger, and their reads.

    A record id that was given again first means the present person; a former one is found by name or address.
    """
    found = find_record(app.keeping.snapshots(), app.config.mapping, person)
    seen = app.ledger.people_seen().get(found, ())
    for place in range(len(seen) - 1, 0, -1):
        texts = app.keeping.snapshots(since=seen[place].since, before=seen[place + 1].since if place + 1 < len(seen) else None)
        if _is_in(app, person, texts, found):
            return found, found if place + 1 == len(seen) else seen[place].former_name, texts
    if len(seen) < 2:
        return found, found, app.keeping.snapshots()
    return found, seen[0].former_name, app.keeping.snapshots(before=seen[1].since)


def _is_in(app: App, person: str, texts: Sequence[str], record: str) -> bool:
    try:
        return find_record(texts, app.config.mapping, person) == record
    except OnboardError:
        return False


def words_of(app: App) -> list[str]:
    """Return the lab's own words: a name that is among them may be a word."""
    return [*app.keeping.rules_texts(), app.config.rules_text, app.lab.name, app.config.rules.institution]


def home_keeping(app: App) -> HomeKeeping:
    """The files of the lab's home."""
    from onboard.adapters.files.home_keeping import HomeKeeping

    return HomeKeeping(home=app.config.home, mail=app.config.mail.folder, board=app.config.operating.board)


def _ledger(app: App, alias: Alias, mails: MailEraser, kept_as: str, texts: frozenset[str], *, really: bool) -> Erased:
    """`kept_as` is the person's id in the ledger, `texts` the reads that show them: the record id may be another's by now."""
    return app.keeping.forget(
        kept_as,
        alias.traces.sure_addresses,
        alias,
        mails,
        lambda text, left: pseudonymised(text, app.config.mapping, alias, left) if text in texts else text,
        really=really,
    )


def _refuse_strange(traces: Traces, also: Iterable[str]) -> None:
    known = {word.casefold() for word in (*traces.names, *traces.addresses)}
    for name in also:
        if name.casefold() not in known:
            raise ConfigError(f"--also {name!r}: no record of this person ever held it. Name one that is listed as left.")


def _say(alias: Alias, done: Erased, files: FilesDone) -> None:
    say(
        f"Record {alias.traces.record}: {counted(done.bodies, 'mail')} without text from now on, {done.withdrawn} taken back; "
        f"{counted(done.reworded, 'mail')} to others, {done.snapshots} reads and {done.rows} other rows get “{alias.name}”."
    )
    for what, names in (("Dropped", files.dropped), ("Changed", files.changed)):
        if names:
            say(f"{what} in the home: {', '.join(names[:_MOST])}{f' and {len(names) - _MOST} more' if names[_MOST:] else ''}.")


def _say_left(traces: Traces, *found: Mapping[tuple[str, str], int]) -> None:
    """What is for a person to decide: each place, and why it was not."""
    left = sum((Counter(one) for one in found), Counter[tuple[str, str]]())
    if not left:
        return
    say("Left, because it is not known whose it is; look at each:")
    for place, name in sorted(left)[:_MOST]:
        say(f"  {place}: “{name}”{f', {left[place, name]} times' if left[place, name] > 1 else ''}")
    if len(left) > _MOST:
        say(f"  and {len(left) - _MOST} places more")
    for name in sorted({name for _, name in left}):
        say(f"  “{name}”: {traces.doubtful.get(name, 'it is part of words that a person wrote')}.")
    say("Where it is this person's, run it with --also NAME: it is then replaced in mails, pages and free words, too. Files that")
    say("you wrote yourself (settings, templates) are changed by hand.")


def _say_next(app: App, record: str, done: bool) -> None:
    if not done:
        say("Nothing was changed. To do it: the same with --yes. It cannot be undone.")
        return
    say("Done. Reads that held the name keep their ids, and proofs that rest on one say that it was taken out.")
    say("Older backups and the readers' own mailboxes still hold what was sent.")
    say(f"Take record {record} out of REDCap too, or the next read brings the name back ({app.lab.name}).")
