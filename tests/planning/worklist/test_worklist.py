"""The coordinator's day: every section, its links, what is new and gone, and who reads it."""

from dataclasses import replace
from datetime import date

from onboard.dates import show
from onboard.model import (
    Checked,
    Coordinator,
    History,
    ItemRecord,
    ItemState,
    Line,
    Notice,
    Problem,
    Role,
    Section,
)
from onboard.planning.reminders import plan_reminders
from onboard.planning.worklist import plan_worklist
from tests.pipeline.delivery_cast import refusing
from tests.planning.cast import (
    BRANDT,
    HADDAD,
    HALF,
    NOVAK,
    ORTIZ,
    RIVERA,
    TODAY,
    UNA,
    Book,
    days_ago,
    everybody,
    in_days,
    lab,
    member,
    send,
    study,
)


def link(evidence: str) -> str:
    return f"https://redcap.example/{evidence}"


def worklist(
    book: Book, history: History | None = None, today: date = TODAY, first_seen: dict[str, date] | None = None
) -> Notice:
    plan = plan_worklist(book.judge(today), history or History(), lab(), today, first_seen or {}, links=link)
    (notice,) = plan
    return notice


def lines(book: Book, section: Section, history: History | None = None, today: date = TODAY) -> tuple[Line, ...]:
    return worklist(book, history, today).section(section)


def test_blocks_work_puts_the_coordinators_own_first_with_the_form_to_open() -> None:
    found = lines(everybody(), Section.BLOCKS_WORK)
    assert NOVAK in {one.record for one in found[0].people}
    assert found[0].title.startswith("CHART: not on the IRB list: ") and "Nora Novak" in found[0].title
    assert found[0].act == 'File it, then enter "Change submitted to the IRB on".'
    assert f"https://redcap.example/listing/{NOVAK}/" in {one.url for one in found[0].people}
    (haddad,) = [line for line in lines(everybody(), Section.WAITS_PEOPLE) if line.person == HADDAD]
    assert haddad.title == "GCP ended 18 Nov 2026: Hana Haddad (STEP-HF)"
    assert haddad.url.startswith(f"https://redcap.example/completion/{HADDAD}/")


def test_an_item_says_since_when_it_is_open() -> None:
    found = {line.person: line for line in lines(everybody(), Section.WAITS_PEOPLE)}
    assert found[HADDAD].knows.endswith("Open since 19 Nov 2026.")
    fresh = {line.person: line for line in lines(everybody(), Section.WAITS_PEOPLE, today=date(2026, 11, 19))}
    assert "Open since" not in fresh[HADDAD].knows, "on its first day it is new"


def test_evidence_waits_for_eyes_with_its_link() -> None:
    book = everybody()
    evidence = book.completion(HADDAD, "gcp", days_ago(1), checked=Checked.WAITING, source="survey")
    (line,) = lines(book, Section.EYES)
    assert (line.person, line.title, line.url) == (HADDAD, "GCP", f"https://redcap.example/{evidence}")


def test_one_irb_batch_a_protocol_with_who_would_be_returned() -> None:
    batches = {line.protocol: line.title for line in lines(everybody(), Section.IRB)}
    assert set(batches) == {"CHART", "STEP-HF"}
    assert "Nora Novak" not in batches["CHART"], "whose work is stopped: the list begins with her"
    assert "add Amara Okafor (would be returned, still missing: Human subjects course)" in batches["CHART"]
    assert "remove Olga Ortiz (left 20 Nov 2026)" in batches["CHART"]
    assert "Eve External" not in batches["STEP-HF"]  # stays as external collaborator


def test_what_is_already_submitted_is_not_to_be_filed_again() -> None:
    book = everybody()
    book.listing(NOVAK, "P2", approved=None, submitted=days_ago(2))
    (chart,) = [line for line in lines(book, Section.IRB) if line.protocol == "CHART"]
    assert "Novak" not in chart.title


def test_starters_and_leavers_of_two_weeks_and_what_leavers_left_behind() -> None:
    book = everybody()
    book.person("30", "Lara Leaving", last=in_days(9))
    book.listing("30", "P2")
    found = {line.person: line for line in lines(book, Section.MOVES)}
    assert found["7"].title == "starts Mon 7 Dec 2026"
    assert found["30"].act == "Take them off the IRB lists and end their delegations: CHART."
    assert found[ORTIZ].act == "Enter its last day."


def test_who_was_reminded_twice_without_reaction_is_called() -> None:
    book = study()
    member(book, BRANDT, "Ben Brandt", "P2")
    book.trained(BRANDT, "hsp", ends=in_days(14))
    history = History()
    for day in (TODAY, in_days(7)):
        assert lines(book, Section.SILENT, history, day) == ()
        history = send(history, plan_reminders(book.judge(day), history, lab(), day), day)
    assert lines(book, Section.SILENT, history, in_days(8)) == ()  # a day is no silence yet
    (line,) = lines(book, Section.SILENT, history, in_days(9))
    assert line.knows == "Reminded 2 times, last on 30 Nov 2026."
    book.enrolment(BRANDT, "hsp", in_days(8))
    assert lines(book, Section.SILENT, history, in_days(10)) == ()


def test_unreadable_is_sorted_by_how_many_people_wait_for_it() -> None:
    book = everybody()
    small = Problem(key="a/small", record="3", instrument="person", instance=None, field="x", what="Small", next_step="Mend")
    book.problems.append(small)
    found = lines(book, Section.UNREADABLE)
    assert [line.person for line in found] == [UNA, ""]
    assert found[0].why == "It keeps Una Unmapped unknown. Nobody was told of it."
    assert found[0].act.startswith("Renamed? If it counts as hsp, add")
    assert found[1].why == "It changes nobody's clearance."


def test_a_fact_nobody_recorded_is_one_line_for_everybody_it_holds_up() -> None:
    book = study()
    for record, name in (("40", "One Person"), ("41", "Two Person")):
        book.person(record, name, role=None)
        book.listing(record, "P2")
        book.trained(record)
    found = [line for line in lines(book, Section.UNREADABLE) if "role" in line.title.lower()]
    assert [line.name for line in found] == ["One Person", "Two Person"]
    assert all(line.url.startswith("https://redcap.example/appointment/") for line in found)


def test_mail_trouble_lists_refused_shared_missing_and_half_typed() -> None:
    book = everybody()
    book.person("50", "No Address", email="")
    book.person("51", "Hana Haddad")
    history = replace(History(), addresses=refusing("brandt@northlake.example", before=TODAY), parked=2)
    plan = plan_worklist(book.judge(), history, lab(), TODAY, {}, ["The mail server was down for two hours."])
    found = {line.title: line for line in plan[0].section(Section.MAIL)}
    assert found[f"Nothing is sent to brandt@northlake.example until {show(in_days(29))}"].person == BRANDT
    assert found["Records 5 and 51 share the address haddad@northlake.example"].person == HADDAD
    assert found["gets no mail: the Person form is not Complete"].person == HALF
    assert found["cannot be mailed: no address"].person == "50"
    assert "2 mails may or may not have arrived" in found
    assert "The mail server was down for two hours." in found


def test_a_pi_who_refuses_mail_stands_first_with_the_way_to_show_the_digest() -> None:
    book = everybody()
    closed = refusing("brandt@northlake.example", "rivera@northlake.example", before=TODAY)
    plan = plan_worklist(book.judge(), replace(History(), addresses=closed), lab(), TODAY, {}, [])
    first, second = plan[0].section(Section.MAIL)[:2]
    assert first.person == RIVERA and "`onboard preview digest`" in first.act and second.person == BRANDT
    assert "preview" not in second.act and "550 5.1.1 User unknown" in second.why


def test_one_bad_address_stands_once() -> None:
    """Where its cell is wrong: there; where it is missing or shared: among the mail that does not arrive."""
    book = everybody()
    book.person("50", "No Address", email="")
    book.person("51", "Bad Address", email="")
    book.person("52", "Hana Haddad", email="haddad@northlake.example")
    told = {"record": "x", "instrument": "person", "instance": None, "field": "", "next_step": "Mend"}
    wrong = "malformed-address/person/51//university_email"
    shared = "duplicate: the address haddad@northlake.example/person/5//"
    for key, people in (
        ("no-address/person/50//", ("50",)), ("no-address/person/51//", ("51",)), (wrong, ("51",)), (shared, ("5", "52")),
    ):  # fmt: skip
        book.problems.append(Problem(key=key, what=key, people=people, **told))
    found = worklist(book)
    unreadable = [line.title for line in found.section(Section.UNREADABLE)]
    assert wrong in unreadable and shared not in unreadable and not any("no-address" in title for title in unreadable)
    mail = [(line.person, line.title) for line in found.section(Section.MAIL)]
    assert ("50", "cannot be mailed: no address") in mail and "51" not in [person for person, _ in mail]
    assert sum("haddad@northlake.example" in title for _, title in mail) == 1


def test_a_problem_is_claimed_once_and_stays_on_the_list_while_it_stands() -> None:
    book = everybody()
    first = worklist(book)
    (line,) = first.section(Section.UNREADABLE)
    assert line.key.startswith("problem/") and line.key.endswith(f"/{TODAY}")
    seen = {p.key: TODAY for p in book.judge().problems}
    later = worklist(book, send(History(), [first]), in_days(1), seen)
    (again,) = later.section(Section.UNREADABLE)
    assert again.key == "" and again.since == TODAY


def test_what_is_new_and_what_went_by_itself() -> None:
    book = everybody()
    last = f"worklist/mchen@northlake.example/{days_ago(3)}"
    history = replace(
        History(),
        items={last: ItemRecord(key=last, state=ItemState.SENT, reader="mchen@northlake.example", on=days_ago(3))},
        problems_seen={"gone/by/itself": days_ago(9)},
    )
    seen = {p.key: TODAY for p in book.judge().problems}
    notice = worklist(book, history, TODAY, seen)
    position = [line.section for line in notice.lines].index(Section.UNREADABLE) + 1
    assert str(position) in notice.facts["new"].split(", ")
    assert notice.facts["gone"] == "1 record corrected"
    assert notice.facts["since"] == str(days_ago(3))


def test_a_quiet_day_still_makes_a_worklist_and_a_weekend_none() -> None:
    notice = worklist(study())
    assert notice.lines == () and notice.keys() == (f"worklist/mchen@northlake.example/{TODAY}",)
    assert plan_worklist(study().judge(in_days(5)), History(), lab(), in_days(5)) == []
    assert plan_worklist(study().judge(), send(History(), [notice]), lab(), TODAY) == []


def test_whoever_covers_reads_the_same_without_claiming_it_twice() -> None:
    cover = Coordinator(name="Devon Brooks", address="Brooks@northlake.example", last=in_days(8))
    both = replace(lab(), coordinators=(*lab().coordinators, cover))
    one, two = plan_worklist(everybody().judge(), History(), both, TODAY)
    assert [line.title for line in one.lines] == [line.title for line in two.lines]
    assert not set(one.keys()) & set(two.keys())
    assert one.facts["cover"] == "Devon Brooks gets this too."
    assert len(plan_worklist(everybody().judge(in_days(9)), History(), both, in_days(9))) == 1


def test_no_reason_of_a_waiver_or_an_absence_is_printed() -> None:
    book = everybody()
    book.waiver(HADDAD, "gcp", days_ago(2), days_ago(1), by="Dean Secret")
    book.absence(NOVAK, days_ago(1), in_days(1))
    for line in worklist(book).lines:
        assert "Secret" not in f"{line.title} {line.why} {line.act} {line.knows}"


def test_a_pi_without_a_task_is_no_news() -> None:
    book = study()
    book.person("60", "Quiet Lead", role=Role.PI)
    assert worklist(book).lines == ()
