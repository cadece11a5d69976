"""The PI's weekly view: who gets one, which week, what is in it, and what is never in it."""

from datetime import date, timedelta

from onboard.dates import WorkCalendar
from onboard.model import (
    Assessment,
    History,
    Horizon,
    ItemRecord,
    ItemState,
    Line,
    MessageKind,
    Notice,
    ReaderRole,
    Role,
    Section,
    StudyType,
    Task,
)
from onboard.planning.digests import latest_slot, plan_digests
from onboard.planning.reminders import plan_reminders
from tests.planning.cast import (
    ADA,
    BRANDT,
    HADDAD,
    HALF,
    RIVERA,
    TANAKA,
    TODAY,
    Book,
    closed,
    days_ago,
    everybody,
    in_days,
    lab,
    member,
    send,
    study,
)


def digest(book: Book, history: History | None = None, previous: Assessment | None = None, today: date = TODAY) -> Notice:
    (notice,) = plan_digests(book.judge(today), history or History(), lab(), today, previous)
    return notice


def lines(book: Book, section: Section, history: History | None = None, previous: Assessment | None = None) -> tuple[Line, ...]:
    return digest(book, history, previous).section(section)


def test_the_pi_gets_one_with_people_counted_once() -> None:
    notice = digest(everybody())
    assert (notice.kind, notice.reader.record, notice.reader.role) == (MessageKind.DIGEST, RIVERA, ReaderRole.PI)
    numbers = notice.numbers
    assert numbers["people"] == numbers["cleared"] + numbers["blocked"] + numbers["unknown"]
    assert (numbers["people"], numbers["cleared"], numbers["blocked"], numbers["unknown"]) == (11, 6, 4, 1)
    assert numbers["needs_you"] == 2 and numbers["unreadable"] == 1
    assert notice.facts["protocols"] == "CHART, STEP-HF"


def test_needs_you_is_answered_by_replying() -> None:
    (line,) = [line for line in lines(everybody(), Section.NEEDS_YOU) if line.person == TANAKA]
    assert line.title == "STEP-HF: Taro Tanaka waits for delegation of consent"
    assert line.act == 'Reply "yes" to Maria Chen, who brings the log to sign.'


def test_a_delegation_of_somebody_untrained_needs_nobody_yet() -> None:
    book = everybody()
    book.drop("completions", person=TANAKA)
    assert TANAKA not in {line.person for line in lines(book, Section.NEEDS_YOU)}


def test_blocked_now_says_who_what_why_since_who_acts_and_whether_they_know() -> None:
    found = {line.person: line for line in lines(everybody(), Section.BLOCKED_NOW)}
    line = found[HADDAD]
    assert (line.protocol, line.since) == ("STEP-HF", date(2026, 11, 19))
    assert line.title == "GCP ended 18 Nov 2026: Hana Haddad (STEP-HF)"
    assert line.knows == "Told today."


def test_whether_they_know_follows_what_was_really_sent() -> None:
    book = everybody()
    tuesday = days_ago(4)
    sent = send(History(), plan_reminders(book.judge(tuesday), History(), lab(), tuesday), tuesday)
    found = {line.person: line for line in lines(book, Section.BLOCKED_NOW, sent)}
    assert found[HADDAD].knows == "Told on 19 Nov 2026."


def test_who_was_not_told_is_counted_and_not_named() -> None:
    notice = digest(everybody())
    assert HALF not in {line.person for line in notice.section(Section.BLOCKED_NOW)}
    (line,) = [line for line in notice.section(Section.BLOCKED_NOW) if not line.person]
    assert line.title == "1 more person is blocked"


def test_whoever_has_not_heard_of_it_stands_in_no_picture_either() -> None:
    """What was true already when the lab began is never said to her, so nobody else reads it."""
    book = everybody()
    told = plan_reminders(book.judge(TODAY), History(), lab(), TODAY)
    quiet = {key: ItemRecord(key=key, state=ItemState.BASELINE, reader="", on=TODAY) for one in told for key in one.keys()}
    notice = digest(book, History(started=True, items=quiet))
    assert HADDAD not in {line.person for line in notice.section(Section.BLOCKED_NOW)}
    name = book.judge(TODAY).people[HADDAD].name
    assert name in {bar.label for bar in digest(book).bars}
    assert name not in {bar.label for bar in notice.bars}


def test_the_pis_own_lapse_comes_first() -> None:
    book = everybody()
    book.drop("completions", person=RIVERA)
    book.trained(RIVERA, "gcp")
    book.trained(RIVERA, "hsp", ends=days_ago(1))
    own = [line for line in lines(book, Section.NEEDS_YOU) if line.person == RIVERA]
    assert own[0].title.startswith("Your human subjects course ended 22 Nov 2026 (")


def test_since_last_week_compares_two_snapshots() -> None:
    last_week = days_ago(7)
    before = everybody()
    before.drop("people", record=ADA)
    before.drop("appointments", person=ADA)
    before.drop("listings", person=ADA)
    previous = before.judge(last_week)
    found = lines(everybody(), Section.SINCE, None, previous)
    told = {(one.record, line.status) for line in found for one in line.people}
    told |= {(line.person, line.title.split()[0]) for line in found if not line.people}
    assert (ADA, "cleared") in told
    assert (HADDAD, "blocked") in told
    assert ("9", "left,") in told and ("6", "started") in told
    assert (BRANDT, "cleared") not in told  # cleared then and now


def test_since_tells_the_news_of_approvals() -> None:
    previous = everybody().judge(days_ago(7))
    book = everybody()
    book.protocol("P9", "NEWCOMER", StudyType.CHART_REVIEW)
    titles = [line.title for line in lines(book, Section.SINCE, None, previous)]
    assert "NEWCOMER approved by the IRB" in titles


def test_a_first_digest_has_no_last_week() -> None:
    assert lines(everybody(), Section.SINCE) == ()


def test_next_shows_an_end_only_after_the_person_was_told() -> None:
    book = everybody()
    assert BRANDT not in {line.person for line in lines(book, Section.NEXT)}
    thursday = days_ago(4)
    sent = send(History(), plan_reminders(book.judge(thursday), History(), lab(), thursday), thursday)
    (line,) = [line for line in lines(book, Section.NEXT, sent) if line.person == BRANDT]
    assert (line.ends, line.days) == (date(2026, 12, 12), 19)


def test_next_shows_the_end_of_an_approval_and_its_renewal() -> None:
    book = everybody()
    book.drop("approvals", protocol="P1")
    book.drop("protocols", record="P1")
    book.protocol("P1", "STEP-HF", StudyType.NIH_TRIAL, last=date(2026, 12, 15))
    book.submission("P1", date(2026, 11, 10))
    (line,) = [line for line in lines(book, Section.NEXT) if not line.person]
    assert (line.title, line.ends, line.why) == (
        "STEP-HF: approval ends",
        date(2026, 12, 15),
        "Renewal sent 10 Nov 2026.",
    )


def test_starting_says_ready_about_and_only_then_what_takes_longest() -> None:
    (line,) = lines(everybody(), Section.STARTING)
    assert (line.name, line.since, line.protocol) == ("Amara Okafor", date(2026, 12, 7), "CHART")
    assert "Can begin about" in line.why and "longest" not in line.why


def test_the_stack_names_what_is_off_as_facts() -> None:
    book = everybody()
    for horizon in (Horizon.MEDIUM, Horizon.LONG):
        book.assignment(ADA, "P2", f"{horizon.value} piece", horizon=horizon)
    book.assignment(ADA, "P2", "Table 1", due=days_ago(10))
    for n in range(4):
        book.assignment(ADA, "P2", f"Abstract {n}", due=in_days(5))
    (line,) = [line for line in lines(book, Section.STACK) if line.person == ADA]
    assert line.title == '"Table 1" was due 13 Nov 2026; 4 pieces of work are due within 14 days'


def test_the_stack_names_a_piece_that_waits_for_one_that_is_late_or_due_after_it() -> None:
    book = everybody()
    for horizon in (Horizon.MEDIUM, Horizon.LONG):
        book.assignment(ADA, "P2", f"{horizon.value} piece", horizon=horizon)
    book.assignment(ADA, "P2", "Table 1", due=days_ago(10))
    book.assignment(ADA, "P2", "Draft", due=in_days(20), depends_on="table 1")
    book.assignment(ADA, "P2", "Poster", due=in_days(20), depends_on="Draft")
    book.assignment(ADA, "P2", "Abstract", due=in_days(17), depends_on="Poster")
    (line,) = [line for line in lines(book, Section.STACK) if line.person == ADA]
    assert line.title == (
        '"Table 1" was due 13 Nov 2026; "Draft" cannot start before "Table 1" is done; '
        '"Abstract" cannot start before "Poster" is done'
    )


def test_the_bars_are_cleared_ranges_of_the_next_half_year() -> None:
    bars = {bar.label: bar for bar in digest(everybody()).bars}
    assert bars["Ben Brandt"].cleared == ((TODAY, date(2026, 12, 12)),)
    assert bars["Hana Haddad"].cleared == ()
    assert bars["Una Unmapped"].unknown == ((TODAY, TODAY + timedelta(days=181)),)


def test_case_27_a_lab_of_nobody_gets_the_one_line_digest() -> None:
    book = Book()
    book.person(RIVERA, "Elena Rivera", role=Role.PI)
    book.protocol("P2", "CHART", StudyType.CHART_REVIEW)
    book.listing(RIVERA, "P2")
    book.trained(RIVERA)
    notice = digest(book)
    assert notice.lines == ()
    assert notice.keys() == (f"digest/rivera@northlake.example/{TODAY}",)
    assert plan_digests(book.judge(), send(History(), [notice]), lab(), TODAY) == []


def test_case_27_a_hundred_people_make_one_digest() -> None:
    book = study()
    for number in range(100, 200):
        member(book, str(number), f"Given Surname{number}", "P2")
        book.trained(str(number), "hsp", ends=days_ago(1))
    notice = digest(book)
    assert notice.numbers["people"] == 102
    (line,) = [line for line in notice.section(Section.BLOCKED_NOW) if line.people]
    assert len({one.record for one in line.people}) == 100, "one cause is one line"
    assert line.title.endswith("and 94 more")


def test_digest_also_to_accepts_the_institution_only() -> None:
    book = study()
    book.protocol("P3", "REG", StudyType.CHART_REVIEW, digest_to=("dean@med.northlake.example", "friend@gmail.example"))
    plan = plan_digests(book.judge(), History(), lab(), TODAY)
    assert [n.reader.address for n in plan] == ["rivera@northlake.example", "dean@med.northlake.example"]
    assert plan[1].facts["protocols"] == "REG"


def test_two_pis_see_their_own_protocols() -> None:
    book = everybody()
    book.person("20", "Second Lead", role=Role.PI)
    book.protocol("P5", "OTHER", StudyType.CHART_REVIEW, pi="20")
    member(book, "21", "Only Theirs", "P5")
    plan = {n.reader.record: n for n in plan_digests(book.judge(), History(), lab(), TODAY)}
    read = {one.record for line in plan["20"].section(Section.BLOCKED_NOW) for one in line.people}
    own = {line.person for line in plan["20"].section(Section.NEEDS_YOU)}
    assert read | own >= {"20", "21"}
    assert "21" not in {line.person for line in plan[RIVERA].lines}


def test_a_pause_holds_the_digest_of_its_reader_through_its_day_and_nobody_elses() -> None:
    book = everybody()
    book.protocol("P3", "REG", StudyType.CHART_REVIEW, digest_to=("dean@med.northlake.example",))
    book.snooze(RIVERA, "Digest", until=in_days(7))
    assert [n.reader.address for n in plan_digests(book.judge(), History(), lab(), TODAY)] == ["dean@med.northlake.example"]
    after = {day: plan_digests(book.judge(in_days(day)), History(), lab(), in_days(day)) for day in (7, 8)}
    assert RIVERA not in {n.reader.record for n in after[7]} and RIVERA in {n.reader.record for n in after[8]}


def test_opting_out_of_reminders_pauses_no_digest_and_pausing_the_digest_no_reminder() -> None:
    book = everybody()
    book.snooze(RIVERA, opt_out=True)
    assert RIVERA in {n.reader.record for n in plan_digests(book.judge(), History(), lab(), TODAY)}
    book = everybody()
    book.snooze(BRANDT, "digest", opt_out=True)
    assert BRANDT in {n.reader.record for n in plan_reminders(book.judge(), History(), lab(), TODAY)}


def test_several_causes_have_a_line_each() -> None:
    book = everybody()
    book.drop("listings", person=HADDAD)
    book.delegation(HADDAD, "P1", Task.CONSENT)
    titles = [line.title for line in lines(book, Section.BLOCKED_NOW) if line.person == HADDAD]
    titles += [line.title for line in lines(book, Section.NEEDS_YOU) if line.person == HADDAD]
    assert "GCP ended 18 Nov 2026: Hana Haddad (STEP-HF)" in titles and "STEP-HF: not on the IRB list: Hana Haddad" in titles


# the week -------------------------------------------------------------------------------------------------------------


def test_the_slot_is_the_weeks_monday_and_a_missed_monday_is_caught_up_once() -> None:
    book = everybody()
    wednesday = in_days(2)
    (late,) = plan_digests(book.judge(wednesday), History(), lab(), wednesday)
    assert late.slot == wednesday, "its day is that of its figures"
    assert late.key.endswith(f"/{TODAY.isoformat()}"), "and it is Monday's all the same"
    assert plan_digests(book.judge(in_days(3)), send(History(), [late]), lab(), in_days(3)) == []
    (following,) = plan_digests(book.judge(in_days(7)), send(History(), [late]), lab(), in_days(7))
    assert following.slot == in_days(7)


def test_a_digest_due_in_a_closure_is_one_digest_on_the_first_working_day() -> None:
    recess = [date(2026, 12, 21) + timedelta(days=n) for n in range(15)]  # through Monday 4 January
    calendar = closed(*recess)
    back = date(2027, 1, 5)
    book = everybody()
    assert all(plan_digests(book.judge(day), History(), lab(calendar), day) == [] for day in recess)
    (notice,) = plan_digests(book.judge(back), History(), lab(calendar), back)
    assert notice.slot == back
    assert plan_digests(book.judge(date(2027, 1, 6)), send(History(), [notice]), lab(calendar), date(2027, 1, 6)) == []


def test_other_weekdays_and_holidays_on_them() -> None:
    friday = date(2026, 11, 27)
    assert latest_slot(WorkCalendar(), 4, friday) == friday
    assert latest_slot(WorkCalendar(), 4, friday - timedelta(days=1)) == friday - timedelta(days=7)
    closed_friday = WorkCalendar(frozenset({friday}))
    assert latest_slot(closed_friday, 4, friday + timedelta(days=3)) == friday + timedelta(days=3)
