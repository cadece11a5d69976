"""Two pages from the configuration: for administrator and IT, and for successor.

Every value comes from the lab's own configuration, and no secret is among them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from onboard.dates import show
from onboard.model import Lab, Mode
from onboard.model.mapping import Mapping as RecordMapping

_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything the two pages tell. Addresses are host names or URLs without any log-in."""

    version: str
    lab: Lab
    on: date
    machine: str
    account: str
    home: str
    mapping: RecordMapping
    redcap: Mapping[str, str]  # project -> API address, those that are read
    secrets: Mapping[str, str]  # name of a secret -> where it comes from, "" = not given
    mail: str  # how mail leaves, in words
    others: Sequence[str]  # further connections, in words
    reads_a_day: int  # the most on any day of the week
    times: Sequence[str]  # "send_worklist mon,tue at 07:00"
    ledger: str
    bodies_days: int
    verdicts_from: date | None
    board: str  # file of the status page, ""
    writes: Sequence[str]  # REDCap fields written, empty = nothing
    write_form: str
    hand_in: str  # the survey people hand evidence in on, ""


def administrator_page(sheet: Sheet) -> str:
    """One page for the REDCap administrator and IT security."""
    lab = sheet.lab
    parts = [
        f"onboard {sheet.version} at {lab.name}: for the REDCap administrator and IT security",
        f"{show(sheet.on)}. Reads the lab's staff records and mails reminders. No participant data is read, stored or mailed.",
        _section(
            "Machine", [f"{sheet.machine}, account {sheet.account}, folder {sheet.home}. Nothing on it is open to the network."]
        ),
        _section("Connections (outgoing only)", _connections(sheet)),
        _section("Calls", [_calls(sheet)]),
        _section("Rights of the token's user, in each project", _rights(sheet)),
        _section("Fields asked for (nothing else is)", _fields(sheet.mapping)),
        _section("Written into REDCap", _written(sheet)),
        _section("Stored", _stored(sheet)),
        _section("Mailed", _mailed(sheet)),
        _section("How to stop it", _revoke(sheet)),
        _section("Whom to ask", _people(lab)),
    ]
    return "\n\n".join(parts) + "\n"


def successor_page(sheet: Sheet) -> str:
    """Return one page for the person who maintains it next."""
    lab = sheet.lab
    first = [
        "1. Have a REDCap token of your own user or a service account (below), and put it in place of the old one.",
        "2. onboard check says what is wrong, and the next step. onboard jobs says what ran when.",
        "3. Change operator, coordinator and contact in settings.toml to the people who are there now.",
        "4. Ask for log-in to the mailbox and the server (below) before the old account is closed.",
    ]
    parts = [
        f"onboard {sheet.version} at {lab.name}: for your successor",
        f"{show(sheet.on)}. When the person who set it up has left, this page is what you need.",
        _section("First", first),
        _section("The tokens and passwords", _secrets(sheet)),
        _section("A new token", _new_token(sheet)),
        _section("The mailbox", [f"Mails come from {lab.sender}: {sheet.mail} Trouble is mailed to {lab.operator}."]),
        _section("The server", _server(sheet)),
        _section("The lab's own files", _files(sheet)),
        _section("If it must stop now", _revoke(sheet)),
        _section("Whom to ask", _people(lab)),
    ]
    return "\n\n".join(parts) + "\n"


def _section(title: str, lines: Iterable[str]) -> str:
    # a path or an address is never broken: it is there to be copied
    wrapper = textwrap.TextWrapper(
        _WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )
    return "\n".join([title, *map(wrapper.fill, lines)])


def _connections(sheet: Sheet) -> Iterable[str]:
    for project, url in sheet.redcap.items():
        yield f"REDCap project {project!r}: {url} (POST, certificate checked, redirects not followed)"
    yield f"Mail: {sheet.mail}"
    yield from sheet.others


def _calls(sheet: Sheet) -> str:
    calls = sum(3 + len(sheet.mapping.instruments(project)) for project in sheet.redcap)
    total = calls * sheet.reads_a_day
    links = f"One more for each person whose mail links to their survey {sheet.hand_in!r}. " if sheet.hand_in else ""
    return (
        f"{calls} calls a read, one after the other; at most {sheet.reads_a_day} reads on a day, so about {total} calls. {links}"
        "After an error of the server a call is tried again a few times with growing pauses, never after a refusal. User-Agent: "
        f"onboard/{sheet.version} with the contact below."
    )


def _rights(sheet: Sheet) -> Iterable[str]:
    for project in sheet.redcap:
        forms = ", ".join(sheet.mapping.instruments(project))
        yield f"{project}: API Export, and Full Data Set on {forms}. No data access group. Nothing else."
    if sheet.hand_in:
        yield f"Where REDCap asks for it to give a survey's link: Survey Distribution Tools, for {sheet.hand_in}."
    if sheet.writes:
        yield "API Import/Update besides, for the fields named under “Written into REDCap”."
    yield "API Import/Update is also needed if certificates are taken in with `onboard intake --send`."


def _fields(mapping: RecordMapping) -> Iterable[str]:
    for project in mapping.projects:
        for form, names in mapping.instruments(project).items():
            stamp = [f"{form}_timestamp"] if f"{project}.{form}" in mapping.stamped else []
            yield f"{project}, {form}: {', '.join([*names, *stamp])}"


def _written(sheet: Sheet) -> Iterable[str]:
    if not sheet.writes:
        return ["Nothing: write-back is off."]
    return [f"Form {sheet.write_form}: {', '.join(sheet.writes)}. No other field, and only where it changed."]


def _stored(sheet: Sheet) -> Iterable[str]:
    since = f"proofs of days from {show(sheet.verdicts_from)} on" if sheet.verdicts_from else "ever; no age is set"
    yield f"In {sheet.ledger}: each read that differs from the one before (the fields above), kept for {since}."
    yield f"The text of mails: {sheet.bodies_days} days; after that only that one went, when, to whom and about what."
    yield "What `onboard intake` could not place: intake_queue.jsonl, intake_papers until it is settled. IRB lists: irb_lists."
    yield "Tokens and passwords are stored nowhere by the program and are in no log. `onboard forget RECORD` drops a person."
    if sheet.board:
        yield f"The status page is written to {sheet.board}; whoever can open that folder sees names and verdicts."


def _mailed(sheet: Sheet) -> Iterable[str]:
    mode = {
        Mode.DRY: "Now: nothing leaves (mode dry).",
        Mode.TRIAL: f"Now: everything goes to {sheet.lab.limits.trial_address} (mode trial).",
        Mode.LIVE: "Now: mails go to their readers (mode live).",
    }
    yield mode[sheet.lab.limits.mode]
    yield "To each person: their own checklist or reminders. To supervisors and PIs: who of theirs is blocked or about to be."
    yield "To PIs: a weekly digest. To the coordinator: a worklist each working day. To the operator: trouble with the program."
    if sheet.hand_in:
        yield f"A mail that asks for a course holds its reader's own link to the survey {sheet.hand_in}, and no other link."
    domains = ", ".join(sorted(sheet.lab.limits.institution_domains)) or "none named"
    yield f"Lists of people go to addresses of {domains} only."
    yield f"A run that would send more than {sheet.lab.limits.ceiling} mails to people sends none before they are released."


def _revoke(sheet: Sheet) -> Iterable[str]:
    projects = ", ".join(sheet.redcap)
    yield f"REDCap ({projects}): User Rights, take API Export away from the token's user; or delete the token under API Tokens."
    yield f'Mail: close {sheet.lab.sender} for this machine, or write mode = "dry" into {sheet.home}/settings.toml.'
    yield "The program then fails safely: no mail goes to people, the operator is told once."


def _people(lab: Lab) -> Iterable[str]:
    for one in lab.coordinators:
        yield f"{one.name}, {one.address}{', ' + one.phone if one.phone else ''} (coordinator)"
    yield f"{lab.operator} (operator)"


def _secrets(sheet: Sheet) -> Iterable[str]:
    for name, where in sheet.secrets.items():
        yield f"{name}: {where or 'not given anywhere'}"
    yield "Looked for in this order: environment, systemd credentials, secrets.env in the home, the system's keyring."


def _new_token(sheet: Sheet) -> Iterable[str]:
    for project, url in sheet.redcap.items():
        page = url.removesuffix("api/")
        yield f"{project}: log in at {page} as the program's user, open the project, API > Request API token."
    yield "A token dies when its user is suspended (months without log-in), leaves, or loses API Export. It is then a 403 here."
    yield "Then delete the old token on the same page, and run: onboard check"


def _server(sheet: Sheet) -> Iterable[str]:
    yield f"{sheet.machine}, account {sheet.account}. Home: {sheet.home}. By the schedule: {'; '.join(sheet.times)}."
    yield "It is run by `onboard serve` as a service, or by cron calling `onboard run due --send`: look for one of the two."


def _files(sheet: Sheet) -> Iterable[str]:
    yield f"{sheet.home}: settings.toml, redcap.toml, requirements.toml, schedule.toml, secrets.env, templates/."
    yield f"{sheet.ledger} is the memory of what was said. Without it everybody would be written to again: back it up."
