"""Mails to people about themselves, as the planners would plan them for the cast."""

from __future__ import annotations

from datetime import UTC, date, datetime

from onboard.model import Line, MessageKind, Notice, Section
from tests.words.cast import AMARA, LEILA, MONDAY, READ_AT, VERSION

_CITI = "https://about.citiprogram.org/series/human-subjects-research-hsr/"


def _welcome_lines() -> tuple[Line, ...]:
    return (
        Line(
            key="welcome/11/appointment-1",
            section=Section.STEPS,
            title="Human subjects course",
            act='On citiprogram.org choose "Biomedical Research Investigators", Basic Course. Take it, then send Maria Chen the '
            "completion report.",
            status="missing",
            due=date(2026, 11, 30),
            days=7,
            url=_CITI,
            minutes=240,
            owner="you",
            does_not_count='"Responsible Conduct of Research" and "Conflict of Interest"',
            report=True,
            hand_in="https://redcap.northlake.example/surveys/?s=Zk3TqW8n",
        ),
        Line(
            key="",
            section=Section.STEPS,
            title="Health privacy course (HIPAA)",
            act='Choose "HIPAA for Research" in Northlake Learning. Take it, then send Maria Chen the completion report.',
            status="missing",
            due=date(2026, 11, 30),
            days=7,
            url="https://learning.northlake.example/hipaa",
            minutes=45,
            owner="you",
        ),
        Line(
            key="",
            section=Section.STEPS,
            title="Lab manual",
            act="Tell Maria Chen when it is done.",
            due=date(2026, 12, 7),
            days=14,
            minutes=60,
            owner="you",
        ),
        Line(
            key="",
            section=Section.OTHERS_DO,
            title="IRB list",
            protocol="P2",
            owner="Maria Chen",
            why="About 5 working days after your courses.",
        ),
        Line(
            key="",
            section=Section.OTHERS_DO,
            title="Badge and computer account",
            owner="Maria Chen",
        ),
    )


WELCOME = Notice(
    kind=MessageKind.WELCOME,
    reader=AMARA,
    slot=MONDAY,
    read_at=READ_AT,
    lines=_welcome_lines(),
    facts={
        "start": "2026-12-07",
        "ready_about": "2026-12-09",
        "ready_for": "P2",
        "pi": "Elena Rivera",
        "work": 'P2, "Anticoagulation after new atrial fibrillation"',
        "bottleneck": "IRB list",
    },
    not_tracked=("Conflict of interest (COI)",),
    rules_version=VERSION,
)

CHECKLIST = Notice(
    kind=MessageKind.CHECKLIST,
    reader=AMARA,
    slot=date(2026, 11, 30),
    read_at=datetime(2026, 11, 30, 11, 2, tzinfo=UTC),
    lines=(
        Line(
            key="receipt/11/completion-11-1",
            section=Section.RECEIPT,
            title="Biomedical Research Investigators",
            headline="Accepted: Biomedical Research Investigators, through 26 Nov 2029",
            status="accepted",
            why="Maria Chen accepted your report. It counts through 26 Nov 2029.",
        ),
        Line(
            key="reminder/11/hipaa/-/none:2026-11-30/0",
            section=Section.STEPS,
            title="Health privacy course (HIPAA)",
            status="missing",
            act='Choose "HIPAA for Research" in Northlake Learning. Take it, then send Maria Chen the completion report.',
            due=date(2026, 12, 4),
            days=4,
            url="https://learning.northlake.example/hipaa",
            minutes=45,
            owner="you",
            hard=True,
        ),
        Line(
            key="",
            section=Section.OTHERS_DO,
            title="IRB list",
            protocol="P2",
            owner="Maria Chen",
            why="About 5 working days after your courses.",
        ),
        Line(
            key="",
            section=Section.DONE,
            title="Human subjects course",
            status="current",
            why="Biomedical Research Investigators, passed 26 Nov 2026, counts through 26 Nov 2029 (as printed).",
        ),
    ),
    facts={
        "start": "2026-12-07",
        "ready_about": "2026-12-11",
        "ready_for": "P2",
        "bottleneck": "IRB list",
        "paused": "",
    },
    calendar=True,
    rules_version=VERSION,
)

REMINDER = Notice(
    kind=MessageKind.REMINDER,
    reader=LEILA,
    slot=MONDAY,
    read_at=READ_AT,
    calendar=True,
    rules_version=VERSION,
    lines=(
        Line(
            key="reminder/5/gcp/-/completion-5-2:2026-11-18/-1",
            section=Section.BLOCKED,
            title="Good Clinical Practice course (GCP)",
            headline="Pause STEP-HF: your GCP course ended 18 Nov 2026",
            why='Please do no work on STEP-HF, "early step-down of diuretics after heart failure admission", for now.',
            act='On citiprogram.org choose "GCP FDA Refresher". Renew it, then send Maria Chen the completion report.',
            report=True,
            hand_in="https://redcap.northlake.example/surveys/?s=Zk3TqW8nQ5rT2vYx",
            protocol="STEP-HF",
            status="expired",
            ends=date(2026, 11, 18),
            days=-5,
            url="https://about.citiprogram.org/series/good-clinical-practice-gcp/",
            minutes=180,
            owner="you",
            does_not_count="the Social and Behavioral (SBR) version",
            hard=True,
        ),
        Line(
            key="reminder/5/hsp/-/completion-5-1:2026-12-18/30",
            section=Section.DUE,
            title="Human subjects course",
            headline="Renew your human subjects course",
            act='On citiprogram.org choose "Biomedical Research Investigators", Refresher Course. Renew it, then send Maria Chen '
            "the completion report.",
            report=True,
            status="expiring",
            ends=date(2026, 12, 18),
            days=25,
            url=_CITI,
            minutes=90,
            owner="you",
        ),
        Line(
            key="cleared/5/3/2026-11-20",
            section=Section.CLEARED,
            title="You can work on P2",
            headline="You can work on P2: cleared since 20 Nov 2026",
            protocol="P2",
            why="All records the lab keeps for P2 are complete: you are cleared through 18 Dec 2026, if nothing changes.",
            act="This mirrors the lab's records; it is not an authorization.",
            status="cleared",
            ends=date(2026, 12, 18),
            days=25,
        ),
        Line(
            key="receipt/5/completion-5-3",
            section=Section.RECEIPT,
            title="Information Privacy Security (IPS)",
            headline="Received: Information Privacy Security (IPS); nothing for you to do",
            status="received",
            why="Maria Chen is checking your report. Nothing for you to do.",
        ),
    ),
)

INTRODUCTION = Notice(
    kind=MessageKind.INTRODUCTION,
    reader=LEILA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    lines=(
        Line(
            key="",
            section=Section.DUE,
            title="Human subjects course",
            headline="Renew your human subjects course",
            status="expiring",
            ends=date(2026, 12, 18),
            days=25,
            act='On citiprogram.org choose "Biomedical Research Investigators", Refresher Course. Renew it, then send Maria Chen '
            "the completion report.",
            url=_CITI,
            minutes=60,
            owner="you",
        ),
    ),
    facts={"cleared": "P2 and STEP-HF", "cleared_until": "2026-12-18"},
)

PAUSED_INTRODUCTION = Notice(
    kind=MessageKind.INTRODUCTION,
    reader=LEILA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    lines=(
        Line(
            key="",
            section=Section.BLOCKED,
            title="IRB list",
            headline="Pause REG-HF: you are not on its IRB list yet",
            protocol="REG-HF",
            why='Please do no work on REG-HF, "Northlake heart failure registry", for now.',
            act="Maria Chen files the change; the ethics board (IRB) usually takes about 5 working days. You get a mail on the "
            "morning you can go on. Nothing for you to do.",
            status="missing",
            owner="Maria Chen",
            hard=True,
        ),
    ),
    facts={"cleared": "STEP-HF", "cleared_until": "2026-12-18"},
)

CHECKING = Notice(
    kind=MessageKind.REMINDER,
    reader=LEILA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    lines=(
        Line(
            key="reminder/5/hsp/-/completion-5-1:2026-12-18/0",
            section=Section.CHECKING,
            title="Human subjects course",
            headline="We are checking your human subjects course; nothing for you to do",
            why='We are checking "Human Subjects Research Essentials": it may be the human subjects course.',
            act="Wait for Maria Chen's answer before you take the human subjects course.",
            status="unknown",
            owner="Maria Chen",
        ),
    ),
)

DECLINED = Notice(
    kind=MessageKind.REMINDER,
    reader=LEILA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    lines=(
        Line(
            key="receipt/5/completion-5-3/declined",
            section=Section.RECEIPT,
            title="Biomedical Responsible Conduct of Research",
            headline="Please look again: Biomedical Responsible Conduct of Research was not accepted",
            status="declined",
            why='Maria Chen wrote: "This is another course."',
            act="Ask Maria Chen before you repeat a course.",
        ),
    ),
)
