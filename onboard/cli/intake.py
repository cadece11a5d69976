"""`onboard intake FILE...`: read, plan, show.

With --send: import, read back, keep what waits. onboard/intake/ decides what a file claims and whose it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onboard.app import App, open_app
from onboard.cli.options import HERE, ExportFolder, Format, Home, Output, parse_day
from onboard.cli.output import print_csv, print_json, print_table, say
from onboard.errors import ConfigError

if TYPE_CHECKING:
    from onboard.adapters.redcap.importer import Brought, NewRow
    from onboard.intake.claims import Claimed, ReadFile
    from onboard.intake.planning import Planned
    from onboard.intake.queue import Queued

#: More rows than a terminal is read for; --format csv shows all.
_MOST_ROWS = 60
STRANGERS = "strangers"


def command(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="CITI files: CSV, SOAP answers, PDF. Without one: what waits in the queue."),
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Import what is new into REDCap; without it, only show.")] = False,
    person: Annotated[str, typer.Option("--person", metavar="PERSON", help="Whose these files are; their name must agree.")] = "",
    only: Annotated[str, typer.Option("--only", metavar="ID", help="Only the row with this id, as the list shows it.")] = "",
    day_first: Annotated[bool, typer.Option("--day-first", help="The files write dates as day/month/year.")] = False,
    mailboxes: Annotated[
        bool, typer.Option("--mailboxes", help="A user name of the institution is the part before @ of the address.")
    ] = False,
    forget: Annotated[
        str,
        typer.Option("--forget", metavar="ID", help=f"Drop a row of the queue, or '{STRANGERS}' for all that match no person."),
    ] = "",
    irb_list: Annotated[
        Path | None, typer.Option("--irb-list", metavar="FILE", help="The IRB's own personnel table, as CSV.")
    ] = None,
    protocol: Annotated[str, typer.Option("--protocol", metavar="PROTOCOL", help="The protocol --irb-list is of.")] = "",
    listed_on: Annotated[
        str, typer.Option("--listed-on", metavar="DATE", help="The day the IRB's table was taken; today when left out.")
    ] = "",
    home: Home = HERE,
    output: Output = Format.TABLE,
    export: ExportFolder = None,
) -> None:
    """Take completion files in: show what is new, known, unmatched or in conflict; with --send import what is new."""
    if export is not None and send:
        raise ConfigError("--export reads a folder, so there is nothing to import into. Leave one of --export, --send out.")
    if bool(irb_list) != bool(protocol):
        raise ConfigError("--irb-list and --protocol belong together: onboard intake --irb-list FILE --protocol STEP-HF.")
    app = open_app(home, export=export)
    if irb_list:
        _irb(app, irb_list, protocol, listed_on)
    elif forget:
        _forget(app, forget)
    else:
        _intake(app, files or [], _Wish(send, person, only, day_first, mailboxes, output))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What was asked for on the command line."""

    send: bool
    person: str
    only: str
    day_first: bool
    mailboxes: bool
    output: Format


def _intake(app: App, files: Sequence[Path], wish: _Wish) -> None:
    from onboard.adapters.files.intake_home import queued
    from onboard.intake.queue import queue_after

    waiting = queued(app.config.home)
    read, refused = _read_files(app, files, wish)
    if refused and not read:
        raise ConfigError("\n".join(refused))
    planned = _planned(app, read, waiting, wish)
    writes = _writes(app, planned)
    if wish.output is Format.TABLE:
        _show_files(app, read, planned, writes)
    brought = _send(app, planned) if wish.send else None
    left = queue_after(planned, waiting, app.today, brought=brought.rows if brought else None)
    if wish.send:
        _keep(app, planned, left, waiting)
    _show(read, planned, wish, writes, left)
    if brought:
        _tell(brought)
    for words in refused:
        typer.echo(f"  ! {words} The other files were read.", err=True)
    if refused or (brought and brought.troubles) or any(not item.stranger for item in left):
        raise typer.Exit(1)


def _tell(brought: Brought) -> None:
    """On the second channel, so that JSON and CSV stay whole."""
    rows, files = len(brought.rows), brought.files
    if rows or files:
        done = f"Imported {rows} {'completion' if rows == 1 else 'completions'}, attached {files} PDF; all read back."
        typer.echo(done, err=True)
    for trouble in brought.troubles:
        typer.echo(f"  ! {trouble}", err=True)


def _read_files(app: App, files: Sequence[Path], wish: _Wish) -> tuple[list[ReadFile], list[str]]:
    """Return every file recognized, and why each of the others is not used: a bad file stops no other."""
    from onboard.adapters.files.intake_files import read_intake_file
    from onboard.intake.claims import Habits, Refused, Table
    from onboard.intake.papers import read_pdf_text
    from onboard.intake.rows import read_table

    habits = Habits(zone=app.lab.zone, today=app.today, institution=app.config.rules.institution, day_first=wish.day_first)
    read: list[ReadFile] = []
    refused: list[str] = []
    for path in files:
        try:
            content = read_intake_file(path)
        except ConfigError as error:
            refused.append(str(error))
            continue
        found = read_table(content, habits) if isinstance(content, Table) else read_pdf_text(content, habits)
        if isinstance(found, Refused):
            refused.append(f"{found.file}: {found.words}")
        else:
            read.append(found)
    return read, refused


def _planned(app: App, read: Sequence[ReadFile], waiting: Sequence[Queued], wish: _Wish) -> tuple[Planned, ...]:
    from onboard.intake.claims import claim_key
    from onboard.intake.matching import Roster
    from onboard.intake.planning import plan
    from onboard.intake.queue import with_queued
    from onboard.intake.rows import merged
    from onboard.judging.courses import CourseMap
    from onboard.questions.people import find_person

    fresh = merged((c for one in read for c in one.claims), (m for one in read for m in one.members))
    keys = [claim_key(claim) for claim in fresh]
    claims = with_queued(fresh, keys, waiting)
    if wish.only and wish.only not in map(claim_key, claims):
        raise ConfigError(f"No row has the id {wish.only!r}. `onboard intake` lists the ids of what waits.")
    assessment = app.assessment
    named = [wish.only] if wish.only else keys
    told = dict.fromkeys(named, find_person(assessment, wish.person).record) if wish.person else {}
    roster = Roster(assessment.people.values(), app.lab.limits.institution_domains if wish.mailboxes else ())
    recorded = [completion for rows in assessment.completions.values() for completion in rows]
    return plan(_wished(claims, wish), roster, recorded, CourseMap(app.config.rules.courses), told)


def _wished(claims: Sequence[Claimed], wish: _Wish) -> list[Claimed]:
    from onboard.intake.claims import claim_key

    return [claim for claim in claims if not wish.only or claim_key(claim) == wish.only]


def _send(app: App, planned: Sequence[Planned]) -> Brought | None:
    """Import what is new and attach papers to what is known; None when there is nothing to do."""
    from onboard.adapters.redcap.importer import Paper, RedcapImporter
    from onboard.intake.planning import State
    from onboard.intake.writing import completion_source
    from onboard.model.evidence_id import EvidenceId

    source = completion_source(app.config.mapping)
    rows = [_new_row(app, item) for item in planned if item.state is State.NEW]
    papers = [
        Paper(evidence=item.evidence, document=item.claim.document)
        for item in planned
        if item.state is State.KNOWN and item.claim.document and EvidenceId.parse(item.evidence).instrument == source.instrument
    ]
    if not rows and not papers:
        return None
    project = next(one for one in app.redcap_projects() if one.name == source.project)
    known = frozenset(c.evidence for found in app.assessment.completions.values() for c in found)
    with app.terminal.working(f"Writing {len(rows)} rows and {len(papers)} files into REDCap"):
        return RedcapImporter(project, source).bring(rows, papers, known)


def _new_row(app: App, item: Planned) -> NewRow:
    from onboard.adapters.redcap.importer import NewRow

    return NewRow(key=item.key, record=item.person, values=_values(app, item), document=item.claim.document)


def _values(app: App, item: Planned) -> dict[str, str]:
    """REDCap field -> what is written there for a new completion."""
    from onboard.intake.writing import completion_source, completion_words, lab_columns

    words = completion_words(item.claim, app.config.rules, app.today)
    return lab_columns(completion_source(app.config.mapping), words)


def _writes(app: App, planned: Sequence[Planned]) -> dict[str, dict[str, str]]:
    """What --send would write, by the key of each new completion; said, and nothing, where it could not write."""
    from onboard.intake.planning import State

    try:
        return {item.key: _values(app, item) for item in planned if item.state is State.NEW}
    except ConfigError as error:
        typer.echo(f"  ! {error}", err=True)
        return {}


def _keep(app: App, planned: Sequence[Planned], left: Sequence[Queued], before: Sequence[Queued]) -> None:
    """The queue as it is now: what waits, and, where only some rows were asked for, the rest as it was."""
    from onboard.adapters.files.intake_home import keep_paper, save_queue

    seen = {item.key for item in planned}
    kept = [*left, *(item for item in before if item.key not in seen)]
    home = app.config.home
    papers = {item.key: keep_paper(home, item.claim.document) for item in kept if item.claim.document}
    save_queue(home, [replace(item, claim=replace(item.claim, document=papers.get(item.key, ""))) for item in kept])


def _show_files(app: App, read: Sequence[ReadFile], planned: Sequence[Planned], writes: Mapping[str, dict[str, str]]) -> None:
    """What was read and what would come of it, before anything is written."""
    from onboard.intake.telling import COLUMNS, file_words, table_rows, written_lines

    if not read and not planned:
        say("The queue is empty. To take files in, name them: onboard intake FILE...")
        return
    for one in read:
        say(file_words(one))
    rows, more = table_rows(planned, _MOST_ROWS)
    if rows:
        print_table(f"Intake of {app.lab.name}", COLUMNS, rows)
    if more:
        say(f"... and {more} more; --format csv shows all.")
    for line in written_lines(planned, writes, _MOST_ROWS):
        say(line)


def _show(
    read: Sequence[ReadFile],
    planned: Sequence[Planned],
    wish: _Wish,
    writes: Mapping[str, dict[str, str]],
    left: Sequence[Queued],
) -> None:
    from onboard.intake.telling import as_rows, counts_words, flat

    if wish.output is Format.JSON:
        print_json(as_rows(planned, writes))
    elif wish.output is Format.CSV:
        print_csv([flat(row) for row in as_rows(planned, writes)])
    elif read or planned:
        say(f"{counts_words(planned)}.")
        if left:
            where = "stay in the queue" if wish.send else "would stay in the queue"
            say(f"{len(left)} {where}; `onboard intake` lists them.")
        if not wish.send and any(item.state.value == "new" for item in planned):
            say("Nothing was imported. To import what is new: add --send.")


def _forget(app: App, key: str) -> None:
    from onboard.adapters.files.intake_home import queued, save_queue

    before = queued(app.config.home)
    kept = [item for item in before if not (item.key == key or (key == STRANGERS and item.stranger))]
    if len(kept) == len(before):
        raise ConfigError(f"Nothing in the queue has the id {key!r}. `onboard intake` lists the ids.")
    save_queue(app.config.home, kept)
    say(f"{len(before) - len(kept)} dropped, {len(kept)} still wait.")


def _irb(app: App, path: Path, protocol: str, listed_on: str) -> None:
    """Store the IRB's table, then hold it against our listings."""
    from onboard.adapters.files.intake_files import read_intake_file
    from onboard.adapters.files.intake_home import save_irb_list
    from onboard.intake.claims import Refused, Table
    from onboard.intake.irb_compare import compare
    from onboard.intake.irb_list import IrbList
    from onboard.intake.irb_table import ended_words, read_personnel
    from onboard.intake.telling import comparison_lines
    from onboard.questions.people import find_protocol

    as_of = parse_day(listed_on) if listed_on else app.today
    if as_of > app.today:
        raise ConfigError(f"--listed-on {as_of} is still to come. Give the day the IRB's table was taken.")
    table = read_intake_file(path)
    found = read_personnel(table, as_of) if isinstance(table, Table) else Refused(file=path.name, words="Give a CSV file.")
    if isinstance(found, Refused):
        raise ConfigError(f"{found.file}: {found.words}")
    protocol_found = find_protocol(app.assessment, protocol)
    irb = IrbList(protocol=protocol_found.record, as_of=as_of, people=found.people)
    stored = save_irb_list(app.config.home, irb, protocol_found.label)
    comparison = compare(irb, app.assessment, protocol_found.record, app.today)
    say(f"Stored {len(found.people)} people in {stored}.")
    for line in (ended_words(found, as_of), *found.said):
        if line:
            say(line)
    for line in comparison_lines(comparison):
        say(line)
    if comparison.differs or found.said:
        raise typer.Exit(1)
