"""The text of a CITI PDF as a claim.

Its labels decide whether it is a completion report or a certificate; a PDF that is neither is refused. Labels are CITI's: a
report names each value ("Record ID: 1"), a certificate prints the word below.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from onboard.folding import fold
from onboard.intake.claims import Claimed, Habits, Layout, PdfText, ReadFile, Refused, one_line
from onboard.intake.printed import is_nothing, printed_day, printed_stage
from onboard.intake.rows import finished
from onboard.judging.courses import named_course

_CERTIFIES = re.compile(r"this\s+is\s+to\s+certify\s+that\s*:?", re.IGNORECASE)
_REPORTS = re.compile(r"completion\s+report|coursework\s+requirements|requirements\s+report", re.IGNORECASE)
_PART = re.compile(r"part\s+([12])\s+of\s+2", re.IGNORECASE)
#: Labels of a report; those without a name of ours only end the value before them.
_LABELS: Mapping[str, str] = {
    "name": "name", "institution affiliation": "institution", "institution email": "email", "email": "email",
    "institution unit": "", "phone": "", "curriculum group": "curriculum", "course learner group": "group",
    "stage": "stage", "description": "", "report id": "report_id", "record id": "record_id", "report date": "",
    "completion date": "earned", "expiration date": "expires", "minimum passing": "passing", "reported score": "score",
    "current score": "",
}  # fmt: skip
_BULLETS = "•●▪·*◦‣∙\uf0b7"
_ANY_LABEL = re.compile(
    rf"(?:(?:^|\n)\s*(?:[-–o]\s+)?|[{_BULLETS}])\s*("
    + "|".join(r"\s+".join(map(re.escape, label.split())) for label in sorted(_LABELS, key=len, reverse=True))
    + r")\s*\**\s*:",
    re.IGNORECASE,
)
#: Values that a narrow column breaks over lines.
_LONG = ("name", "institution", "curriculum", "group", "stage")
_MEMBER = re.compile(r"(.*?)\s*\((?:member\s+)?ID\s*:?\s*(\d+)\)", re.IGNORECASE | re.DOTALL)
_DAY = r"\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}|N/A|None"
_CARD_LABELS = (("earned", r"completion\s+date"), ("expires", r"expiration\s+date"), ("record_id", r"record\s+id"))
_CARD_VALUES = {"earned": _DAY, "expires": _DAY, "record_id": r"\d+"}
#: The three labels one under the other, with their values below, as a generator that reads by columns gives them.
_CARD_COLUMNS = re.compile(
    r"\s+".join(rf"{label}\s*:?" for _, label in _CARD_LABELS)
    + "".join(rf"\s+(?P<{name}>{_CARD_VALUES[name]})" for name, _ in _CARD_LABELS),
    re.IGNORECASE,
)
_CARD_RECORD = re.compile(r"record\s+id\s*:?\s*(\d+)", re.IGNORECASE)
#: What a certificate prints beside its values; in which order the text comes differs by the year and the generator.
_CARD_NOISE = re.compile(
    r"not\s+valid\s+for\s+renewal\s+of\s+certification\s+through\s+CME\.?"
    r"|has\s+completed\s+the\s+following(?:\s+CITI\s+program)?\s+course\s*:?"
    r"|generated\s+on\s+\d{1,2}-\w{3,9}-\d{2,4}\.?"
    r"|verify\s+at:?\s+\S+|(?:https?://)?www\.citiprogram\.org\S*"
    r"|101\s+NE\s+3rd\s+Avenue[^\n]*|fort\s+lauderdale,\s+FL[^\n]*"
    r"|collaborative\s+institutional\s+training\s+initiative(?:\s+\(CITI\s+program\))?|^\s*CITI\s+program\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_CARD_NAME = re.compile(r"\A(?P<name>.*?)has\s+completed\s+the\s+following", re.IGNORECASE | re.DOTALL)
_CARD_BODY = re.compile(
    r"(?P<curriculum>.*?)\(\s*curriculum\s+group\s*\)(?P<group>.*?)\(\s*course\s+learner\s+group\s*\)"
    r"(?P<stage>.*?)\(\s*stage\s*\)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_CARD_INSTITUTION = re.compile(r"under\s+(?:the\s+)?requirements\s+set\s+by\s*:?", re.IGNORECASE)
_SEVERAL = "holds more than one completion. Give one PDF for each."


def read_pdf_text(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    """The one claim of a PDF, or why it is not used."""
    pdf = replace(pdf, text=_plain(pdf.text))
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


def _plain(text: str) -> str:
    """Text as it is compared: ligatures and no-break spaces of a generator taken apart, marks that no one sees left out."""
    return "".join(c for c in unicodedata.normalize("NFKC", text) if c == "\n" or c.isprintable() or c in "\t\r\uf0b7")


def _refused(pdf: PdfText, words: str) -> Refused:
    return Refused(file=pdf.file, words=f"It {words}")


def _report(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    if {found[1] for found in _PART.finditer(pdf.text)} == {"2"}:
        return _refused(pdf, "is only part 2, the transcript. Download the whole completion report.")
    values = _labelled(pdf.text)
    number = "record_id" if "record_id" in values else "report_id"
    if any(len(set(map(fold, values.get(name, ())))) > 1 for name in (number, "group", "stage")):
        return _refused(pdf, _SEVERAL)
    said = {name: found[0] for name, found in values.items()}
    said["record_id"] = said.get(number, "")
    if lacks := _lacks(said):
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
    return one_line(text if name in _LONG else text.partition("\n")[0])


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
        group=named_course(said["group"], said.get("curriculum", "")),
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
    if is_nothing(text):
        return None
    return printed_day(text, habits.zone, day_first=habits.day_first) or text


def _theirs(text: str, habits: Habits) -> str:
    """The institution, blank when it is ours: a course taken for another one is judged by the earlier date."""
    name = one_line(re.sub(r"\(ID:?\s*\d+\)", "", text, flags=re.IGNORECASE))
    return "" if habits.institution and _letters(name) == _letters(habits.institution) else name


def _letters(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


def _lacks(said: Mapping[str, str]) -> list[str]:
    """What a paper must say. An institution that cannot be found must not be taken for ours."""
    found = {**said, "group": named_course(said.get("group", ""), said.get("curriculum", ""))}
    return [name for name in ("name", "group", "stage", "earned", "record_id", "institution") if not found.get(name)]


def _certificate(pdf: PdfText, habits: Habits) -> ReadFile | Refused:
    if len(_CERTIFIES.findall(pdf.text)) > 1 or len(set(_CARD_RECORD.findall(pdf.text))) > 1:
        return _refused(pdf, _SEVERAL)
    said = _card(pdf.text)
    if lacks := _lacks(said):
        return _lacking(pdf, "certificate", lacks)
    return _one(pdf, _claim(Layout.CERTIFICATE, said, pdf, habits), habits)


def _card(text: str) -> dict[str, str]:
    """What a certificate says. Dates, number and small print may stand anywhere between the other values."""
    said, rest = _dates_and_number(text)
    body = _CARD_BODY.search(_CERTIFIES.split(rest, maxsplit=1)[1])
    if not body:
        return said
    name = _CARD_NAME.search(body["curriculum"])
    said["name"], said["curriculum"] = _name_and_curriculum(body["curriculum"], name["name"] if name else "")
    said["group"], said["stage"] = (_line(body[part]) for part in ("group", "stage"))
    before, _, after = _CARD_INSTITUTION.sub("\0", body["rest"], count=1).partition("\0")
    said["institution"] = _line(after) or _line(before)
    return said


def _dates_and_number(text: str) -> tuple[dict[str, str], str]:
    """Both dates and the record number, and the text without them."""
    said = dict.fromkeys(("name", "curriculum", "group", "stage", "earned", "expires", "record_id", "institution"), "")
    if columns := _CARD_COLUMNS.search(text):
        said.update(columns.groupdict())
        text = _CARD_COLUMNS.sub("\n", text)
    for name, label in _CARD_LABELS:
        found = re.search(rf"{label}\s*:?(?:\s*({_CARD_VALUES[name]})|[ \t]*([^\n]*))", text, re.IGNORECASE)
        if found:
            said[name] = said[name] or found[1] or found[2].strip()
            text = text[: found.start()] + "\n" + text[found.end() :]
    return said, text


def _line(text: str) -> str:
    """A value without small print, in one line, however many lines it was broken over."""
    return one_line(_CARD_NOISE.sub(" ", text))


def _name_and_curriculum(text: str, name: str) -> tuple[str, str]:
    """The name stands before "has completed ..."; else it is the first line. The curriculum is what is left."""
    if _line(name):
        return _line(name), _line(text[len(name) :])
    lines = [line for line in map(_line, _CARD_NOISE.sub("\n", text).splitlines()) if line]
    return (lines[0], one_line(" ".join(lines[1:]))) if lines else ("", "")


def _lacking(pdf: PdfText, kind: str, lacks: list[str]) -> Refused:
    names = {"earned": "completion date", "record_id": "record ID", "group": "course"}
    said = ", ".join(names.get(name, name) for name in lacks)
    return _refused(pdf, f"looks like a CITI {kind}, but its {said} cannot be found. Type the completion in by hand.")


def _one(pdf: PdfText, claim: Claimed, habits: Habits) -> ReadFile:
    return ReadFile(file=pdf.file, layout=claim.layout, rows=1, claims=(finished(claim, habits),))
