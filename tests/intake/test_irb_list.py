"""The IRB's personnel list against ours, on the sample lab."""

from __future__ import annotations

from datetime import date, timedelta

from onboard.intake.claims import Refused, Table
from onboard.intake.irb_list import OWN_LIST_ONLY, Listed, basis_words, read_personnel
from tests.intake.conftest import IntakeLab

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


class TestReading:
    """Names and addresses in the shapes IRB systems export."""

    def test_names_in_two_columns_or_one(self) -> None:
        assert read_personnel(table("First,Last,Email\nMaria,Chen,M@x.example")) == (
            Listed(name="Maria Chen", address="m@x.example"),
        )
        one = Table(file="f", header=("Name", "Role"), rows=(("Chen, Maria", "PI"), ("Chiara Rossi, MD", "")), lines=(2, 3))
        assert read_personnel(one) == (Listed(name="Maria Chen", role="PI"), Listed(name="Chiara Rossi, MD"))

    def test_a_table_without_people_is_refused(self) -> None:
        found = read_personnel(table("Protocol,Status\n24-0117,open"))
        assert isinstance(found, Refused) and "'Protocol'" in found.words
        assert isinstance(read_personnel(table("Name,Email\n ,")), Refused)


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
    assert "J. Smith (RA): fits records 12 and 13" in said
    assert "On ours, not on the IRB's" in said and "Devon Brooks (record 3): file it, or end our listing" in said
    assert "Chiara" not in said and "Maria Chen" not in said and "Noor" not in said
    stored = (intake_lab.home / "irb_lists" / "REG-HF.csv").read_text()
    assert stored.startswith("protocol,as_of,name,address,role\n3,") and "Jo Stranger" in stored


def test_an_old_list_is_not_compared_with(intake_lab: IntakeLab, today: date) -> None:
    path = intake_lab.put("irb.csv", f"{HEADER}\n{REG_HF}")
    day = today - timedelta(days=120)
    code, said = intake_lab.run("--irb-list", path, "--protocol", "REG-HF", "--listed-on", day)
    assert code == 0 and OWN_LIST_ONLY in said and "120 days old" in said


def test_file_and_protocol_belong_together(intake_lab: IntakeLab) -> None:
    path = intake_lab.put("irb.csv", HEADER)
    assert "belong together" in intake_lab.run("--irb-list", path)[1]
    assert "contains no names" in intake_lab.run("--irb-list", path, "--protocol", "REG-HF")[1]
