"""Timelines obey set algebra and coverages Kleene's laws, checked against plain sets of days."""

import itertools
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from onboard.timeline import ALWAYS, NEVER, Answer, Coverage, Timeline, all_of, any_of

FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(40)]

day = st.sampled_from(DAYS)
ranges = st.lists(st.tuples(st.none() | day, st.none() | day), max_size=6)
timelines = ranges.map(Timeline.of)


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    possible = draw(timelines)
    return Coverage(possible & draw(timelines), possible)


def days_of(line: Timeline) -> set[date]:
    return {d for d in DAYS if line.covers(d)}


@given(ranges)
def test_a_timeline_holds_exactly_the_days_of_its_ranges(rows: list[tuple[date | None, date | None]]) -> None:
    expected = {d for d in DAYS for a, b in rows if (a is None or a <= d) and (b is None or d <= b)}
    assert days_of(Timeline.of(rows)) == expected


@given(timelines)
def test_ranges_are_sorted_disjoint_and_never_adjacent(line: Timeline) -> None:
    rows = list(line.ranges())
    for (_, last), (first, _) in itertools.pairwise(rows):
        assert last is not None
        assert first is not None
        assert last + timedelta(days=1) < first
    assert Timeline.of(rows) == line


@given(timelines, timelines)
def test_union_intersection_difference_are_those_of_sets(a: Timeline, b: Timeline) -> None:
    assert days_of(a | b) == days_of(a) | days_of(b)
    assert days_of(a & b) == days_of(a) & days_of(b)
    assert days_of(a - b) == days_of(a) - days_of(b)
    assert (a <= b) == (not a - b)


@given(timelines, timelines, timelines)
def test_set_algebra(a: Timeline, b: Timeline, c: Timeline) -> None:
    assert ~~a == a
    assert ~(a | b) == ~a & ~b
    assert a & (b | c) == (a & b) | (a & c)
    assert a | (b & c) == (a | b) & (a | c)
    assert a | NEVER == a
    assert a & ALWAYS == a
    assert a | ~a == ALWAYS
    assert a & ~a == NEVER
    assert (a | b) | c == a | (b | c)
    assert a | (a & b) == a


@given(timelines, st.integers(0, 5), st.integers(0, 5))
def test_shrinking_keeps_days_whose_whole_neighbourhood_is_covered(line: Timeline, before: int, after: int) -> None:
    inner = DAYS[6:-6]
    kept = {d for d in inner if all(line.covers(d + timedelta(days=n)) for n in range(-before, after + 1))}
    assert days_of(line.shrink(before, after)) & set(inner) == kept


@given(timelines, day)
def test_the_run_at_a_day_is_the_range_around_it(line: Timeline, at: date) -> None:
    run = line.run_at(at)
    assert (run is not None) == line.covers(at)
    if run:
        assert run in list(line.ranges())
        assert line.first_day(at) == at


def test_open_ends_are_real_values() -> None:
    assert list(Timeline.between(None, None).ranges()) == [(None, None)]
    assert Timeline.between(None, None) == ALWAYS
    assert Timeline.between(date(2026, 1, 2), date(2026, 1, 1)) == NEVER
    assert Timeline.between(FIRST, None).covers(date.max)
    assert Timeline.between(None, FIRST).covers(date.min)
    assert Timeline.between(FIRST, None).end() is None


@given(coverages(), coverages(), coverages())
def test_kleene_laws(a: Coverage, b: Coverage, c: Coverage) -> None:
    assert ~~a == a
    assert ~(a & b) == ~a | ~b
    assert a & b == b & a
    assert a & (b | c) == (a & b) | (a & c)
    assert all_of([a, b]) == a & b
    assert any_of([a, b]) == a | b
    for combined in (a & b, a | b, ~a):
        assert combined.sure <= combined.possible


_RANK = {Answer.NO: 0, Answer.UNKNOWN: 1, Answer.YES: 2}


@given(coverages(), coverages(), day)
def test_answers_combine_as_kleene_says(a: Coverage, b: Coverage, at: date) -> None:
    assert _RANK[(a & b).at(at)] == min(_RANK[a.at(at)], _RANK[b.at(at)])
    assert _RANK[(a | b).at(at)] == max(_RANK[a.at(at)], _RANK[b.at(at)])
    assert _RANK[(~a).at(at)] == 2 - _RANK[a.at(at)]


@given(coverages(), coverages(), st.booleans())
def test_replacing_an_unknown_never_contradicts_a_yes_or_no(a: Coverage, b: Coverage, sign: bool) -> None:
    settled = Coverage.certain(a.possible) if sign else Coverage.certain(a.sure)
    for before, after in ((a & b, settled & b), (a | b, settled | b), (~a, ~settled)):
        for d in DAYS:
            if before.at(d) is not Answer.UNKNOWN:
                assert after.at(d) is before.at(d)


ENDS = [date.min, date.min + timedelta(days=1), date.max - timedelta(days=1), date.max]
at_the_ends = st.lists(st.tuples(st.none() | st.sampled_from(ENDS), st.none() | st.sampled_from(ENDS)), max_size=4)


@given(at_the_ends, st.sampled_from(ENDS), st.integers(0, 4_000_000), st.integers(0, 4_000_000))
def test_the_ends_of_the_calendar_are_days_like_any_other(
    rows: list[tuple[date | None, date | None]], day: date, before: int, after: int
) -> None:
    line = Timeline.of(rows)
    assert line.covers(day) == any((a is None or a <= day) and (b is None or day <= b) for a, b in rows)
    for found in (line, ~line, line | ~line, line - ~line, line.shrink(before, after), (~line).shrink(before, after)):
        list(found.ranges())
        found.run_at(day), found.first_day(day), found.start(), found.end()
    assert ~~line == line
    assert (~line).covers(day) != line.covers(day)
