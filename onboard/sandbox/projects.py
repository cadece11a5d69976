"""A project of the stand-in: dictionary, layout, users with tokens, records.

What exists and where it is. `importing.py` validates what is put.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from onboard.sandbox.clock import ServerClock, still
from onboard.sandbox.design import (
    Design,
    Event,
    Place,
    Repeat,
    normal_repeats,
    numbered_arms,
    unique_event_names,
    unique_group_names,
)
from onboard.sandbox.dictionary import Column, Dictionary, Role, parse_csv, with_missing_codes
from onboard.sandbox.journal import Journal, Kind
from onboard.sandbox.repository_store import Folders
from onboard.sandbox.rights import Access, Rights, UserRole, new_token
from onboard.sandbox.settings import ProjectSettings

__all__ = ["Access", "Document", "Event", "Project", "Repeat", "Rights"]

Values = dict[str, str]
SYSTEM_USER = "sandbox"
EXPORT_ONLY = Rights()
_project_ids = count(11)
#: The time of a project's clock whose maker passes none.
MORNING = still(datetime.fromisoformat("2026-11-23 07:00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file stored in a file field."""

    doc_id: int
    name: str
    content_type: str
    content: bytes


class Project:
    """One REDCap project. `repeating` names repeating forms, `Repeat(form, event)`, or unique names of whole events.

    `id_brings_every_row`: asking for the record id also returns rows of repeating instruments none of whose fields
    were asked for. Which of the two a server does is not evidenced; a client should survive both.

    `leaves_out_base_rows`: asking for the record id and fields of repeating instruments alone returns no base rows. Classic
    projects of live servers were seen to send one for every record; a client should survive both.
    """

    def __init__(
        self,
        title: str,
        dictionary: str,
        *,
        repeating: Sequence[str | Repeat] = (),
        instruments: Mapping[str, str] | None = None,
        surveys: Sequence[str] = (),
        events: Sequence[Event] = (),
        arms: Mapping[int, str] | None = None,
        dags: Sequence[str] = (),
        in_production: bool = False,
        missing_data_codes: Mapping[str, str] | None = None,
        id_brings_every_row: bool = False,
        leaves_out_base_rows: bool = False,
        clock: ServerClock = MORNING,
        project_id: int | None = None,
        settings: ProjectSettings | None = None,
    ) -> None:
        self.project_id = project_id or next(_project_ids)
        self.title = title
        self.missing_data_codes = dict(missing_data_codes or {})
        self.dictionary: Dictionary = with_missing_codes(parse_csv(dictionary), self.missing_data_codes)
        self.settings = settings or ProjectSettings(surveys_enabled=int(bool(surveys)))
        self.labels = dict(instruments or {})
        self.surveys = list(surveys)
        self.survey_settings: dict[str, Mapping[str, str]] = {}  # form -> as a project file writes them
        self.other_settings: Mapping[str, str] = {}  # of a project file, kept as they are
        self.other_groups: Mapping[str, tuple[tuple[str, Mapping[str, str]], ...]] = {}
        self.groups: dict[str, str] = unique_group_names(dags)
        self.in_production = in_production
        self.id_brings_every_row = id_brings_every_row
        self.leaves_out_base_rows = leaves_out_base_rows
        self.deleted = False
        self.created = clock()
        self.journal = Journal(clock)
        self.accesses: dict[str, Access] = {}
        self.colleagues: dict[str, Access] = {}  # users without a token, by name
        self.roles: dict[str, UserRole] = {}  # by unique name
        self.repository = Folders()
        self.records: dict[str, dict[Place, Values]] = {}
        self.record_groups: dict[str, str] = {}
        self.locked: set[str] = set()  # records that must not be changed
        self.documents: dict[tuple[str, Place, str], Document] = {}
        self.survey_times: dict[tuple[str, Place, str], str] = {}
        self.survey_identifiers: dict[str, str] = {}  # record -> as its surveys know it
        self.survey_codes: dict[str, tuple[str, Place, str]] = {}
        self._doc_ids = count(1)
        self.design = self._lay_out(events, arms, repeating)

    def _lay_out(self, events: Sequence[Event], arms: Mapping[int, str] | None, repeating: Sequence[str | Repeat]) -> Design:
        named = unique_event_names(events)
        design = Design(forms=self.dictionary.forms, longitudinal=bool(named), events=named, arms=numbered_arms(arms, named))
        design.repeats = normal_repeats(repeating, design)
        return design

    def replace_dictionary(self, dictionary: Dictionary) -> None:
        """Use another dictionary; values of fields that are gone stay stored and invisible."""
        self.dictionary = with_missing_codes(dictionary, self.missing_data_codes)
        self.design.forms = dictionary.forms

    def forget_lost_forms(self) -> None:
        """Forms that are gone are at no event, repeat nowhere and are no surveys."""
        self.design.forget_lost_forms()
        self.surveys = [form for form in self.surveys if form in self.design.forms]

    def make_longitudinal(self) -> None:
        """Give a classic project its one event, which has every form and what is stored.

        assumption: not evidenced - the event's name
        """
        if self.design.longitudinal:
            return
        self.design.longitudinal, self.design.arms = True, {1: "Arm 1"}
        self.design.events = unique_event_names([Event(name="Event 1", forms=self.design.forms)])
        self._move("", self.design.first_event)

    def make_classic(self) -> None:
        """Leave the first event's data and repeats; those of other events stay stored and invisible."""
        if self.design.longitudinal:
            self._move(self.design.first_event, "")
            self.design.longitudinal, self.design.events, self.design.arms = False, [], {}

    def _move(self, before: str, after: str) -> None:
        """Everything of one event is of another."""

        def moved(place: Place) -> Place:
            return place._replace(event=after) if place.event == before else place

        self.records = {record: {moved(at): row for at, row in rows.items()} for record, rows in self.records.items()}
        self.documents = {(record, moved(at), field): held for (record, at, field), held in self.documents.items()}
        self.survey_times = {(record, moved(at), form): stamp for (record, at, form), stamp in self.survey_times.items()}
        self.survey_codes = {code: (record, moved(at), form) for code, (record, at, form) in self.survey_codes.items()}
        self.design.repeats = [one._replace(event=after) for one in self.design.repeats if one.event == before]

    @property
    def clock(self) -> ServerClock:
        """The clock that stamps this project's log and surveys; may be set to tell a story in another time."""
        return self.journal.clock

    @clock.setter
    def clock(self, clock: ServerClock) -> None:
        self.journal.clock = clock

    def event_id(self, number: int) -> int:
        """The id of the event at that position on this server."""
        return self.project_id * 1000 + number + 1

    def label(self, form: str) -> str:
        """The form's label; REDCap derives `Form Name` from `form_name` on upload."""
        return self.labels.get(form) or " ".join(word.capitalize() for word in form.split("_"))

    def add_token(self, token: str | None = None, rights: Rights = EXPORT_ONLY, username: str = "") -> str:
        """Give a (new) user a token with rights and return it. A token is 32 hexadecimal characters."""
        token = (token or new_token()).upper()
        if not re.fullmatch(r"[0-9A-F]{32}", token):
            raise ValueError("A REDCap API token is 32 hexadecimal characters: give one of that form, or none.")
        if rights.dag is not None and rights.dag not in self.groups:
            raise ValueError(f"The project has no data access group {rights.dag!r}: name it in dags=.")
        name = username or f"user{len(self.accesses) + 1}"
        self.accesses[token] = Access(username=name, token=token, rights=rights)
        return token

    def revoke(self, token: str) -> None:
        """Make a token unknown."""
        del self.accesses[token.upper()]

    @property
    def members(self) -> list[Access]:
        """Everybody with rights in the project, those with tokens first."""
        return [*self.accesses.values(), *self.colleagues.values()]

    def put(
        self,
        record: str,
        form: str,
        values: Mapping[str, str],
        instance: int | None = None,
        complete: int = 2,
        event: str | None = None,
        dag: str | None = None,
    ) -> None:
        """Load values of one form without validation. Keys are fields or export columns; checkbox fields take codes
        parted by commas. `instance` counts from 1; `complete` is 0, 1 or 2. The form becomes or stays as given."""
        place = self.design.place_for(form, self._event_or_first(form, event), instance)
        if not self.design.lives(form, place):
            raise ValueError(f"Form {form!r} cannot hold data at event {place.event!r} of project {self.title!r}.")
        columns = {column.name: column for column in self.dictionary.columns() if column.form == form}
        row: Values = {}
        for name, value in values.items():
            row.update(self._stored(name, value, columns))
        self.write(record, place, {**row, f"{form}_complete": str(complete)})
        if dag is not None:
            self.record_groups[record] = dag

    def stamp(self, record: str, form: str, stamp: str, instance: int | None = None, event: str | None = None) -> None:
        """Say that a form came in by survey at that time, or was begun only (`[not completed]`)."""
        place = self.design.place_for(form, self._event_or_first(form, event), instance)
        self.survey_times[record, place, form] = stamp

    def _event_or_first(self, form: str, event: str | None) -> str:
        if event is not None:
            return event
        return next((name for name in self.design.event_names if form in self.design.designated(name)), "")

    def _stored(self, name: str, value: str, columns: Mapping[str, Column]) -> Values:
        if name in columns:
            return {name: value}
        parts = [column for column in columns.values() if column.field.name == name and column.role is Role.CHOICE]
        if not parts:
            raise ValueError(f"Field {name!r} is not on that form of project {self.title!r}: check the dictionary.")
        checked = {code.strip() for code in value.split(",") if code.strip()}
        unknown = checked - {column.code for column in parts}
        if unknown:
            raise ValueError(f"Checkbox {name!r} has no choice {', '.join(sorted(unknown))}.")
        return {column.name: "1" if column.code in checked else "0" for column in parts}

    def write(self, record: str, place: Place, values: Mapping[str, str], username: str = SYSTEM_USER) -> bool:
        """Store values that differ from what is there, log the change, and say whether anything changed."""
        known = record in self.records
        places = self.records.setdefault(record, {})
        if not self.design.longitudinal:
            places.setdefault(Place(), {})
        row = places.setdefault(place, {})
        changed = {name: value for name, value in values.items() if row.get(name, "") != value}
        row.update(changed)
        if known and not changed:
            return False
        self._log(record, place, {self.dictionary.id_field: record, **changed}, known=known, username=username)
        return True

    def _log(self, record: str, place: Place, changed: Values, *, known: bool, username: str) -> None:
        kind, verb = (Kind.RECORD_EDIT, "Update") if known else (Kind.RECORD_ADD, "Create")
        details = [f"[instance = {place.instance}]"] if place.repeats else []
        boxes = {column.name: column for column in self.dictionary.columns() if column.role is Role.CHOICE}
        details += [logged(boxes.get(name), name, value) for name, value in changed.items()]
        # Records loaded by the sandbox itself count as entered by hand.
        how = "" if username == SYSTEM_USER else " (API)"
        self.journal.add(username, kind, f"{verb} record{how} {record}", ", ".join(details), record)

    def attach(self, record: str, place: Place, field: str, name: str, content: bytes, content_type: str, username: str) -> None:
        """Store a file in a file field."""
        doc_id = next(self._doc_ids)
        self.documents[record, place, field] = Document(doc_id=doc_id, name=name, content_type=content_type, content=content)
        self.records[record].setdefault(place, {})[field] = name
        self.journal.add(username, Kind.RECORD_EDIT, f"Update record (API) {record}", f"{field} = '{doc_id}'", record)

    def drop(self, record: str, places: Sequence[Place] | None = None) -> None:
        """Forget a record, or some of its places."""
        held = self.records[record]
        for place in list(held) if places is None else places:
            held.pop(place, None)
            for key in [key for key in self.documents if key[:2] == (record, place)]:
                del self.documents[key]
            for stamped in [stamped for stamped in self.survey_times if stamped[:2] == (record, place)]:
                del self.survey_times[stamped]
        if places is None:
            del self.records[record]
            self.record_groups.pop(record, None)

    def ordered_records(self, dag: str | None = None) -> list[str]:
        """Record ids in export order, all or those of one data access group."""
        return sorted((record for record in self.records if dag is None or self.record_groups.get(record) == dag), key=record_key)

    def in_arm(self, record: str, arm: int | None) -> bool:
        """Whether the record has a row in that arm; every record of a classic project (None) counts."""
        return arm is None or any(self.design.arm_of(place.event) == arm for place in self.records[record])

    def places(self, record: str) -> Iterator[tuple[Place, Values]]:
        """The record's rows in export order."""
        held = self.records[record]
        known = [place for place in held if place.event in self.design.event_names]
        return iter([(place, held[place]) for place in sorted(known, key=self.design.order)])


def logged(box: Column | None, name: str, value: str) -> str:
    """A changed value as the log writes it: `name = 'Ada'`, `tasks(1) = checked`."""
    if box is None:
        return f"{name} = '{value}'"
    return f"{box.field.name}({box.code}) = {'checked' if value == '1' else 'unchecked'}"


def record_key(record: str) -> tuple[int, int, str]:
    """Order of record ids: whole numbers first, by value, then the rest part by part.

    assumption: not evidenced - how non-numeric ids are ordered among themselves.
    """
    if record.isdigit():
        return (0, int(record), record)
    return (1, 0, re.sub(r"\d+", lambda match: match.group().zfill(12), record.casefold()))
