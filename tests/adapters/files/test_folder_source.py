"""A folder of CSV exports, and protocols kept in two files of the lab's home."""

import csv
import io
from collections.abc import Callable
from collections.abc import Mapping as Dict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from onboard.adapters.files.folder_source import FolderSource
from onboard.adapters.files.protocol_files import WithProtocolFiles, has_protocol_files
from onboard.errors import ReadInDoubt
from onboard.model import Export, PersonnelMode, StudyType
from onboard.model.mapping import Mapping
from onboard.shipped import shipped
from onboard.tables import NOUNS, read_tables


def write_folder(export: Export, folder: Path) -> None:
    """Write an export so that `FolderSource` reads the same instruments back; makes the folder, replaces files of the same
    name. Raises OSError when it cannot write."""
    folder.mkdir(parents=True, exist_ok=True)
    instruments = {key: key.partition(".")[2] for key in export.instruments}
    projects = {key.partition(".")[0] for key in instruments}
    for key, text in export.instruments.items():
        name = instruments[key]
        unique = list(instruments.values()).count(name) == 1 and name not in projects
        (folder / (f"{name}.csv" if unique else f"{key}.csv")).write_text(text, encoding="utf-8", newline="")
    for project, text in export.dictionaries.items():
        (folder / f"{project}.dictionary.csv").write_text(text, encoding="utf-8", newline="")


class FakeSource:
    """Hands out one export and remembers what it was asked to compare with."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.last: Dict[str, str] = {}

    def fetch(self, last: Dict[str, str]) -> Export:
        self.last = last
        return self.export


@pytest.fixture
def folder(tmp_path: Path, sample_export: Export) -> Path:
    write_folder(sample_export, tmp_path)
    return tmp_path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A lab's home with its protocols in files, started from the shipped headers."""
    files = shipped("config/redcap_project/as_files")
    rows = {
        "protocols.csv": (
            "IRB-24-0117,STEP-HF,A trial,1,,,automatic\nIRB-23-0452,CHART-AF,Charts,elena.rivera@northlake.example,,,\n"
        ),
        "approvals.csv": (
            "step hf,initial,2025-01-01,2026-12-31,no,nih_trial,nih,yes\n"
            "IRB-23-0452,determination,2024-01-01,,yes,chart_review,internal,yes\n"
            "step-hf,amendment,2025-05-01,,,,phs,\n"
        ),
    }
    for name, text in rows.items():
        (tmp_path / name).write_text((files / name).read_text(encoding="utf-8") + text, encoding="utf-8")
    return tmp_path


def same_tables(one: Export, other: Export, mapping: Mapping, zone: ZoneInfo) -> None:
    (a, problems), (b, others) = read_tables(one, mapping, zone), read_tables(other, mapping, zone)
    assert problems == others
    for table in NOUNS:
        rows = [sorted(getattr(t, table).to_dict("records"), key=repr) for t in (a, b)]
        assert rows[0] == rows[1]


def test_what_is_written_is_read_back(folder: Path, sample_export: Export, mapping: Mapping, zone: ZoneInfo) -> None:
    export = FolderSource(folder, mapping, sample_export.read_at).fetch({})
    assert set(export.instruments) == set(sample_export.instruments)
    assert export.dictionaries == sample_export.dictionaries
    same_tables(export, sample_export, mapping, zone)


def test_one_whole_export_a_project_with_a_byte_order_mark(
    tmp_path: Path, sample_export: Export, mapping: Mapping, zone: ZoneInfo
) -> None:
    for project in mapping.projects:
        (tmp_path / f"{project}.csv").write_text(whole(sample_export, project), encoding="utf-8-sig", newline="")
    export = FolderSource(tmp_path, mapping, sample_export.read_at).fetch({})
    same_tables(export, Export(instruments=sample_export.instruments, read_at=sample_export.read_at), mapping, zone)


def whole(export: Export, project: str) -> str:
    """All instruments of a project in one table, as REDCap's raw data export lays them out."""
    texts = {key: text for key, text in export.instruments.items() if key.startswith(project)}
    parts = {key: list(csv.DictReader(io.StringIO(text))) for key, text in texts.items()}
    keys = ["redcap_repeat_instrument", "redcap_repeat_instance"]
    columns = {name: None for rows in parts.values() for row in rows for name in row}
    header = [next(iter(columns)), *keys, *(name for name in list(columns)[1:] if name not in keys)]
    merged: dict[tuple[str, str, str], dict[str, str]] = {}
    for rows in parts.values():
        for row in rows:
            merged.setdefault((row[header[0]], row.get(keys[0], ""), row.get(keys[1], "")), {}).update(row)
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(row for _, row in sorted(merged.items(), key=lambda item: item[0][:2]))
    return out.getvalue()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda f: (f / "completion.csv").unlink(), "neither people.csv nor completion.csv", id="file gone"),
        pytest.param(lambda f: edit(f, "comp_stage", "Stage"), "lacks the column comp_stage", id="labels"),
        pytest.param(lambda f: edit(f, "92,80", "92"), "cells under", id="row too short"),
        pytest.param(lambda f: (f / "completion.csv").write_bytes(b""), "is empty", id="empty"),
        pytest.param(lambda f: (f / "completion.csv").write_bytes(b"\xff\xfea"), "not UTF-8", id="utf-16"),
        pytest.param(lambda f: edit(f, ",survey", ',"survey'), "not a complete CSV", id="cut in a quote"),
        pytest.param(lambda f: edit(f, "comp_stage", "comp_group"), "twice", id="column twice"),
    ],
)
def test_a_folder_that_is_not_whole_says_what_and_what_next(
    folder: Path, mapping: Mapping, sample_export: Export, spoil: Callable[[Path], object], said: str
) -> None:
    spoil(folder)
    with pytest.raises(ReadInDoubt, match=said) as caught:
        FolderSource(folder, mapping, sample_export.read_at).fetch({})
    assert "xport" in str(caught.value) or "ave it again" in str(caught.value)


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "completion.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_all_missing_files_and_columns_are_named_at_once(folder: Path, mapping: Mapping, sample_export: Export) -> None:
    edit(folder, "comp_stage", "x")
    edit(folder, "comp_score", "y")
    (folder / "waiver.csv").unlink()
    with pytest.raises(ReadInDoubt) as caught:
        FolderSource(folder, mapping, sample_export.read_at).fetch({})
    assert all(name in str(caught.value) for name in ("comp_stage", "comp_score", "waiver.csv"))


def test_a_folder_without_people_or_with_rows_gone_is_in_doubt(folder: Path, mapping: Mapping, sample_export: Export) -> None:
    source = FolderSource(folder, mapping, sample_export.read_at)
    before = sample_export.instruments["people.listing"]
    header = (folder / "listing.csv").read_text(encoding="utf-8").partition("\n")[0] + "\n"
    (folder / "listing.csv").write_text(header, encoding="utf-8")
    assert source.fetch({"people.listing": header})
    with pytest.raises(ReadInDoubt, match="the last read had 21"):
        source.fetch({"people.listing": before})
    (folder / "person.csv").write_text((folder / "person.csv").read_text(encoding="utf-8").partition("\n")[0] + "\n")
    with pytest.raises(ReadInDoubt, match=r"people\.person has no rows"):
        source.fetch({})


def test_a_folder_that_is_not_there(tmp_path: Path, mapping: Mapping, sample_export: Export) -> None:
    with pytest.raises(ReadInDoubt, match="is not a folder"):
        FolderSource(tmp_path / "exports", mapping, sample_export.read_at).fetch({})


# protocols as files ---------------------------------------------------------------------------------------------------------


def test_protocols_may_stand_in_two_files(home: Path, mapping: Mapping, sample_export: Export, zone: ZoneInfo) -> None:
    people = {key: text for key, text in sample_export.instruments.items() if key.startswith("people.")}
    inner = FakeSource(Export(instruments=people, read_at=sample_export.read_at))
    export = WithProtocolFiles(inner, home, mapping).fetch({"people.person": "1", "protocols.protocol": "2"})
    assert inner.last == {"people.person": "1"}
    tables, problems = read_tables(export, mapping, zone)
    trial, charts = tables.protocols.to_dict("records")
    assert (trial["record"], trial["pi"], trial["mode"]) == ("IRB-24-0117", "1", PersonnelMode.AUTOMATIC)
    assert charts["pi"] == "1"
    assert list(tables.approvals["evidence"]) == ["approval/IRB-24-0117/1", "approval/IRB-23-0452/1", "approval/IRB-24-0117/2"]
    assert tables.approvals.iloc[1]["study_type"] is StudyType.CHART_REVIEW
    assert tables.approvals.iloc[1]["open_ended"] is True
    assert len(tables.holds) == 0
    assert {p.instrument for p in problems} <= {"completion", "listing", "assignment"}  # what refers to the other four


def test_a_folder_of_people_and_the_two_files(home: Path, mapping: Mapping, sample_export: Export) -> None:
    people = {key: text for key, text in sample_export.instruments.items() if key.startswith("people.")}
    write_folder(Export(instruments=people, read_at=sample_export.read_at), home)
    assert has_protocol_files(home)
    assert "protocols.approval" in FolderSource(home, mapping, sample_export.read_at).fetch({}).instruments


def test_a_spreadsheet_saved_with_semicolons(home: Path, mapping: Mapping, sample_export: Export, zone: ZoneInfo) -> None:
    for name in ("protocols.csv", "approvals.csv"):
        path = home / name
        path.write_text(path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8-sig")
    people = {key: text for key, text in sample_export.instruments.items() if key.startswith("people.")}
    export = WithProtocolFiles(FakeSource(Export(instruments=people, read_at=sample_export.read_at)), home, mapping).fetch({})
    assert len(read_tables(export, mapping, zone)[0].approvals) == 3


def test_an_approval_of_an_unknown_protocol_is_told(home: Path, mapping: Mapping, sample_export: Export, zone: ZoneInfo) -> None:
    with (home / "approvals.csv").open("a", encoding="utf-8") as file:
        file.write("IRB-99-0001,initial,2025-01-01,2026-12-31,no,exempt,none,no\n")
    people = {key: text for key, text in sample_export.instruments.items() if key.startswith("people.")}
    export = WithProtocolFiles(FakeSource(Export(instruments=people, read_at=sample_export.read_at)), home, mapping).fetch({})
    problems = read_tables(export, mapping, zone)[1]
    assert any(p.record == "IRB-99-0001" and p.instrument == "approval" for p in problems)


def test_a_file_without_its_columns_names_them(home: Path, mapping: Mapping, sample_export: Export) -> None:
    path = home / "approvals.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("no_expiration_date", "open"), encoding="utf-8")
    with pytest.raises(ReadInDoubt, match="no_expiration_date"):
        WithProtocolFiles(FakeSource(sample_export), home, mapping).fetch({})
