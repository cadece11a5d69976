"""Labs of any size for the bench: the sample lab copied, each copy with people and protocols of its own.

Copies stand at different days of the sample's story, so that dates and states differ as they do in a real lab.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from onboard.config.redcap_toml import load_mapping
from onboard.config.rules_file import load_rules
from onboard.judging.obligations import gather
from onboard.model import Export, Records, Rules
from onboard.model.mapping import Mapping
from onboard.sandbox.dictionary import Dictionary, parse_csv
from onboard.sandbox.sample.lab import SampleLab, sample_lab
from onboard.sandbox.sample.row_writer import Row
from onboard.shipped import shipped
from onboard.tables import read_tables

MONDAY = date(2026, 11, 23)
READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
#: People of one copy.
A_COPY = 16
#: Copies differ by up to so many days.
_PHASES = 28
#: Cells that name a protocol, a record or an address: each copy has its own.
_ENDINGS = ("_protocol", "protocol_number", "short_code", "full_name", "citi_id")
_RECORDS = ("appt_supervisor", "protocol_pi")
_ADDRESSES = ("university_email", "other_email", "personal_email", "digest_also_to")


def shipped_mapping() -> Mapping:
    """Where the shipped dictionaries hold what."""
    found, mistakes = load_mapping(_document("redcap.toml"))
    if mistakes:
        raise ValueError(f"the shipped redcap.toml does not load: {mistakes}")
    return found


def shipped_rules() -> Rules:
    """The shipped requirements."""
    mistakes: list[str] = []
    found = load_rules(_document("requirements.toml"), "Northlake University", mistakes)
    if found is None:
        raise ValueError(f"the shipped requirements.toml does not load: {mistakes}")
    return found[0]


def _document(name: str) -> dict[str, object]:
    return tomllib.loads((shipped("config") / name).read_text(encoding="utf-8"))


def an_export(people: int) -> Export:
    """What a read of a lab of about so many people brings: a whole number of copies."""
    phases = [sample_lab(MONDAY - timedelta(days=day)) for day in range(_PHASES)]
    projects, mapping, instruments = phases[0].projects, shipped_mapping(), {}
    texts = {name: project.dictionary.read_text(encoding="utf-8") for name, project in projects.items()}
    for name, project in projects.items():
        dictionary = parse_csv(texts[name])
        for form in mapping.instruments(name):
            rows = _copies(phases, name, form, max(1, round(people / A_COPY)))
            instruments[f"{name}.{form}"] = _instrument(rows, dictionary, form, form in project.repeating)
    return Export(instruments=instruments, dictionaries=texts, read_at=READ_AT)


def some_records(people: int) -> Records:
    """The same lab as nouns."""
    return gather(read_tables(an_export(people), shipped_mapping(), ZONE)[0])


def write_folder(export: Export, folder: Path) -> None:
    """The export as files that ``--export FOLDER`` reads."""
    folder.mkdir(parents=True)
    for key, text in export.instruments.items():
        (folder / f"{key}.csv").write_text(text, encoding="utf-8")


def _copies(phases: list[SampleLab], project: str, form: str, copies: int) -> Iterator[Row]:
    for number in range(copies):
        for row in phases[number % len(phases)].projects[project].rows:
            if row.form == form:
                values = {name: _own(name, text, number) for name, text in row.values.items()}
                yield Row(f"{number}-{row.record}", form, row.instance, values, row.complete)


def _own(name: str, text: str, number: int) -> str:
    if not text:
        return text
    if name in _ADDRESSES:
        return text.replace("@", f".{number}@")
    if name in _RECORDS:
        return f"{number}-{text}"
    return f"{text} {number}" if name.endswith(_ENDINGS) else text


def _instrument(rows: Iterable[Row], dictionary: Dictionary, form: str, repeats: bool) -> str:
    """One instrument as REDCap would export it, raw."""
    columns = [column for column in dictionary.columns() if column.form == form and column.name != dictionary.id_field]
    keys = ["redcap_repeat_instrument", "redcap_repeat_instance"] if repeats else []
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([dictionary.id_field, *keys, *(column.name for column in columns)])
    for row in rows:
        cells = [_cell(row, column.name, column.field.name if column.code else "", column.code) for column in columns]
        writer.writerow([row.record, *([form, str(row.instance)] if repeats else []), *cells])
    return out.getvalue()


def _cell(row: Row, name: str, checkbox: str, code: str) -> str:
    if checkbox:
        return str(int(code in row.values.get(checkbox, "").split(",")))
    return str(row.complete) if name == f"{row.form}_complete" else row.values.get(name, "")
