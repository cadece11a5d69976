"""What a completion file claims, one value a completion.

A claim is what a file says; it becomes a completion when it is matched to a person and imported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from zoneinfo import ZoneInfo

from onboard.folding import fold
from onboard.intake.printed import is_nothing
from onboard.judging.courses import named_course


class Layout(StrEnum):
    """The shapes a completion file comes in, as CITI exports it and campus systems pass it on."""

    SOAP = "soap"  # answer of CITI's GetCompletionReports
    DOWNLOAD = "download"  # automated download, one row a completion
    MODULES = "modules"  # automated download, one row a module
    KUALI = "kuali"  # the minimum Kuali asks for
    MEMBERS = "members"  # answer of CITI's GetMembers: who a person is, not a completion
    REPORT = "report"  # PDF completion report
    CERTIFICATE = "certificate"  # PDF certificate


LAYOUT_NAMES = {
    Layout.SOAP: "CITI SOAP GetCompletionReports",
    Layout.DOWNLOAD: "CITI automated download, completion level",
    Layout.MODULES: "CITI automated download, module level",
    Layout.KUALI: "Kuali minimum CSV",
    Layout.MEMBERS: "CITI SOAP GetMembers",
    Layout.REPORT: "CITI completion report (PDF)",
    Layout.CERTIFICATE: "CITI certificate (PDF)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file of rows as text. `lines` holds the line each row begins on; every row is as long as the header."""

    file: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    sparse: bool = False  # an element without a value is left out, so a column that no row has is blank


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfText:
    """The text of a PDF, and where its bytes lie."""

    file: str
    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How a file is to be read: the lab's zone and day, its own institution, and whether dates are day/month/year."""

    zone: ZoneInfo
    today: date
    institution: str = ""
    day_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """One completion as a file claims it. Blank texts and None: the file does not say."""

    file: str
    line: int  # 0 for a PDF
    layout: Layout
    member_id: str = ""
    name: str = ""  # given names, then surname
    addresses: tuple[str, ...] = ()
    username: str = ""  # at the institution, not CITI's
    employee_number: str = ""
    curriculum: str = ""
    group: str = ""
    stage: int | None = None
    stage_name: str = ""
    earned: date | None = None
    expires: date | None = None
    exact: bool = False  # "earned" was printed with an offset, so its local day is certain
    score: str = ""
    passing: str = ""
    passed: bool = True  # False: a readable score below the pass mark
    record_id: str = ""
    institution: str = ""  # blank = ours
    document: str = ""  # path of the PDF
    fault: str = ""  # what cannot be read, in words
    clash: str = ""  # rows of one record that disagree, in words
    note: str = ""  # rows of one record that print two days for one pass, in words

    @property
    def place(self) -> str:
        """Its place: file, and line where there is one."""
        return f"{self.file}, line {self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Who a CITI member is, from a list of members."""

    member_id: str
    name: str
    addresses: tuple[str, ...]
    username: str
    employee_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFile:
    """A file that was recognized."""

    file: str
    layout: Layout
    rows: int
    claims: tuple[Claimed, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file that is not used at all, with the reason and the next step."""

    file: str
    words: str


def one_line(text: str) -> str:
    """Text without control characters, spaces collapsed."""
    plain = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(plain.split())


def plain_id(text: str) -> str:
    """A number as it is compared: without padding, spaces and a decimal part a spreadsheet added; else in lower case.

    "" for what identifies nothing: 0, N/A, none, -1, a blank.
    """
    folded = re.sub(r"\.0+$", "", "".join(text.split())).casefold()
    tells = any(letter.isdigit() and letter != "0" for letter in folded)
    return folded.lstrip("0") if tells and not re.fullmatch(r"-\d+", folded) else ""


def course_of(claim: Claimed) -> tuple[str, str, str]:
    """What tells one course of a learner from another, folded: curriculum, group and stage."""
    group = named_course(claim.group, claim.curriculum)
    return fold(claim.curriculum), fold(group), str(claim.stage or fold(claim.stage_name))


def who(claim: Claimed) -> str:
    """What tells one learner of a file from another, where no record number does."""
    username = "" if is_nothing(claim.username) else claim.username.casefold()
    return plain_id(claim.member_id) or username or " ".join(claim.addresses) or fold(claim.name)


def claim_key(claim: Claimed) -> str:
    """Short and stable: the same completion in another file has the same key. Long enough that no two of an institution's
    hundred thousand share one by accident."""
    number = plain_id(claim.record_id)
    parts: Sequence[str] = (number,) if number else (who(claim), str(claim.earned or ""))
    return sha256("\x1f".join((*parts, *course_of(claim))).encode()).hexdigest()[:12]
