"""What holds now and not since when: rulings 50 to 54 of tests/reckoner/rulings.md, from cells to verdicts."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from onboard.config.redcap_toml import load_mapping
from onboard.dates import DayWithin, known_day, parse_validity, show
from onboard.judging.coverage import listing_coverage, span
from onboard.judging.obligations import gather
from onboard.judging.rules.grounds import dated_coverage
from onboard.model import Export, PersonnelMode, Records, RowSeen, WhoseDate
from onboard.tables import read_tables
from onboard.tables.since import Reads
from onboard.timeline import NOT_EVER, Answer

ZONE = ZoneInfo("America/Chicago")
FIRST = datetime(2026, 11, 2, 12, tzinfo=UTC)
MAPPING = """
[tables.people]
instrument = "staff"
[tables.people.fields]
name = "name"

[tables.appointments]
instrument = "staff"
ended_if = { state = ["0"] }
not_begun_if = { state = ["3"] }
[tables.appointments.fields]
first = "hired"
last = "left"

[tables.steps]
instrument = "staff"
[tables.steps.fields]
badge = ["badge_on", "badge"]
[tables.steps.values.badge]
"1" = "as_read"
"0" = ""

[[tables.completions]]
instrument = "staff"
only_if = "expires"
[tables.completions.fields]
expires = "coi_end"
[tables.completions.constants]
completed = "as_read"
training = "coi"
source = "typed"

[[tables.listings]]
instrument = "staff"
where = { irb___1 = ["1"] }
[tables.listings.fields]
approved = "irb_on"
[tables.listings.blank]
approved = "as_read"
[tables.listings.constants]
protocol = "X-1"

[tables.protocols]
project = "people"
instrument = "staff"
only_if = "number"
[tables.protocols.fields]
number = "number"
"""
HEAD = "record_id,name,state,hired,left,badge,badge_on,coi_end,irb___1,irb_on,number"


def read(at: datetime, row: str, seen: dict[tuple[str, str], RowSeen] | None = None, before: datetime | None = None) -> Records:
    mapping, mistakes = load_mapping(tomllib.loads(MAPPING))
    assert mistakes == []
    export = Export(instruments={"people.staff": f"{HEAD}\n{row}\n"}, read_at=at)
    reads = Reads(at, ZONE, seen or {}, before)
    tables, _ = read_tables(export, mapping, ZONE, reads)
    if seen is not None:  # what the ledger does, in a line
        for key, one in reads.facts.items():
            old = seen.get(key)
            goes_on = old is not None and before is not None and old.last >= before
            first = old.first if old is not None and goes_on else one.first
            seen[key] = RowSeen(record=one.record, row=one.row, digest=one.digest, first=first, last=one.last)
    return gather(tables)


TICKED = "1,Ada,1,2024-01-01,,1,,2027-05-01,1,,X-1"


def test_a_tick_holds_from_the_first_read_on_and_perhaps_before() -> None:
    records = read(FIRST, TICKED)
    (listing,) = records.listings
    assert listing.approved == DayWithin.of(None, date(2026, 11, 2))
    days = listing_coverage(listing, PersonnelMode.AMENDMENT, NOT_EVER)
    assert [days.at(date(2026, 11, day)) for day in (1, 2, 30)] == [Answer.UNKNOWN, Answer.YES, Answer.YES]


def test_the_day_stays_where_the_row_stands_and_moves_after_a_break() -> None:
    seen: dict[tuple[str, str], RowSeen] = {}
    day = timedelta(days=1)
    read(FIRST, TICKED, seen)
    assert read(FIRST + 7 * day, TICKED, seen, FIRST).listings[0].approved == DayWithin.of(None, date(2026, 11, 2))
    gone = TICKED.replace("2027-05-01,1,", "2027-05-01,0,")
    assert read(FIRST + 8 * day, gone, seen, FIRST + 7 * day).listings == ()
    back = read(FIRST + 9 * day, TICKED, seen, FIRST + 8 * day)
    assert back.listings[0].approved == DayWithin.of(None, date(2026, 11, 11))
    assert back.steps[0].on == DayWithin.of(None, date(2026, 11, 2))  # the badge was there all the time


def test_an_old_read_judged_later_says_what_it_said() -> None:
    seen: dict[tuple[str, str], RowSeen] = {}
    read(FIRST, TICKED, seen)
    read(FIRST + timedelta(days=20), TICKED, seen, FIRST)
    again = read(FIRST + timedelta(days=20), TICKED, dict(seen), FIRST)
    assert again.listings[0].approved == DayWithin.of(None, date(2026, 11, 2))


def test_a_date_beside_the_yes_is_the_day_itself() -> None:
    assert read(FIRST, TICKED.replace("1,,2027", "1,2025-03-04,2027")).steps[0].on == date(2025, 3, 4)
    assert read(FIRST, TICKED.replace(",1,,2027", ",0,,2027")).steps == ()


def test_who_has_left_is_over_from_the_read_that_says_so() -> None:
    seen: dict[tuple[str, str], RowSeen] = {}
    read(FIRST, TICKED, seen)
    later = FIRST + timedelta(days=5)
    (one,) = read(later, TICKED.replace("Ada,1,", "Ada,0,"), seen, FIRST).appointments
    days = span(one.first, one.last)
    answers = [days.at(date(2026, 11, day)) for day in (2, 3, 6, 7)]
    assert answers == [Answer.YES, Answer.UNKNOWN, Answer.UNKNOWN, Answer.NO]


@pytest.mark.parametrize(
    ("left", "last"),
    [("", None), ("next year", None), ("2027-03-01", None), ("2026-05-03", date(2026, 5, 3))],
    ids=["blank", "unreadable", "to come", "past"],
)
def test_a_state_of_left_wins_over_all_but_a_past_day(left: str, last: date | None) -> None:
    (one,) = read(FIRST, f"1,Ada,0,2024-01-01,{left},1,,2027-05-01,1,,X-1").appointments
    assert known_day(one.last) == last
    assert span(one.first, one.last).at(date(2026, 11, 2)) is Answer.NO


def test_who_has_not_begun_has_no_appointment_yet() -> None:
    (one,) = read(FIRST, "1,Ada,3,,,0,,,0,,X-1").appointments
    days = span(one.first, one.last)
    assert [days.at(date(2026, 11, day)) for day in (1, 2, 3)] == [Answer.NO, Answer.NO, Answer.UNKNOWN]
    (two,) = read(FIRST, "1,Ada,3,2027-01-01,,0,,,0,,X-1").appointments
    assert two.first == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("whose", "validity", "printed", "answers"),
    [
        (WhoseDate.ISSUED, "months:48", date(2027, 5, 1), "unknown yes no"),
        (WhoseDate.ISSUED, "months:48", None, "unknown unknown unknown"),
        (WhoseDate.POLICY, "months:48", date(2027, 5, 1), "unknown unknown unknown"),
        (WhoseDate.EARLIER, "months:48", date(2027, 5, 1), "unknown unknown no"),
        (WhoseDate.POLICY, "once", None, "unknown yes yes"),
    ],
)
def test_nothing_is_counted_from_a_pass_of_unknown_day(
    whose: WhoseDate, validity: str, printed: date | None, answers: str
) -> None:
    days, _ = dated_coverage(DayWithin.of(None, date(2026, 11, 2)), printed, parse_validity(validity), whose)
    asked = (date(2026, 11, 1), date(2026, 11, 2), date(2027, 5, 2))
    assert " ".join(days.at(day).value for day in asked) == answers


def test_a_course_known_by_its_end_is_not_an_end_before_its_start() -> None:
    (one,) = read(FIRST, TICKED.replace("2027-05-01", "2025-05-01")).completions
    assert one.expires == date(2025, 5, 1) and one.training == "coi" and one.stage == 1


def test_a_pass_is_counted_back_where_the_institution_prints_a_term() -> None:
    mapping, _ = load_mapping(
        tomllib.loads(MAPPING.replace('only_if = "expires"', 'only_if = "expires"\nprinted_after = "months:48"'))
    )
    export = Export(instruments={"people.staff": f"{HEAD}\n{TICKED}\n"}, read_at=FIRST)
    (one,) = gather(read_tables(export, mapping, ZONE)[0]).completions
    assert one.completed == date(2023, 5, 1)


def test_such_a_day_is_never_shown_as_a_day_since_when() -> None:
    day = DayWithin.of(None, date(2026, 11, 2))
    assert show(day) == "a day not recorded, at the latest 2 Nov 2026"
    assert day != date(2026, 11, 2) and hash(day) != hash(date(2026, 11, 2)) and known_day(day) is None


def test_every_column_that_is_read_as_a_day_may_say_as_read() -> None:
    from onboard.model.mapping import DAYS
    from onboard.tables.cells import read_date, read_first_day, read_last_day, read_until
    from onboard.tables.shapes import READERS

    days = (read_date, read_first_day, read_last_day, read_until)
    read = {table: {name for name, reader in columns.items() if reader in days} for table, columns in READERS.items()}
    read["step_rows"] = {"on"}  # read together with the steps that have a field each
    assert {table: set(names) for table, names in DAYS.items()} == {table: names for table, names in read.items() if names}


def test_a_state_of_here_beside_a_past_last_day_is_told_and_the_day_counts() -> None:
    mapping, _ = load_mapping(tomllib.loads(MAPPING))
    row = TICKED.replace("2024-01-01,,", "2024-01-01,2026-05-03,")
    tables, problems = read_tables(Export(instruments={"people.staff": f"{HEAD}\n{row}\n"}, read_at=FIRST), mapping, ZONE)
    assert gather(tables).appointments[0].last == date(2026, 5, 3)
    (told,) = [problem.what for problem in problems if problem.trouble == "here-and-gone"]
    assert told.endswith("says that the last day was 3 May 2026, and the state says current. The day counts.")
