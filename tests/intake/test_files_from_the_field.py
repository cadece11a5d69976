"""Files as institutions send them: numbers that identify nothing, courses that share a group, parts left out, two time zones."""

from __future__ import annotations

import logging
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from onboard.adapters.files.intake_files import pdf_text
from onboard.intake.claims import Claimed, Habits, Layout, plain_id
from onboard.intake.names import agrees, name_words, share_a_name
from onboard.intake.planning import State
from onboard.intake.rows import merged
from tests.intake.conftest import IntakeLab
from tests.intake.layouts import GCP, HSP, Fact, download, kuali, soap
from tests.intake.papers import card_lines, certificate, pdf, pdf_in_another_font
from tests.intake.test_matching_and_planning import claim, planned, recorded
from tests.intake.test_recognising import read

WEST = Habits(zone=ZoneInfo("America/Los_Angeles"), today=date(2026, 11, 23), institution="Northlake University")
IPS = "Information Privacy Security (IPS)"


class TestNumbersThatIdentifyNothing:
    """0, N/A, none and blank, of a record or of a member."""

    @pytest.mark.parametrize(
        "number", ["0", "000", "0.0", "N/A", "NA", "n.a.", "none", "None", "null", "-", "--", "-1", "?", "", "  "]
    )
    def test_two_courses_are_two(self, number: str) -> None:
        assert plain_id(number) == ""
        text = download([Fact(record=number), Fact(record=number, group=GCP, curriculum="Good Clinical Practice")])
        states = [item.state for item in planned(*merged(read(text).claims))]
        assert states == [State.NEW, State.NEW]

    @pytest.mark.parametrize("number", ["1", "0071", "CR-7", "61200001.0", "a1"])
    def test_a_number_identifies(self, number: str) -> None:
        assert plain_id(number)

    @pytest.mark.parametrize("member", ["0", "N/A", "none", "-1"])
    def test_two_learners_without_a_member_id_are_two(self, member: str) -> None:
        text = download([Fact(member=member, record="0"), Fact(member=member, record="0", first="Jo", last="S", email="")])
        assert len(merged(read(text).claims)) == 2

    def test_it_is_not_written_as_if_it_were_a_number(self, intake_lab: IntakeLab) -> None:
        facts = [Fact(record="N/A"), Fact(record="N/A", group=GCP)]
        assert "Imported 2 completions" in intake_lab.run(intake_lab.put("a.csv", download(facts)), "--send")[1]
        assert [row.get("comp_record_id", "") for row in intake_lab.completions("3")[-2:]] == ["", ""]


class TestOneCourseFromAnother:
    """By curriculum, group, stage and number together."""

    def test_one_group_in_two_curricula_on_one_day(self) -> None:
        courses = [
            claim(curriculum=name, group="Group 1", record_id=n) for name, n in (("Good Clinical Practice", "1"), (IPS, "2"))
        ]
        assert [item.state for item in planned(*courses)] == [State.UNKNOWN_COURSE, State.UNKNOWN_COURSE]
        held = [recorded(f"completion/3/{n}", curriculum=one.curriculum, group="Group 1") for n, one in enumerate(courses)]
        found = planned(*courses, held=(held[0],))
        assert [(item.state, item.evidence) for item in found] == [(State.KNOWN, "completion/3/0"), (State.UNKNOWN_COURSE, "")]

    def test_one_number_on_two_courses(self) -> None:
        text = soap([Fact(record="5"), Fact(record="5", group=GCP, curriculum="Good Clinical Practice")])
        found = planned(*merged(read(text).claims))
        assert [(item.state, item.training) for item in found] == [(State.NEW, "hsp"), (State.NEW, "gcp")]
        assert len({item.key for item in found}) == 2

    def test_one_number_on_two_stages_of_a_day(self) -> None:
        claims = merged(read(soap([Fact(record="0"), Fact(record="0", stage=2)])).claims)
        assert [item.state for item in planned(*claims)] == [State.NEW, State.NEW]

    def test_a_row_typed_without_its_curriculum_is_one_of_them_and_not_both(self) -> None:
        held = recorded(curriculum="", group="Group 1", record_id="")
        both = [claim(curriculum=name, group="Group 1", record_id=n) for name, n in (("Good Clinical Practice", "1"), (IPS, "2"))]
        assert [item.state for item in planned(*both, held=(held,))] == [State.KNOWN, State.UNKNOWN_COURSE]

    def test_a_placeholder_in_a_file_is_the_curriculum(self) -> None:
        text = soap([Fact(group="Same as Curriculum Group", curriculum=HSP)])
        (item,) = planned(*merged(read(text).claims))
        assert (item.state, item.training, item.claim.group) == (State.NEW, "hsp", HSP)

    def test_advice_never_names_a_placeholder(self) -> None:
        for group, curriculum in (("Same as Curriculum Group", "Odd Course"), ("N/A", "")):
            (item,) = planned(claim(group=group, curriculum=curriculum))
            assert item.state is State.UNKNOWN_COURSE and group not in item.why
            assert curriculum in item.why if curriculum else "names no course" in item.why


class TestNames:
    """Particles, stand-ins and letters behind a name are no evidence."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Samir al-Khatib", "Noor al-Rashid"), ("Ben Ortega, CCRC", "Jane Doe, CCRC"), ("Ana de la Cruz", "Luis de la Vega"),
            ("Jan van der Berg", "Piet van der Meer"), ("FNU Sandeep", "FNU Gurpreet"), ("Eva Roth, BSN, RN", "Ida Lund BSN RN"),
            ("Omar bin Said", "Ali bin Hassan"), ("Kim Park MD PhD", "Lee Choi, MD, PhD"), ("Tove af Klint", "Nils af Ek"),
            ("Maria dos Santos Lima", "Rui dos Anjos"), ("Peter von Stein", "Hans von Berg"), ("A. El-Sayed", "B. El Masri"),
        ],
    )  # fmt: skip
    def test_these_are_not_one_person(self, one: str, other: str) -> None:
        assert not share_a_name(one, other) and not share_a_name(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Noor al-Rashid", "Noor Al Rashid"), ("Ben Ortega", "Benjamin Ortega, CCRC"), ("Le Van Do", "Do, Le Van"),
            ("Li Ma", "Ma Li"), ("FNU Sandeep", "Sandeep"), ("An Le", "Le An"), ("O'Brien, Siobhán", "Siobhan Obrien"),
            ("Devon Lindqvist", "Devon Brooks"),
        ],
    )  # fmt: skip
    def test_these_may_be(self, one: str, other: str) -> None:
        assert share_a_name(one, other) and share_a_name(other, one)

    def test_letters_behind_a_name_are_left_out_of_it(self) -> None:
        assert (
            name_words("Chiara Rossi, M.D., Ph.D., FACC") == ("chiara", "rossi") == name_words("Rossi Chiara BSN, RN, CCRC")[::-1]
        )
        assert not agrees("CCRC", frozenset({"ccrc"}))

    def test_a_card_for_another_person_is_refused(self, intake_lab: IntakeLab) -> None:
        """Record 15 is Noor al-Rashid."""
        for name in ("Samir al-Khatib", "Al Said", "FNU al-Hadi, CCRC"):
            code, said = intake_lab.run(intake_lab.put("card.pdf", certificate(name=name)), "--person", "15", "--send")
            assert code == 1 and "You said record 15" in said and intake_lab.imports() == 0
        mine = intake_lab.put("card.pdf", certificate(name="Noor Al Rashid, BSN"))
        assert "Imported 1 completion" in intake_lab.run(mine, "--person", "15", "--only", "", "--send")[1]

    @pytest.mark.parametrize("name", ["Samir al-Khatib", "Jo al-Said MD"])
    def test_a_member_id_alone_with_a_particle_is_unmatched(self, intake_lab: IntakeLab, name: str) -> None:
        first, last = name.split(maxsplit=1)
        text = download([Fact(member="100015", first=first, last=last, email="samir@elsewhere.example")])
        code, said = intake_lab.run(intake_lab.put("a.csv", text))
        assert code == 1 and "1 unmatched" in said and "0 new" in said


class TestSoapAnswers:
    """Every element may be left out; an address may stand in either field."""

    @pytest.mark.parametrize(
        "left_out",
        [("dteExpiration",), ("dteExpiration", "intScore", "intPassingScore"), ("EmplID", "StudentID", "InstitutionUserName"),
         ("strStage", "intStageID"), ("intMemberStageID",), ("memberEmail",), ("FirstName", "LastName")],
    )  # fmt: skip
    def test_what_is_left_out_is_blank(self, intake_lab: IntakeLab, left_out: tuple[str, ...]) -> None:
        code, said = intake_lab.run(intake_lab.put("a.xml", answer([Fact()], left_out)), "--format", "json")
        assert code == 0 and '"state": "new"' in said and '"person": "3"' in said
        assert ('"expires": null' in said) is ("dteExpiration" in left_out)

    def test_a_course_that_was_not_passed_yet(self, intake_lab: IntakeLab) -> None:
        left_out = ("dtePassed", "dteExpiration", "intScore", "intMemberStageID")
        code, said = intake_lab.run(intake_lab.put("a.xml", answer([Fact()], left_out)))
        assert code == 0 and "1 not passed" in said

    def test_a_csv_file_without_the_column_is_still_refused(self, intake_lab: IntakeLab) -> None:
        text = soap([Fact()]).replace("dteExpiration", "Something")
        assert "also needs: expires" in intake_lab.run(intake_lab.put("a.csv", text))[1]

    @pytest.mark.parametrize("field", ["strmemberEmail", "strInstEmail", "strPreferredEmail", "strSecondaryEmail"])
    def test_an_address_in_either_field(self, intake_lab: IntakeLab, field: str) -> None:
        """CITI knows Devon under another member id, and the file of completions has no address."""
        said = dict.fromkeys(("strmemberEmail", "strInstEmail"), "") | {field: "Devon.Brooks@Northlake.example"}
        inner = "".join(f"<{name}>{value}</{name}>" if value else f"<{name} />" for name, value in said.items())
        names = "<intMemberID>200003</intMemberID><strLastII>Brooks</strLastII><strFirstII>Devon</strFirstII>"
        people = intake_lab.put("m.xml", f"<A><CRS>{names}<strUsernameII>db9</strUsernameII>{inner}</CRS></A>")
        rows = intake_lab.put("a.csv", download([Fact(member="200003", email="")]))
        assert "1 unmatched" in intake_lab.run(rows)[1]
        code, out = intake_lab.run(people, rows)
        assert code == 0 and "1 new" in out and "by devon.brooks@northlake.example" in out


def answer(facts: list[Fact], left_out: tuple[str, ...]) -> str:
    """CITI's answer over the wire without some elements."""
    import csv
    import io

    rows = csv.DictReader(io.StringIO(soap(facts)))
    each = ("".join(f"<{name}>{value}</{name}>" for name, value in row.items() if name not in left_out) for row in rows)
    body = "".join(f"<CRS>{one}</CRS>" for one in each)
    return f'<?xml version="1.0"?><Envelope><NewDataSet xmlns="">{body}</NewDataSet></Envelope>'


def western(stamp: str) -> Claimed:
    """A pass as CITI's answer prints it, read in Los Angeles."""
    text = soap([Fact(record="77")]).replace("2026-03-13T17:03:34.18-04:00", stamp).replace("2029-03-12T00:00:00-04:00", "")
    return read(text, WEST).claims[0]


class TestOffsets:
    """One pass in the late evening, told with an offset and without: one completion."""

    @pytest.mark.parametrize(
        ("stamp", "printed"),
        [("2026-03-14T00:30:00.18-04:00", date(2026, 3, 14)), ("2026-03-14T04:30:00Z", date(2026, 3, 14)),
         ("2026-03-14T02:59:59-04:00", date(2026, 3, 14))],
    )  # fmt: skip
    @pytest.mark.parametrize("turned", [False, True])
    def test_in_one_call(self, stamp: str, printed: date, turned: bool) -> None:
        other = read(download([Fact(record="77", earned=printed, expires=None)]), WEST).claims[0]
        pair = [western(stamp), other]
        (one,) = merged(pair[::-1] if turned else pair)
        assert (one.earned, one.clash) == (date(2026, 3, 13), "")
        assert "13 Mar 2026" in one.note and "14 Mar 2026" in one.note
        (item,) = planned(one)
        assert item.state is State.NEW and "midnight" in item.why

    def test_one_after_the_other(self) -> None:
        other = read(download([Fact(record="77", earned=date(2026, 3, 14), expires=None)]), WEST).claims[0]
        (item,) = planned(other, held=(recorded(earned=date(2026, 3, 13), record_id="77"),))
        assert item.state is State.KNOWN and "13 Mar 2026" in item.why and "14 Mar 2026" in item.why

    def test_a_file_without_numbers(self) -> None:
        row = read(kuali([Fact(earned=date(2026, 3, 14), expires=None)])).claims[0]
        (item,) = planned(row, held=(recorded(earned=date(2026, 3, 13), record_id="77"),))
        assert item.state is State.KNOWN and "13 Mar 2026" in item.why
        (item,) = planned(row, held=(recorded(earned=date(2026, 3, 11), record_id="77"),))
        assert item.state is State.NEW

    def test_two_days_apart_is_a_conflict_and_so_are_two_days_without_an_offset(self) -> None:
        far = read(download([Fact(record="77", earned=date(2026, 3, 15), expires=None)]), WEST).claims[0]
        assert merged([western("2026-03-14T00:30:00-04:00"), far])[0].clash
        rows = [read(download([Fact(record="77", earned=date(2026, 3, n))])).claims[0] for n in (13, 14)]
        assert merged(rows)[0].clash

    def test_the_earlier_end_counts(self) -> None:
        mine = read(soap([Fact(record="77", expires=date(2029, 3, 13))]), WEST).claims[0]
        other = read(download([Fact(record="77", expires=date(2029, 3, 13))]), WEST).claims[0]
        (one,) = merged([mine, other])
        assert (one.expires, one.clash) == (date(2029, 3, 12), "") and "midnight" in one.note


class TestCommas:
    """A separator too many at the end of lines."""

    @pytest.mark.parametrize(
        "ends", [("", ","), ("", ",,,"), (",", ","), (",,", ""), (", ,", ", ,")], ids=["rows", "three", "both", "header", "blank"]
    )
    def test_is_left_out(self, intake_lab: IntakeLab, ends: tuple[str, str]) -> None:
        header, *rows = download([Fact(), Fact(group=GCP, record="2")]).splitlines()
        text = "\n".join([header + ends[0], *(row + ends[1] for row in rows)])
        code, said = intake_lab.run(intake_lab.put("a.csv", text))
        assert code == 0 and "2 new" in said

    def test_a_cell_too_many_that_says_something_is_told(self, intake_lab: IntakeLab) -> None:
        header, row = download([Fact()]).splitlines()
        other = intake_lab.put("a.csv", f"{header}\n{row}\n{row},more\n")
        assert "line 3: 19 cells under 18 columns" in intake_lab.run(other)[1]


class TestOneBadFile:
    """It stops no other, and is told."""

    @pytest.mark.parametrize("bad", [b"Who,What\nDevon,HSP\n", b"%PDF-1.4 nonsense", b"PK\x03\x04", b"<x><y>"])
    def test_the_others_come_in(self, intake_lab: IntakeLab, bad: bytes) -> None:
        paths = [
            intake_lab.put("bad.pdf" if bad.startswith(b"%PDF") else "bad.csv", bad),
            intake_lab.put("a.csv", soap([Fact()])),
        ]
        code, said = intake_lab.run(*paths, "--send")
        assert code == 1 and "Imported 1 completion" in said and "bad." in said and "The other files were read" in said

    def test_where_all_are_bad_nothing_is_read(self, intake_lab: IntakeLab) -> None:
        paths = [intake_lab.put("one.csv", "a,b\n1,2\n"), intake_lab.put("two.csv", b"PK\x03\x04")]
        code, said = intake_lab.run(*paths, "--send")
        assert code == 2 and "one.csv" in said and "two.csv" in said


def test_nothing_of_the_reading_library_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    """And what others log stays as it was."""
    before = logging.getLogger("pypdf").propagate, logging.getLogger("pypdf").handlers[:]
    assert "Devon Brooks" in pdf_text(pdf_in_another_font(card_lines(2023)))
    assert "Devon Brooks" in pdf_text(pdf(card_lines(2019)) + b"\nrubbish")
    assert "".join(capfd.readouterr()) == ""
    assert (logging.getLogger("pypdf").propagate, logging.getLogger("pypdf").handlers) == before


def test_a_queue_of_an_earlier_version_reads(intake_lab: IntakeLab) -> None:
    """Its lines lack what was added since, and their ids are those of today."""
    import json

    from onboard.adapters.files.intake_home import queued

    intake_lab.run(intake_lab.put("c.pdf", certificate()), "--send")
    path = intake_lab.home / "intake_queue.jsonl"
    line = json.loads(path.read_text())
    for name in ("exact", "note"):
        del line["claim"][name]
    path.write_text(json.dumps({**line, "key": "0123456789ab"}) + "\n")
    (item,) = queued(intake_lab.home)
    assert item.key == line["key"] and item.claim.layout is Layout.CERTIFICATE
