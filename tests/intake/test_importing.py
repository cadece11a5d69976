"""New completions into REDCap: what is written, what is proven, what waits."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from onboard.adapters.files.intake_home import queued
from onboard.app import open_app
from onboard.intake.queue import queue_item, queue_line, queue_sentences
from onboard.judging.courses import CourseMap
from onboard.judging.readiness import met_until
from onboard.sandbox.faults import Fault
from onboard.sandbox.rights import Rights
from tests.intake.conftest import IntakeLab
from tests.intake.layouts import GCP, Fact, download, kuali, members, soap
from tests.intake.papers import certificate, report


def hsp_until(lab: IntakeLab, record: str) -> date | None:
    """Until when a person's human subjects course holds."""
    app = open_app(lab.home)
    found = [f for f in app.assessment.findings if f.person == record and f.requirement.id == "hsp"]
    return met_until(found[0], app.today)


class TestWhatIsWritten:
    """The row as REDCap holds it."""

    def test_a_row_of_a_file(self, intake_lab: IntakeLab, today: date) -> None:
        before = len(intake_lab.completions("3"))
        assert intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")[0] == 0
        row = intake_lab.completions("3")[-1]
        assert row["instance"] == str(before + 1)
        assert {name: row.get(name, "") for name in row if name.startswith("comp")} == {
            "comp_curriculum": "Human Research", "comp_group": "Biomedical Research Investigators", "comp_stage": "1",
            "comp_completed": "2026-03-13", "comp_expires": "2029-03-12", "comp_score": "92", "comp_passing": "80",
            "comp_record_id": "61200001", "comp_source": "intake", "comp_checked": "accepted",
            "comp_checked_on": today.isoformat(), "completion_complete": "2",
        }  # fmt: skip

    def test_where_typed_evidence_does_not_count_it_waits_to_be_looked_at(self, intake_lab: IntakeLab) -> None:
        rules = intake_lab.home / "requirements.toml"
        rules.write_text(rules.read_text().replace("typed_counts = true", "typed_counts = false"))
        intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        row = intake_lab.completions("3")[-1]
        assert (row["comp_checked"], row.get("comp_checked_on", ""), row.get("comp_checked_by", "")) == ("waiting", "", "")

    def test_the_labs_own_codes(self, intake_lab: IntakeLab) -> None:
        """A code the lab has no word for stops everything before a row is sent."""
        mapping = intake_lab.home / "redcap.toml"
        values = '\n[tables.completions.values.source]\n"9" = "typed"\n'
        mapping.write_text(mapping.read_text() + values)
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        assert code == 2 and "no code of yours means 'intake'" in said and intake_lab.imports() == 0

    def test_case_24_the_day_of_intake_is_not_the_day_passed(self, intake_lab: IntakeLab, today: date) -> None:
        intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        row = intake_lab.completions("3")[-1]
        assert row["comp_completed"] != today.isoformat() == row["comp_checked_on"]

    def test_case_9_a_score_at_the_pass_mark_comes_in_and_one_below_does_not(self, intake_lab: IntakeLab) -> None:
        facts = [Fact(score=80), Fact(score=79, record="61200002", earned=date(2026, 3, 20))]
        code, said = intake_lab.run(intake_lab.put("a.csv", soap(facts)), "--send")
        assert code == 0 and "1 new" in said and "1 not passed" in said
        assert intake_lab.completions("3")[-1]["comp_score"] == "80"

    def test_case_20_older_evidence_imported_later_shortens_nothing(self, intake_lab: IntakeLab) -> None:
        """Devon's course of this year stands; one of six years ago comes in after it."""
        before = hsp_until(intake_lab, "3")
        old = Fact(earned=date(2020, 5, 4), expires=date(2023, 5, 3))
        assert "Imported 1 completion," in intake_lab.run(intake_lab.put("a.csv", soap([old])), "--send")[1]
        assert before is not None and hsp_until(intake_lab, "3") == before

    def test_a_new_course_lengthens(self, intake_lab: IntakeLab, today: date) -> None:
        fresh = Fact(earned=today - timedelta(days=1), expires=today + timedelta(days=2000), stage=2)
        intake_lab.run(intake_lab.put("a.csv", soap([fresh])), "--send")
        assert hsp_until(intake_lab, "3") == fresh.expires


class TestPapers:
    """PDFs are attached, once."""

    def test_a_report_comes_in_with_its_file(self, intake_lab: IntakeLab) -> None:
        path = intake_lab.put("brooks.pdf", report())
        code, said = intake_lab.run(path, "--send")
        assert code == 0 and "Imported 1 completion, attached 1 PDF" in said
        row = intake_lab.completions("3")[-1]
        assert row["comp_file"] == "brooks.pdf" and intake_lab.documents() == {("3", int(row["instance"])): report()}
        code, said = intake_lab.run(path, "--send")
        assert code == 0 and "1 known" in said and len(intake_lab.documents()) == 1

    def test_row_report_and_certificate_are_one_completion(self, intake_lab: IntakeLab) -> None:
        paths = [
            intake_lab.put("c.pdf", certificate()),
            intake_lab.put("a.csv", soap([Fact()])),
            intake_lab.put("r.pdf", report()),
        ]
        assert "Imported 1 completion, attached 1 PDF" in intake_lab.run(*paths, "--send")[1]
        assert list(intake_lab.documents().values()) == [report()]

    def test_a_file_that_comes_after_its_row_is_attached_to_it(self, intake_lab: IntakeLab) -> None:
        intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        rows = len(intake_lab.completions("3"))
        code, said = intake_lab.run(intake_lab.put("r.pdf", report()), "--send")
        assert code == 0 and "Imported 0 completions, attached 1 PDF" in said
        assert [len(intake_lab.completions("3")), list(intake_lab.documents().values())] == [rows, [report()]]

    def test_a_certificate_waits_until_somebody_says_whose_it_is(self, intake_lab: IntakeLab) -> None:
        """It prints a name only. The paper waits in the home, so that it may be deleted from the desk."""
        path = intake_lab.put("c.pdf", certificate())
        code, said = intake_lab.run(path, "--send")
        assert code == 1 and "a name alone decides nothing" in said
        (item,) = queued(intake_lab.home)
        assert item.near == ("3",) and not item.stranger
        path.unlink()
        code, said = intake_lab.run("--person", "Devon Brooks", "--only", item.key, "--send")
        assert code == 0 and "attached 1 PDF" in said
        assert list(intake_lab.documents().values()) == [certificate()]
        assert queued(intake_lab.home) == () and not list((intake_lab.home / "intake_papers").glob("*"))


class TestWhatWaits:
    """The queue."""

    def test_rows_wait_until_the_record_knows_them(self, intake_lab: IntakeLab) -> None:
        """Amara Okafor's CITI id is not on file yet; Jo Stranger is nobody's."""
        amara = Fact(member="700700", first="Amara", last="Okafor", email="ao@mail.example", record="1")
        stranger = Fact(member="700701", first="Jo", last="Stranger", email="jo@mail.example", record="2")
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([amara, stranger])), "--send")
        assert code == 1 and "2 unmatched" in said and "Perhaps record 4" in said
        assert [item.stranger for item in sorted(queued(intake_lab.home), key=lambda item: item.stranger)] == [False, True]
        titles = [sentence.title for sentence in queue_sentences(queued(intake_lab.home), CourseMap([]))]
        assert "Amara Okafor" in titles[0] and "1 row of CITI files" in titles[-1]
        intake_lab.server.projects["people"].put("4", "person", {"citi_id": "700700"})
        code, said = intake_lab.run("--send")
        assert code == 0 and "Imported 1 completion" in said
        assert [item.claim.name for item in queued(intake_lab.home)] == ["Jo Stranger"]

    def test_an_empty_queue_says_so_and_what_to_write(self, intake_lab: IntakeLab) -> None:
        code, said = intake_lab.run()
        assert (code, said.strip()) == (0, "The queue is empty. To take files in, name them: onboard intake FILE...")

    def test_dropping_rows(self, intake_lab: IntakeLab) -> None:
        facts = [Fact(member=str(800 + n), first="Jo", last=f"Stranger{n}", email="", record=str(n + 1)) for n in range(3)]
        intake_lab.run(intake_lab.put("a.csv", soap(facts)), "--send")
        first, *_ = queued(intake_lab.home)
        assert "1 dropped, 2 still wait" in intake_lab.run("--forget", first.key)[1]
        assert "2 dropped, 0 still wait" in intake_lab.run("--forget", "strangers")[1]
        assert "Nothing in the queue has the id" in intake_lab.run("--forget", first.key)[1]

    def test_a_conflict_and_an_unknown_course_wait_and_are_not_imported(self, intake_lab: IntakeLab) -> None:
        held = intake_lab.completions("3")[0]
        clash = Fact(record=held["comp_record_id"], earned=date(2020, 1, 2), expires=None)
        odd = Fact(group="Human Subjects Research Essentials")
        before = intake_lab.completions()
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([clash, odd])), "--send")
        assert code == 1 and "1 conflict" in said and "1 unknown course" in said
        assert intake_lab.completions() == before
        assert {item.state.value for item in queued(intake_lab.home)} == {"conflict", "unknown course"}

    def test_the_queue_is_for_its_owner_only_and_reads_back(self, intake_lab: IntakeLab) -> None:
        intake_lab.run(intake_lab.put("c.pdf", certificate()), "--send")
        path = intake_lab.home / "intake_queue.jsonl"
        assert path.stat().st_mode & 0o077 == 0
        for item in queued(intake_lab.home):
            assert queue_item(queue_line(item)) == item
        path.write_text("{}\n")
        assert "line 1 cannot be read" in intake_lab.run("--send")[1]


class TestTrouble:
    """What REDCap refuses, and what moved meanwhile."""

    def test_a_token_that_may_not_import(self, intake_lab: IntakeLab) -> None:
        people = intake_lab.server.projects["people"]
        token = people.add_token(rights=Rights(export=True))
        secrets = intake_lab.home / "secrets.env"
        secrets.write_text(secrets.read_text().replace("ONBOARD_PEOPLE_TOKEN", "#") + f"ONBOARD_PEOPLE_TOKEN={token}\n")
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        assert code == 1 and "API Import/Update" in said and token not in said
        (item,) = queued(intake_lab.home)
        assert item.state.value == "new"

    def test_one_bad_row_does_not_keep_the_others_out(self, intake_lab: IntakeLab) -> None:
        """Stage 7 is no choice of the form; it is left out with the reason, ninety-nine come in."""
        facts = [Fact(record=str(n + 1), earned=date(2022, 1, 1) + timedelta(days=n)) for n in range(100)]
        facts[50] = facts[50].with_(stage=7)
        code, said = intake_lab.run(intake_lab.put("a.csv", soap(facts)), "--send")
        assert code == 1 and "Imported 99 completions" in said and "comp_stage has no choice '7'" in said
        assert len(queued(intake_lab.home)) == 1

    def test_a_row_only_redcap_can_refuse_is_found_by_halving(self, intake_lab: IntakeLab) -> None:
        """A field with a validation of its own: REDCap refuses the batch as a whole."""
        facts = [Fact(record=str(n + 1), earned=date(2022, 1, 1) + timedelta(days=n)) for n in range(20)]
        dictionary = intake_lab.server.projects["people"].dictionary
        field = dictionary.field("comp_record_id")
        assert field is not None
        object.__setattr__(field, "validation", "integer")
        facts[7] = facts[7].with_(record="CR-7")
        code, said = intake_lab.run(intake_lab.put("a.csv", soap(facts)), "--send")
        assert code == 1 and "Imported 19 completions" in said and "REDCap refused the completion of record 3" in said

    def test_somebody_typed_meanwhile(self, intake_lab: IntakeLab) -> None:
        """A completion that the plan did not know: nothing is imported, and the next run settles it."""
        from onboard.adapters.redcap.importer import NewRow, RedcapImporter
        from onboard.errors import OnboardError
        from onboard.intake.writing import completion_source

        app = open_app(intake_lab.home)
        known = frozenset(c.evidence for rows in app.assessment.completions.values() for c in rows)
        values = {"comp_group": GCP, "comp_completed": "2026-01-02"}
        intake_lab.server.projects["people"].put("3", "completion", values, instance=9)
        importer = RedcapImporter(app.redcap_projects()[0], completion_source(app.config.mapping))
        row = NewRow(key="k", record="3", values=values)
        with pytest.raises(OnboardError, match="while this was planned"):
            importer.bring([row], [], known)
        assert intake_lab.imports() == 0
        brought = importer.bring([row], [], known | {"completion/3/9"})
        assert brought.rows == {"k": "completion/3/10"}

    def test_a_row_that_the_plan_knew_and_that_did_not_come(self, intake_lab: IntakeLab) -> None:
        """Its number is not given to another row."""
        from onboard.adapters.redcap.importer import NewRow, RedcapImporter
        from onboard.errors import OnboardError
        from onboard.intake.writing import completion_source

        app = open_app(intake_lab.home)
        known = frozenset(c.evidence for rows in app.assessment.completions.values() for c in rows)
        importer = RedcapImporter(app.redcap_projects()[0], completion_source(app.config.mapping))
        row = NewRow(key="k", record="3", values={"comp_group": GCP, "comp_completed": "2026-01-02"})
        with pytest.raises(OnboardError, match="Record 3 lost a completion while this was planned"):
            importer.bring([row], [], known | {"completion/3/9"})
        assert intake_lab.imports() == 0
        assert importer.bring([row], [], known | {"completion/4/9"}).rows

    def test_a_record_that_is_gone_is_not_made_anew(self, intake_lab: IntakeLab) -> None:
        from onboard.adapters.redcap.importer import NewRow, RedcapImporter
        from onboard.errors import OnboardError
        from onboard.intake.writing import completion_source

        app = open_app(intake_lab.home)
        importer = RedcapImporter(app.redcap_projects()[0], completion_source(app.config.mapping))
        with pytest.raises(OnboardError, match="Record 77 is no longer in REDCap"):
            importer.bring([NewRow(key="k", record="77", values={"comp_group": "x"})], [], frozenset())
        assert intake_lab.imports() == 0 and intake_lab.completions("77") == []

    @pytest.mark.parametrize("fault", [Fault.LINE_FEED, Fault.BARE_HEADER])
    def test_rows_that_did_not_come_are_not_written_over(self, intake_lab: IntakeLab, fault: Fault) -> None:
        """Where the form came empty, the next free row is not known."""
        path = intake_lab.put("a.csv", soap([Fact(), Fact(record="2", earned=date(2022, 1, 1))]))
        before = intake_lab.completions("3")
        calls = len(intake_lab.server.server.requests)
        intake_lab.run(path)
        reads = sum(seen.content == "record" for seen in intake_lab.server.server.requests[calls:])
        intake_lab.server.server.faults.add(fault, content="record", after=reads, times=None)
        code, said = intake_lab.run(path, "--send")
        assert code == 2 and "Nothing was imported; run intake again" in " ".join(said.split())
        assert intake_lab.imports() == 0 and intake_lab.completions("3") == before

    @pytest.mark.parametrize("fault", [Fault.CONNECTION_LOST, Fault.SERVER_CRASH, Fault.OVERLOAD])
    def test_a_link_lost_while_importing_is_settled_by_reading_back(self, intake_lab: IntakeLab, fault: Fault) -> None:
        """Whether REDCap took the rows or not, they stand there once when it is run again."""
        path = intake_lab.put("a.csv", soap([Fact(), Fact(record="2", earned=date(2022, 1, 1))]))
        before = len(intake_lab.completions("3"))
        intake_lab.run(path)
        reads = sum(seen.content == "record" for seen in intake_lab.server.server.requests)
        intake_lab.server.server.faults.add(fault, content="record", after=reads + 1)
        code, said = intake_lab.run(path, "--send")
        assert code == 1 and "run intake again" in said
        code, said = intake_lab.run(path, "--send")
        assert code == 0 and len(intake_lab.completions("3")) == before + 2 and queued(intake_lab.home) == ()

    def test_a_read_that_fails_imports_nothing(self, intake_lab: IntakeLab) -> None:
        intake_lab.server.server.faults.add(Fault.HTML, content="record", after=3)
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--send")
        assert code == 2 and "web page" in said and intake_lab.imports() == 0


class TestCommand:
    """What a person or a program gets."""

    def test_json_is_whole_also_when_rows_were_imported(self, intake_lab: IntakeLab) -> None:
        code, said = intake_lab.run(intake_lab.put("a.csv", soap([Fact()])), "--format", "json")
        (row,) = json.loads(said)
        assert code == 0 and (row["state"], row["person"], row["training"]) == ("new", "3", "hsp")

    def test_an_unknown_shape_alone_is_refused(self, intake_lab: IntakeLab) -> None:
        code, said = intake_lab.run(intake_lab.put("b.csv", "Who,What\nDevon,HSP\n"), "--send")
        assert code == 2 and "b.csv" in said and "'Who', 'What'" in said and intake_lab.imports() == 0

    def test_kuali_with_a_list_of_members(self, intake_lab: IntakeLab) -> None:
        fact = Fact(email="dbrooks")
        paths = [
            intake_lab.put("k.csv", kuali([fact])),
            intake_lab.put("m.csv", members([fact.with_(email="dbrooks@x.example")])),
        ]
        assert "1 unmatched" in intake_lab.run(paths[0])[1]
        assert "1 new" in intake_lab.run(*paths)[1]

    def test_an_export_folder_cannot_be_imported_into(self, intake_lab: IntakeLab) -> None:
        assert intake_lab.run(intake_lab.put("a.csv", download([Fact()])), "--send", "--export", intake_lab.home)[0] == 2
