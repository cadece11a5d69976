"""The lab's REDCap projects as a RecordSource.

It decides what is requested and whether the whole read is plausible. It needs a token with API Export and Full Data Set on the
mapped forms, nothing else. Calls go one after the other.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from difflib import get_close_matches

from onboard.adapters.redcap.answers import Refused
from onboard.adapters.redcap.project import GuardedProject, RedcapProject
from onboard.adapters.redcap.rows import HalfRead, Rows, Wanted, check_roll, check_together, read_rows, roll_call
from onboard.dates import ANOTHER_DAY, clock_words
from onboard.errors import ReadInDoubt
from onboard.model import Export
from onboard.model.mapping import Mapping as RecordMapping
from onboard.model.mapping import marks
from onboard.model.rows import csv_table, rows_of
from onboard.ports import Clock

#: The two tables whose form every record of its kind has.
_ROOT_TABLES = ("people", "protocols")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_Dictionary = Sequence[Mapping[str, str]]


class NobodyThere(ReadInDoubt):
    """The project answers well and does not have a person: it is new, or people are hidden."""


class RedcapSource:
    """Reads all mapped instruments of all projects; raises ReadInDoubt for anything less than a whole read."""

    def __init__(
        self,
        projects: Sequence[RedcapProject],
        mapping: RecordMapping,
        clock: Clock,
        pause: Callable[[float], None] = time.sleep,
        *,
        check_clock: bool = True,
    ) -> None:
        self._projects = {project.name: project for project in projects}
        self._mapping = mapping
        self._clock = clock
        self._pause = pause
        self._check_clock = check_clock

    def fetch(self, last: Mapping[str, str]) -> Export:
        """Return one whole read, judged by itself alone.

        `last` is compared in sure_source.py.
        """
        read_at = self._clock.now()
        instruments: dict[str, str] = {}
        dictionaries: dict[str, str] = {}
        links: dict[str, str] = {}
        codes: dict[str, tuple[str, ...]] = {}
        version, ahead = "", timedelta()
        for name in self._mapping.asked().projects:
            with GuardedProject(self._projects[name], self._pause) as project:
                version = server_version(project, name)
                ahead = max(ahead, self._clock_ahead(project), key=abs)
                info = _info(project)
                links |= _link(info, self._projects[name], version)
                if listed := tuple(missing_codes(info)):
                    codes[name] = listed
                fields = dictionary(project, name)
                dictionaries[name] = dictionary_csv(fields)
                read = self._rows(project, with_main(self._wanted(name, fields), name, fields))
            instruments |= {key: rows.text() for key, rows in read.items()}
            self._check_absent(name, fields, last)
        instruments |= marks(instruments, self._mapping)
        return Export(
            instruments=instruments,
            dictionaries=dictionaries,
            read_at=read_at,
            server_version=version,
            links=links,
            clock_ahead=ahead,
            missing_codes=codes,
        )

    def _clock_ahead(self, project: GuardedProject) -> timedelta:
        """How far this machine's clock is before the server's. Raises ReadInDoubt where it is another day's: every day that is
        told to people would be wrong."""
        if project.server_time is None or not self._check_clock:
            return timedelta()
        ahead = self._clock.now() - project.server_time
        if abs(ahead) > ANOTHER_DAY:
            raise ReadInDoubt(
                f"{clock_words(ahead)} One of the two is wrong, so no mail goes out. Set this machine's clock (timedatectl), "
                "or tell the REDCap administrator."
            )
        return ahead

    def _wanted(self, name: str, fields: _Dictionary) -> list[Wanted]:
        """What to ask of each instrument of a project, the main form first."""
        roots = {s.instrument for table in _ROOT_TABLES for s in self._mapping.of(table) if s.project == name}
        absent = self._mapping.absent(name, fields)
        wanted = [
            _checked_form(name, form, columns, fields, form in roots)
            for form, columns in self._mapping.asked().instruments(name).items()
            if form not in absent
        ]
        stamped = [replace(form, stamped=form.key in self._mapping.stamped) for form in wanted]
        return sorted(stamped, key=lambda form: not form.root)

    def _check_absent(self, name: str, fields: _Dictionary, last: Mapping[str, str]) -> None:
        """A form that the project need not have is lost, and not absent, when the last read had rows of it."""
        for form in sorted(self._mapping.asked().absent(name, fields)):
            key = f"{name}.{form}"
            if before := len(rows_of(key, last.get(key, ""))):
                raise ReadInDoubt(
                    f"Project {name!r} has no form {form!r} any more; the last good read had {before} rows of it. No mail "
                    "goes to people on this. Make the form again by the click list, or correct redcap.toml."
                )

    def _rows(self, project: GuardedProject, wanted: Sequence[Wanted]) -> dict[str, Rows]:
        try:
            read = _read_whole(project, wanted)
        except HalfRead:
            # A user may have added a record between two calls: once more, and then it is not an accident.
            read = _read_whole(project, wanted)
        _check_people(read, wanted, self._mapping)
        return {form.key: read[form.key] for form in wanted if form.instrument}


def _read_whole(project: GuardedProject, wanted: Sequence[Wanted]) -> dict[str, Rows]:
    """Every instrument, compared with the others and with the project's own list of rows. Raises HalfRead."""
    read = _read_all(project, wanted)
    check_together(read, wanted)
    forms = [form.status for form in wanted if form.instrument]
    if forms:
        names = list(dict.fromkeys([wanted[0].record_id, *forms]))
        check_roll(read, roll_call(str(project.export_records(format_type="csv", fields=names)), wanted), wanted)
    return read


def _read_all(project: GuardedProject, wanted: Sequence[Wanted]) -> dict[str, Rows]:
    """Every instrument as CSV text; never as a frame, which would guess types."""
    return {form.key: read_form(project, form) for form in wanted}


def read_form(project: GuardedProject, form: Wanted) -> Rows:
    """Read one instrument in one call.

    An answer without records may not be an answer: it is requested once more, together with the main form, so that any server
    names every record. Raises ReadInDoubt for an answer that is not whole.
    """
    rows = read_rows(_ask(project, form, form.request()), form)
    if rows.tells:
        return rows
    return replace(read_rows(_ask(project, form, form.request_beside()), form), beside=True)


def _ask(project: GuardedProject, form: Wanted, names: list[str]) -> str:
    if form.stamped:
        return str(project.export_records(format_type="csv", fields=names, export_survey_fields=True))
    return str(project.export_records(format_type="csv", fields=names))


def with_main(wanted: Sequence[Wanted], name: str, fields: _Dictionary) -> list[Wanted]:
    """Return the forms of one project, each with the main one.

    Where people and protocols are in another project the record id's own form is the main one, and the list of records is
    requested first.
    """
    root = next((form for form in wanted if form.root), None)
    beside = root.status if root else f"{fields[0].get('form_name', '')}_complete"
    records = Wanted(project=name, instrument="", record_id=fields[0]["field_name"], fields=(), checkboxes={}, root=True)
    return [replace(form, beside=beside) for form in ([] if root else [records]) + list(wanted)]


def server_version(project: GuardedProject, name: str) -> str:
    """The server's version. Raises ReadInDoubt when the answer is none: then nothing else of it is data either."""
    version = project.export_version()
    if version is None or not _VERSION.match(str(version)):
        raise ReadInDoubt(f"Project {name!r}: the server does not say its REDCap version, so it may be none. Check url.")
    return str(version)


def dictionary(project: GuardedProject, name: str) -> _Dictionary:
    """The data dictionary, one row a field, the record id first."""
    found = project.metadata
    whole = isinstance(found, list) and all(isinstance(row, dict) and "field_name" in row for row in found)
    if not whole or not found:
        raise ReadInDoubt(f"REDCap sent no data dictionary for project {name!r}. Check that the project has its forms.")
    return [{key: str(value) for key, value in row.items()} for row in found]


def dictionary_csv(fields: _Dictionary) -> str:
    """The dictionary as canonical CSV under REDCap's API names of its columns."""
    header = list(fields[0])
    return csv_table((header, *([row.get(name, "") for name in header] for row in fields)))


def checkbox_columns(field: Mapping[str, str]) -> tuple[str, ...]:
    """The export columns of a checkbox: ``field___code``, the code in lower case, other signs as underscores."""
    choices = field.get("select_choices_or_calculations", "").split("|")
    codes = [choice.split(",", 1)[0].strip() for choice in choices if choice.strip()]
    return tuple(f"{field['field_name']}___{re.sub('[^a-z0-9_]', '_', code.lower())}" for code in codes)


def _checked_form(project: str, form: str, columns: Sequence[str], fields: _Dictionary, root: bool) -> Wanted:
    by_name = {row["field_name"]: row for row in fields}
    forms = {row.get("form_name", "") for row in fields}
    if form not in forms:
        raise ReadInDoubt(f"Project {project!r} has no form {form!r}{_nearest(form, forms)}. Correct redcap.toml.")
    statuses = {f"{name}_complete" for name in forms}
    unknown = [name for name in columns if name not in by_name and name not in statuses]
    if unknown:
        said = ", ".join(f"{name!r}{_nearest(name, by_name)}" for name in unknown)
        raise ReadInDoubt(f"Form {form!r} of project {project!r} has no field {said}. Correct redcap.toml or the project.")
    boxes = {
        name: checkbox_columns(by_name[name])
        for name in columns
        if name in by_name and by_name[name].get("field_type") == "checkbox"
    }
    return Wanted(
        project=project,
        instrument=form,
        record_id=fields[0]["field_name"],
        fields=tuple(name for name in columns if name != fields[0]["field_name"]),
        checkboxes=boxes,
        root=root,
        identifiers=frozenset(name for name, row in by_name.items() if row.get("identifier", "").lower() == "y"),
        unchecked=frozenset(name for name, row in by_name.items() if _is_unchecked(row)),
    )


def _is_unchecked(field: Mapping[str, str]) -> bool:
    """Free text, notes and dates."""
    validation = field.get("text_validation_type_or_show_slider_number", "")
    free = not validation or validation.startswith("date")
    return field.get("field_type") == "notes" or (field.get("field_type") == "text" and free)


def _nearest(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f" (the nearest is {close[0]!r})" if close else ""


def _check_people(read: Mapping[str, Rows], wanted: Sequence[Wanted], mapping: RecordMapping) -> None:
    people = {source.key for source in mapping.of("people")}
    for form in wanted:
        if form.key in people and not read[form.key].rows:
            raise NobodyThere(
                f"Project {form.project!r} holds no person. If it is new, add the first one; if not, the read was empty, and "
                "the token's user may be in a data access group without records: ask the REDCap administrator."
            )


def _info(project: GuardedProject) -> Mapping[str, object]:
    """The project's settings; nothing when the token may not ask for them."""
    try:
        info = project.export_project_info()
    except Refused as error:
        # Without this right everything else still works, and mails carry no links; any other refusal is a bad sign.
        if error.status == 403 and "privileges" in error.words:
            return {}
        raise
    return info if isinstance(info, dict) else {}


def missing_codes(info: Mapping[str, object]) -> dict[str, str]:
    """A project's missing data codes, ``-99, Unknown | NA, Not applicable``, as code -> meaning."""
    pairs = (part.partition(",") for part in str(info.get("missing_data_codes") or "").split("|") if part.strip())
    return {code.strip(): meaning.strip() for code, _, meaning in pairs}


def _link(info: Mapping[str, object], reached: RedcapProject, version: str) -> dict[str, str]:
    """The beginning of links to a record's form; append ``&id=..&page=..&instance=..``. None when the project does not tell."""
    if str(info.get("project_id", "")).isdigit():
        base = reached.url.removesuffix("api/")
        return {reached.name: f"{base}redcap_v{version}/DataEntry/index.php?pid={info['project_id']}"}
    return {}
