"""The mapping: where each field of each noun is in the lab's REDCap projects.

A `Mapping` holds `Source`s. A source says: rows of TABLE come from INSTRUMENT of PROJECT, and noun field F is in REDCap field R.
One field R. One table may have several sources (one column per course: a source per course). `config/redcap.toml` is the
mapping of the shipped dictionaries; `config/redcap_toml.py` reads it.

What the reader of REDCap needs:

- ``mapping.projects``: names of the projects to read, for example ``("people", "protocols")``.
- ``mapping.instruments(project)``: instrument -> REDCap field names to ask for (a checkbox by its own name, without
  ``___code``). Ask for these, plus the record id, plus ``<instrument>_complete``; nothing else.
- ``mapping.only(projects)``: the same mapping for some of its projects.

What comes back goes into ``Export.instruments["<project>.<instrument>"]`` as CSV text, comma, header row, LF, no BOM:
first column the record id under its own name, then ``redcap_event_name`` if the project has events, then
``redcap_repeat_instrument,redcap_repeat_instance`` if REDCap sent them, then the fields (a checkbox as its ``___`` columns)
and ``<instrument>_complete``, and for the forms of `stamped` their ``<instrument>_timestamp`` if REDCap sent it. Rows as REDCap
sent them: the reader of tables drops those of other instruments. Every mapped instrument is in the export; one without rows has
its header row alone. A form of reviews that the project does not have is there too, with the record id as its only column: so an
export tells whether reviews decided when it was read (`marks`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace

from onboard.model.choices import (
    AppointmentKind,
    ApprovalKind,
    Checked,
    Choice,
    Funding,
    Horizon,
    PersonnelMode,
    Phi,
    Reviewed,
    Role,
    StudyType,
    Task,
)

#: Noun fields a source may name, by table. ``steps`` is free: its keys are the steps' own names; ``step_rows`` adds to
#: it, one row a step.
TABLE_FIELDS: Dict[str, tuple[str, ...]] = {
    "people": (
        "greet", "name", "other_names", "university_email", "other_email", "personal_email", "personal_until", "citi_id",
        "login", "complete",
    ),
    "appointments": ("kind", "role", "engaged", "supervisor", "first", "last"),
    "steps": (),
    "step_rows": ("what", "on"),
    "completions": (
        "course", "training", "curriculum", "group", "stage", "completed", "expires", "score", "passing", "institution",
        "record_id", "checked", "checked_by", "checked_on", "reason", "source",
    ),
    "reviews": ("what", "row", "event", "decision", "by", "on", "reason", "seen"),
    "listings": ("protocol", "submitted", "approved", "removed", "stays"),
    "delegations": ("protocol", "tasks", "first", "last", "approved_by", "approved_on"),
    "assignments": ("protocol", "task", "title", "horizon", "first", "due", "done", "depends_on"),
    "absences": ("first", "last"),
    "waivers": ("requirement", "protocol", "first", "last", "approved_by", "approved_on"),
    "snoozes": ("requirement", "until", "opt_out"),
    "log": ("protocol", "task", "on", "hours", "what", "outcome"),
    "enrolments": ("training", "on"),
    "disclosures": ("on", "expires"),
    "protocols": ("number", "code", "title", "pi", "digest_to", "irb", "mode"),
    "approvals": ("kind", "first", "last", "open_ended", "study_type", "funding", "phi"),
    "submissions": ("what", "on"),
    "holds": ("first", "last"),
}  # fmt: skip
#: Noun fields whose words are fixed: what `values` and `constants` may translate to.
ENUMS: Dict[tuple[str, str], type[Choice]] = {
    ("appointments", "kind"): AppointmentKind,
    ("appointments", "role"): Role,
    ("completions", "checked"): Checked,
    ("reviews", "what"): Reviewed,
    ("reviews", "decision"): Checked,
    ("delegations", "tasks"): Task,
    ("assignments", "task"): Task,
    ("assignments", "horizon"): Horizon,
    ("log", "task"): Task,
    ("protocols", "mode"): PersonnelMode,
    ("approvals", "kind"): ApprovalKind,
    ("approvals", "study_type"): StudyType,
    ("approvals", "funding"): Funding,
    ("approvals", "phi"): Phi,
}
#: Tables whose records are protocols; the records of all others are people.
PROTOCOL_TABLES = frozenset({"protocols", "approvals", "submissions", "holds"})
#: Tables whose form is optional in a project: without it they are read as empty.
OPTIONAL_TABLES = frozenset({"reviews", "step_rows"})
#: Noun fields that hold a day, where `as_read` may stand for one. Each key of steps is one too.
DAYS: Dict[str, frozenset[str]] = {
    "people": frozenset({"personal_until"}),
    "appointments": frozenset({"first", "last"}),
    "completions": frozenset({"completed", "expires", "checked_on"}),
    "reviews": frozenset({"on"}),
    "listings": frozenset({"submitted", "approved", "removed"}),
    "delegations": frozenset({"first", "last", "approved_on"}),
    "assignments": frozenset({"first", "due", "done"}),
    "absences": frozenset({"first", "last"}),
    "waivers": frozenset({"first", "last", "approved_on"}),
    "snoozes": frozenset({"until"}),
    "log": frozenset({"on"}),
    "enrolments": frozenset({"on"}),
    "disclosures": frozenset({"on", "expires"}),
    "approvals": frozenset({"first", "last"}),
    "submissions": frozenset({"on"}),
    "holds": frozenset({"first", "last"}),
    "step_rows": frozenset({"on"}),
}
#: Stands for a day in `constants`, `values` and `blank`: it holds on the day of the read, and since when is not kept.
AS_READ = "as_read"
#: A word of `training`: the course counts for nothing.
NO_TRAINING = "none"
#: How cells may name a person, and a protocol; the first of each that fits one decides.
PERSON_BY = ("record", "email", "login", "name", "last_name")
PROTOCOL_BY = ("number", "code", "record")
#: What a source cannot do without: the rest may stay unmapped and is read as blank.
REQUIRED_FIELDS: Dict[str, frozenset[str]] = {
    "people": frozenset({"name"}),
    "appointments": frozenset({"first"}),
    "step_rows": frozenset({"what", "on"}),
    "reviews": frozenset({"what", "row", "decision", "by", "on"}),
    "completions": frozenset({"completed"}),
    "listings": frozenset({"protocol"}),
    "delegations": frozenset({"protocol", "tasks"}),
    "waivers": frozenset({"requirement"}),
    "log": frozenset({"on"}),
    "enrolments": frozenset({"training", "on"}),
    "disclosures": frozenset({"on"}),
    "protocols": frozenset({"number"}),
    "approvals": frozenset({"kind"}),
}
_BRACES = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that rows of one table come from."""

    table: str
    project: str
    instrument: str
    fields: Dict[str, str]  # noun field -> REDCap field; the first of several
    constants: Dict[str, str] = field(default_factory=dict)  # noun field -> the word used for every row
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)  # noun field -> the lab's code -> our word
    checkboxes: frozenset[str] = frozenset()  # noun fields that are REDCap checkboxes
    event: str = ""  # longitudinal: only rows of this unique event name, "" = of every event
    #: noun field whose cell must hold something for the row to count, "" = any; for one column per course
    only_if: str = ""
    #: REDCap field -> the codes of which it must hold one for the row to count
    where: Dict[str, tuple[str, ...]] = field(default_factory=dict)
    unless: Dict[str, tuple[str, ...]] = field(default_factory=dict)  # the contrary
    joins: Dict[str, str] = field(default_factory=dict)  # noun field -> text with REDCap fields in braces
    firsts: Dict[str, tuple[str, ...]] = field(default_factory=dict)  # noun field -> REDCap fields; the first that is filled
    blank: Dict[str, str] = field(default_factory=dict)  # noun field -> the word a blank cell stands for
    dates: Dict[str, str] = field(default_factory=dict)  # noun field -> order of its days as text: ymd, mdy or dmy
    date_order: str = "ymd"  # of all others
    months: tuple[str, ...] = ()  # languages of month names beside English
    person: tuple[str, ...] = ()  # REDCap fields that name the person a row is about, where its record does not
    ended_if: Dict[str, tuple[str, ...]] = field(default_factory=dict)  # REDCap field -> codes that mean: no longer here
    not_begun_if: Dict[str, tuple[str, ...]] = field(default_factory=dict)  # REDCap field -> codes that mean: not yet here
    printed_after: str = ""  # the printed end is the day passed plus this validity
    place: str = ""  # where it is written, for messages: "tables.completions (block 2)"
    templates: Dict[str, str] = field(default_factory=dict)  # REDCap field -> how it is written, with {each}
    mark: str = ""  # the REDCap field that tells it from other rows of its table on the same form

    @property
    def key(self) -> str:
        """The name of the instrument in an export."""
        return f"{self.project}.{self.instrument}"

    def columns_of(self, name: str) -> tuple[str, ...]:
        """The REDCap fields that one noun field is read from; none where it is not mapped."""
        if name in self.joins:
            return tuple(dict.fromkeys(_BRACES.findall(self.joins[name])))
        return self.firsts.get(name) or ((self.fields[name],) if name in self.fields else ())

    def is_day(self, name: str) -> bool:
        """Whether a noun field holds a day."""
        return self.table == "steps" or name in DAYS.get(self.table, ())

    @property
    def columns(self) -> tuple[str, ...]:
        """Every REDCap field that the rows need, each once; a box of a checkbox by its column."""
        named = [column for name in self.fields for column in self.columns_of(name)]
        return tuple(dict.fromkeys([*named, *self.where, *self.unless, *self.person, *self.ended_if, *self.not_begun_if]))

    def order_of(self, name: str) -> str:
        """In which order days of one noun field are written as text."""
        return self.dates.get(name, self.date_order)

    @property
    def says_now(self) -> bool:
        """Whether a cell may say that something holds now, and not since when."""
        words = [*self.constants.values(), *self.blank.values()]
        words += [word for codes in self.values.values() for word in codes.values()]
        return AS_READ in words or bool(self.ended_if or self.not_begun_if)

    @property
    def complete_field(self) -> str:
        """The instrument's own status column."""
        return f"{self.instrument}_complete"

    @property
    def stamp_field(self) -> str:
        """When a row was submitted by survey; REDCap sends it where the form is a survey."""
        return f"{self.instrument}_timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """All sources of a lab.

    `missing_codes`: cells that say "no value" and are read as blank. `hand_in`: the form of completions that is also a survey, on
    which people send evidence in; "" = they reply with it. `reviews_on_form`: acceptance is recorded on that same form, and no
    form of reviews is read. `person_by`, `protocol_by`: how cells name people and protocols, in the order of trust.
    """

    sources: tuple[Source, ...]
    missing_codes: frozenset[str] = frozenset()
    hand_in: str = ""
    reviews_on_form: bool = False
    person_by: tuple[str, ...] = ("record", "email")
    protocol_by: tuple[str, ...] = ("number", "code")

    @property
    def says_now(self) -> bool:
        """Whether what is read may hold now, of unknown age."""
        return any(source.says_now for source in self.sources)

    @property
    def projects(self) -> tuple[str, ...]:
        """The projects to read, in the order they are first named."""
        return tuple(dict.fromkeys(source.project for source in self.sources))

    def of(self, table: str) -> tuple[Source, ...]:
        """The sources of one table; empty when the lab does not keep it."""
        return tuple(source for source in self.sources if source.table == table)

    @property
    def hand_in_source(self) -> Source | None:
        """Where evidence by survey arrives; None when it is off, or its project is not among these."""
        found = (one for one in self.of("completions") if self.hand_in and one.instrument == self.hand_in and not one.only_if)
        return next(found, None)

    def instruments(self, project: str) -> dict[str, tuple[str, ...]]:
        """Instrument -> REDCap fields to ask for, each once; without the record id and ``<instrument>_complete``.

        A source may name one box of a checkbox by its column, ``field___code``; the whole field is asked for.
        """
        wanted: dict[str, dict[str, None]] = {}
        for source in self.sources:
            if source.project == project:
                names = wanted.setdefault(source.instrument, {})
                asked = (name.partition("___")[0] for name in source.columns if name != source.complete_field)
                names.update(dict.fromkeys(asked))
        return {instrument: tuple(names) for instrument, names in wanted.items()}

    @property
    def stamped(self) -> frozenset[str]:
        """Keys of the forms of which it matters whether a row came in by survey: evidence, what decides about it, and steps."""
        return frozenset(source.key for source in self.sources if source.table in ("completions", "reviews", "step_rows"))

    @property
    def review_keys(self) -> frozenset[str]:
        """Under which an export tells that reviews decide: their mapped forms, else the shipped form's beside the evidence."""
        mapped = frozenset(source.key for source in self.of("reviews"))
        return mapped or frozenset(f"{source.project}.review" for source in self.of("completions"))

    def optional(self, project: str) -> dict[str, frozenset[str]]:
        """Instrument -> its fields, of the forms that a project need not have."""
        found: dict[str, frozenset[str]] = {}
        for source in self.sources:
            if source.project == project and source.table in OPTIONAL_TABLES:
                found[source.instrument] = found.get(source.instrument, frozenset()) | frozenset(source.columns)
        needed = {s.instrument for s in self.sources if s.project == project and s.table not in OPTIONAL_TABLES}
        return {form: fields for form, fields in found.items() if form not in needed}

    def absent(self, project: str, dictionary: Iterable[Dict[str, str]]) -> frozenset[str]:
        """Optional forms that a project does not have, by its dictionary under REDCap's API names. One of the same name that
        holds none of their fields is another form."""
        there = {(row.get("form_name", ""), row["field_name"]) for row in dictionary}
        return frozenset(form for form, names in self.optional(project).items() if there.isdisjoint((form, n) for n in names))

    def asked(self) -> Mapping:
        """The mapping without what is not read.

        That is the form of reviews, where acceptance is recorded on the survey form.
        """
        kept = tuple(source for source in self.sources if source.table != "reviews" or not self.reviews_on_form)
        return replace(self, sources=kept)

    def checkboxes(self, project: str) -> frozenset[str]:
        """REDCap fields of a project that come back as ``field___code`` columns."""
        return frozenset(
            source.fields[name]
            for source in self.sources
            for name in source.checkboxes
            if source.project == project and name in source.fields
        )

    def only(self, projects: Collection[str]) -> Mapping:
        """The same mapping for some of its projects."""
        return replace(self, sources=tuple(source for source in self.sources if source.project in projects))


def marks(instruments: Dict[str, str], mapping: Mapping) -> dict[str, str]:
    """What a read adds to its instruments so that it is known for ever that reviews decide in it: each form of reviews that is
    not there, with the record id as its only column. Nothing where no evidence can come in by survey, or its own form decides."""
    if mapping.reviews_on_form:
        return {}
    keys = [source.key for source in mapping.of("completions") if source.key in instruments]
    headers = {key: instruments[key].partition("\n")[0].split(",") for key in keys}
    by_survey = any(f"{key.partition('.')[2]}_timestamp" in header for key, header in headers.items())
    if not (mapping.of("reviews") or mapping.hand_in_source or by_survey):
        return {}
    record_id = next((header[0] for header in headers.values()), "record_id")
    return {key: f"{record_id}\n" for key in sorted(mapping.review_keys) if key not in instruments}


def has_form(text: str) -> bool:
    """Whether what an export holds of a form came from one."""
    return "," in text.partition("\n")[0]
