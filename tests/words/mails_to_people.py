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
            title="Human subjects protection (HSP) course",
            why="Everybody who reads patient records needs it.",
            act='Take "Biomedical Research, Basic Course".',
            status="missing",
            due=date(2026, 11, 30),
            days=7,
            url=_CITI,
            minutes=240,
            owner="you",
            does_not_count='"Responsible Conduct of Research" and "Conflict of Interest"',
        ),
        Line(
            key="",
            section=Section.STEPS,
            title="Privacy (HIPAA) course",
            act='Take "HIPAA for Research" in Northlake Learning.',
            why="Chart review (P2) uses identifiable health information.",
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
            title="Send both completion reports",
            act="Upload them here; Maria Chen looks at them.",
            due=date(2026, 12, 1),
            days=8,
            url="https://redcap.northlake.example/surveys/?s=Zk3TqW8n",
            minutes=5,
            owner="you",
            does_not_count="the certificate alone: we need the report that lists the modules",
        ),
        Line(
            key="",
            section=Section.OTHERS_DO,
            title="IRB (ethics board) list for P2",
            protocol="P2",
            owner="Maria Chen",
            why="Filed when your courses are done; the board takes about 5 working days.",
        ),
        Line(
            key="",
            section=Section.OTHERS_DO,
            title="Badge and computer account",
            owner="Jonas Weber",
            due=date(2026, 12, 7),
            days=14,
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
        "ready_for": "chart review (P2)",
        "pi": "Dr. Elena Rivera",
        "bottleneck": "the IRB list for P2",
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
            title="Human subjects protection (HSP) course",
            status="current",
            why="Maria Chen accepted your report of Thu 26 Nov 2026; it is valid through 26 Nov 2029.",
        ),
        Line(
            key="reminder/11/hipaa/-/none:2026-11-30/0",
            section=Section.STEPS,
            title="Privacy (HIPAA) course",
            status="missing",
            why="We have no completion report yet.",
            act='Take "HIPAA for Research" and send the report.',
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
            title="IRB (ethics board) list for P2",
            protocol="P2",
            owner="Maria Chen",
            why="Filed when the privacy course is done.",
        ),
        Line(
            key="",
            section=Section.DONE,
            title="Human subjects protection (HSP) course",
            status="current",
            ends=date(2029, 11, 26),
            days=1092,
        ),
    ),
    facts={
        "start": "2026-12-07",
        "ready_about": "2026-12-11",
        "ready_for": "chart review (P2)",
        "bottleneck": "the IRB list for P2",
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
            title="Good Clinical Practice (GCP)",
            why="GCP (FDA focus), passed 18 Nov 2023, counts through 18 Nov 2026 (as printed).",
            act="Renew it, then send Maria Chen the completion report. No work on STEP-HF until then.",
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
            title="Human subjects protection (HSP)",
            why="Biomedical Research, passed 18 Dec 2023, counts through 18 Dec 2026 (as printed).",
            act="Renew it, then send Maria Chen the completion report.",
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
            title="Chart review (P2)",
            protocol="P2",
            why="Your records for P2 are complete since 20 Nov 2026, until Fri 18 Dec 2026.",
            status="cleared",
            since=date(2026, 11, 20),
        ),
        Line(
            key="receipt/5/completion-5-3",
            section=Section.RECEIPT,
            title="Privacy (HIPAA) course",
            status="pending",
            why="Your report came on 22 Nov 2026; Maria Chen looks at it within a working day.",
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
            title="Human subjects protection (HSP)",
            status="expiring",
            ends=date(2026, 12, 18),
            days=25,
            why="Your course is valid through 18 Dec 2026.",
            url=_CITI,
            minutes=90,
            owner="you",
        ),
    ),
)
