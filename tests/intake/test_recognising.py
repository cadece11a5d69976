"""Which layout a file has, and what is refused."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from onboard.adapters.files.intake_files import read_intake_file
from onboard.errors import ConfigError
from onboard.intake.claims import Claimed, Habits, Layout, ReadFile, Refused, Table
from onboard.intake.rows import merged, read_table
from tests.intake import layouts
from tests.intake.layouts import Fact

HABITS = Habits(zone=ZoneInfo("America/New_York"), today=date(2026, 11, 23))


def parsed(text: str) -> Table:
    """A table as the adapter reads it."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    lines = tuple(range(2, len(rows) + 2))
    return Table(file="citi.csv", header=tuple(header), rows=tuple(map(tuple, rows)), lines=lines)


def read(text: str, habits: Habits = HABITS) -> ReadFile:
    """A file that must be recognised."""
    found = read_table(parsed(text), habits)
    assert isinstance(found, ReadFile), found
    return found


def refused(text: str, habits: Habits = HABITS) -> str:
    """Why a file is refused."""
    found = read_table(parsed(text), habits)
    assert isinstance(found, Refused), found
    return found.words


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        (layouts.soap([Fact()]), Layout.SOAP),
        (layouts.download([Fact()]), Layout.DOWNLOAD),
        (layouts.modules([Fact()]), Layout.MODULES),
        (layouts.kuali([Fact()]), Layout.KUALI),
        (layouts.members([Fact()]), Layout.MEMBERS),
    ],
)
def test_each_layout_by_its_headers(text: str, layout: Layout) -> None:
    assert read(text).layout is layout


@pytest.mark.parametrize("write", [layouts.soap, layouts.download, layouts.modules])
def test_a_row_says_the_same_in_each_layout(write: object) -> None:
    """Member, names, address, course, stage, both dates and the record number."""
    claim = merged(read(write([Fact()])).claims)[0]  # type: ignore[operator]
    assert (claim.member_id, claim.name, claim.record_id) == ("100003", "Devon Brooks", "61200001")
    assert claim.addresses == ("devon.brooks@northlake.example",)
    assert (claim.curriculum, claim.group, claim.stage) == ("Human Research", layouts.HSP, 1)
    assert (claim.earned, claim.expires) == (date(2026, 3, 13), date(2029, 3, 12))


def test_synonyms_of_headers() -> None:
    """Spelling, case, spaces and order of columns are the institution's own."""
    text = (
        "DATE EXPIRES,e-mail,Learner ID,Stage,CITI Course,Gradebook,Learner Group,Completion Date,CR Number,Surname,"
        "First_Name\n"
        "03/12/29,DB@x.example,100003,Basic Course,-,Human Research,Some Group,03/13/26,7,Brooks,Devon\n"
    )
    claim = read(text).claims[0]
    assert (claim.name, claim.addresses, claim.stage) == ("Devon Brooks", ("db@x.example",), 1)


def test_an_unknown_shape_is_refused_with_headers_and_the_nearest_layout() -> None:
    words = refused("Name,Training,When\nDevon,HSP,03/13/2026\n")
    assert "'Training'" in words and "'When'" in words and "nearest" in words


def test_a_download_without_its_expiry_column_is_refused_not_half_read() -> None:
    words = refused(layouts.download([Fact()]).replace("Date Completion Report Expires", "Something else"))
    assert "automated download, completion level" in words and "expires" in words


def test_rows_of_modules_without_their_number_are_never_taken_for_completions() -> None:
    assert "module level" in refused(layouts.modules([Fact()]).replace("CR number", "Other"))


def test_two_columns_that_say_the_same_are_refused() -> None:
    assert "say the same" in refused(layouts.soap([Fact()]).replace("CR_InstitutionID", "Email"))


class TestDates:
    """Cases 10 and 13 as whole files."""

    def test_case_10_one_day_first_date_puts_the_file_in_doubt(self) -> None:
        text = layouts.kuali([Fact(), Fact()]).replace("03/13/2026", "13/03/2026", 1)
        assert "13/03/2026" in refused(text) and "--day-first" in refused(text)

    def test_case_10_a_file_that_declares_day_first(self) -> None:
        text = layouts.kuali([Fact(earned=date(2026, 2, 1))]).replace("02/01/2026", "01/02/2026").replace("03/12/2029", "")
        habits = Habits(zone=HABITS.zone, today=HABITS.today, day_first=True)
        assert read(text, habits).claims[0].earned == date(2026, 2, 1)

    def test_case_13_a_blank_expiry_stays_blank(self) -> None:
        assert read(layouts.soap([Fact(expires=None)])).claims[0].expires is None

    def test_an_unreadable_date_is_a_fault_of_its_row_alone(self) -> None:
        good, bad = read(layouts.kuali([Fact(), Fact()]).replace("03/13/2026", "soon", 1)).claims[::-1]
        assert "soon" in bad.fault and not good.fault

    def test_a_date_to_come_and_an_end_before_the_start_are_faults(self) -> None:
        assert "still to come" in read(layouts.soap([Fact(earned=date(2026, 11, 25))])).claims[0].fault
        assert "before" in read(layouts.soap([Fact(expires=date(2025, 1, 1))])).claims[0].fault


class TestCase19ModuleRows:
    """Module-level rows do not multiply completions."""

    def test_ten_rows_are_one_completion(self) -> None:
        claims = merged(read(layouts.modules([Fact(), Fact(record="7", stage=2)])).claims)
        assert [claim.record_id for claim in claims] == ["61200001", "7"]

    def test_scores_of_modules_are_not_the_completions(self) -> None:
        (claim,) = merged(read(layouts.modules([Fact()])).claims)
        assert claim.passed and claim.score == "" and claim.passing == ""

    def test_case_24_the_completion_date_is_not_that_of_a_module(self) -> None:
        (claim,) = merged(read(layouts.modules([Fact()])).claims)
        assert claim.earned == date(2026, 3, 13)

    def test_rows_that_disagree_are_told_and_none_is_chosen(self) -> None:
        text = layouts.modules([Fact(), Fact(earned=date(2026, 3, 14))], each=1)
        (claim,) = merged(read(text).claims)
        assert "13 Mar 2026" in claim.clash and "14 Mar 2026" in claim.clash and "line 3" in claim.clash


class TestMerging:
    """One completion in several rows and files."""

    def test_blanks_are_filled(self) -> None:
        first = Claimed(file="a", line=2, layout=Layout.KUALI, group="G", record_id="0071", earned=date(2026, 1, 1))
        second = Claimed(file="b", line=2, layout=Layout.SOAP, group="G", record_id="71", member_id="9", name="Devon Brooks")
        (claim,) = merged([first, second])
        assert (claim.member_id, claim.name, claim.earned) == ("9", "Devon Brooks", date(2026, 1, 1))

    def test_a_list_of_members_tells_who_a_user_name_is(self) -> None:
        text = layouts.kuali([Fact(email="dbrooks")])
        (claim,) = merged(read(text).claims, read(layouts.members([Fact(email="dbrooks@northlake.example")])).members)
        assert claim.name == "Devon Brooks" and "dbrooks@northlake.example" in claim.addresses


class TestFiles:
    """What comes from disk."""

    def test_encodings_and_separators(self, tmp_path: Path) -> None:
        """UTF-8 with a mark, UTF-16, an old Windows export with tabs."""
        text = layouts.soap([Fact(last="Núñez")])
        for encoding in ("utf-8-sig", "utf-16", "cp1252"):
            path = tmp_path / f"{encoding}.csv"
            path.write_bytes((text.replace(",", "\t") if encoding == "cp1252" else text).encode(encoding))
            table = read_intake_file(path)
            assert isinstance(table, Table) and "Núñez" in table.rows[0]

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "empty"),
            (b"PK\x03\x04", "spreadsheet"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "spreadsheet"),
            (gzip.compress(b"a,b\n1,2\n", mtime=0), "archive"),
            ("a,b\n1,2\n".encode("utf-16-le"), "zero bytes"),
            (b"a,b\n1,De\0von\n", "zero bytes"),
            (b"<!DOCTYPE html><html><body>Log in</body></html>", "web page, most likely of a log-in"),
            (b"\n<HTML><body>Log in</body></HTML>", "web page"),
            (b"CITI Completion Report,,\na,b,c,d\n1,2,3,4\n", "must be a title. Take out what is above the header"),
            (b"a,b\n1,2,3\n", "line 2: 3 cells under 2 columns"),
            (b'a,b\n"1,2\n', "not a complete CSV"),
            (b"<!DOCTYPE x><x/>", "definitions"),
            (b"<x><y>", "not a complete XML"),
            (b"<x/>", "without rows"),
            (b"%PDF-1.4 nonsense", "PDF"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, tmp_path: Path, content: bytes, said: str) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=said):
            read_intake_file(path)

    def test_a_separator_said_in_the_first_line_counts(self, tmp_path: Path) -> None:
        path = tmp_path / "file.csv"
        path.write_bytes(b"sep=;\r\na;b,c,d,e\r\n1;2\r\n\r\n3;4\r\n")
        table = read_intake_file(path)
        assert isinstance(table, Table) and table.header == ("a", "b,c,d,e")
        assert (table.rows, table.lines) == ((("1", "2"), ("3", "4")), (3, 5))

    def test_a_missing_file_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="cannot be read"):
            read_intake_file(tmp_path / "none.csv")
