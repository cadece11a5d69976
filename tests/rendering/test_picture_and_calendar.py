"""The digest's picture never looks better than the records; the calendar file is one event that replaces itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from onboard.model import Attachment, Bar, Notice
from onboard.rendering import Renderer, calendar_file
from onboard.rendering.picture import WEEKS, picture
from tests.words.cast import LAB, MONDAY
from tests.words.mails import MAILS

DAY = timedelta(days=1)
FAR = date(2040, 1, 1)


@pytest.mark.parametrize(
    ("cleared", "unknown", "words", "weeks"),
    [
        ([(MONDAY + 7 * DAY, FAR)], [], "cleared from Mon 30 Nov", [("not", 1), ("cleared", 25)]),
        ([(MONDAY + 8 * DAY, FAR)], [], "cleared from Tue 1 Dec", [("not", 2), ("cleared", 24)]),
        ([(MONDAY - DAY, MONDAY + 13 * DAY)], [], "cleared until Sun 6 Dec", [("cleared", 2), ("not", 24)]),
        ([], [], "not cleared in these weeks", [("not", 26)]),
        ([], [(MONDAY, FAR)], "unknown", [("unknown", 26)]),
        (
            [(MONDAY, date(2026, 12, 12)), (date(2027, 2, 1), FAR)],
            [],
            "cleared until Sat 12 Dec, again from Mon 1 Feb",
            [("cleared", 2), ("not", 8), ("cleared", 16)],
        ),
    ],
    ids=["from a Monday", "from a Tuesday", "until a Sunday", "never", "unknown", "a gap"],
)
def test_bars_and_sentences_agree(
    cleared: list[tuple[date, date]], unknown: list[tuple[date, date]], words: str, weeks: list[tuple[str, int]]
) -> None:
    (track,) = picture([Bar(label="Leila", cleared=tuple(cleared), unknown=tuple(unknown))], MONDAY).tracks
    assert track.words == words
    assert [(run.kind, run.weeks) for run in track.segments] == weeks


def test_days_before_today_count_for_nothing() -> None:
    """A digest that waited until Wednesday has bars that begin on Wednesday."""
    wednesday = MONDAY + 2 * DAY
    (track,) = picture([Bar(label="Leila", cleared=((wednesday, date(2026, 12, 6)),))], wednesday).tracks
    assert [(run.kind, run.weeks) for run in track.segments] == [("cleared", 2), ("not", 24)]
    assert track.words == "cleared until Sun 6 Dec"


def test_people_with_the_same_weeks_share_a_row() -> None:
    ends = ((MONDAY, date(2026, 12, 15)),)
    shown = picture([Bar(label="Elena", cleared=ends), Bar(label="Petr", cleared=()), Bar(label="Asha", cleared=ends)], MONDAY)
    assert [(track.label, track.words) for track in shown.tracks] == [
        ("Elena and Asha", "cleared until Tue 15 Dec"),
        ("Petr", "not cleared in these weeks"),
    ]


def test_whoever_is_complete_throughout_is_named_without_a_bar() -> None:
    shown = picture([Bar(label="Elena Rivera", cleared=((MONDAY, FAR),)), Bar(label="Petr Novak", cleared=())], MONDAY)
    assert shown.steady == ("Elena Rivera",) and [track.label for track in shown.tracks] == ["Petr Novak"]


RANGES = st.lists(st.tuples(st.integers(-40, 220), st.integers(0, 90)), max_size=5)


@given(RANGES, RANGES, st.integers(0, 6))
def test_a_picture_never_looks_better_than_the_records(
    cleared: list[tuple[int, int]], unknown: list[tuple[int, int]], offset: int
) -> None:
    """Every day of a week shown as cleared is cleared, and the widths fill the row."""
    days = {start + n for start, count in cleared for n in range(count + 1)}
    as_dates = [(MONDAY + start * DAY, MONDAY + (start + count) * DAY) for start, count in cleared]
    doubts = [(MONDAY + start * DAY, MONDAY + (start + count) * DAY) for start, count in unknown]
    shown = picture([Bar(label="x", cleared=tuple(as_dates), unknown=tuple(doubts))], MONDAY + offset * DAY)
    for track in shown.tracks:
        kinds = [run.kind for run in track.segments for _ in range(run.weeks)]
        assert len(kinds) == WEEKS and abs(sum(run.share for run in track.segments) - 100) < 0.5
        for week, kind in enumerate(kinds):
            assert kind != "cleared" or all(7 * week + n in days for n in range(7) if 7 * week + n >= offset)


def event_of(attachment: Attachment) -> Event:
    """The one event of a file, parsed by another reader than ours."""
    (event,) = Calendar.from_ical(attachment.content).walk("VEVENT")
    assert isinstance(event, Event)
    return event


def test_the_first_thing_due_is_one_whole_day_and_its_end_is_the_day_after() -> None:
    event = event_of(calendar_file(MAILS["reminder"], 3, LAB))
    assert event.start == date(2026, 12, 18) and event.end == date(2026, 12, 19)
    assert (event["SUMMARY"], event["SEQUENCE"], event["STATUS"]) == ("Courses due (Rivera Lab)", 3, "CONFIRMED")
    assert "Human subjects course, by Fri 18 Dec 2026" in event["DESCRIPTION"]


def test_the_same_person_keeps_the_event_and_another_has_their_own() -> None:
    first, later = (event_of(calendar_file(MAILS["reminder"], n, LAB))["UID"] for n in (1, 2))
    other = event_of(calendar_file(MAILS["checklist"], 1, LAB))["UID"]
    assert first == later != other and first.endswith("@northlake.example")
    assert "leila" not in first


def test_with_nothing_left_the_event_is_cancelled() -> None:
    done = replace(MAILS["reminder"], lines=MAILS["reminder"].lines[2:])
    attachment = calendar_file(done, 9, LAB)
    assert b"METHOD:CANCEL" in attachment.content and "method=CANCEL" in attachment.mime
    assert event_of(attachment)["STATUS"] == "CANCELLED"
    assert event_of(attachment)["UID"] == event_of(calendar_file(MAILS["reminder"], 1, LAB))["UID"]


@pytest.mark.parametrize("name", ["welcome", "introduction"])
def test_a_first_mail_has_no_attachment(name: str) -> None:
    assert Renderer(LAB).render(replace(MAILS[name], calendar=True)).attachments == ()


def test_a_later_mail_has_a_higher_sequence() -> None:
    def sequence(notice: Notice) -> int:
        (attachment,) = Renderer(LAB).render(notice).attachments
        return int(event_of(attachment)["SEQUENCE"])

    assert sequence(MAILS["reminder"]) < sequence(replace(MAILS["reminder"], slot=MONDAY + DAY))
