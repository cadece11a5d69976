"""Completion files as they are exported: one writer a layout, rows given as plain facts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

HSP = "Biomedical Research Investigators"
GCP = "GCP for Clinical Trials with Investigational Drugs and Medical Devices (U.S. FDA Focus)"


@dataclass(frozen=True)
class Fact:
    """One completion that happened. `member` also numbers the person: record 7 has member id 100007."""

    member: str = "100003"
    first: str = "Devon"
    last: str = "Brooks"
    email: str = "devon.brooks@northlake.example"
    group: str = HSP
    stage: int = 1
    earned: date = date(2026, 3, 13)
    expires: date | None = date(2029, 3, 12)
    score: int = 92
    record: str = "61200001"
    curriculum: str = "Human Research"

    def with_(self, **changes: object) -> Fact:
        """The same with changes."""
        return replace(self, **changes)  # type: ignore[arg-type]


#: Record -> name of people of the sample lab whose CITI member id is on file, with their mailbox.
PEOPLE = {
    1: ("Elena", "Rivera", "elena.rivera"), 2: ("Maria", "Chen", "maria.chen"), 3: ("Devon", "Brooks", "devon.brooks"),
    6: ("Kenji", "Tanaka", "kenji.tanaka"), 7: ("Tomáš", "Novák", "tomas.novak"), 8: ("Priya", "Singh", "priya.singh"),
    9: ("Jonas", "Brandt", "jonas.brandt"), 10: ("Lucía", "Ortiz Peña", "lucia.ortiz"),
    11: ("Oluwaseun", "Adeyemi", "seun.adeyemi"), 16: ("Wei", "Zhang", "wei.zhang"),
}  # fmt: skip


def many(number: int) -> list[Fact]:
    """So many completions of the sample lab's people, no two of a person on one day."""
    records = list(PEOPLE)
    found = []
    for n in range(number):
        record = records[n % len(records)]
        first, last, mailbox = PEOPLE[record]
        earned = date(2016, 1, 4) + timedelta(days=3 * (n // len(records)))
        found.append(
            Fact(
                member=f"10{record:04d}",
                first=first,
                last=last,
                email=f"{mailbox}@northlake.example",
                group=(HSP, GCP)[n % 2],
                stage=1 + n % 3,
                earned=earned,
                expires=earned + timedelta(days=1095) if n % 5 else None,
                record=str(61300000 + n),
            )
        )
    return found


def table(header: str, rows: Iterable[Sequence[object]]) -> str:
    """CSV text under a header that is written already."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return f"{header}\n{out.getvalue()}"


def stage_name(stage: int) -> str:
    """As CITI calls stages."""
    return "Basic Course" if stage == 1 else f"Refresher {stage - 1}"


def soap(facts: Iterable[Fact]) -> str:
    """SOAP GetCompletionReports: dates with fraction and offset."""
    header = (
        "CR_InstitutionID,MemberID,EmplID,StudentID,InstitutionUserName,FirstName,LastName,memberEmail,AddedMember,"
        "strCompletionReport,intGroupID,strGroup,intStageID,intStageNumber,strStage,intCompletionReportID,intMemberStageID,"
        "dtePassed,intScore,intPassingScore,dteExpiration"
    )
    return table(header, ([
        "1234", f.member, "", "", f.email.partition("@")[0], f.first, f.last, f.email, "2015-01-01T00:00:00-05:00",
        f.curriculum, "77", f.group, "9", f.stage, stage_name(f.stage), "5", f.record,
        f"{f.earned}T17:03:34.18-04:00", f.score, "80", f"{f.expires}T00:00:00-04:00" if f.expires else "",
    ] for f in facts))  # fmt: skip


def soap_xml(facts: Iterable[Fact]) -> str:
    """The same as it comes over the wire."""
    rows = list(csv.DictReader(io.StringIO(soap(facts))))
    elements = ("".join(f"<{name}>{value}</{name}>" for name, value in row.items()) for row in rows)
    body = "".join(f"<CRS>{element}</CRS>" for element in elements)
    return f'<?xml version="1.0" encoding="utf-8"?><DataSet xmlns="https://webservices.citiprogram.org/">{body}</DataSet>'


def download(facts: Iterable[Fact]) -> str:
    """Automated download, completion level: month first, 12-hour times."""
    header = (
        "Member ID Number,First Name,Last Name,Employee Number,Email Address,Registration Date,Name of Curriculum,Group,"
        "Stage Number,Stage Description,Completion Report Number,Date Completion Report Earned,Learner Score,Passing Score,"
        "Date Completion Report Expires,Group ID Number,Name,Username"
    )
    return table(header, ([
        f.member, f.first, f.last, "E77", f.email, "01/05/2015", f.curriculum, f.group, f.stage, stage_name(f.stage), f.record,
        f"{f.earned:%m/%d/%Y} 05:03:34 PM", f.score, "80", f"{f.expires:%m/%d/%Y}" if f.expires else "", "77",
        f"{f.first} {f.last}", f"{f.first}{f.last}9",
    ] for f in facts))  # fmt: skip


def modules(facts: Iterable[Fact], each: int = 10) -> str:
    """Automated download, module level: many rows a completion, years of two digits."""
    header = (
        "Curriculum/Gradebook,Group,Stage,Stage number,CR number,Date completed,Expiration date,Learner ID,First,Last,Username,"
        "Email,Custom field 1,Custom field 2,Module,Exam ID,Exam score,Passing score,Module completion date"
    )
    return table(header, ([
        f.curriculum, f.group, stage_name(f.stage), f.stage, f.record, f"{f.earned:%m/%d/%y}",
        f"{f.expires:%m/%d/%y}" if f.expires else "", f.member, f.first, f.last, "", f.email, "", "", f"Module {n}", n,
        60 + 4 * n, "80", f"{f.earned - timedelta(days=20 - n):%m/%d/%y}",
    ] for f in facts for n in range(each)))  # fmt: skip


def kuali(facts: Iterable[Fact]) -> str:
    """Kuali's minimum: no number, no name; user names that are addresses."""
    header = (
        "Group Id,Group,Passing Score,Stage Number,Stage,Institutional Username,Date Completed,Expiration Date,Registration Date"
    )
    return table(header, ([
        "77", f.group, "80", f.stage, stage_name(f.stage), f.email, f"{f.earned:%m/%d/%Y}",
        f"{f.expires:%m/%d/%Y}" if f.expires else "", "01/05/2015",
    ] for f in facts))  # fmt: skip


def members(facts: Iterable[Fact]) -> str:
    """SOAP GetMembers."""
    header = "intMemberID,strLastII,strFirstII,strUsernameII,strInstUsername,strInstEmail,dteAdded,dteLastLogin,strEmployeeNum"
    rows = ([f.member, f.last, f.first, "x", f.email.partition("@")[0], f.email, "03/12/23", "", ""] for f in facts)
    return table(header, rows)
