"""Evidence by survey, from the link in the mail to the receipt: Amara Okafor starts next week and hands in a course."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import requests

from jobs import job
from onboard.app import App, open_app
from onboard.model import JobName, Mode, RunReport
from onboard.sandbox.faults import Fault
from onboard.sandbox.sample.server import SampleServer, sample_server
from tests.beginnings import note_what_is_true
from tests.connecting.conftest import make_home

MONDAY = date(2026, 11, 23)
AMARA, MARIA, OPERATOR = "amara.okafor@mailbox.example", "maria.chen@northlake.example", "it-help@northlake.example"
#: What a person types on the survey's page for the human subjects course.
HSP = {
    "comp_curriculum": "Human Research",
    "comp_group": "Biomedical Research Investigators",
    "comp_stage": "1",
    "comp_completed": "2026-11-23",
    "comp_expires": "2029-11-22",
}
LINK = re.compile(r"https?://\S+/surveys/\?s=\w+")


@dataclass
class Clock:
    """The lab's clock, set by the story."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 7, tzinfo=ZoneInfo("America/New_York")))

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at

    def on_the_wall(self) -> datetime:
        """The same, as the server stamps it."""
        return self.at.replace(tzinfo=None)


@dataclass
class Story:
    """The sample lab, its home, and what its mails said."""

    sample: SampleServer
    home: Path
    clock: Clock = field(default_factory=Clock)

    @cached_property
    def app(self) -> App:
        """The lab's app, opened on the first day."""
        return open_app(self.home, clock=self.clock)

    def day(self, day: date, *names: JobName) -> tuple[dict[str, tuple[str, str, str]], list[RunReport]]:
        """One morning's jobs, the first after what is true was noted: (subject, text, html) by address, and the reports."""
        self.clock.at = datetime.combine(day, time(7), tzinfo=self.clock.at.tzinfo)
        if not self.app.ledger.began(Mode.LIVE):
            note_what_is_true(self.app, day)
        before = set(self.home.glob("mail/*"))
        reports = [job(name)(self.app, day) for name in names]
        found = {}
        for path in set(self.home.glob("mail/*")) - before:
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
            found[mail["to"].addresses[0].addr_spec] = (mail["subject"], text, html)
        return found, reports

    def links_asked(self) -> list[tuple[str, str]]:
        """(record, instance) of every link the server was asked for."""
        calls = (seen.params for seen in self.sample.server.requests if seen.content == "surveyLink")
        return [(one["record"], one["repeat_instance"]) for one in calls]

    def look(self, **values: str) -> None:
        """The coordinator looks at Amara's course in REDCap, and says so on the form of reviews."""
        said = {f"rev_{name}": value for name, value in values.items()}
        about = {"rev_what": "completion", "rev_row": "1", "rev_by": "Maria Chen"}
        self.sample.projects["people"].put("4", "review", {**about, **said}, 1)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The shipped settings on the sample lab, live, with a token that may export and nothing else."""
    clock = Clock()
    with sample_server(MONDAY, clock=clock.on_the_wall) as sample:
        told = Story(sample, make_home(tmp_path / "home", sample.server.url, sample.tokens), clock)
        yield told
        told.app.close()


def flat(text: str) -> str:
    return " ".join(text.split())


def hand_in(story: Story) -> None:
    """Monday's welcome holds Amara's own page; she fills it in."""
    mails, _ = story.day(MONDAY, JobName.CHECKLISTS)
    _, text, html = mails[AMARA]
    (link,) = set(LINK.findall(text))
    assert text.count(link) == 2 and html.count(f'href="{link}"') == 2 and "=> Send my completion report:" in text
    # One call for one person, although two courses are asked for, and none for those who get no mail.
    assert story.links_asked() == [("4", "1"), ("11", "2")], "both new hires are welcomed"
    page = requests.get(link, timeout=10).text
    assert "Completion report (PDF)" in page and "Looked at" not in page
    files = {"comp_file": ("report.pdf", b"%PDF-1.7", "application/pdf")}
    assert "Your answers were saved" in requests.post(link, data=HSP, files=files, timeout=10).text


def steps(text: str) -> str:
    """What the mail asks the person to do."""
    return flat(text.partition("YOUR STEPS")[2].partition("THIS FOR YOU")[0])


def receipts(story: Story, first: int, days: int = 3) -> list[str]:
    """What Amara read about her course on the days after: one entry a mail that says something of it."""
    said = []
    for number in range(first, first + days):
        mails, _ = story.day(MONDAY + timedelta(days=number), JobName.CHECKLISTS)
        if AMARA in mails:
            said += [
                line for line in mails[AMARA][1].splitlines() if line.startswith(("Received:", "Accepted:", "Not accepted,"))
            ]
    return said


def test_what_came_in_waits_and_once_it_is_accepted_that_is_said_once(story: Story) -> None:
    hand_in(story)
    mails, _ = story.day(MONDAY + timedelta(days=1), JobName.CHECKLISTS, JobName.WORKLIST)
    subject, text, _ = mails[AMARA]
    assert subject.startswith("2 of 4 steps done; next: HIPAA course") and "Received: Biomedical" in text
    assert "Human subjects course, about" not in steps(text) and "Health privacy course" in steps(text)
    assert "Human subjects course" in flat(text) and "It is not checked yet." in flat(text)
    # What is still to do has the next free row.
    assert ("4", "2") in story.links_asked()
    asked = flat(mails[MARIA][1])
    assert "Amara Okafor: Biomedical Research Investigators. Passed 23 Nov 2026 according to Amara Okafor. The file" in asked
    # The file she sent is a PDF in its first line only: the program could not read it, and a person decides.
    assert "report.pdf cannot be read as a PDF" in asked
    assert "Accept it, or decline it with a reason, which goes to Amara Okafor: a new row of form review for row 1." in asked
    assert "id=4&page=completion&instance=1" in asked
    story.look(decision="accepted", on="2026-11-24")
    (said,) = receipts(story, 2)
    assert said == "Accepted: Biomedical Research Investigators, through 22 Nov 2029."


def test_not_accepted_is_said_once_with_the_reason_and_asked_for_again(story: Story) -> None:
    hand_in(story)
    story.look(decision="declined", on="2026-11-24", reason="this is the list of modules; we need the completion report")
    # Looked at before the next read: there is one answer, and no "received" before it.
    mails, _ = story.day(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    _, text, _ = mails[AMARA]
    assert "Not accepted, please look again: Biomedical Research Investigators." in flat(text)
    assert 'Maria Chen wrote: "This is the list of modules; we need the completion report"' in flat(text)
    assert "Received:" not in text and "Human subjects course" in steps(text)
    (link,) = set(LINK.findall(text))
    assert ("4", "2") in story.links_asked() and "already completed" not in requests.get(link, timeout=10).text
    assert receipts(story, 2) == []


def test_a_link_that_is_used_after_its_row_was_typed_in_brings_a_claim(story: Story) -> None:
    """Amara mails one certificate, Maria types it in; the link of the same mail then brings the other course."""
    mails, _ = story.day(MONDAY, JobName.CHECKLISTS)
    (link,) = set(LINK.findall(mails[AMARA][1]))
    story.sample.projects["people"].put("4", "completion", {**HSP, "comp_source": "typed"}, 1)
    requests.post(link, data={**HSP, "comp_group": "HIPAA for Research"}, timeout=10)
    mails, _ = story.day(MONDAY + timedelta(days=1), JobName.CHECKLISTS, JobName.WORKLIST)
    assert "Amara Okafor: HIPAA for Research. Passed 23 Nov 2026 according to Amara Okafor. Accept it" in flat(mails[MARIA][1])
    assert "Received: HIPAA for Research" in mails[AMARA][1] and "Accepted" not in mails[AMARA][1]


def test_without_the_right_the_mail_goes_with_words_that_are_true(story: Story) -> None:
    story.sample.server.faults.add(Fault.PERMISSION_LOST, content="surveyLink", times=None)
    mails, (report,) = story.day(MONDAY, JobName.CHECKLISTS)
    _, text, html = mails[AMARA]
    assert "To send the report, reply with the PDF." in flat(text) and "To send the report, reply with the PDF." in html
    assert not LINK.search(text) and not LINK.search(html) and "own page" not in text
    assert "Survey Distribution Tools" in flat(mails[OPERATOR][1]) and not report.needs_person
    later, _ = story.day(MONDAY + timedelta(days=2), JobName.CHECKLISTS)
    assert AMARA in later and OPERATOR not in later


def test_links_stand_in_mails_alone(story: Story, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    caplog.set_level("DEBUG")
    mails, reports = story.day(MONDAY, JobName.CHECKLISTS, JobName.REMINDERS)
    codes = set(story.sample.projects["people"].survey_codes)
    assert codes and any(code in mails[AMARA][1] for code in codes)
    said = caplog.text + "".join(capsys.readouterr()) + repr(reports)
    assert not [code for code in codes if code in said]


def without_hand_in(home: Path) -> None:
    text = Path("config/redcap.toml").read_text(encoding="utf-8")
    (home / "redcap.toml").write_text(text.replace('[hand_in]\ninstrument = "completion"\n', ""), encoding="utf-8")


def test_off_asks_for_nothing(story: Story) -> None:
    without_hand_in(story.home)
    mails, (report,) = story.day(MONDAY, JobName.CHECKLISTS)
    assert "To send the report, reply with the PDF." in flat(mails[AMARA][1]) and OPERATOR not in mails
    assert story.links_asked() == [] and not report.trouble


def test_a_rehearsal_makes_no_link(story: Story) -> None:
    text = (story.home / "settings.toml").read_text(encoding="utf-8")
    (story.home / "settings.toml").write_text(text.replace('mode = "live"', 'mode = "dry"'), encoding="utf-8")
    mails, reports = story.day(MONDAY, JobName.CHECKLISTS, JobName.REMINDERS)
    assert mails == {} and any(report.planned for report in reports)
    assert story.links_asked() == [] and not story.sample.projects["people"].survey_codes


def addresses(reports: Sequence[RunReport]) -> set[str]:
    return {notice.reader.address for report in reports for notice in report.planned}


def test_a_reminder_links_too_and_only_for_courses(story: Story) -> None:
    """Jordan Smith's human subjects course ends in twelve days; the lab went live before."""
    story.day(MONDAY - timedelta(days=60), JobName.REMINDERS)
    before = len(story.links_asked())
    mails, reports = story.day(MONDAY, JobName.REMINDERS)
    linked = {address for address, (_, text, _) in mails.items() if LINK.search(text)}
    assert "jordan.smith@northlake.example" in linked and linked <= addresses(reports)
    assert len(story.links_asked()) - before == len(linked)
    for address in set(mails) - linked:
        assert "completion report" not in mails[address][1], address
