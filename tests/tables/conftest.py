"""The sample lab as an export, written down from its rows without the sandbox's own export code."""

import csv
import io
import tomllib
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.model import Export
from onboard.model.mapping import Mapping
from onboard.sandbox.dictionary import Dictionary, parse_csv
from onboard.sandbox.sample.lab import SampleLab, SampleProject, sample_lab
from onboard.sandbox.sample.row_writer import Row
from onboard.shipped import shipped

MONDAY = date(2026, 11, 23)
READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)
ZONE = ZoneInfo("America/Chicago")


@pytest.fixture(scope="session")
def zone() -> ZoneInfo:
    return ZONE


@pytest.fixture(scope="session")
def mapping() -> Mapping:
    document = tomllib.loads((shipped("config") / "redcap.toml").read_text(encoding="utf-8"))
    found, mistakes = load_mapping(document)
    assert mistakes == []
    return found


@pytest.fixture(scope="session")
def sample() -> SampleLab:
    return sample_lab(MONDAY)


@pytest.fixture(scope="session")
def export_of(mapping: Mapping) -> Callable[[SampleLab], Export]:
    return lambda lab: exported(lab, mapping)


@pytest.fixture
def sample_export(sample: SampleLab, mapping: Mapping) -> Export:
    return exported(sample, mapping)


@pytest.fixture
def with_cells(sample_export: Export) -> Callable[..., Export]:
    """Change cells of the sample's export: (instrument, record, instance, field=value, ...)."""

    def change(key: str, record: str, instance: str = "", **cells: str) -> Export:
        rows = list(csv.DictReader(io.StringIO(sample_export.instruments[key])))
        hit = [r for r in rows if next(iter(r.values())) == record and r.get("redcap_repeat_instance", "") == instance]
        assert hit and set(cells) <= set(hit[0]), (key, record, instance, cells)
        hit[0].update(cells)
        out = io.StringIO()
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        sample_export.instruments[key] = out.getvalue()
        return sample_export

    return change


def exported(lab: SampleLab, mapping: Mapping) -> Export:
    """The lab as the reader of REDCap hands it over."""
    instruments = {}
    for name, project in lab.projects.items():
        dictionary = parse_csv(project.dictionary.read_text(encoding="utf-8"))
        for form in mapping.instruments(name):
            instruments[f"{name}.{form}"] = _instrument(project, dictionary, form)
    dictionaries = {name: project.dictionary.read_text(encoding="utf-8") for name, project in lab.projects.items()}
    return Export(instruments=instruments, dictionaries=dictionaries, read_at=READ_AT)


def _instrument(project: SampleProject, dictionary: Dictionary, form: str) -> str:
    repeats = form in project.repeating
    columns = [c for c in dictionary.columns() if c.form == form and c.name != dictionary.id_field]
    header = [dictionary.id_field, *(["redcap_repeat_instrument", "redcap_repeat_instance"] if repeats else [])]
    stamped = form in project.surveys
    header += [*([f"{form}_timestamp"] if stamped else []), *(column.name for column in columns)]
    lines = [header]
    for row in project.rows:
        if row.form == form:
            keys = [row.record, *([form, str(row.instance)] if repeats else [])]
            lines.append([*keys, *([row.stamp] if stamped else []), *_cells(row, columns)])
    return text_of(lines)


def _cells(row: Row, columns: Iterable) -> list[str]:
    found = []
    for column in columns:
        if column.code:
            found.append(str(int(column.code in row.values.get(column.field.name, "").split(","))))
        elif column.name == f"{row.form}_complete":
            found.append(str(row.complete))
        else:
            found.append(row.values.get(column.name, ""))
    return found


def text_of(lines: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()
