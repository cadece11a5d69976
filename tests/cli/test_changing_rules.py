"""An edit of the rules that reaches days already judged is refused until somebody says so; one from a day on never is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from onboard.errors import ConfigError, SilentChange
from onboard.model import MessageKind, Mode
from tests.cli.conftest import MONDAY, Desk

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
#: The one line that only the privacy course has.
HIPAA = 'accepts = ["hipaa"]\nvalidity = "months:36"'
GCP = 'study_types = ["nih_trial", "fda_industry", "interventional"] # "interventional"'


def cut_hipaa(desk: Desk) -> None:
    desk.edit_rules(HIPAA, HIPAA.replace("36", "12"))


def hipaa_block(desk: Desk) -> str:
    text = (desk.home / "requirements.toml").read_text(encoding="utf-8")
    start = text.index('[[requirement]]\nid = "hipaa"')
    return text[start : text.index("[[requirement]]", start + 5)]


class TestRefusal:
    def test_a_run_mails_nobody_but_the_operator_and_keeps_its_slot(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        seen = len(desk.catcher.messages)
        cut_hipaa(desk)
        report = desk.morning(TUESDAY)
        assert report.outcome == "failed"
        assert "hipaa" in report.trouble[0] and "validity was months:36, is months:12" in report.trouble[0]
        mails = desk.catcher.messages[seen:]
        assert [list(mail.rcpt_tos) for mail in mails] == [["it-help@northlake.example"]]
        assert desk.app().ledger.last_slot(desk.app().lab.limits.mode, report.job) == MONDAY
        assert MessageKind.OPERATOR.value in mails[0].content.decode()

    @pytest.mark.parametrize("question", [("status",), ("proof", "haddad", "STEP-HF"), ("exposure",), ("rules", "diff")])
    def test_questions_are_refused_with_both_ways_on(self, desk: Desk, question: tuple[str, ...]) -> None:
        desk.morning(MONDAY)
        desk.morning(TUESDAY)
        cut_hipaa(desk)
        if question == ("rules", "diff"):
            assert "validity was months:36, is months:12" in desk.ask(*question)  # the way to look at what was refused
            return
        with pytest.raises(ConfigError) as refused:
            desk.ask(*question)
        text = str(refused.value)
        assert "until 4 Jun 2024" in text
        assert "in_force_to = 2024-06-04" in text and "in_force_from = 2024-06-05" in text
        assert "onboard rules accept" in text

    def test_a_dry_run_says_so_too(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        cut_hipaa(desk)
        assert "days already judged" in desk.ask("run", "send_digests", "--as-of", "2024-06-05", code=1)

    def test_nothing_is_refused_before_anything_was_judged(self, desk: Desk) -> None:
        cut_hipaa(desk)
        assert desk.morning(MONDAY).outcome != "failed"
        assert "Rivera Lab" in desk.ask("status")

    def test_words_links_and_reminder_days_may_change_at_any_time(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        desk.edit_rules('title = "Health privacy course (HIPAA)"', 'title = "Privacy (HIPAA)"')
        desk.edit_rules("minutes = 45", "minutes = 50")
        assert desk.morning(TUESDAY).outcome != "failed"
        assert "only words or mails differ" in desk.ask("rules", "diff", first_version(desk))

    def test_a_course_that_nobody_had_mapped_may_be_mapped_at_any_time(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        path = desk.home / "requirements.toml"
        course = '\n[[course]]\ntraining = "hsp"\ngroup = ["Human Subjects Research Essentials"]\n'
        path.write_text(path.read_text(encoding="utf-8") + course, encoding="utf-8")
        assert desk.morning(TUESDAY).outcome != "failed"

    def test_a_course_that_counted_as_nothing_may_not_count_in_silence(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        desk.edit_rules('training = "" # look-alikes that count for nothing', 'training = "hsp"')
        desk.morning(TUESDAY)
        with pytest.raises(SilentChange, match="“Responsible Conduct of Research” counted as nothing, counts as hsp"):
            desk.ask("status")


class TestTheTrial:
    """It is there to correct the rules: what it was judged by binds nobody."""

    EDIT = ('training = "" # look-alikes that count for nothing', 'training = "hsp" # look-alikes that count')

    def mode(self, desk: Desk, mode: str) -> None:
        path = desk.home / "settings.toml"
        text = re.sub(r'(?m)^mode = "\w+".*$', f'mode = "{mode}"', path.read_text(encoding="utf-8"), count=1)
        if "trial_address" not in re.sub(r"(?m)^#.*$", "", text):
            text = text.replace(f'mode = "{mode}"', f'mode = "{mode}"\ntrial_address = "maria.chen@northlake.example"', 1)
        path.write_text(text, encoding="utf-8")

    def test_rules_corrected_in_it_are_taken_as_they_are_and_corrected_later_are_refused(self, desk: Desk) -> None:
        self.mode(desk, "trial")
        assert desk.morning(MONDAY).outcome == "sent"
        desk.edit_rules(*self.EDIT)
        assert desk.morning(TUESDAY).outcome == "sent"
        self.mode(desk, "live")
        assert desk.morning(TUESDAY).outcome == "sent", "the first live run takes the rules as they are"
        assert sorted(one.mode for one in desk.app().ledger.rules_uses()) == [Mode.LIVE, Mode.TRIAL, Mode.TRIAL]
        desk.edit_rules(*self.EDIT[::-1])
        assert desk.morning(TUESDAY + timedelta(days=1)).outcome == "failed", "live use binds"


def first_version(desk: Desk) -> str:
    return desk.app().ledger.rules_uses()[0].version


class TestFromADayOn:
    def test_a_second_version_from_today_on_is_not_refused_and_the_past_keeps_its_verdict(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        desk.morning(TUESDAY)
        block = hipaa_block(desk)
        old = block.replace('per = "person"', 'per = "person"\nin_force_to = 2024-06-04')
        new = block.replace('per = "person"', 'per = "person"\nin_force_from = 2024-06-05')
        # the printed date still bounds it; from Wednesday on the policy cuts it
        new = new.replace("months:36", "months:12").replace('whose_date = "issued"', 'whose_date = "earlier"')
        desk.edit_rules(block, f"{old}{new}")
        assert desk.morning(WEDNESDAY).outcome != "failed"
        said = [desk.ask("proof", "singh", "CHART-AF", "--on", day) for day in ("2024-06-04", "2025-06-05")]
        assert "holds          Health privacy course (HIPAA)" in said[0]
        assert "fails          Health privacy course (HIPAA)" in said[1]
        assert "hipaa: a version from 5 Jun 2024 on" in desk.ask("rules")

    def test_one_from_yesterday_on_reaches_a_day_already_judged(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        desk.morning(TUESDAY)
        block = hipaa_block(desk)
        old = block.replace('per = "person"', 'per = "person"\nin_force_to = 2024-06-03')
        new = block.replace('per = "person"', 'per = "person"\nin_force_from = 2024-06-04').replace("months:36", "months:12")
        desk.edit_rules(block, f"{old}{new}")
        report = desk.morning(WEDNESDAY)
        assert report.outcome == "failed" and "(on 4 Jun 2024)" in report.trouble[0]

    def test_a_version_to_come_may_be_written_and_changed_before_it_counts(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        block = hipaa_block(desk)
        old = block.replace('per = "person"', 'per = "person"\nin_force_to = 2024-08-31')
        new = block.replace('per = "person"', 'per = "person"\nin_force_from = 2024-09-01').replace("months:36", "months:12")
        desk.edit_rules(block, f"{old}{new}")
        assert desk.morning(TUESDAY).outcome != "failed"
        desk.edit_rules(new, new.replace("months:12", "months:24"))
        assert desk.morning(WEDNESDAY).outcome != "failed"
        assert "Rivera Lab" in desk.ask("status", "--as-of", "2025-01-10")


class TestAccept:
    def test_the_decision_lets_everything_go_on_and_is_printed_on_later_proofs(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        desk.morning(TUESDAY)
        old = first_version(desk)
        cut_hipaa(desk)
        said = desk.ask("rules", "accept", "--why", "The privacy office told us on 1 June")
        new = desk.app().config.rules.version
        assert f"version {old} to {new}" in " ".join(said.split())
        assert desk.morning(WEDNESDAY).outcome != "failed"
        text = " ".join(desk.ask("proof", "haddad", "STEP-HF", "--on", "2024-06-03").split())
        assert "a change of the rules was accepted for days already judged" in text
        assert f"version {old} to {new}" in text and "validity was months:36, is months:12" in text
        assert "Reason given: The privacy office told us on 1 June." in text

    def test_a_proof_of_what_was_said_before_the_decision_does_not_print_it(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        cut_hipaa(desk)
        desk.clock.set(WEDNESDAY)
        desk.ask("rules", "accept", "--why", "so said the office")
        text = desk.ask("proof", "haddad", "STEP-HF", "--on", "2024-06-02", "--known-on", "2024-06-03")
        now, then = text.split("AS KNOWN THEN")
        assert "was accepted for days already judged" in " ".join(now.split())
        assert "was accepted" not in then.partition("What differs")[0]

    def test_without_a_reason_nothing_is_accepted(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        cut_hipaa(desk)
        with pytest.raises(ConfigError, match="say why"):
            desk.ask("rules", "accept")
        assert not desk.app().ledger.accepted_rules()

    def test_what_was_accepted_is_that_edit_and_no_other(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        cut_hipaa(desk)
        desk.ask("rules", "accept", "--why", "the office")
        desk.edit_rules(GCP, GCP.replace('"nih_trial", ', ""))
        desk.morning(TUESDAY)
        with pytest.raises(SilentChange, match="gcp"):
            desk.ask("status")

    def test_with_nothing_to_accept_it_says_so(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        assert "there is nothing to accept" in desk.ask("rules", "accept")

    def test_the_list_names_versions_and_decisions(self, desk: Desk) -> None:
        desk.morning(MONDAY)
        cut_hipaa(desk)
        desk.ask("rules", "accept", "--why", "the office")
        desk.morning(TUESDAY)
        text = desk.ask("rules")
        assert all(version in text for version in (first_version(desk), desk.app().config.rules.version))
        assert "2024-06-04 07:00" in text and "Reason given: the office." in text
