"""Amara Okafor has the link to her own survey, and accepts her own evidence with it: by its address, and by what she posts.

Every row that nobody decided about in a review waits, in a new home, in one from before there were reviews, and on any day.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import requests
from typer.testing import CliRunner

from jobs import job
from jobs.__main__ import app as cli
from onboard.adapters.system_clock import FixedClock
from onboard.app import App, open_app
from onboard.errors import NotBegun
from onboard.model import Checked, Export, JobName, RunReport
from onboard.pipeline.snapshots import export_of, snapshot_of
from onboard.sandbox.dictionary import Dictionary, parse_csv
from onboard.sandbox.rights import Rights
from onboard.sandbox.sample.server import SampleServer, sample_server
from onboard.shipped import shipped
from tests.beginnings import first_runs, note_what_is_true
from tests.connecting.conftest import make_home

ZONE = ZoneInfo("America/New_York")
MONDAY = date(2026, 11, 23)
AMARA, OPERATOR = "amara.okafor@mailbox.example", "it-help@northlake.example"
#: What the page asks for.
HSP = {
    "comp_curriculum": "Human Research",
    "comp_group": "Biomedical Research Investigators",
    "comp_stage": "1",
    "comp_completed": "2026-11-20",
    "comp_expires": "2029-11-19",
}
#: What it hides, each way a respondent may think of.
FORGED: tuple[Mapping[str, str], ...] = (
    {"comp_checked": "accepted"},
    {"comp_checked": "accepted", "comp_checked_by": "Maria Chen", "comp_checked_on": "2026-11-23"},
    {"comp_checked": "accepted", "comp_checked_by": "Maria Chen", "comp_checked_on": "2027-01-01"},
    {"comp_source": "typed"},
    {"comp_source": "intake"},
    {"comp_source": "attested", "comp_checked": "accepted", "comp_checked_by": "Maria Chen"},
    {"comp_source": "typed", "comp_checked": "declined", "comp_reason": "Pay the fee at https://example.org"},
    {"rev_what": "completion", "rev_row": "1", "rev_decision": "accepted", "rev_by": "Maria Chen", "rev_on": "2026-11-23"},
    {"completion_complete": "2", "comp_checked": "accepted", "completion_timestamp": ""},
)
DAYS = (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=40), MONDAY + timedelta(days=400))


@dataclass
class Story:
    """The sample lab on a stand-in whose clock is the story's, and its home."""

    sample: SampleServer
    home: Path
    today: date = MONDAY

    def open(self, day: date) -> App:
        """The lab on the morning of a day."""
        self.today = day
        return open_app(self.home, clock=FixedClock(datetime(day.year, day.month, day.day, 7, tzinfo=ZONE)))

    def link(self, instance: int) -> str:
        """Amara's own survey."""
        token = self.sample.tokens["people"]
        asked = {"token": token, "content": "surveyLink", "record": "4", "instrument": "completion"}
        answer = requests.post(
            f"{self.sample.server.url}", data={**asked, "repeat_instance": str(instance), "returnFormat": "csv"}, timeout=10
        )
        return answer.text.strip()

    def rows(self, day: date, person: str = "4") -> dict[str, Checked]:
        """What a person's evidence counts as on a day."""
        app = self.open(day)
        try:
            return {one.evidence: one.checked for one in app.assessment.completions.get(person, ())}
        finally:
            app.close()

    def begin(self, day: date) -> None:
        """The lab went live with what is true on a day; nothing is mailed and the slots of the day are free."""
        app = self.open(day)
        try:
            note_what_is_true(app, day)
        finally:
            app.close()

    def start(self, day: date) -> tuple[dict[str, str], list[RunReport]]:
        """The go-live of a new lab, as `run` tells it."""
        return self._mailed(day, lambda app: first_runs(app, day))

    def run(self, day: date, *names: JobName) -> tuple[dict[str, str], list[RunReport]]:
        """One morning's jobs: text by address, and the reports."""
        return self._mailed(day, lambda app: [job(name)(app, day) for name in names])

    def _mailed(self, day: date, runs: Callable[[App], list[RunReport]]) -> tuple[dict[str, str], list[RunReport]]:
        before, app = set(self.home.glob("mail/*")), self.open(day)
        try:
            reports = runs(app)
        finally:
            app.close()
        mails = [message_from_bytes(p.read_bytes(), policy=policy.default) for p in set(self.home.glob("mail/*")) - before]
        return {mail["to"].addresses[0].addr_spec: _text(mail) for mail in mails}, reports

    def command(self, name: str, *words: str, code: int | None = 0) -> str:
        """What a command prints on the story's day; any exit code where `code` is None."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(f"onboard.cli.{name}.open_app", lambda home, **_: self.open(self.today))
            done = CliRunner().invoke(cli, [name, *words, "--home", str(self.home)], env={"COLUMNS": "4000"})
        assert code is None or done.exit_code == code, done.output + repr(done.exception)
        return " ".join(done.output.split())

    def review(self, record: str, row: int, **values: str) -> None:
        """The coordinator types a review."""
        given = {"rev_decision": "accepted", "rev_by": "Maria Chen", "rev_on": self.today.isoformat()}
        self.sample.projects["people"].put(
            record, "review", {"rev_what": "completion", "rev_row": str(row), **given, **values}, row
        )


def _text(mail) -> str:  # type: ignore[no-untyped-def]
    return " ".join(mail.get_body(("plain",)).get_content().split())


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """The shipped settings, live; surveys are stamped by the story's clock."""
    with sample_server(MONDAY) as sample:
        told = Story(sample, make_home(tmp_path / "home", sample.server.url, sample.tokens))
        sample.projects["people"].clock = lambda: datetime(told.today.year, told.today.month, told.today.day, 12)
        yield told


def dictionary(*, reviews: bool) -> Dictionary:
    """The shipped People project, with or without the form of reviews."""
    rows = csv.reader(io.StringIO((shipped("config/redcap_project") / "people.csv").read_text(encoding="utf-8")))
    out = io.StringIO()
    csv.writer(out).writerows(row for row in rows if reviews or row[1] != "review")
    return parse_csv(out.getvalue())


def without_form(story: Story) -> None:
    """The project as an older version set it up."""
    story.sample.projects["people"].replace_dictionary(dictionary(reviews=False))


def with_form(story: Story) -> None:
    """The form of reviews is added to the project."""
    story.sample.projects["people"].replace_dictionary(dictionary(reviews=True))


def hand_in(story: Story, forged: Mapping[str, str], instance: int, *, by_address: bool) -> None:
    """Fill the survey in, with fields that its page hides: in the address, or among what is posted."""
    link = story.link(instance) + (f"&{urlencode(forged)}" if by_address else "")
    page = requests.get(link, timeout=10).text
    assert "Looked at" not in page
    posted = {**HSP, **({} if by_address else forged)}
    assert "Your answers were saved" in requests.post(link, data=posted, timeout=10).text


# the stand-in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_address", [True, False])
def test_the_stand_in_stores_hidden_fields_as_redcap_does(story: Story, by_address: bool) -> None:
    forged = {"comp_checked": "accepted", "comp_source": "typed", "comp_checked_on": "no day"}
    hand_in(story, forged, 1, by_address=by_address)
    (held,) = (row for place, row in story.sample.projects["people"].places("4") if place.instrument == "completion")
    assert (held["comp_checked"], held["comp_source"], held.get("comp_checked_on", "")) == ("accepted", "typed", "")


# a new home ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_address", [True, False], ids=["address", "posted"])
def test_nobody_accepts_their_own_evidence_by_any_field_on_any_day(story: Story, by_address: bool) -> None:
    for number, forged in enumerate(FORGED, start=1):
        hand_in(story, forged, number, by_address=by_address)
    for day in DAYS:
        found = story.rows(day)
        assert len(found) == len(FORGED) and set(found.values()) == {Checked.WAITING}
    # and each of them counts once a person has reviewed it
    story.today = MONDAY
    for number in range(1, len(FORGED) + 1):
        story.review("4", number)
    for day in DAYS:
        assert set(story.rows(day).values()) == {Checked.ACCEPTED}


def test_the_forger_reads_received_and_the_coordinator_what_to_do(story: Story) -> None:
    story.begin(MONDAY)
    story.run(MONDAY, JobName.CHECKLISTS)
    hand_in(story, FORGED[1], 1, by_address=True)
    mails, _ = story.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS, JobName.WORKLIST)
    assert "Accepted: Biomedical" not in mails[AMARA] and "It is not checked yet." in mails[AMARA]
    asked = mails["maria.chen@northlake.example"]
    assert "which goes to Amara Okafor: a new row of form review for row 1." in asked
    story.review("4", 1)
    mails, _ = story.run(MONDAY + timedelta(days=2), JobName.CHECKLISTS)
    assert "Accepted: Biomedical Research Investigators, through 19 Nov 2029." in mails[AMARA]


def test_a_number_that_is_given_again_inherits_no_review(story: Story) -> None:
    hand_in(story, {}, 1, by_address=False)
    story.review("4", 1)
    assert story.rows(MONDAY) == {"completion/4/1": Checked.ACCEPTED}
    people = story.sample.projects["people"]
    (place,) = (place for place, _ in people.places("4") if place.instrument == "completion")
    people.drop("4", [place])
    story.today = MONDAY + timedelta(days=1)
    hand_in(story, {"comp_checked": "accepted"}, 1, by_address=True)
    assert story.rows(story.today) == {"completion/4/1": Checked.WAITING}
    # on the same day the mark of what was looked at tells them apart
    story.today = MONDAY
    story.review("4", 1, rev_on="2026-11-24", rev_seen="0" * 64)
    assert story.rows(MONDAY + timedelta(days=1)) == {"completion/4/1": Checked.WAITING}


def _asks_for(request: Any, record: str) -> bool:
    return request.content == "surveyLink" and request.params["record"] == record


def test_the_page_in_the_mail_has_a_number_about_which_nobody_decided(story: Story) -> None:
    story.begin(MONDAY)
    hand_in(story, {}, 1, by_address=False)
    story.review("4", 1)
    people = story.sample.projects["people"]
    people.drop("4", [place for place, _ in people.places("4") if place.instrument == "completion"])
    story.run(MONDAY, JobName.CHECKLISTS)
    asked = [one.params["repeat_instance"] for one in story.sample.server.requests if _asks_for(one, "4")]
    assert asked == ["1", "2"], "the first was her own, before the row was deleted"
    hand_in(story, {"comp_checked": "accepted"}, 2, by_address=True)
    assert story.rows(MONDAY) == {"completion/4/2": Checked.WAITING}


# a home from before there were reviews ---------------------------------------------------------------------------------


def accepted_before(story: Story) -> None:
    """Three rows that came in by survey and were decided about on that form, as an older version asked for; and one forged."""
    people, day = story.sample.projects["people"], MONDAY.isoformat()
    said = {"comp_source": "survey", "comp_checked": "accepted", "comp_checked_by": "Maria Chen", "comp_checked_on": day}
    for number, changes in enumerate(({}, {"comp_checked_on": ""}, {"comp_checked": "declined", "comp_reason": "Modules"}), 1):
        people.put("4", "completion", {**HSP, "comp_score": str(90 + number), **said, **changes}, number)
        people.stamp("4", "completion", f"{day} 09:0{number}:00", number)
    hand_in(story, {"comp_checked": "accepted"}, 4, by_address=True)


def began_without_reviews(story: Story, day: date) -> None:
    """The ledger as the older version kept it: begun with what was true by its rule, and a read with no form of reviews in it."""
    app = story.open(day)
    try:
        export = app.source.fetch({})
        kept = {key: text for key, text in export.instruments.items() if key != "people.review"}
        read = Export(instruments=kept, dictionaries=export.dictionaries, read_at=export.read_at)
        app.ledger.save_snapshot(snapshot_of(read))
        note_what_is_true(app, day, read=read)
        assert "people.review" not in export_of(app.ledger.snapshot_at()).instruments  # type: ignore[arg-type]
    finally:
        app.close()


@pytest.fixture
def old(story: Story) -> Story:
    """Today's version with accepted rows: no form of reviews in the project, and a read that was judged by the old rule."""
    without_form(story)
    accepted_before(story)
    began_without_reviews(story, MONDAY)
    return story


def adopted(story: Story, *more: str, code: int = 0) -> list[dict[str, str]]:
    """The CSV that `--adopt` prints."""
    out = story.home / "reviews.csv"
    story.command("review", "--adopt", MONDAY.isoformat(), "--out", str(out), *more, code=code)
    return list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))


def bring_in(story: Story, rows: list[dict[str, str]]) -> None:
    """The Data Import Tool, after the form was made."""
    people = story.sample.projects["people"]
    for row in rows:
        values = {name: text for name, text in row.items() if name.startswith("rev_")}
        people.put(row["record_id"], "review", values, int(row["redcap_repeat_instance"]))


JOBS = (JobName.CHECKLISTS, JobName.REMINDERS, JobName.DIGESTS, JobName.WORKLIST)


def test_an_old_home_mails_no_people_and_names_both_ways(old: Story) -> None:
    assert set(old.rows(MONDAY).values()) == {Checked.WAITING}, "nothing counts by the form, whoever wrote it"
    mails, reports = old.run(MONDAY + timedelta(days=1), *JOBS)
    assert set(mails) == {OPERATOR} and all(report.outcome == "failed" for report in reports)
    assert "onboard review --adopt DAY" in mails[OPERATOR] and 'reviews = "on_the_survey_form"' in mails[OPERATOR]
    # nothing was remembered of it, so that the form alone, still empty, does not end it
    with_form(old)
    mails, reports = old.run(MONDAY + timedelta(days=2), *JOBS)
    assert AMARA not in mails and all(report.outcome == "failed" for report in reports)


def test_adopted_rows_count_as_before_and_nothing_is_said_of_them_again(old: Story) -> None:
    rows = adopted(old, code=1)
    assert [(row["rev_row"], row["rev_decision"], row["rev_by"], row["rev_on"]) for row in rows] == [
        ("1", "accepted", "Maria Chen", "2026-11-23"),
        ("2", "accepted", "Maria Chen", "2026-11-23"),
        ("3", "declined", "Maria Chen", "2026-11-23"),
    ]
    assert all(len(row["rev_seen"]) == 64 for row in rows)
    with_form(old)
    bring_in(old, rows)
    found = old.rows(MONDAY + timedelta(days=1))
    assert list(found.values()) == [Checked.ACCEPTED, Checked.ACCEPTED, Checked.DECLINED, Checked.WAITING]
    # The forged row names nobody who accepted it, and keeps the lab waiting until a person decides.
    mails, (report,) = old.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    assert report.outcome == "failed" and "completion/4/4" in mails[OPERATOR] and "completion/4/1" not in mails[OPERATOR]
    old.today = MONDAY + timedelta(days=1)
    old.review("4", 4, rev_decision="waiting")
    mails, (report,) = old.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    assert report.outcome == "sent" and AMARA in mails
    assert "Accepted: Biomedical" not in mails[AMARA] and "Not accepted: Biomedical" not in mails[AMARA]
    assert adopted(old) == [], "what was taken over once is not taken over again"


def test_whoever_vouches_signs_what_names_nobody(old: Story) -> None:
    rows = adopted(old, "--by", "Devon Brooks")
    assert rows[-1]["rev_row"] == "4" and rows[-1]["rev_by"] == "Devon Brooks"
    with_form(old)
    bring_in(old, rows)
    assert Checked.WAITING not in old.rows(date.fromisoformat(rows[-1]["rev_on"])).values()


def test_sending_needs_the_right_and_says_so(old: Story) -> None:
    with_form(old)
    refused = old.command("review", "--adopt", MONDAY.isoformat(), "--send", code=1)
    assert "API Import/Update" in refused
    people = old.sample.projects["people"]
    old.sample.tokens["people"] = people.add_token(rights=Rights(import_=True))
    make_home(old.home, old.sample.server.url, old.sample.tokens)
    assert "3 of 3 reviews written and read back." in old.command("review", "--adopt", MONDAY.isoformat(), "--send", code=1)
    assert list(old.rows(MONDAY).values())[:3] == [Checked.ACCEPTED, Checked.ACCEPTED, Checked.DECLINED]


def test_a_lab_may_say_that_the_survey_form_decides_and_check_says_each_time_what_that_allows(old: Story) -> None:
    shown = old.command("check", code=1)
    assert "no form of reviews is read" in shown and "onboard review --adopt DAY" in shown
    text = (shipped("config") / "redcap.toml").read_text(encoding="utf-8")
    (old.home / "redcap.toml").write_text('reviews = "on_the_survey_form"\n' + text, encoding="utf-8")
    found = old.rows(MONDAY)
    assert list(found.values()) == [Checked.ACCEPTED, Checked.ACCEPTED, Checked.DECLINED, Checked.ACCEPTED]
    _, (report,) = old.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    assert report.outcome != "failed"
    for _ in range(2):
        assert "can accept their own evidence" in old.command("check", code=None)


def test_a_proof_of_then_stays_and_says_how_it_was_accepted(old: Story) -> None:
    rows = adopted(old, "--by", "Devon Brooks")
    with_form(old)
    bring_in(old, rows)
    old.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    shown = old.command("proof", "4", "CHART-AF", "--on", "2026-12-07", "--known-on", "2026-11-23")
    assert "accepted on the survey form, as was usual until" in shown


def _told_that_stamps_lack(mails: dict[str, str], reports: list[RunReport]) -> bool:
    """Whether nothing was done but to tell the operator."""
    assert all(report.outcome == "failed" for report in reports) and set(mails) <= {OPERATOR}
    said = mails.get(OPERATOR, "")
    return "without a survey's stamps" in said and "take [hand_in] out of redcap.toml" in said


def test_a_lab_whose_surveys_send_no_stamps_mails_nobody(story: Story) -> None:
    story.begin(MONDAY)
    story.sample.projects["people"].surveys.remove("completion")
    assert _told_that_stamps_lack(*story.run(MONDAY, JobName.CHECKLISTS))
    story.sample.projects["people"].surveys.append("completion")
    mails, (report,) = story.run(MONDAY, JobName.CHECKLISTS)
    assert report.outcome == "sent" and AMARA in mails, "the same lab with stamps is mailed"


def test_a_new_lab_whose_surveys_send_no_stamps_does_not_begin(story: Story) -> None:
    story.sample.projects["people"].surveys.remove("completion")
    assert _told_that_stamps_lack(*story.start(MONDAY))
    with pytest.raises(NotBegun, match="onboard start --send"):
        story.run(MONDAY, JobName.CHECKLISTS)
    story.sample.projects["people"].surveys.append("completion")
    mails, _ = story.start(MONDAY)
    assert AMARA in mails


def test_a_form_of_reviews_that_is_lost_is_a_read_in_doubt(story: Story) -> None:
    story.begin(MONDAY)
    hand_in(story, {}, 1, by_address=False)
    story.review("4", 1)
    _, (report,) = story.run(MONDAY, JobName.CHECKLISTS)
    assert report.outcome == "sent"
    without_form(story)
    mails, (report,) = story.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    assert report.outcome == "failed" and set(mails) == {OPERATOR} and "has no form 'review' any more" in mails[OPERATOR]


def test_a_home_that_maps_no_reviews_reads_without_a_mistake(story: Story) -> None:
    text = (shipped("config") / "redcap.toml").read_text(encoding="utf-8")
    head, _, rest = text.partition("\n[tables.reviews]")
    (story.home / "redcap.toml").write_text(head + "\n[tables.listings]" + rest.partition("\n[tables.listings]")[2], "utf-8")
    without_form(story)
    story.begin(MONDAY)
    _, (report,) = story.run(MONDAY, JobName.CHECKLISTS)
    assert report.outcome == "sent", "a home in which nobody accepted on the survey form goes on"
    hand_in(story, FORGED[1], 1, by_address=True)
    assert story.rows(MONDAY) == {"completion/4/1": Checked.WAITING}
    assert Checked.ACCEPTED in story.rows(MONDAY, "1").values(), "what staff typed goes on counting"
    mails, (report,) = story.run(MONDAY + timedelta(days=1), JobName.CHECKLISTS)
    assert report.outcome == "failed" and set(mails) == {OPERATOR} and "completion/4/1" in mails[OPERATOR]
