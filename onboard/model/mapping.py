"""Where each field of each noun stands in the lab's REDCap projects. Decides names of columns; parses no value.

A `Mapping` holds `Source`s. A source says: rows of TABLE come from INSTRUMENT of PROJECT, and noun field F stands in REDCap
field R. One table may have several sources (one column per course: a source per course). `config/redcap.toml` is the
mapping of the shipped dictionaries; `config/redcap_toml.py` reads it.

What the reader of REDCap needs:

- ``mapping.projects``: names of the projects to read, for example ``("people", "protocols")``.
- ``mapping.instruments(project)``: instrument -> REDCap field names to ask for (a checkbox by its own name, without
  ``___code``). Ask for these, plus the record id, plus ``<instrument>_complete``; nothing else.
- ``mapping.only(projects)``: the same mapping for some of its projects.

What comes back goes into ``Export.instruments["<project>.<instrument>"]`` as CSV text, comma, header row, LF, no BOM:
first column the record id under its own name, then ``redcap_event_name`` if the project has events, then
``redcap_repeat_instrument,redcap_repeat_instance`` if REDCap sent them, then the fields (a checkbox as its ``___`` columns)
and ``<instrument>_complete``, and for the form of `hand_in` its ``<instrument>_timestamp`` if REDCap sent it. Rows as REDCap
sent them: the reader of tables drops those of other instruments. Every mapped instrument is in the export; one without rows has
its header row alone.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace

#: Noun fields a source may name, by table. ``steps`` is free: its keys are the steps' own names.
TABLE_FIELDS: Dict[str, tuple[str, ...]] = {
    "people": (
        "greet", "name", "other_names", "university_email", "other_email", "personal_email", "personal_until", "citi_id",
        "complete",
    ),
    "appointments": ("kind", "role", "engaged", "supervisor", "first", "last"),
    "steps": (),
    "completions": (
        "course", "curriculum", "group", "stage", "completed", "expires", "score", "passing", "institution", "record_id",
        "checked", "checked_by", "checked_on", "reason", "source",
    ),
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
#: Tables whose records are protocols; the records of all others are people.
PROTOCOL_TABLES = frozenset({"protocols", "approvals", "submissions", "holds"})
#: What a source cannot do without: the rest may stay unmapped and is read as blank.
REQUIRED_FIELDS: Dict[str, frozenset[str]] = {
    "people": frozenset({"name"}),
    "appointments": frozenset({"first"}),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place that rows of one table come from."""

    table: str
    project: str
    instrument: str
    fields: Dict[str, str]  # noun field -> REDCap field
    constants: Dict[str, str] = field(default_factory=dict)  # noun field -> the word that stands for every row
    values: Dict[str, Dict[str, str]] = field(default_factory=dict)  # noun field -> the lab's code -> our word
    checkboxes: frozenset[str] = frozenset()  # noun fields that are REDCap checkboxes
    event: str = ""  # longitudinal: only rows of this unique event name, "" = of every event
    #: noun field whose cell must hold something for the row to count, "" = any; for one column per course
    only_if: str = ""
    #: REDCap field -> the code it must hold for the row to count; for people and protocols in one classic project
    where: Dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the instrument in an export."""
        return f"{self.project}.{self.instrument}"

    @property
    def complete_field(self) -> str:
        """The instrument's own status column."""
        return f"{self.instrument}_complete"

    @property
    def stamp_field(self) -> str:
        """When a row was submitted by survey; asked for where evidence is handed in by survey, and nowhere else."""
        return f"{self.instrument}_timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """All sources of a lab. `missing_codes`: cells that say "no value" and are read as blank. `hand_in`: the form of
    completions that is also a survey, on which people hand evidence in; "" = they reply with it."""

    sources: tuple[Source, ...]
    missing_codes: frozenset[str] = frozenset()
    hand_in: str = ""

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
                named = (*source.fields.values(), *source.where)
                asked = (name.partition("___")[0] for name in named if name != source.complete_field)
                names.update(dict.fromkeys(asked))
        return {instrument: tuple(names) for instrument, names in wanted.items()}

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
