"""Mails to supervisors, PIs, coordinators and operators, as the planners would plan them for the cast."""

from __future__ import annotations

from datetime import date

from onboard.model import Bar, Line, MessageKind, Notice, Section
from tests.words.cast import ELENA, JONAS, MARIA, MONDAY, OPERATOR, READ_AT, VERSION

_REDCAP = "https://redcap.northlake.example/redcap_v15.2.0/DataEntry/index.php?pid=41"


ESCALATION = Notice(
    kind=MessageKind.ESCALATION,
    reader=JONAS,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    lines=(
        Line(
            key="escalation/5/gcp/-/completion-5-2:2026-11-18/pi",
            section=Section.ABOUT,
            person="5",
            name="Leila Haddad",
            protocol="STEP-HF",
            title="Good Clinical Practice (GCP)",
            status="expired",
            ends=date(2026, 11, 18),
            days=-5,
            why="Ended 18 Nov 2026.",
            act="No work on STEP-HF until it is settled.",
            knows="They know since 21 Oct 2026.",
            owner="Leila",
        ),
        Line(
            key="escalation/8/hsp/-/none:2026-12-01/supervisor",
            section=Section.ABOUT,
            person="8",
            name="Petr Novak",
            title="Human subjects protection (HSP)",
            status="missing",
            due=date(2026, 12, 1),
            days=8,
            why="No completion is on record. Needed from Tue 8 Dec 2026.",
            knows="They know since 9 Nov 2026.",
            owner="Petr",
        ),
    ),
)


def _digest_lines() -> tuple[Line, ...]:
    return (
        Line(
            key="",
            section=Section.NEEDS_YOU,
            name="Yuki Tanaka",
            protocol="STEP-HF",
            title="consent delegation",
            status="missing",
            why="Trained since 19 Nov 2026, waits for your delegation.",
            act='Reply "yes" to Maria, who brings the log to sign.',
            owner="you",
        ),
        Line(
            key="",
            section=Section.BLOCKED_NOW,
            name="Leila Haddad",
            protocol="STEP-HF",
            title="Good Clinical Practice (GCP)",
            status="expired",
            why="Ended 18 Nov 2026.",
            since=date(2026, 11, 19),
            owner="Leila",
            knows="They know since 21 Oct 2026.",
        ),
        Line(
            key="",
            section=Section.BLOCKED_NOW,
            name="Petr Novak",
            protocol="P4",
            title="IRB (ethics board) list",
            status="missing",
            why="Not on the IRB list.",
            owner="Maria Chen",
            knows="They know since 16 Nov 2026.",
        ),
        Line(
            key="",
            section=Section.SINCE,
            name="Asha Singh",
            protocol="P2",
            title="records complete for chart review (P2)",
            since=date(2026, 11, 19),
        ),
        Line(
            key="",
            section=Section.SINCE,
            name="Diego Ortiz",
            title="left the lab",
            why="Last day 20 Nov 2026; still on two IRB lists.",
            act="Maria removes the listings.",
            since=date(2026, 11, 20),
        ),
        Line(
            key="",
            section=Section.NEXT,
            name="Hanna Brandt",
            title="human subjects protection (HSP) ends",
            ends=date(2026, 12, 12),
            days=19,
        ),
        Line(
            key="",
            section=Section.NEXT,
            protocol="STEP-HF",
            title="approval of STEP-HF ends",
            why="The renewal went to the IRB on 10 Nov 2026.",
            ends=date(2026, 12, 15),
            days=22,
        ),
        Line(
            key="",
            section=Section.STARTING,
            name="Amara Okafor",
            title="chart review (P2)",
            due=date(2026, 12, 7),
            days=14,
            why="Starts Mon 7 Dec 2026, ready about Wed 9 Dec 2026; the IRB list for P2 takes longest.",
        ),
        Line(
            key="",
            section=Section.STACK,
            name="Petr Novak",
            title="abstract the P4 registry",
            protocol="P4",
            why="Due Fri 11 Dec 2026, but P4 does not list Petr yet.",
            due=date(2026, 12, 11),
            days=18,
        ),
    )


DIGEST = Notice(
    kind=MessageKind.DIGEST,
    reader=ELENA,
    slot=MONDAY,
    read_at=READ_AT,
    lines=_digest_lines(),
    rules_version=VERSION,
    numbers={"people": 14, "cleared": 11, "blocked": 2, "unknown": 1, "unreadable": 2},
    facts={"protocols": "STEP-HF, P2 and P4", "since": "2026-11-16"},
    bars=(
        Bar(label="Elena Rivera", cleared=((date(2025, 1, 1), date(2028, 3, 1)),)),
        Bar(label="Leila Haddad", cleared=((date(2026, 12, 1), date(2028, 1, 1)),)),
        Bar(label="Petr Novak", cleared=()),
        Bar(label="Hanna Brandt", cleared=((date(2024, 1, 1), date(2026, 12, 12)), (date(2027, 2, 1), date(2028, 1, 1)))),
        Bar(label="Amara Okafor", cleared=((date(2026, 12, 9), date(2027, 4, 12)),)),
        Bar(label="Asha Singh", cleared=(), unknown=((date(2026, 11, 20), date(2028, 1, 1)),)),
    ),
    not_tracked=("Conflict of interest (COI)",),
)

QUIET_DIGEST = Notice(kind=MessageKind.DIGEST, reader=ELENA, slot=MONDAY, read_at=READ_AT, lines=(), rules_version=VERSION)

WORKLIST = Notice(
    kind=MessageKind.WORKLIST,
    reader=MARIA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    numbers={"people": 14, "protocols": 6, "unreadable": 2},
    facts={
        "new": "2, 4 and 6",
        "gone": "Tanaka's date",
        "sent": "2 reminders and 1 receipt",
        "since": "Friday",
        "cover": "Devon Brooks gets this too until Tue 1 Dec 2026.",
    },
    lines=(
        Line(
            key="work/8/listing/4",
            section=Section.BLOCKS_WORK,
            name="Petr Novak",
            protocol="P4",
            title="not on the IRB list",
            why="Petr has tasks on P4 since 16 Nov 2026.",
            act='File the change, then enter "submitted on".',
            url=f"{_REDCAP}&id=8&page=listing",
        ),
        Line(
            key="work/5/completion/3",
            section=Section.EYES,
            name="Leila Haddad",
            title="GCP report came in last night",
            act="Accept or decline it.",
            url=f"{_REDCAP}&id=5&page=completion&instance=3",
        ),
        Line(
            key="work/irb/2",
            section=Section.IRB,
            protocol="P2",
            title="add Amara Okafor, remove Diego Ortiz",
            why="Okafor still misses a course, so the change would be returned; Ortiz left on 20 Nov 2026.",
        ),
        Line(
            key="problem/4/completion/2/expires",
            section=Section.UNREADABLE,
            name="Hanna Brandt",
            title='Completion 2, "Expires on"',
            why='1 Mar 2023 is before "Completed on" (1 Mar 2026). Counted as not valid; no mail was sent about it.',
            act="Correct the date.",
            url=f"{_REDCAP}&id=4&page=completion&instance=2",
        ),
        Line(
            key="problem/9/listing/1/protocol",
            section=Section.UNREADABLE,
            name="Asha Singh",
            title="Listing 1",
            why="Protocol IRB-24-0171 is unknown.",
            act="Did you mean IRB-24-0117?",
            url=f"{_REDCAP}&id=9&page=listing",
        ),
        Line(
            key="work/mail/11",
            section=Section.MAIL,
            name="Amara Okafor",
            title="personal address refused our mail (mailbox full)",
            why="We stopped writing there.",
            act="Correct it and we go on by ourselves.",
            url=f"{_REDCAP}&id=11&page=person",
        ),
    ),
)

QUIET_WORKLIST = Notice(kind=MessageKind.WORKLIST, reader=MARIA, slot=MONDAY, read_at=READ_AT, lines=(), rules_version=VERSION)

OPERATOR_NOTICE = Notice(
    kind=MessageKind.OPERATOR,
    reader=OPERATOR,
    slot=MONDAY,
    read_at=None,
    lines=(
        Line(
            key="operator/send_reminders/2026-11-23",
            section=Section.TROUBLE,
            title="REDCap could not be read",
            why="https://redcap.northlake.example/api/ answered 403 to the export of People. No person got a mail.",
            act="Ask whether the token still has the right API Export. The job tries again until 18:00.",
        ),
    ),
)
