"""`onboard forget PERSON`, its order and form.

All is looked at, then the files are changed, and the ledger last, because it alone knows which person was meant.
pipeline/forgetting.py decides what names a person; the ledger and the home know where the names are.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, Home
from onboard.cli.output import say
from onboard.errors import ConfigError, OnboardError
from onboard.folding import counted
from onboard.model import PersonSeen
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
    whose = whose_texts(app, person)
    traces = traces_in(app, whose, also or ())
    _refuse_strange(traces, also or ())
    alias = Alias(traces=traces, token=secrets.token_hex(4))
    ledger = partial(_ledger, app, alias, MailAlias(alias), whose)
    looked = ledger(really=False)
    files = home_keeping(app).forget(alias, MailAlias(alias), looked.own, really=yes)
    done = ledger(really=True) if yes else looked
    _say(alias, done, files)
    _say_left(traces, done.left, files.left)
    _say_next(app, whose.record, yes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """Who is meant: the record id, their id in the ledger, and the reads in which the record id is theirs.

    `held_from` and `held_until` are local days, the first one theirs and the first one another's; None for no other person.
    """

    record: str
    kept_as: str
    texts: Sequence[str]
    held_from: date | None = None
    held_until: date | None = None


def whose_texts(app: App, person: str) -> Whose:
    """Find a person. A record id given again first means the present person; a former one is found by name or address."""
    found = find_record(app.keeping.snapshots(), app.config.mapping, person)
    seen = app.ledger.people_seen().get(found, ())
    for place in range(len(seen) - 1, 0, -1):
        whose = _held(app, seen, place)
        if _is_in(app, person, whose.texts, found):
            return whose
    return _held(app, seen, 0) if len(seen) > 1 else Whose(record=found, kept_as=found, texts=app.keeping.snapshots())


def _held(app: App, seen: Sequence[PersonSeen], place: int) -> Whose:
    """One of the people who had a record id one after the other."""
    one, after = seen[place], seen[place + 1] if place + 1 < len(seen) else None
    texts = app.keeping.snapshots(since=one.since if place else None, before=after.since if after else None)
    return Whose(
        record=one.record,
        kept_as=one.former_name if after else one.record,
        texts=texts,
        held_from=one.since.astimezone(app.lab.zone).date() if place else None,
        held_until=after.since.astimezone(app.lab.zone).date() if after else None,
    )


def traces_in(app: App, whose: Whose, decided: Collection[str] = ()) -> Traces:
    """What names them. In every other read the record id is another person's."""
    theirs = frozenset(whose.texts)
    apart = (text for text in app.keeping.snapshots() if text not in theirs)
    found = traces_of(whose.texts, app.config.mapping, whose.record, words_of(app), decided, apart)
    return replace(found, held_from=whose.held_from, held_until=whose.held_until)


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


def _ledger(app: App, alias: Alias, mails: MailEraser, whose: Whose, *, really: bool) -> Erased:
    """Reads in which the record id is another person's may name this one in other records."""
    theirs, mapping = frozenset(whose.texts), app.config.mapping
    apart = Alias(traces=replace(alias.traces, record=""), token=alias.token)
    return app.keeping.forget(
        whose.kept_as,
        alias.traces.sure_addresses,
        alias,
        mails,
        lambda text, left: pseudonymised(text, mapping, alias if text in theirs else apart, left),
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
