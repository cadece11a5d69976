"""The inbox, the preview and the status page: whole files that show everything and run nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from onboard.model import Assessment, Person, Problem
from onboard.pipeline.judging import judge_records
from onboard.rendering import Renderer, ShownMail, inbox_page, preview_page, shown_mail, status_page
from tests.judging import cast as judge
from tests.words.cast import LAB
from tests.words.mails import MAILS

BO = replace(judge.ADA, record="bo", name="Bo <b>Haddad</b>", greet="Bo")
PROBLEM = Problem(
    key="k",
    record="bo",
    instrument="completion",
    instance=2,
    field="expires",
    what='"03/04/2026" is no date.',
    next_step="Type it as year-month-day.",
    people=("bo",),
)


def raw_mail(name: str) -> bytes:
    """A rendered mail as an ``.eml`` file."""
    message, mail = Renderer(LAB).render(MAILS[name]), EmailMessage(policy=SMTP)
    mail["From"] = "Rivera Lab onboarding <rivera-lab@northlake.example>"
    mail["To"] = "Zoë Žižek <zoe@northlake.example>"
    mail["Subject"] = message.subject
    mail["Date"] = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    for part in message.attachments:
        mail.add_attachment(part.content, maintype="text", subtype="calendar", filename=part.filename)
    return mail.as_bytes()


def shown(*names: str) -> list[ShownMail]:
    return [shown_mail(raw_mail(name), kind=MAILS[name].kind.value) for name in names]


def test_a_caught_mail_is_read_back_as_it_left() -> None:
    mail = shown_mail(raw_mail("reminder"), kind="reminder")
    rendered = Renderer(LAB).render(MAILS["reminder"])
    assert (mail.subject, mail.text.split()) == (rendered.subject, rendered.text.split())
    assert mail.to == "Zoë Žižek <zoe@northlake.example>" and mail.when == "Mon 23 Nov 2026 06:05"
    assert mail.attachments == ("courses-due.ics",) and "</html>" in mail.html
    assert ("Subject", rendered.subject) in mail.headers


def test_bytes_that_are_hardly_a_mail_are_shown_too() -> None:
    mail = shown_mail(b"\xff\xfe no header here\r\n\r\n\xff")
    assert (mail.subject, mail.html) == ("", "")
    assert "(no subject)" in inbox_page([mail]) and "no HTML part" in inbox_page([mail])


@pytest.mark.parametrize("page", [inbox_page, preview_page])
def test_pages_are_whole_and_run_nothing(page: object) -> None:
    assert callable(page)
    html = page(shown("welcome", "digest"), "Mails & more")
    assert "Mails &amp; more" in html and "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html), "nothing is loaded from anywhere"
    assert all('sandbox=""' in frame for frame in re.findall(r"<iframe[^>]*", html))
    assert html.count("Welcome to the Rivera Lab: 3 steps") >= 2


def test_the_inbox_shows_every_mail_with_both_parts() -> None:
    html = inbox_page(shown(*MAILS))
    assert html.count("<details") == len(MAILS) == html.count("<iframe")
    assert "Attached: courses-due.ics" in html and "YOUR STEPS" in html
    assert "No mail was caught." in inbox_page([])


def test_the_preview_shows_light_and_dark_whatever_the_screen() -> None:
    html = preview_page(shown("reminder"))
    assert html.count("@media all") == 1 and html.count("@media not all") == 2
    assert "Message is empty" not in html and "<dt>Subject</dt>" in html
    assert "no mail of this kind goes" in preview_page([])


def judged(*people: Person) -> Assessment:
    """Ada, who is ready, and people who have nothing but an appointment, a listing and a task."""
    rows = judge.lab(
        people=(judge.ADA, *people),
        appointments=(judge.appointment(), *(judge.appointment(person=p.record, evidence=f"a/{p.record}") for p in people)),
        listings=(judge.listing(), *(judge.listing(person=p.record, evidence=f"l/{p.record}") for p in people)),
        delegations=(judge.delegation(), *(judge.delegation(person=p.record, evidence=f"d/{p.record}") for p in people)),
    )
    return judge_records(rows, [PROBLEM], judge.rules(), datetime(2026, 11, 22, 11, 2, tzinfo=UTC), judge.READ_ON)


def test_the_status_page_says_who_is_complete_until_when_and_what_stands_in_the_way() -> None:
    html = status_page(judged(BO), judge.READ_ON, LAB)
    words = " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main>")[2]).split())
    assert "Ada Okafor STEP cleared through 31 Dec 2026 consent cleared" in words
    assert "STEP blocked missing Good Clinical Practice (GCP)." in words
    assert "consent blocked same as STEP" in words, "a task does not repeat its protocol's reasons"
    assert "completion, record bo, instance 2, expires" in words and "Type it as year-month-day." in words
    assert "not an authorization" in words and "Records read Sun 22 Nov 2026 06:02" in html
    assert "<b>Haddad" not in html and "&lt;b&gt;Haddad" in html


def test_two_people_of_one_name_are_told_apart() -> None:
    html = status_page(judged(replace(BO, name="Ada Okafor")), judge.READ_ON, LAB)
    assert "Ada Okafor (Ada)" in html and "Ada Okafor (Bo)" in html


def test_the_status_page_of_an_empty_lab_says_so() -> None:
    empty = replace(judged(), people={}, readiness=(), findings=(), problems=())
    html = status_page(empty, judge.READ_ON, LAB)
    assert "Nobody is on record." in html and "every record was read" in html
