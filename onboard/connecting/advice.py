"""Advice about a project, in REDCap's own words for its pages.

It decides what is wrong and what is only a note.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from onboard.connecting.facts import ProjectFacts
from onboard.connecting.mistakes import mistakes
from onboard.connecting.own_form import OwnForm, why_not_written
from onboard.model.mapping import Mapping, Source

#: Tables of which a person or protocol has several rows.
_MANY = frozenset(
    {
        "appointments",
        "completions",
        "reviews",
        "step_rows",
        "listings",
        "delegations",
        "assignments",
        "absences",
        "waivers",
        "log",
        "approvals",
    }
)


class State(StrEnum):
    """How much a finding matters."""

    OK = "ok"  # nothing to do
    NOTE = "note"  # works, but the lab should know
    LOOK = "look"  # does not work before a person acts


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One thing about a project, with the next step."""

    state: State
    words: str


def advise(facts: ProjectFacts, mapping: Mapping, *, own: OwnForm | None = None) -> tuple[Advice, ...]:
    """Everything worth saying about one project; `mapping` is the lab's. `own`: the form the lab lets the program write here."""
    if facts.version is None or facts.dictionary is None:
        return (Advice(state=State.LOOK, words=" ".join(facts.troubles) or "The project could not be read."),)
    absent = mapping.absent(facts.name, facts.dictionary)
    sources = [s for s in mapping.asked().sources if s.project == facts.name and s.instrument not in absent]
    return (
        *_dictionary(facts, sources),
        *_repeats(facts, sources),
        *_events(facts, sources),
        *_status(facts),
        *_rights(facts, sources, own is not None),
        *_group(facts),
        *_codes(facts, mapping.missing_codes),
        *_offers(facts, mapping),
        *(Advice(state=State.LOOK, words=words) for words in (why_not_written(facts, own) if own else ())),
        *([Advice(state=State.NOTE, words=facts.no_survey_link)] if facts.no_survey_link else ()),
    )


def swapped(projects: Sequence[ProjectFacts], mapping: Mapping) -> str:
    """Two tokens that open each other's project, with the titles beside; "" where each opens what redcap.toml expects."""
    for one in projects:
        for other in projects:
            if one.name < other.name and _holds(one, other.name, mapping) and _holds(other, one.name, mapping):
                opened = " and ".join(f"ONBOARD_{p.name.upper()}_TOKEN opens “{p.title or 'no title'}”" for p in (one, other))
                return f"The two tokens are swapped: {opened}. Exchange them in secrets.env."
    return ""


def _holds(facts: ProjectFacts, name: str, mapping: Mapping) -> bool:
    """Whether a project has the forms of another one in the mapping, and none of its own."""
    there = {row.get("form_name", "") for row in facts.dictionary or ()}
    own, wanted = (set(mapping.instruments(project)) for project in (facts.name, name))
    return bool(there) and not there & (own - wanted) and bool(there & (wanted - own))


def rights_needed(sources: Iterable[Source]) -> str:
    """What the token's user needs, in REDCap's words."""
    forms = ", ".join(dict.fromkeys(source.instrument for source in sources))
    return f"API Export, and Data Export Rights “Full Data Set” on: {forms}"


def _dictionary(facts: ProjectFacts, sources: Iterable[Source]) -> Iterator[Advice]:
    rows = facts.dictionary or ()
    forms = {row.get("form_name", "") for row in rows}
    for form in dict.fromkeys(source.instrument for source in sources):
        if form not in forms:
            yield _wrong(f"The project has no form {form!r}{_near(form, forms)}.")
    for words in mistakes([source for source in sources if source.instrument in forms], rows):
        yield Advice(state=State.LOOK, words=words)


def _wrong(words: str) -> Advice:
    return Advice(state=State.LOOK, words=f"{words} Correct redcap.toml, or make it in the Online Designer.")


def _near(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" (the nearest is {close[0]!r})" if close else ""


def _repeats(facts: ProjectFacts, sources: Iterable[Source]) -> Iterator[Advice]:
    """Forms that hold many rows of a record, where nothing else makes room for them."""
    rows = (s for s in sources if s.table in _MANY and not s.event and not s.only_if and not s.where and not s.person)
    forms = dict.fromkeys(s.instrument for s in rows)
    single = [form for form in forms if facts.repeating_forms is not None and form not in facts.repeating_forms]
    if facts.repeats is False:
        single = list(forms)
    if single and (facts.in_production or facts.records):
        said = f"These forms take one row a record only: {', '.join(single)}. That is right where each person has one of each. "
        how = "Where there are several, a column for each is read too: each and only_if in redcap.toml. "
        keep = "Do not make a form repeating that holds records: what is typed there would have to be moved."
        yield Advice(state=State.NOTE, words=f"{said}{how}{keep}")
    elif single:
        yield Advice(
            state=State.LOOK,
            words=f"These forms take one row a record only: {', '.join(single)}. Project Setup > Enable optional modules and "
            "customizations > Repeating instruments and events > Enable, then Modify and tick them.",
        )


def _events(facts: ProjectFacts, sources: Iterable[Source]) -> Iterator[Advice]:
    known = {event for events in facts.events.values() for event in events}
    for source in sources:
        if source.event and known and source.event not in facts.events.get(source.instrument, ()):
            yield Advice(
                state=State.LOOK,
                words=f"Form {source.instrument!r} is not designated for the event {source.event!r}"
                f"{_near(source.event, known)}. Correct event in redcap.toml, or Project Setup > Designate Instruments for "
                "My Events.",
            )


def _status(facts: ProjectFacts) -> Iterator[Advice]:
    if facts.in_production is False and facts.records:
        yield Advice(
            state=State.NOTE,
            words=f"In Development, with {facts.records} records. If they are real: Project Setup > Move project to "
            "production. In Development one click can delete every record.",
        )


def _rights(facts: ProjectFacts, sources: Iterable[Source], writes: bool) -> Iterator[Advice]:
    more = []
    if facts.may_import and not writes:
        more.append("API Import/Update")
    if facts.repeating_forms:
        more.append("Project Design and Setup")
    if facts.users is not None:
        more.append("User Rights")
    if more:
        yield Advice(
            state=State.NOTE,
            words=f"This token can do more than reading needs: its user also has {', '.join(more)}. Under User Rights, give "
            f"the token a user who has no more than {rights_needed(sources)}. (API Import/Update is for intake --send and "
            "write-back only.)",
        )


def _group(facts: ProjectFacts) -> Iterator[Advice]:
    if facts.in_group:
        yield Advice(
            state=State.LOOK,
            words="The token's user is in a Data Access Group and sees the records of that group only. DAGs page: assign the "
            "user to “No Assignment”, else everybody outside the group looks as if they had left.",
        )


def _codes(facts: ProjectFacts, named: Collection[str]) -> Iterator[Advice]:
    unnamed = [f"{code} ({meaning})" for code, meaning in facts.missing_codes.items() if code not in named]
    if unnamed:
        yield Advice(
            state=State.NOTE,
            words=f"The project has missing data codes that redcap.toml does not name: {', '.join(unnamed)}. Put those that "
            "mean “there is none” into missing_codes; one that means “nobody knows” is better left out.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A form that a later version brought: what for, its lines of redcap.toml, its clicks."""

    table: str
    form: str
    what: str
    fields: str  # of the form, in REDCap's words
    lines: str


_OFFERS = (
    _Offer(
        table="step_rows",
        form="step",
        what="onboarding steps as rows, so that who comes back to the lab does them anew",
        fields="step_what (Drop-down List, with your steps as choices) and step_on (Text Box, “Date (Y-M-D)”)",
        lines='[tables.step_rows]\nproject = "{project}"\ninstrument = "step"\n[tables.step_rows.fields]\n'
        'what = "step_what"\non = "step_on"',
    ),
    _Offer(
        table="reviews",
        form="review",
        what="who accepted what came in by survey, on a form of its own",
        fields="rev_what, rev_row, rev_event, rev_decision, rev_by, rev_on, rev_reason and rev_seen as in people.csv",
        lines='[tables.reviews]\nproject = "{project}"\ninstrument = "review"\n[tables.reviews.fields]\n'
        'what = "rev_what"\nrow = "rev_row"\nevent = "rev_event"\ndecision = "rev_decision"\nby = "rev_by"\non = "rev_on"\n'
        'reason = "rev_reason"\nseen = "rev_seen"',
    ),
)


def _offers(facts: ProjectFacts, mapping: Mapping) -> Iterator[Advice]:
    """What this version reads and the shipped project of this home does not have yet: each once, with lines and clicks."""
    ours = {source.instrument: source for source in mapping.of("people") if source.project == facts.name}
    if "person" not in ours or not mapping.of("steps"):
        return  # a project of the lab's own: its forms are its own
    there = {row.get("form_name", "") for row in facts.dictionary or ()}
    for offer in _OFFERS:
        mapped = [source for source in mapping.of(offer.table) if source.project == facts.name]
        if offer.table == "reviews" and (mapping.reviews_on_form or not mapping.hand_in):
            continue
        steps = []
        if offer.form not in there:
            steps.append(
                f"Online Designer > Create a new instrument from scratch, {offer.form}, with the fields {offer.fields}; "
                "Project Setup > Repeating instruments and events > tick it; never enable it as a survey."
            )
        if not mapped:
            steps.append(f"Paste into redcap.toml:\n{offer.lines.format(project=facts.name)}")
        if steps:
            yield Advice(state=State.NOTE, words=f"This version also reads {offer.what}. {' '.join(steps)}")
