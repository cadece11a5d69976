"""The IRB's personnel list against ours, on the sample lab."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from onboard.intake.claims import Refused, Table
from onboard.intake.irb_list import OWN_LIST_ONLY, IrbList, Listed, basis_words, list_of, list_text
from onboard.intake.irb_people import Names
from onboard.intake.irb_table import Personnel, read_personnel
from tests.intake.conftest import IntakeLab
from tests.intake.test_matching_and_planning import person

TAKEN = date(2026, 11, 20)

HEADER = "Last Name,First Name,E-mail,Study Role"
#: Reg-HF as the IRB has it: Elena, Maria and Chiara agree; Lucía left; Kenji is not ours; Jo nobody knows; Noor by name.
REG_HF = (
    "Rivera,Elena,elena.rivera@northlake.example,PI\n"
    "Chen,Maria,MARIA.CHEN@northlake.example,Coordinator\n"
    "Rossi,Chiara,chiara.rossi@lakeside.example,Co-I\n"
    "Ortiz Peña,Lucía,lucia.ortiz@northlake.example,RA\n"
    "Tanaka,Kenji,kenji.tanaka@northlake.example,Fellow\n"
    "Stranger,Jo,jo@elsewhere.example,RA\n"
    "al-Rashid,Noor,,RA\n"
    "Smith,J.,,RA\n"
)


def table(text: str) -> Table:
    """A table of plain cells."""
    header, *rows = [tuple(line.split(",")) for line in text.strip().splitlines()]
    return Table(file="irb.csv", header=header, rows=tuple(rows), lines=tuple(range(2, len(rows) + 2)))


def taken(one: Table) -> Personnel:
    """A table that must be read."""
    found = read_personnel(one, TAKEN)
    assert isinstance(found, Personnel), found
    return found


def people(one: Table) -> tuple[Listed, ...]:
    """Who is on a list."""
    return taken(one).people


class TestReading:
    """Names and addresses in the shapes IRB systems export."""

    def test_names_in_two_columns_or_one(self) -> None:
        assert people(table("First,Last,Email\nMaria,Chen,M@x.example")) == (Listed(name="Maria Chen", address="m@x.example"),)
        one = Table(file="f", header=("Name", "Role"), rows=(("Chen, Maria", "PI"), ("Chiara Rossi, MD", "")), lines=(2, 3))
        assert people(one) == (Listed(name="Maria Chen", role="PI"), Listed(name="Chiara Rossi, MD"))

    def test_a_table_without_people_is_refused(self) -> None:
        found = read_personnel(table("Protocol,Status\n24-0117,open"), TAKEN)
        assert isinstance(found, Refused) and "'Protocol'" in found.words
        assert isinstance(read_personnel(table("Name,Email\n ,"), TAKEN), Refused)


def test_what_a_comparison_rests_on() -> None:
    today = date(2026, 11, 23)
    assert basis_words(None, today).startswith(OWN_LIST_ONLY)
    assert basis_words(today - timedelta(days=91), today).startswith(OWN_LIST_ONLY)
    assert basis_words(today - timedelta(days=90), today) == "compared with the IRB's list of 25 Aug 2026"


def test_the_two_lists_of_reg_hf(intake_lab: IntakeLab) -> None:
    path = intake_lab.put("irb.csv", f"{HEADER}\n{REG_HF}")
    code, said = intake_lab.run("--irb-list", path, "--protocol", "reg hf")
    assert code == 1
    assert "Lucía Ortiz Peña (record 10): left on" in said and "gone from the lab: 1" in said
    assert "On the IRB's list, not on ours: 2" in said and "Kenji Tanaka (record 6)" in said
    assert "Jo Stranger (RA, jo@elsewhere.example): nobody in our records" in said
    assert "J. Smith (RA): fits records 12 and 13" in said and "Unknown: 1" in said
    assert "On ours, not on the IRB's" in said and "Devon Brooks (record 3): file it, or end our listing" in said
    assert "Chiara" not in said and "Maria Chen" not in said and "Noor" not in said
    stored = (intake_lab.home / "irb_lists" / "REG-HF.csv").read_text()
    assert stored.startswith("protocol,as_of,name,address,role,doubt\n3,") and "Jo Stranger" in stored


def test_an_old_list_is_not_compared_with(intake_lab: IntakeLab, today: date) -> None:
    path = intake_lab.put("irb.csv", f"{HEADER}\n{REG_HF}")
    day = today - timedelta(days=120)
    code, said = intake_lab.run("--irb-list", path, "--protocol", "REG-HF", "--listed-on", day)
    assert code == 0 and OWN_LIST_ONLY in said and "120 days old" in said


def test_file_and_protocol_belong_together(intake_lab: IntakeLab) -> None:
    path = intake_lab.put("irb.csv", HEADER)
    assert "belong together" in intake_lab.run("--irb-list", path)[1]
    assert "contains no names" in intake_lab.run("--irb-list", path, "--protocol", "REG-HF")[1]


class TestRowsThatEnded:
    """By a status, a mark or a date; what is not understood is said, and never guessed."""

    @pytest.mark.parametrize(
        ("header", "on", "off"),
        [
            ("Status", "Active", "Inactive"), ("Personnel Status", "CURRENT", "Removed"), ("Active?", "Yes", "No"),
            ("Active", "1", "0"), ("Inactive", "", "X"), ("Removed", "No", "Yes"), ("Inactive", "N", "Y"),
            ("End Date", "", "2026-11-19"), ("End date", "11/20/2026", "11/19/2026"), ("Ends on", "9999-12-31", "2020-01-01"),
            ("Date Removed", "2026-11-21", "2026-11-20"), ("Removed on", "", "19-Nov-2026"), ("Removed", "", "2026-11-01"),
            ("Start Date", "2026-11-20", "2026-11-21"), ("Role End Date", "N/A", "1/5/2026"), ("Status", "", "Terminated"),
        ],
    )  # fmt: skip
    def test_an_ended_row_is_not_on_the_list(self, header: str, on: str, off: str) -> None:
        found = taken(table(f"Name,{header}\nMaria Chen,{on}\nDevon Brooks,{off}"))
        assert [one.name for one in found.people] == ["Maria Chen"] and found.ended == 1 and found.said == ()

    @pytest.mark.parametrize(
        ("header", "cell"),
        [
            ("Status", "Pending"),
            ("Active", "sometimes"),
            ("End Date", "soon"),
            ("End Date", "13/11/2026"),
            ("Removed", "see note"),
        ],
    )
    def test_what_is_not_understood_leaves_its_person_unknown_and_is_said(self, header: str, cell: str) -> None:
        found = taken(table(f"Name,{header}\nMaria Chen,{cell}\nDevon Brooks,"))
        doubted, other = found.people
        assert cell in doubted.doubt and not other.doubt
        assert len(found.said) == 1 and cell in found.said[0] and "Maria Chen" in found.said[0]
        placed = Names({"2": person("2", "Maria Chen")}).place(found.people)
        assert (placed[0].person, placed[0].near) == ("", ("2",))

    @pytest.mark.parametrize(
        "header",
        ["Disposition", "Date Left Study", "Personnel Expiration", "Withdrawn From Study", "Access Status", "Thru Date",
         "DeactivationReason", "study_closed_flag"],
    )  # fmt: skip
    def test_a_column_that_may_end_a_row_is_said(self, header: str) -> None:
        found = taken(table(f"Name,{header}\nMaria Chen,whatever"))
        assert [one.name for one in found.people] == ["Maria Chen"]
        assert len(found.said) == 1 and f"“{header}”" in found.said[0]

    @pytest.mark.parametrize("header", ["Gender", "Department", "Attending", "Training", "CITI", "Phone", "Degree", "Statement"])
    def test_others_are_not(self, header: str) -> None:
        assert taken(table(f"Name,{header}\nMaria Chen,whatever")).said == ()

    def test_one_row_that_still_runs_is_enough(self) -> None:
        """Two roles of one person, one of them ended, or not understood."""
        rows = table("Name,Role,Status\nMaria Chen,RA,Inactive\nMaria Chen,PI,Active\nMaria Chen,Co-I,pending")
        placed = Names({"2": person("2", "Maria Chen")}).place(people(rows))
        assert [one.person for one in placed] == ["2", "2"]


LAB = {
    "1": person("1", "Elena Rivera", university_email="elena.rivera@northlake.example"),
    "2": person("2", "Maria Chen"),
    "3": person("3", "Devon Michael Brooks"),
    "4": person("4", "نور الراشد (Noor al-Rashid)"),
    "5": person("5", "Lucía Ortiz Peña"),
    "6": person("6", "Le Van Do"),
    "12": person("12", "J. Smith", greet="Jordan"),
    "13": person("13", "J. Smith", greet="Jamie"),
}


class TestWhomANameMeans:
    """Middle initials and letters behind a name make no stranger; what is not certain is unknown."""

    def placed(self, name: str, address: str = "") -> tuple[str, tuple[str, ...]]:
        """Whom one name means."""
        (found,) = Names(LAB).place([Listed(name=name, address=address)])
        assert bool(found.why) == bool(found.near)
        return found.person, found.near

    @pytest.mark.parametrize(
        ("name", "record"),
        [
            ("Elena M. Rivera", "1"), ("Rivera, Elena M.", "1"), ("ELENA RIVERA, MD, PhD", "1"), ("Rivera, Elena, CCRC", "1"),
            ("Maria L Chen", "2"), ("Chen, Maria Luisa", "2"), ("Maria Luisa Chen, BSN", "2"), ("Dr. Maria Chen", "2"),
            ("Devon M. Brooks", "3"), ("Devon Brooks", "3"), ("Noor Al Rashid", "4"), ("al-Rashid, Noor", "4"),
            ("Lucia Ortiz", "5"), ("Ortiz-Pena, Lucia", "5"), ("Do, Le Van", "6"), ("Jordan Smith", "12"), ("Smith, Jamie", "13"),
        ],
    )  # fmt: skip
    def test_the_same_person(self, name: str, record: str) -> None:
        if name.count(",") == 1:
            (listed,) = people(Table(file="f", header=("Name",), rows=((name,),), lines=(2,)))
            name = listed.name
        assert self.placed(name) == (record, ())

    @pytest.mark.parametrize(
        ("name", "near"),
        [
            ("J. Smith", ("12", "13")),
            ("E. Rivera", ("1",)),
            ("M. Chen", ("2",)),
            ("Devon J. Brooks", ("3",)),
            ("Rivera", ("1",)),
            ("Rashid al-Noori", ("4",)),
        ],
    )
    def test_unknown(self, name: str, near: tuple[str, ...]) -> None:
        assert self.placed(name) == ("", near)

    @pytest.mark.parametrize("name", ["Samir al-Khatib", "Maria Lopez", "Jo Stranger", "Ben Van Do", "Ana Peña"])
    def test_strangers(self, name: str) -> None:
        assert self.placed(name) == ("", ())

    def test_an_address_is_held_against_the_name(self) -> None:
        address = "elena.rivera@northlake.example"
        assert self.placed("Elena Lindqvist", address) == ("1", ())
        assert self.placed("", address) == ("1", ())
        assert self.placed("Maria Chen", address) == ("", ("1",))

    def test_other_initials_in_another_row_leave_both_unknown(self) -> None:
        found = Names(LAB).place([Listed(name="Maria L Chen"), Listed(name="Maria K Chen")])
        assert [(one.person, one.near) for one in found] == [("", ("2",)), ("", ("2",))]

    def test_who_is_on_the_list_is_not_perhaps_another_row(self) -> None:
        found = Names(LAB).place([Listed(name="Elena Rivera"), Listed(name="E. Rivera")])
        assert [(one.person, one.near) for one in found] == [("1", ()), ("", ())]


def test_a_list_reads_back_and_so_does_one_of_an_earlier_version() -> None:
    irb = IrbList(
        protocol="3", as_of=TAKEN, people=(Listed(name="Chen, Maria", role="PI", doubt="odd"), Listed(name="B", address="b@x"))
    )
    assert list_of(list_text(irb)) == irb
    assert list_of("protocol,as_of,name,address,role\n3,2026-11-20,Jo,,RA\n") == IrbList(
        protocol="3", as_of=TAKEN, people=(Listed(name="Jo", role="RA"),)
    )
