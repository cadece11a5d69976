"""Mails to supervisors, PIs, coordinators and operators, as the planners would plan them for the cast."""

from __future__ import annotations

from datetime import date

from onboard.model import Bar, Concerned, Line, MessageKind, Notice, Section
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
            title="Good Clinical Practice course (GCP)",
            headline="Leila Haddad cannot work on STEP-HF: GCP course ended 18 Nov 2026",
            status="expired",
            ends=date(2026, 11, 18),
            since=date(2026, 11, 19),
            days=-5,
            act="No work on STEP-HF until then.",
            knows="Told on 21 Oct 2026.",
            owner="Leila",
        ),
        Line(
            key="escalation/8/hsp/-/none:2026-12-01/supervisor",
            section=Section.ABOUT,
            person="8",
            name="Petr Novak",
            title="Human subjects course",
            headline="Petr Novak: human subjects course is missing",
            status="missing",
            due=date(2026, 12, 1),
            days=8,
            why="Needed from Tue 8 Dec 2026.",
            act="Please ask Petr whether something is in the way.",
            knows="Told on 9 Nov 2026.",
            owner="Petr",
        ),
    ),
)


def _concerned(*names: str, page: str = "") -> tuple[Concerned, ...]:
    """People of a line, with a form to open for each where it has one."""
    return tuple(
        Concerned(record=str(n), name=name, url=f"{_REDCAP}&id={n}&page={page}" if page else "")
        for n, name in enumerate(names, start=4)
    )


def _digest_lines() -> tuple[Line, ...]:
    return (
        Line(
            key="",
            section=Section.NEEDS_YOU,
            title="REG-HF: on hold since 16 Nov 2026",
            headline="REG-HF: on hold since 16 Nov 2026, 6 people paused",
            protocol="REG-HF",
            status="missing",
            why="You and 5 others must pause. Told on 16 Nov 2026.",
            act="You reply with the day when it is lifted; all are told the next morning.",
            since=date(2026, 11, 16),
        ),
        Line(
            key="",
            section=Section.NEEDS_YOU,
            name="Yuki Tanaka",
            protocol="STEP-HF",
            title="STEP-HF: Yuki Tanaka waits for delegation of consent",
            headline="STEP-HF delegation of Yuki Tanaka",
            status="missing",
            why="Trained since 19 Nov 2026.",
            act='Reply "yes" to Maria Chen, who brings the log to sign.',
        ),
        Line(
            key="",
            section=Section.BLOCKED_NOW,
            title="GCP course ended 18 Nov 2026: Leila Haddad (STEP-HF)",
            name="Leila Haddad",
            protocol="STEP-HF",
            status="expired",
            since=date(2026, 11, 19),
            knows="Told on 21 Oct 2026.",
            people=_concerned("Leila Haddad"),
        ),
        Line(
            key="",
            section=Section.BLOCKED_NOW,
            title="P4: with the IRB since 16 Nov 2026: Petr Novak",
            name="Petr Novak",
            protocol="P4",
            status="pending",
            owner="Maria Chen",
            knows="Told on 16 Nov 2026.",
            people=_concerned("Petr Novak"),
        ),
        Line(
            key="",
            section=Section.NOT_KNOWN,
            title="1 person: a course we could not identify",
            status="unknown",
            owner="Maria Chen",
        ),
        Line(
            key="",
            section=Section.SINCE,
            protocol="P2",
            title="P2: Asha Singh cleared",
            since=date(2026, 11, 19),
        ),
        Line(
            key="",
            section=Section.SINCE,
            name="Diego Ortiz",
            title="left, last day 20 Nov 2026",
        ),
        Line(
            key="",
            section=Section.NEXT,
            name="Hanna Brandt",
            title="Human subjects course",
            ends=date(2026, 12, 12),
            days=19,
            knows="Told on 12 Nov 2026.",
        ),
        Line(
            key="",
            section=Section.NEXT,
            protocol="STEP-HF",
            title="STEP-HF: approval ends",
            why="Renewal sent 10 Nov 2026.",
            ends=date(2026, 12, 15),
            days=22,
        ),
        Line(
            key="",
            section=Section.STARTING,
            name="Amara Okafor",
            protocol="P2",
            title="starts Mon 7 Dec 2026",
            why="Can begin about Wed 9 Dec 2026. Takes longest: IRB list.",
            since=date(2026, 12, 7),
        ),
        Line(
            key="",
            section=Section.STACK,
            name="Petr Novak",
            title='"Abstract the P4 registry" was due 13 Nov 2026',
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

QUIET_DIGEST = Notice(
    kind=MessageKind.DIGEST,
    reader=ELENA,
    slot=MONDAY,
    read_at=READ_AT,
    lines=(),
    rules_version=VERSION,
    numbers={"people": 14, "cleared": 14},
)

WORKLIST = Notice(
    kind=MessageKind.WORKLIST,
    reader=MARIA,
    slot=MONDAY,
    read_at=READ_AT,
    rules_version=VERSION,
    numbers={"people": 14, "protocols": 6, "unreadable": 2},
    facts={
        "new": "2, 4 and 6",
        "gone": "1 record corrected",
        "sent": "2 reminders and 1 receipt",
        "since": "Friday",
        "cover": "Devon Brooks gets this too until Tue 1 Dec 2026.",
    },
    lines=(
        Line(
            key="",
            section=Section.BLOCKS_WORK,
            title="P4: not on the IRB list: Petr Novak and Hanna Brandt",
            protocol="P4",
            act='File it, then enter "Change submitted to the IRB on".',
            knows="Told today. Open since 16 Nov 2026.",
            people=_concerned("Petr Novak", "Hanna Brandt", page="listing"),
        ),
        Line(
            key="",
            section=Section.WAITS_PI,
            title="STEP-HF: IRB approval ended 17 Nov 2026, 8 people paused",
            headline="STEP-HF: 8 people paused",
            protocol="STEP-HF",
            act="When the renewal comes, enter it as a row of the approval form.",
            knows="Told on 18 Nov 2026.",
            owner="Elena Rivera",
            url=f"{_REDCAP}&id=1&page=approval",
            people=_concerned("Leila Haddad", "Asha Singh", "Yuki Tanaka"),
        ),
        Line(
            key="work/5/completion/3",
            section=Section.EYES,
            name="Leila Haddad",
            title="GCP FDA Refresher",
            why="Passed 22 Nov 2026 according to Leila Haddad.",
            act="Accept it, or decline it with a reason, which goes to Leila Haddad.",
            url=f"{_REDCAP}&id=5&page=completion&instance=3",
        ),
        Line(
            key="work/irb/2",
            section=Section.IRB,
            protocol="P2",
            title="P2: add Amara Okafor (would be returned, still missing: Human subjects course), "
            "remove Diego Ortiz (left 20 Nov 2026)",
            act='Then enter "submitted on" or "removed on" for each.',
        ),
        Line(
            key="problem/4/completion/2/expires",
            section=Section.UNREADABLE,
            name="Hanna Brandt",
            title='Completion 2, "Expires on"',
            why='1 Mar 2023 is before "Completed on" (1 Mar 2026). It keeps Hanna Brandt unknown.',
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
            title="The mailbox of Amara Okafor is full or takes nothing for now",
            why="Since 20 Nov 2026: mailbox full.",
            act="Correct the address if it is wrong.",
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
