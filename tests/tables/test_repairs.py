"""Why cells cannot be read, by cause: each promised number is what the rule then gives."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.judging.obligations import gather
from onboard.model import Export, Problem, Records
from onboard.model.mapping import Mapping
from onboard.tables import read_tables
from onboard.tables.problems import choices_of, labels_of
from onboard.tables.repairs import Repair, as_lines, repairs

ZONE = ZoneInfo("America/Chicago")
AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
MAPPING = """
[tables.people]
instrument = "staff"
[tables.people.fields]
name = "full"
login = "net"

[tables.appointments]
instrument = "staff"
[tables.appointments.fields]
first = "hired"
last = "left"
role = "role"
supervisor = "boss"
"""
DICTIONARY = (
    "field_name,form_name,field_type,field_label,select_choices_or_calculations\n"
    'role,staff,dropdown,Role,"1, Coordinator | 7, Student intern"\nhired,staff,text,Start date,\nboss,staff,text,Reports to,\n'
)

NAMES = ("Ada Moss", "Bo Reed", "Cy Vale", "Di Wynn", "Ed Hale")


def export(hired: list[str], left: list[str] | None = None, boss: list[str] | None = None, role: str = "") -> Export:
    lines = ["record_id,full,net,hired,left,role,boss"]
    for number, day in enumerate(hired, start=1):
        end, who = (left or [])[number - 1 : number], (boss or [])[number - 1 : number]
        cells = [str(number), NAMES[number % len(NAMES)], f"am{number}", day, *(end or [""]), role, *(who or [""])]
        lines.append(",".join(f'"{cell}"' for cell in cells))
    return Export(instruments={"people.staff": "\n".join(lines) + "\n"}, dictionaries={"people": DICTIONARY}, read_at=AT)


def read(found: Export, head: str = "") -> tuple[Mapping, Records, list[Problem]]:
    mapping, mistakes = load_mapping(tomllib.loads(head + MAPPING))
    assert mistakes == []
    tables, problems = read_tables(found, mapping, ZONE)
    return mapping, gather(tables), problems


def causes(found: Export, head: str = "") -> tuple[Repair, ...]:
    mapping, records, problems = read(found, head)
    texts = found.dictionaries
    return repairs(problems, mapping, labels_of(texts), choices_of(texts), records.people, records.protocols)


def of(found: tuple[Repair, ...], field: str) -> Repair:
    (one,) = [repair for repair in found if repair.field == field]
    return one


MIXED_UP = ["03/14/2024", "04/15/2024", "05/16/24", "01/02/2024", "Jun 2024", "2024", "soon", "3 Apr 2024", "2024-05-06"]


def test_a_decided_order_is_offered_and_reads_as_many_as_it_says() -> None:
    found = export(MIXED_UP)
    one = of(causes(found), "hired")
    assert (one.rule, one.cells, one.mends, one.stays) == ('date_order = "mdy"', 7, 4, 3)
    assert one.what == "3 can only be month/day, 1 fit both orders, 2 hold a month or a year alone, 1 hold words."
    _, _, problems = read(found, f"{one.rule}\n")
    assert sum(problem.field == "hired" for problem in problems) == one.stays


def test_no_order_is_offered_where_no_cell_decides_or_both_do() -> None:
    undecided = of(causes(export(["01/02/2024", "03/04/2024", "05/06/2024"])), "hired")
    assert undecided.rule == "" and undecided.next_step.startswith("No cell of this column decides; in all columns 0 cells")
    two = of(causes(export(["14/02/2024", "15/04/2024", "05/06/2024"])), "hired")
    assert two.rule == "" and two.next_step.startswith("2 cells decide here; in all columns 0 cells are month/day, 2 day/month.")
    both = of(causes(export(["14/02/2024", "03/15/2024", "16/06/2024"])), "hired")
    assert both.rule == "" and both.next_step == "No order is safe. Type the month/day ones again: 1 record 2."


def test_under_a_stated_order_what_is_otherwise_stays() -> None:
    one = of(causes(export(["14/02/2024", "03/15/2024"]), 'date_order = "mdy"\n'), "hired")
    assert one.what == "cannot be month/day/year: 1 can only be day/month. It stays unreadable." and one.rule == ""


def test_months_of_another_language_bring_their_line() -> None:
    found = export(["3. März 2024", "4. Mai 2024", "05.06.2024"])
    one = of(causes(found), "hired")
    assert one.rule == 'months = ["de"]' and one.mends == 2
    _, _, problems = read(found, f"{one.rule}\n")
    assert sum(problem.field == "hired" for problem in problems) == one.stays


def test_names_are_mended_by_person_by_and_what_stays_says_why() -> None:
    found = export(["2024-05-06"] * 4, boss=["Vale, Cy", "Dr. Bo Reed", "Ada", "am4"])
    one = of(causes(found), "boss")
    assert one.rule == 'person_by = ["record", "email", "login", "name"]' and (one.mends, one.stays) == (3, 1)
    _, _, problems = read(found, f"{one.rule}\n")
    assert sum(problem.field == "boss" for problem in problems) == 1


def test_a_word_that_may_mean_none_is_a_cause_of_its_own_and_a_question_mark_never_is() -> None:
    found = export(["2024-05-06"] * 3, left=["N/A", "N/A", "?"])
    said = {one.field: one for one in causes(found)}
    assert said["“N/A”"].rule == 'missing_codes = ["N/A"]' and said["“N/A”"].mends == 2
    assert said["left"].rule == "" and said["left"].cells == 1
    _, _, problems = read(found, 'missing_codes = ["N/A"]\n')
    assert [problem.cell for problem in problems if problem.field == "left"] == ["?"]


def test_a_spreadsheet_s_day_number_is_called_one_and_gets_no_rule() -> None:
    one = of(causes(export(["45292", "45300"])), "hired")
    assert one.what == "2 look like a spreadsheet's day number." and one.rule == ""


def test_a_code_without_a_word_is_named_with_its_label_and_the_line_to_write() -> None:
    one = of(causes(export(["2024-05-06"] * 2, role="7")), "role")
    assert one.what == "role: 7 (Student intern) in 2 rows: no word of ours."
    assert '[tables.appointments.values.role]  "7" = "..."' in one.next_step


def test_hundreds_of_cells_are_told_in_ten_lines() -> None:
    found = export(["03/14/2024"] * 120, left=["Jun 2027"] * 120, boss=["Dr. Dubois"] * 120)
    lines = as_lines(causes(found))
    assert len(lines) == 4 and lines[0].startswith("360 cells could not be read. One line a cause;")
    assert as_lines(causes(found), 2)[-1] == "and 1 more: onboard fix-first"
    assert ' 120 hired "Start date": 120 can only be month/day. Write  date_order = "mdy"  and 120 read.' in lines


@pytest.mark.parametrize("head", ['date_order = "dmy"\n', 'date_order = "mdy"\n'])
def test_a_stated_order_never_makes_an_unreadable_cell_another_day(head: str) -> None:
    _, records, _ = read(export(["14/02/2024", "02/14/2024"]), head)
    days = [one.first for one in records.appointments]
    assert sum(str(day) == "2024-02-14" for day in days) == 1 and sum(str(day) == "Unreadable.UNREADABLE" for day in days) == 1
