"""The research log, to keep and to quote."""

import csv
import io
import json
from dataclasses import replace

import pytest

from onboard.model import UNREADABLE, Task
from onboard.questions.sheets import csv_text, safe_cell
from onboard.questions.worklog import HEADER, as_csv, as_json, as_text, named_criteria, work_log
from tests.questions.cast import LENA, SAM, entry, judged, records


def log_of(*entries):
    return work_log(judged(replace(records(), log=entries)), LENA)


def test_the_csv_has_one_line_an_entry_in_order_of_days(lab):
    rows = list(csv.reader(io.StringIO(as_csv(work_log(lab, LENA)))))
    assert tuple(rows[0]) == HEADER
    assert [row[0] for row in rows[1:]] == ["2026-05-18", "2026-05-19", "2026-06-09", "2026-06-10"]
    assert rows[1][1:4] == ["STEP-HF", "consent", "2"]


@pytest.mark.parametrize("evil", ["=HYPERLINK(1)", "+1", "-2+3", "@SUM(A1)", "\t=1", "  =1"])
def test_no_cell_is_run_by_a_spreadsheet(evil):
    log = log_of(entry(LENA, 1, "2026-03-01", what=evil, outcome=evil, hours=evil, protocol="", protocol_text=evil))
    (row,) = list(csv.reader(io.StringIO(as_csv(log))))[1:]
    assert all(not cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)
    assert safe_cell(evil) == f"'{evil}"


def test_plain_cells_stay_as_they_are():
    assert csv_text(("a", "b"), [("x, y", 'say "hi"')]) == 'a,b\n"x, y","say ""hi"""\n'
    assert safe_cell("a-b=c") == "a-b=c"


def test_an_entry_without_a_readable_day_says_so_and_comes_last():
    log = log_of(entry(LENA, 1, UNREADABLE), entry(LENA, 2, None), entry(LENA, 3, "2026-03-01"))
    assert [work.on_words for work in log.works] == ["2026-03-01", "cannot be read", ""]


def test_the_text_groups_by_study_with_tasks_hours_and_outcomes():
    text = as_text(
        log_of(
            entry(LENA, 1, "2026-03-01", task=Task.CONSENT, outcome="3 consented"),
            entry(LENA, 2, "2026-03-05", task=Task.PROCEDURES, hours="1.5"),
            entry(LENA, 3, "2026-03-09", protocol="C", what="Abstracted charts", hours="4"),
        )
    )
    assert "STEP-HF (1 Mar 2026 to 5 Mar 2026)\n  consent, procedures; 2 entries; 3.5 hours.\n  - Study visit\n" in text
    assert "  > Outcome: 3 consented" in text
    assert "P2 (9 Mar 2026)" in text


def test_hours_are_added_only_when_every_one_can_be_read():
    text = as_text(log_of(entry(LENA, 1, "2026-03-01"), entry(LENA, 2, "2026-03-02", hours="all day")))
    assert "hours" not in text


def test_a_role_by_icmje_criterion_is_never_made_up(lab):
    assert "Role by ICMJE criterion: left out, the log names none." in as_text(work_log(lab, LENA))


def test_a_criterion_that_the_log_names_is_quoted_in_words():
    text = as_text(log_of(entry(LENA, 1, "2026-03-01", outcome="Abstract sent (ICMJE 1, 2)")))
    assert "as the log names it: 1, substantial contribution" in " ".join(text.split())
    assert "; 2, drafting the work" in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ICMJE 1", (1,)),
        ("icmje: 2 and 4", (2, 4)),
        ("ICMJE criteria 1, 2, 3", (1, 2, 3)),
        ("Talked about ICMJE; 3 charts read", ()),
        ("ICMJE 12", ()),
        ("ICMJE 7", ()),
        ("criterion 1", ()),
    ],
)
def test_only_a_named_criterion_counts(text, found):
    assert named_criteria(text) == found


def test_an_empty_log_says_so(lab):
    assert "The research log holds no entry yet." in as_text(work_log(lab, SAM))


def test_json_keeps_its_keys(lab):
    data = as_json(work_log(lab, LENA))
    assert json.loads(json.dumps(data)) == data
    assert data["entries"][0]["icmje_criteria"] == []
    assert (data["first"], data["last"]) == ("2026-05-18", "2026-06-10")
