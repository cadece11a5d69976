"""The text of a CITI PDF as a claim.

Its labels decide whether it is a completion report or a certificate; a PDF that is neither is refused. Labels are CITI's: a
report names each value ("Record ID: 1"), a certificate prints the word below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from onboard.folding import fold
from onboard.intake.claims import Claimed, Habits, Layout, PdfText, ReadFile, Refused, one_line
from onboard.intake.printed import printed_day, printed_stage
from onboard.intake.rows import finished

_CERTIFIES = re.compile(r"this\s+is\s+to\s+certify\s+that\s*:?", re.IGNORECASE)
_REPORTS = re.compile(r"completion\s+report", re.IGNORECASE)
_PART = re.compile(r"part\s+([12])\s+of\s+2", re.IGNORECASE)
#: Labels of a report; those without a name of ours only end the value before them.
_LABELS: Mapping[str, str] = {
    "name": "name", "institution affiliation": "institution", "institution email": "email", "email": "email",
    "institution unit": "", "phone": "", "curriculum group": "curriculum", "course learner group": "group",
    "stage": "stage", "description": "", "report id": "", "record id": "record_id", "report date": "",
    "completion date": "earned", "expiration date": "expires", "minimum passing": "passing", "reported score": "score",
    "current score": "",
}  # fmt: skip
_ANY_LABEL = re.compile(
    r"(?:^|[\n•●▪·*])\s*(" + "|".join(sorted(map(re.escape, _LABELS), key=len, reverse=True)) + r")\s*\**\s*:",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"(.*?)\s*\(ID:?\s*(\d+)\)", re.IGNORECASE | re.DOTALL)
_DATE = r"\s*:?\s*(\d{1,2}-[A-Za-z]{3,9}-\d{2,4}|N/A|None)?"
_CARD_DATES = {
    "earned": re.compile("completion date" + _DATE, re.IGNORECASE),
    "expires": re.compile("expiration date" + _DATE, re.IGNORECASE),
}
_CARD_RECORD = re.compile(r"record id\s*:?\s*(\d+)", re.IGNORECASE)
_CARD_BODY = re.compile(
    r"(?P<curriculum>.*?)\(curriculum group\)(?P<group>.*?)\(course learner group\)(?P<stage>.*?)\(stage\)",
    re.IGNORECASE | re.DOTALL,
)
_SEVERAL = "holds more than one completion. Give one PDF for each."
_CARD_INSTITUTION = re.compile(r"under requirements set by\s*:?\s*([^\n]+)", re.IGNORECASE)
#: Lines of a certificate between the name and the curriculum that belong to neither.
_CARD_NOISE = re.compile(r"has completed|not valid for|for renewal of|citi program course|through cme", re.IGNORECASE)


def read_pdf_text(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    """The one claim of a PDF, or why it is not used."""
    certifies, reports = bool(_CERTIFIES.search(pdf.text)), bool(_REPORTS.search(pdf.text))
    if not pdf.text.strip():
        return _refused(pdf, "holds no text, only a picture. Download it from CITI again, or type the completion in by hand.")
    if certifies == reports:
        kind = "has the labels of both" if certifies else "has the labels of neither"
        words = f"is not a CITI completion report or CITI certificate in a known form: it {kind}. Type the completion in."
        return _refused(pdf, words)
    if certifies:
        return _certificate(pdf, habits)
    return _report(pdf, habits)


def _refused(pdf: PdfText, words: str) -> Refused:
    return Refused(file=pdf.file, words=f"It {words}")


def _report(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    if {found[1] for found in _PART.finditer(pdf.text)} == {"2"}:
        return _refused(pdf, "is only part 2, the transcript. Download the whole completion report.")
    values = _labelled(pdf.text)
    if any(len(set(map(fold, values.get(name, ())))) > 1 for name in ("record_id", "group", "stage")):
        return _refused(pdf, _SEVERAL)
    said = {name: found[0] for name, found in values.items()}
    lacks = [name for name in ("name", "group", "stage", "earned", "record_id") if not said.get(name)]
    if lacks:
        return _lacking(pdf, "completion report", lacks)
    member = _MEMBER.fullmatch(said["name"])
    claim = replace(
        _claim(Layout.REPORT, said, pdf, habits),
        member_id=member[2] if member else "",
        name=one_line(member[1] if member else said["name"]),
        addresses=tuple(address.lower() for address in (said.get("email", ""),) if "@" in address),
        score=_first_word(said.get("score", "")),
        passing=_first_word(said.get("passing", "")),
    )
    return _one(pdf, claim, habits)


def _labelled(text: str) -> dict[str, list[str]]:
    """Our name -> every value printed behind that label, up to the next label or bullet."""
    parts = _ANY_LABEL.split(text)
    found: dict[str, list[str]] = {}
    for label, value in zip(parts[1::2], parts[2::2], strict=True):
        name = _LABELS[" ".join(label.lower().split())]
        if name:
            found.setdefault(name, []).append(_value(name, value))
    return found


def _value(name: str, value: str) -> str:
    """Return the value of a label.

    A long name may be broken over lines; everything else is on the label's own line or the next.
    """
    text = value.strip(" \t\r\n•●▪·")
    return one_line(text if name in ("name", "curriculum", "group", "stage") else text.partition("\n")[0])


def _first_word(text: str) -> str:
    return text.split()[0] if text.split() else ""


def _claim(layout: Layout, said: Mapping[str, str], pdf: PdfText, habits: Habits) -> Claimed:
    """What both kinds of paper print alike."""
    days = {name: _day(said.get(name, ""), habits) for name in ("earned", "expires")}
    odd = next((f"“{text[:40]}” is not a known date." for text in days.values() if isinstance(text, str)), "")
    return Claimed(
        file=pdf.file,
        line=0,
        layout=layout,
        name=said["name"],
        curriculum=said.get("curriculum", ""),
        group=said["group"],
        stage=printed_stage("", said["stage"]),
        stage_name=said["stage"],
        earned=days["earned"] if isinstance(days["earned"], date) else None,
        expires=days["expires"] if isinstance(days["expires"], date) else None,
        record_id=said["record_id"],
        institution=_theirs(said.get("institution", ""), habits),
        document=pdf.path,
        fault=odd,
    )


def _day(text: str, habits: Habits) -> date | str | None:
    if not text or text.casefold() in ("n/a", "none"):
        return None
    return printed_day(text, habits.zone, day_first=habits.day_first) or text


def _theirs(text: str, habits: Habits) -> str:
    """The institution, blank when it is ours: a course taken for another one is judged by the earlier date."""
    name = one_line(re.sub(r"\(ID:?\s*\d+\)", "", text, flags=re.IGNORECASE))
    return "" if habits.institution and fold(name) == fold(habits.institution) else name


def _certificate(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    if len(_CERTIFIES.findall(pdf.text)) > 1 or len(set(_CARD_RECORD.findall(pdf.text))) > 1:
        return _refused(pdf, _SEVERAL)
    said = _card(pdf.text)
    lacks = [name for name in ("name", "group", "stage", "earned", "record_id") if not said.get(name)]
    if lacks:
        return _lacking(pdf, "certificate", lacks)
    return _one(pdf, _claim(Layout.CERTIFICATE, said, pdf, habits), habits)


def _card(text: str) -> dict[str, str]:
    said = dict.fromkeys(("name", "curriculum", "group", "stage", "earned", "expires", "record_id", "institution"), "")
    for name, pattern in _CARD_DATES.items():
        found = pattern.search(text)
        said[name] = (found[1] or "") if found else ""
    record, institution = _CARD_RECORD.search(text), _CARD_INSTITUTION.search(text)
    said["record_id"] = record[1] if record else ""
    said["institution"] = one_line(institution[1]) if institution else ""
    body = _CARD_BODY.search(_CERTIFIES.split(text, maxsplit=1)[1])
    if body:
        said["name"], said["curriculum"] = _name_and_curriculum(body["curriculum"])
        said["group"], said["stage"] = one_line(body["group"]), one_line(body["stage"])
    return said


def _name_and_curriculum(text: str) -> tuple[str, str]:
    """The first line is the name; what is left before "(Curriculum Group)" is the curriculum."""
    lines = [line for line in map(one_line, text.splitlines()) if line and not _CARD_NOISE.search(line)]
    return (lines[0], one_line(" ".join(lines[1:]))) if lines else ("", "")


def _lacking(pdf: PdfText, kind: str, lacks: list[str]) -> Refused:
    names = {"earned": "completion date", "record_id": "record ID", "group": "course learner group"}
    said = ", ".join(names.get(name, name) for name in lacks)
    return _refused(pdf, f"looks like a CITI {kind}, but its {said} cannot be found. Type the completion in by hand.")


def _one(pdf: PdfText, claim: Claimed, habits: Habits) -> ReadFile:
    return ReadFile(file=pdf.file, layout=claim.layout, rows=1, claims=(finished(claim, habits),))
