"""Why did somebody get a mail, where do they stand, and what comes next?"""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from onboard.model import (
    Cleared,
    History,
    ItemRecord,
    ItemState,
    Line,
    MailRecord,
    MessageKind,
    Notice,
    Reader,
    ReaderRole,
    Scope,
    Section,
    Snooze,
)
from onboard.planning import item_keys
from onboard.questions.explain import explain
from onboard.questions.explain_words import as_json, as_text
from tests.questions.cast import ELENA, GCP, JOSE, LENA, LEO, SAM, STEP, TODAY, UMA, completion, d, judged, records
from tests.words.cast import LAB

LENAS_ADDRESS = "haddad@northlake.example"


def item(key: str, on: str, state: ItemState = ItemState.SENT, reader: str = LENAS_ADDRESS) -> ItemRecord:
    return ItemRecord(key=key, state=state, reader=reader, on=d(on))


def told() -> History:
    """What the ledger remembers of Lena's lapse, and of other people."""
    stem = item_keys.reminders(LENA, "gcp", Scope(), "completion/2/2:2026-05-18")
    items = (
        item(item_keys.reminder(stem, 30), "2026-04-20"),
        item(item_keys.reminder(stem, 60), "2026-04-20", ItemState.SKIPPED, ""),
        item(item_keys.reminder(stem, -1), "2026-05-19"),
        item(item_keys.escalation(stem, "pi", "1"), "2026-05-21", reader="rivera@northlake.example"),
        item(item_keys.receipt(LENA, "completion/2/3", "accepted"), "2026-06-11"),
        item(item_keys.cleared(LENA, STEP, d("2026-06-10")), "2026-06-11"),
        item(item_keys.receipt("22", "completion/22/1", "accepted"), "2026-06-12"),
        item("digest/rivera@northlake.example/2026-06-15", "2026-06-15"),
    )
    mails = (
        MailRecord(kind=MessageKind.REMINDER, reader=LENAS_ADDRESS, person=LENA, slot=d("2026-04-20"), state="sent"),
        MailRecord(kind=MessageKind.REMINDER, reader=LENAS_ADDRESS, person=LENA, slot=d("2026-06-11"), state="sent"),
        MailRecord(kind=MessageKind.DIGEST, reader="rivera@northlake.example", person="1", slot=d("2026-06-15"), state="sent"),
    )
    return History(items={i.key: i for i in items}, mails=mails)


def test_it_says_where_lena_stands_on_the_protocol_and_each_task(lab):
    found = explain(lab, History(), LAB, LENA, TODAY)
    assert [(s.protocol, s.task, s.verdict) for s in found.standings] == [
        ("STEP-HF", None, Cleared.CLEARED),
        ("STEP-HF", "consent", Cleared.CLEARED),
        ("STEP-HF", "procedures", Cleared.CLEARED),
    ]
    assert (found.standings[0].since, found.standings[0].until) == (d("2026-06-10"), d("2027-12-15"))


def test_it_says_what_was_told_and_when_newest_first_and_of_nobody_else(lab):
    found = explain(lab, told(), LAB, LENA, TODAY)
    assert [(i.on.isoformat(), i.what) for i in found.said] == [
        ("2026-06-11", "You can work on STEP-HF"),
        ("2026-06-11", "Receipt: Good Clinical Practice (U.S. FDA Focus) (completion/2/3) accepted"),
        ("2026-05-21", "Escalation: Good Clinical Practice course (GCP), to Elena Rivera (PI)"),
        ("2026-05-19", "Reminder: Good Clinical Practice course (GCP), 1 day after the last day"),
        ("2026-04-20", "Reminder: Good Clinical Practice course (GCP), 60 days before the last day"),
        ("2026-04-20", "Reminder: Good Clinical Practice course (GCP), 30 days before the last day"),
    ]
    assert [mail.slot for mail in found.mails] == [d("2026-06-11"), d("2026-04-20")]
    assert "(skipped, covered by a later mail)" in " ".join(as_text(found).split())


def test_what_was_true_at_the_start_is_said_once_and_on_no_day_before_or_after(lab):
    stem = item_keys.reminders(LENA, "hsp", Scope(), "none:2024-02-03")
    tiers = [item(item_keys.reminder(stem, tier), "2026-06-01", ItemState.BASELINE, "") for tier in (30, 0, -659)]
    found = explain(lab, History(items={i.key: i for i in tiers}), LAB, LENA, TODAY)
    assert [i.what for i in found.said] == ["Reminder: Human subjects course"]
    assert "(true before reminders began, not sent)" in " ".join(as_text(found).split())


def test_a_long_way_from_the_last_day_is_told_in_months(lab):
    stem = item_keys.reminders(LENA, "hsp", Scope(), "none:2024-02-03")
    late = item(item_keys.reminder(stem, -659), "2026-06-01")
    (said,) = explain(lab, History(items={late.key: late}), LAB, LENA, TODAY).said
    assert said.what == "Reminder: Human subjects course, 22 months after the last day"


def test_an_escalation_names_its_reader_and_their_part(lab):
    stem = item_keys.reminders(LENA, "gcp", Scope(), "completion/2/2:2026-05-18")
    told_of = item(item_keys.escalation(stem, "pi", ELENA), "2026-05-21", reader="rivera@northlake.example")
    (said,) = explain(lab, History(items={told_of.key: told_of}), LAB, LENA, TODAY).said
    assert said.what == "Escalation: Good Clinical Practice course (GCP), to Elena Rivera (PI)"


def test_what_comes_next_is_the_next_tier_of_what_the_person_owes(lab):
    found = explain(lab, History(), LAB, LENA, TODAY)
    assert [(c.on.isoformat(), c.what, c.because) for c in found.coming] == [
        ("2027-10-12", "Human subjects course", "ends 10 Jan 2028"),
        ("2029-03-12", "Good Clinical Practice course (GCP)", "ends 10 Jun 2029"),
    ]


def test_a_starter_hears_by_the_deadline_before_the_first_day(lab):
    (coming,) = explain(lab, History(), LAB, SAM, TODAY).coming
    assert (coming.on, coming.because) == (d("2026-11-27"), "needed by 30 Nov 2026"), "a last day on a Sunday is said on Friday"


def test_after_the_end_the_next_word_comes_a_day_after_and_then_weekly():
    rows = tuple(c for c in records().completions if c.evidence != "completion/2/3")
    lapsed = judged(replace(records(), completions=rows), read_at=datetime(2026, 5, 19, 6, tzinfo=UTC))

    def next_word(day: str) -> str:
        found = explain(lapsed, History(), LAB, LENA, d(day)).coming
        return next(c.on.isoformat() for c in found if "GCP" in c.what)

    assert next_word("2026-05-17") == "2026-05-18"
    assert next_word("2026-05-18") == "2026-05-19"
    assert next_word("2026-05-19") == "2026-05-26"
    assert next_word("2026-05-26") == "2026-06-02"


def test_a_snooze_is_named_beside_what_it_silences():
    snooze = Snooze(evidence="snooze/6/1", person=SAM, requirement="", until=d("2026-11-29"), opt_out=False)
    (coming,) = explain(judged(replace(records(), snoozes=(snooze,))), History(), LAB, SAM, TODAY).coming
    assert coming.because == "needed by 30 Nov 2026; snoozed until 29 Nov 2026"


def test_what_could_not_be_read_stands_there_with_the_next_step(lab):
    (problem,) = explain(lab, History(), LAB, UMA, TODAY).problems
    assert problem == (
        "Human Research Basics: the lab has not said what this course counts as; it is not counted. "
        'Renamed? If it counts as hsp, add "Human Research Basics", to the group of that [[course]] block of requirements.toml; '
        'if for nothing, to that of "".'
    )


def test_a_half_typed_form_says_why_nobody_writes(lab):
    assert "The Person form is not Complete: no mail goes to them" in as_text(explain(lab, History(), LAB, JOSE, TODAY))


def test_what_a_run_today_would_say_comes_from_the_planners(lab):
    reader = Reader(address=LENAS_ADDRESS, name="Lena Haddad", greet="Lena", role=ReaderRole.PERSON, record=LENA)
    line = Line(key="reminder/2/hsp/-/x/90", section=Section.DUE, title="HSP", why="It ends soon.", person=LENA)
    notice = Notice(kind=MessageKind.REMINDER, reader=reader, slot=TODAY, lines=(line,), read_at=None)
    assert explain(lab, History(), LAB, LENA, TODAY, [notice]).now == ("Reminder to Lena Haddad: HSP. It ends soon.",)
    assert explain(lab, History(), LAB, LEO, TODAY, [notice]).now == ()


def test_two_roles_over_time_are_both_told_in_order():
    lines = explain(judged(), History(), LAB, LENA, TODAY).appointments
    assert lines == ("research assistant, employee, from 2 Jan 2024 on, supervisor Elena Rivera",)


def test_text_fits_a_terminal_and_json_is_json(lab):
    odd = replace(completion(UMA, 1, GCP, "2025-02-01"), course="A very long biomedical course name " * 12, group="?")
    rows = tuple(odd if c.evidence == odd.evidence else c for c in records().completions)
    found = explain(judged(replace(records(), completions=rows)), told(), LAB, UMA, TODAY)
    assert max(map(len, as_text(found).splitlines())) <= 80
    data = as_json(found)
    assert json.loads(json.dumps(data)) == data
    assert data["standings"][0]["verdict"] == "unknown"


@pytest.mark.parametrize(("every", "expected"), [(7, "2026-05-26"), (14, "2026-06-02"), (3, "2026-05-22")])
def test_the_days_between_reminders_after_the_end_are_the_labs(every: int, expected: str) -> None:
    rows = tuple(c for c in records().completions if c.evidence != "completion/2/3")
    lapsed = judged(replace(records(), completions=rows), read_at=datetime(2026, 5, 19, 6, tzinfo=UTC))
    often = replace(LAB, cadence=replace(LAB.cadence, repeat_days=every))
    found = explain(lapsed, History(), often, LENA, d("2026-05-19")).coming
    assert next(c.on for c in found if "GCP" in c.what) == d(expected)
