"""The IRB's own list as evidence: what a list that was taken in does to verdicts, proofs, the worklist and later reads."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard.app import open_app
from onboard.model import Assessment, History, Status
from onboard.pipeline.snapshots import export_of, snapshot_of
from onboard.planning.lab_day import desk_of
from onboard.planning.worklist import worklist_lines
from onboard.timeline import Answer
from tests.intake.conftest import IntakeLab

STEP_HF = 'Name,Email\nElena M. Rivera,\n"Chen, Maria",\nLayla Haddad,\nKenji Tanaka,\nJordan Smith,\n'
DEVON = "Devon J. Brooks,\n"


def taken(lab: IntakeLab, text: str, listed_on: date | None = None) -> str:
    """What the command says of a list that was taken in."""
    words = ("--listed-on", str(listed_on)) if listed_on else ()
    return lab.run("--irb-list", lab.put("irb.csv", text), "--protocol", "STEP-HF", *words)[1]


def said(lab: IntakeLab, *words: str) -> str:
    """What another command says."""
    return CliRunner().invoke(app, [*words, "--home", str(lab.home)], env={"COLUMNS": "300"}).output


def assessed(lab: IntakeLab) -> Assessment:
    """The lab as it is judged now."""
    return open_app(lab.home).assessment


def clearance(found: Assessment, person: str, day: date) -> Answer:
    """Whether a person is cleared for STEP-HF on a day."""
    row = next(r for r in found.readiness if (r.person, r.protocol, r.task) == (person, "1", None))
    return row.cleared.at(day)


def test_who_is_not_on_it_is_unknown_with_the_reason_and_the_day(intake_lab: IntakeLab, today: date) -> None:
    """From the day of the list on, and not before; who is on it stays cleared."""
    before = assessed(intake_lab)
    taken(intake_lab, STEP_HF, today - timedelta(days=3))
    after = assessed(intake_lab)
    for days, answer in ((4, Answer.YES), (3, Answer.UNKNOWN), (0, Answer.UNKNOWN)):
        assert clearance(before, "3", today - timedelta(days=days)) is Answer.YES
        assert clearance(after, "3", today - timedelta(days=days)) is answer
    for person in ("1", "2", "6"):
        assert clearance(after, person, today) is Answer.YES
    assert "not on the IRB's own list of 20 Nov 2026" in said(intake_lab, "status")
    proof = " ".join(said(intake_lab, "proof", "3", "STEP-HF").split())
    assert "UNKNOWN" in proof and "not on the IRB's own list of 20 Nov 2026" in proof
    assert "on the IRB's own list of 20 Nov 2026" in " ".join(said(intake_lab, "proof", "6", "STEP-HF").split())


def test_a_lab_may_say_that_it_only_reports(intake_lab: IntakeLab, today: date) -> None:
    rules = intake_lab.home / "requirements.toml"
    rules.write_text(rules.read_text().replace('irb_list = "judges"', 'irb_list = "reports"'))
    taken(intake_lab, STEP_HF)
    found = assessed(intake_lab)
    assert clearance(found, "3", today) is Answer.YES and not [p for p in found.problems if p.key.startswith("irb-list/")]
    assert "not on the IRB's own list of 23 Nov 2026" in " ".join(said(intake_lab, "proof", "3", "STEP-HF").split())


@pytest.mark.parametrize(("age", "answer"), [(90, Answer.UNKNOWN), (91, Answer.YES)])
def test_a_list_over_90_days_old_says_so_and_changes_no_verdict(
    intake_lab: IntakeLab, today: date, age: int, answer: Answer
) -> None:
    taken(intake_lab, STEP_HF, today - timedelta(days=age))
    found = assessed(intake_lab)
    assert clearance(found, "3", today) is answer
    old = [one for one in found.waiting if f"{age} days old" in one.title]
    proof = " ".join(said(intake_lab, "proof", "3", "STEP-HF").split())
    assert bool(old) == ("says nothing about today" in proof) == (answer is Answer.YES)


def test_what_changed_after_the_list_was_taken_cannot_be_on_it(intake_lab: IntakeLab, today: date) -> None:
    """Devon was approved on STEP-HF 130 days ago; a later row of Tomáš is not held against an earlier list."""
    intake_lab.server.projects["people"].put(
        "7", "listing", {"list_protocol": "STEP-HF", "list_approved": str(today - timedelta(days=1))}, instance=1
    )
    taken(intake_lab, STEP_HF + DEVON, today - timedelta(days=2))
    listed = [f for f in assessed(intake_lab).findings if (f.person, f.requirement.id) == ("7", "irb_listing")]
    assert [f.met.at(today) for f in listed if f.scope.protocol == "1"] == [Answer.YES]


def test_unknown_is_an_answer(intake_lab: IntakeLab, today: date) -> None:
    """One J. Smith of two, a status that no one knows."""
    listed = STEP_HF.replace("Jordan Smith", "J. Smith")
    text = "\n".join(
        line + ("pending" if line.startswith("Kenji") else "") for line in listed.replace(",\n", ",,\n").splitlines()
    )
    taken(intake_lab, text.replace("Name,Email", "Name,Email,Status"))
    found = assessed(intake_lab)
    assert clearance(found, "12", today) is clearance(found, "6", today) is Answer.UNKNOWN
    words = [str(p.what) for p in found.problems if p.key.startswith("irb-list/")]
    assert any("J. Smith, fits records 12 and 13" in one for one in words) and any("“pending”" in one for one in words)


def test_the_worklist_knows(intake_lab: IntakeLab, today: date) -> None:
    """A stranger, a person who is not on our list, one who is not on theirs."""
    taken(intake_lab, STEP_HF + "Jo Stranger,jo@elsewhere.example\nWei Zhang,wei.zhang@northlake.example\n")
    lab = open_app(intake_lab.home)
    found = lab.assessment
    lines = worklist_lines(desk_of(found, History(started=True), lab.lab, today))
    titles = [str(line.title) for line in lines]
    assert any("Jo Stranger (jo@elsewhere.example): nobody in our records" in title for title in titles)
    assert any("Wei Zhang" in title and "enter the listing" in title for title in titles)
    (ours,) = [line for line in lines if "not on the IRB's own list" in str(line.title)]
    assert ours.person == "3" and "--irb-list" in str(ours.act)


def test_without_a_list_the_bytes_are_those_of_before(intake_lab: IntakeLab) -> None:
    export = open_app(intake_lab.home).export
    assert export.irb_lists == () and "irb_lists" not in json.loads(snapshot_of(export).text)
    taken(intake_lab, STEP_HF)
    with_list = open_app(intake_lab.home).export
    assert snapshot_of(with_list).id != snapshot_of(export).id
    assert export_of(snapshot_of(with_list)).irb_lists == with_list.irb_lists != ()


def test_the_list_belongs_to_the_read_and_its_snapshot(intake_lab: IntakeLab, today: date) -> None:
    """A newer list changes nothing of what an older read says."""
    taken(intake_lab, STEP_HF, today - timedelta(days=2))
    first = open_app(intake_lab.home)
    stored = snapshot_of(first.export)
    taken(intake_lab, STEP_HF + DEVON)
    later = open_app(intake_lab.home)
    assert clearance(later.assessment, "3", today) is Answer.YES
    assert clearance(later.judge(export_of(stored), snapshot=stored.id), "3", today) is Answer.UNKNOWN


def test_a_list_of_a_day_after_the_read_does_not_belong_to_it(intake_lab: IntakeLab, today: date) -> None:
    taken(intake_lab, STEP_HF)
    earlier = open_app(intake_lab.home, as_of=today - timedelta(days=1))
    assert earlier.export.irb_lists == ()


def test_the_finding_is_unknown_and_says_why(intake_lab: IntakeLab, today: date) -> None:
    from onboard.judging.readiness import status_on

    taken(intake_lab, STEP_HF)
    (finding,) = [
        f for f in assessed(intake_lab).findings if (f.person, f.requirement.id, f.scope.protocol) == ("3", "irb_listing", "1")
    ]
    assert status_on(finding, today) is Status.UNKNOWN
    (ground,) = finding.grounds
    assert "submitted 10 Jul 2026, approved 16 Jul 2026, not on the IRB's own list of 23 Nov 2026" in str(ground.what)
