"""`onboard check`: settings, REDCap, mail and ledger, each with the next step.

onboard/connecting/advice.py decides what is reported about a project. It sends nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from onboard.app import App, open_app
from onboard.cli.fix_first import repairs_of
from onboard.cli.options import HERE, ExportFolder, Home
from onboard.cli.output import print_table, say
from onboard.cli.writeback import own_form
from onboard.config.files import placeholders
from onboard.connecting.advice import Advice, State, advise, swapped
from onboard.connecting.facts import ProjectFacts
from onboard.connecting.mistakes import mistakes
from onboard.dates import CLOCK_LEEWAY, ahead_words, clock_words
from onboard.errors import LedgerError, OnboardError, ReadInDoubt
from onboard.folding import counted
from onboard.model import JobName, Mode
from onboard.tables.repairs import as_lines

if TYPE_CHECKING:
    from onboard.ports import BounceSource, Mailer

#: A person waits here, so a server that does not answer is not asked for as long as in a run.
_TRIES_AGAIN = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing looked at."""

    what: str
    state: State
    words: str


def command(
    explain: Annotated[
        bool, typer.Option("--explain", help="Show three people row by row, as the program sees them, and send nothing.")
    ] = False,
    home: Home = HERE,
    export: ExportFolder = None,
) -> None:
    """Check settings, REDCap, mail and ledger; say what is wrong and the next step. Exit code 1 when something is.

    The mail server is logged in to and told the sender, the mailbox of [bounces] is logged in to; nothing is sent or changed.
    """
    app = open_app(home, export=export)
    if explain:
        _explain(app)
        return
    fine = f"{app.config.home}: OK. Rules {app.config.rules.version}.{_open_home(app)}"
    checks = [Checked(what="settings", state=State.OK, words=fine)]
    checks += [*_placeholders(app), *_domains(app)]
    facts = _facts(app) if export is None else []
    wrong_way = swapped(facts, app.redcap_mapping)
    checks += [Checked(what="tokens", state=State.LOOK, words=wrong_way)] if wrong_way else []
    checks += [check for one in facts for check in ([] if wrong_way else _project(app, one))]
    checks += _misread(app) if export is not None else []
    records = _records(app, facts)
    checks += [records, *([*_empty(app), *_clock(app), *_outsiders(app), *_reviews(app)] if records.state is State.OK else [])]
    checks += [_ledger(app), *_handed_over(app), _sending(app), *_refusals(app)]
    if export is None:
        checks += [_mail_server(app), _mailbox(app)]
    print_table(app.lab.name, ["what", "", "found"], [[c.what, c.state.value, c.words] for c in checks])
    if records.state is State.OK:
        _tell_causes(app)
    if export is None and app.config.mail.transport != "files":
        say("No mail was sent. `onboard mail test ADDRESS` sends one, which says what to look for.")
    if any(check.state is State.LOOK for check in checks):
        raise typer.Exit(1)


def _open_home(app: App) -> str:
    """A word about a home into which every account of the machine can look."""
    from onboard.adapters.files.owner_alone import is_open

    return f" Other accounts of this machine can look into it: chmod 700 {app.config.home}" if is_open(app.config.home) else ""


def _facts(app: App) -> list[ProjectFacts]:
    from onboard.adapters.redcap.facts import describe

    hand_in = app.redcap_mapping.hand_in_source
    projects = [replace(one, retries=min(one.retries, _TRIES_AGAIN)) for one in app.redcap_projects()]
    return [describe(one, hand_in=hand_in if hand_in and hand_in.project == one.name else None) for one in projects]


def _project(app: App, facts: ProjectFacts) -> list[Checked]:
    status = {True: "Production", False: "Development", None: "unknown status"}[facts.in_production]
    words = f"{facts.title or 'no title'}, REDCap {facts.version or '?'}, {status}."
    advice = advise(facts, app.redcap_mapping, own=own_form(app.config.writeback, facts.name))
    read = facts.version is not None and facts.dictionary is not None
    found = [Advice(state=State.OK, words=words), *advice] if read else list(advice)
    return [Checked(what=f"REDCap {facts.name}", state=one.state, words=one.words) for one in found]


def _records(app: App, facts: Sequence[ProjectFacts]) -> Checked:
    from onboard.adapters.redcap.source import NobodyThere

    if any(one.version is None for one in facts):
        return Checked(what="records", state=State.LOOK, words="not read, since a project above does not answer.")
    try:
        assessment = app.assessment
    except NobodyThere as error:
        # A new, empty project in Development is as it should be.
        new = bool(facts) and all(one.records == 0 and one.in_production is False for one in facts)
        return Checked(what="records", state=State.NOTE if new else State.LOOK, words=str(error))
    except ReadInDoubt as error:
        return Checked(what="records", state=State.LOOK, words=str(error))
    words = f"{len(assessment.people)} people, {len(assessment.protocols)} protocols."
    if not assessment.problems:
        return Checked(what="records", state=State.OK, words=f"{words} Nothing unreadable.")
    first = assessment.problems[0]
    number = counted(len(assessment.problems), "cell")
    rest = f"{number} to look at (by cause: onboard fix-first); first, in record {first.record}: {first.what} {first.next_step}"
    causes = repairs_of(app)
    if len(causes) < len(assessment.problems):
        rest = f"{number} to look at, of {counted(len(causes), 'cause')}: below, and all of them with onboard fix-first."
    return Checked(what="records", state=State.OK, words=f"{words} {rest}")


def _tell_causes(app: App) -> None:
    """Why cells cannot be read, a line a cause, with the rule that mends them."""
    causes = repairs_of(app)
    if len(causes) < len(app.assessment.problems):
        say("\n" + "\n".join(as_lines(causes)))


def _misread(app: App) -> list[Checked]:
    """What the data dictionaries beside an export contradict in redcap.toml."""
    found: list[Checked] = []
    for name, text in app.export.dictionaries.items():
        sources = [source for source in app.config.mapping.sources if source.project == name]
        rows = [_api_names(row) for row in csv.DictReader(io.StringIO(text))]
        found += [Checked(what=name, state=State.LOOK, words=words) for words in mistakes(sources, rows)]
    return found


def _api_names(row: Mapping[str, str]) -> Mapping[str, str]:
    """A row of a downloaded dictionary under the names that the API gives its columns."""
    found = dict(row)
    for theirs, ours in _DOWNLOADED.items():
        if theirs in row:
            found[ours] = row[theirs]
    return found


_DOWNLOADED = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Field Type": "field_type",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
}


def _placeholders(app: App) -> list[Checked]:
    """What settings.toml still says as it was shipped."""
    found = placeholders(app.config.home)
    if not found:
        return []
    words = f"still as shipped (change-me): {', '.join(found)}. Fill them in."
    return [Checked(what="settings", state=State.LOOK if app.lab.limits.mode is not Mode.DRY else State.NOTE, words=words)]


def _domains(app: App) -> list[Checked]:
    """Addresses of the lab's own that lie outside its domains: lists of people never go there."""
    from onboard.planning.addresses import lies_within

    domains, lab = app.lab.limits.institution_domains, app.lab
    named = {
        "sender": lab.sender,
        "operator": lab.operator,
        **{f"coordinator {one.name}": one.address for one in lab.coordinators},
    }
    named = {who: address for who, address in named.items() if "change-me" not in address}
    outside = [f"{who} ({address})" for who, address in named.items() if not lies_within(address, domains)]
    if not outside or not domains:
        return []
    listed = ", ".join(sorted(domains))
    words = f"domains = {listed}: {', '.join(outside)} lie outside. Correct domains in settings.toml, or the address."
    return [Checked(what="settings", state=State.LOOK if len(outside) == len(named) else State.NOTE, words=words)]


def _empty(app: App) -> list[Checked]:
    """Forms that came without a row on a first read, with nothing to compare them with."""
    from onboard.connecting.empty_forms import named, without_rows

    if app.remembers and app.ledger.snapshot_at(app.clock.now()) is not None:
        return []
    return [Checked(what="records", state=State.NOTE, words=named(key)) for key in without_rows(app.export)]


def _clock(app: App) -> list[Checked]:
    """A clock that differs from REDCap's by more than a few minutes."""
    words = clock_words(app.export.clock_ahead)
    return [Checked(what="clock", state=State.LOOK, words=f"{words} Set it, for example with timedatectl.")] if words else []


def _outsiders(app: App) -> list[Checked]:
    """Return PIs whose address is outside the institution.

    Mails that list people never go there, and no reader would miss them.
    """
    from onboard.planning.addresses import address_of, lies_within

    people, domains = app.assessment.people, app.lab.limits.institution_domains
    leads = dict.fromkeys(protocol.pi for protocol in app.assessment.protocols.values() if protocol.pi in people)
    names = [
        people[pi].name
        for pi in leads
        if (address := address_of(people[pi], app.today)) and domains and not lies_within(address, domains)
    ]
    if not names:
        return []
    words = f"{', '.join(names)}: no digest and no escalation goes to an address outside {', '.join(sorted(domains))}. Correct "
    return [Checked(what="PIs", state=State.LOOK, words=f"{words}`domains` in settings.toml, or the address in REDCap.")]


def _reviews(app: App) -> list[Checked]:
    """What decides about evidence that came in by survey."""
    from onboard.pipeline.reviewing import ReviewState, review_remarks

    states = {ReviewState.NOTE: State.NOTE, ReviewState.LOOK: State.LOOK}
    found = review_remarks(app.export, app.config.mapping, app.lab.zone)
    return [Checked(what="reviews", state=states[state], words=words) for state, words in found]


def _ledger(app: App) -> Checked:
    try:
        states = app.ledger.outbox(app.lab.limits.mode)
    except LedgerError as error:
        return Checked(what="ledger", state=State.LOOK, words=str(error))
    now = app.clock.now()
    ahead = app.ledger.newest_ahead(app.lab.limits.mode, app.today, now + CLOCK_LEEWAY)
    if ahead:
        return Checked(what="ledger", state=State.LOOK, words=ahead_words(ahead))
    words = ", ".join(f"{number} {state}" for state, number in sorted(states.items()) if number) or "empty outbox"
    return Checked(what="ledger", state=State.OK, words=f"{words}.")


def _refusals(app: App) -> list[Checked]:
    """What keeps mail from its readers, as far as there is any: a hold, addresses that refuse, mails in doubt."""
    if app.lab.limits.mode is Mode.DRY or not app.remembers:
        return []
    try:
        return [*_transport(app), *_addresses(app), *_doubts(app)]
    except LedgerError:
        return []  # said above


def _transport(app: App) -> list[Checked]:
    held = app.ledger.transport(app.lab.limits.mode)
    if held is None or not held.held:
        return []
    since = held.since.astimezone(app.lab.zone)
    words = f"no mail leaves since {since:%d %b %H:%M}: {held.words}. After a correction: onboard mail try."
    return [Checked(what="transport", state=State.LOOK, words=words)]


def _addresses(app: App) -> list[Checked]:
    from onboard.model import Standing
    from onboard.planning.addresses import address_of, never_shut
    from onboard.planning.standing import standings

    found = standings(app.ledger.history(app.lab.limits.mode), app.today)
    shut = [address for address, one in found.items() if one.standing is not Standing.OPENED]
    if not shut:
        return []
    people, protocols = app.assessment.people, app.assessment.protocols.values()
    leads = {address_of(people[one.pi], app.today) for one in protocols if one.pi in people}
    needed = any(address in never_shut(app.lab) | leads for address in shut)
    words = f"{', '.join(shut)}: not taking our mail. onboard mail addresses says since when and why."
    return [Checked(what="addresses", state=State.LOOK if needed else State.NOTE, words=words)]


def _doubts(app: App) -> list[Checked]:
    from datetime import datetime, timedelta

    rows = app.ledger.parked(app.lab.limits.mode)
    waiting = [row["since"] for row in rows if row["state"] == "in_doubt"]
    if not waiting:
        return []
    yesterday = app.clock.now() - timedelta(days=1)
    old = any(isinstance(since, datetime) and since < yesterday for since in waiting)
    words = f"{counted(len(waiting), 'mail')} may or may not have arrived: onboard mail doubts."
    return [Checked(what="doubts", state=State.LOOK if old else State.NOTE, words=words)]


def _handed_over(app: App) -> list[Checked]:
    """Whether the ledger knows what was sent.

    It may be an old copy of itself, or a new one in place of a lost one.
    """
    from onboard.pipeline.catching_up import behind, gap_words, unbegun_words

    mode = app.lab.limits.mode
    try:
        began, found = app.ledger.began(mode), behind(app.ledger, app.book)
        # what is being sent this minute is known, if not as sent
        missing = [one for one in found.mails if not app.ledger.knows_message(one.id)]
        if mode is Mode.DRY or not (missing or found.gap):
            return []
        if not began:
            return [Checked(what="ledger", state=State.LOOK, words=unbegun_words(app.book, mode, JobName.REMINDERS))]
        if found.gap:
            return [Checked(what="ledger", state=State.LOOK, words=gap_words(found.gap))]
    except LedgerError as error:
        return [Checked(what="ledger", state=State.LOOK, words=str(error))]
    days = sorted(one.at.astimezone(app.lab.zone).date().isoformat() for one in missing if one.at)
    words = (
        f"an older copy of itself: it does not know {counted(len(missing), 'mail')} handed over from {days[0]} to {days[-1]}. "
        "The next run fills them in from handed_over.jsonl before it mails anyone, so none goes again and none is lost. "
        "Keep that file."
    )
    return [Checked(what="ledger", state=State.NOTE, words=words)]


def _sending(app: App) -> Checked:
    mode, mail = app.lab.limits.mode, app.config.mail
    where = f"into files in {mail.folder}" if mail.transport == "files" else f"by {mail.host}:{mail.port} ({mail.tls})"
    words = {
        Mode.DRY: f"mode dry: nothing is sent. Mail would go {where}.",
        Mode.TRIAL: f"mode trial: everything goes to {app.lab.limits.trial_address}, {where}.",
        Mode.LIVE: f"mode live: mail goes to the readers, {where}.",
    }
    return Checked(what="sending", state=State.OK, words=words[mode])


def _mail_server(app: App) -> Checked:
    """As far as one can go without a message: with a made-up key where each mail has an envelope sender of its own."""
    return _tried("mail", lambda: app.mailer, lambda mailer: mailer.probe(app.lab.envelope_of(f"<{'0' * 32}@check>")))


def _mailbox(app: App) -> Checked:
    if app.config.bounces is None:
        words = "bounced mail is not checked: fill in [bounces] in settings.toml with the mailbox of `sender`."
        return Checked(what="mailbox", state=State.NOTE, words=words)
    return _tried("mailbox", app.bounce_source, lambda source: source.probe() if source else "")


Opened = TypeVar("Opened", bound="Mailer | BounceSource | None")


def _tried(what: str, build: Callable[[], Opened], probe: Callable[[Opened], str]) -> Checked:
    """What was reached, or why it was not and the next step."""
    try:
        opened = build()
        try:
            words = probe(opened)
        finally:
            if opened is not None:
                opened.close()
    except OnboardError as error:
        return Checked(what=what, state=State.LOOK, words=str(error))
    return Checked(what=what, state=State.OK, words=f"{words}.")


def _explain(app: App) -> None:
    """Three people, row by row. Raises ReadInDoubt."""
    from onboard.connecting.seen import person_lines, three_people
    from onboard.judging.courses import CourseMap
    from onboard.judging.obligations import gather
    from onboard.tables import read_tables

    tables, problems = read_tables(app.export, app.config.mapping, app.lab.zone)
    records, courses = gather(tables), CourseMap(app.config.rules.courses)
    for person in three_people(records, problems):
        say("\n".join(person_lines(records, person, problems, courses.training_of)) + "\n")
    say(f"Three of {len(records.people)} people. A row that is missing or wrong here is a line to correct in redcap.toml.")
    _tell_causes(app)
    say("What keeps most verdicts unknown: onboard fix-first")
