"""Tiny PDFs by hand: one page of lines in Helvetica, as CITI's own PDFs read when their text is taken out."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

_HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def pdf(lines: Sequence[str]) -> bytes:
    """A PDF of one page that shows the lines one under the other."""
    text = b"\n".join(b"(" + _escaped(line) + b") Tj T*" for line in lines)
    stream = b"BT /F1 11 Tf 14 TL 50 760 Td\n" + text + b"\nET"
    return _page(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), _HELVETICA)


def packed_pdf(lines: Sequence[str]) -> bytes:
    """The same by another generator: a packed stream, each line in an array of pieces at a place of its own."""
    drawn = []
    for number, line in enumerate(lines):
        pieces = b" ".join(b"(" + _escaped(word + " ") + b") -10" for word in line.split(" "))
        drawn.append(b"BT /F1 11 Tf 1 0 0 1 50 %d Tm [%s] TJ ET" % (760 - 14 * number, pieces))
    stream = zlib.compress(b"\n".join(drawn))
    head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream)
    return _page(head + stream + b"\nendstream", _HELVETICA)


def pdf_in_another_font(lines: Sequence[str]) -> bytes:
    """The same in a font of a kind that the reading library has much to say about."""
    text = b"\n".join(b"(" + _escaped(line) + b") Tj T*" for line in lines)
    stream = b"BT /F1 11 Tf 14 TL 50 760 Td\n" + text + b"\nET"
    font = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /QWERTY+Sans /Encoding /WinAnsiEncoding /FirstChar 32 /LastChar 126 /Widths ["
        + b"500 " * 95
        + b"] /FontDescriptor 6 0 R >>"
    )
    described = b"<< /Type /FontDescriptor /FontName /QWERTY+Sans /Flags 32 /FontBBox [0 0 0 0] /FontFile3 7 0 R >>"
    program = b"<< /Subtype /Type1C /Length 4 >>\nstream\n\x01\x00\x04\x01\nendstream"
    return _page(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream), font, described, program)


def _page(content: bytes, font: bytes, *more: bytes) -> bytes:
    return _whole([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        content,
        font,
        *more,
    ])  # fmt: skip


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _whole(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)


REPORT = {
    "name": "Devon Brooks",
    "member": "100003",
    "institution": "Northlake University",
    "curriculum": "Human Research",
    "group": "Biomedical Research Investigators",
    "stage": "Stage 1 - Basic Course",
    "record": "61200001",
    "earned": "13-Mar-2026",
    "expires": "12-Mar-2029",
    "passing": "80",
    "score": "92",
}


def report(**changes: str) -> bytes:
    """A completion report, both parts, with changes."""
    said = {**REPORT, **changes}
    head = [
        f"• Name: {said['name']} (ID: {said['member']})",
        f"• Institution Affiliation: {said['institution']} (ID: 1234)",
        "• Institution Unit: Cardiology",
        "• Phone: 555-0100",
        f"• Curriculum Group: {said['curriculum']}",
        f"• Course Learner Group: {said['group']}",
        f"• Stage: {said['stage']}",
        f"• Record ID: {said['record']}",
    ]
    first = [
        f"• Completion Date: {said['earned']}",
        f"• Expiration Date: {said['expires']}",
        f"• Minimum Passing: {said['passing']}",
        f"• Reported Score*: {said['score']}",
        "REQUIRED AND ELECTIVE MODULES ONLY    DATE COMPLETED    SCORE",
        "Belmont Report and Its Principles (ID: 1127)    02-Mar-2026    3/3 (100%)",
    ]
    second = ["• Report Date: 20-Mar-2026", "• Current Score**: 97"]
    return pdf(
        [
            "COLLABORATIVE INSTITUTIONAL TRAINING INITIATIVE (CITI PROGRAM)",
            "COMPLETION REPORT - PART 1 OF 2",
            "COURSEWORK REQUIREMENTS*",
            *head,
            *first,
            "COMPLETION REPORT - PART 2 OF 2",
            "COURSEWORK TRANSCRIPT**",
            *head,
            *second,
        ]
    )


def certificate(**changes: str) -> bytes:
    """A certificate, with changes."""
    said = {**REPORT, **changes}
    return pdf(
        [
            f"Completion Date {said['earned']}",
            f"Expiration Date {said['expires']}",
            f"Record ID {said['record']}",
            "This is to certify that:",
            said["name"],
            "Has completed the following CITI Program course:",
            "Not valid for renewal of certification",
            "through CME.",
            said["curriculum"],
            "(Curriculum Group)",
            said["group"],
            "(Course Learner Group)",
            said["stage"].removeprefix("Stage "),
            "(Stage)",
            "Under requirements set by:",
            said["institution"],
            "Verify at www.citiprogram.org/verify/?w0f1e2d3c",
        ]
    )


def card_lines(year: int, **changes: str) -> list[str]:
    """The lines of a certificate as they were printed in a year, with changes; a value may hold a line break."""
    said = {**REPORT, **changes}
    dates = [f"Completion Date {said['earned']}", f"Expiration Date {said['expires']}", f"Record ID {said['record']}"]
    body = [said["curriculum"], said["group"], said["stage"].removeprefix("Stage ")]
    labels = ["(Curriculum Group)", "(Course Learner Group)", "(Stage)"]
    head = ["This is to certify that:", said["name"], "Has completed the following CITI Program course:"]
    sealed = [said["institution"], "Generated on 09-Mar-2026. Verify at www.citiprogram.org/verify/?w0f1e2d3c"]
    if year < 2023:
        named = [f"{value} {label}" for value, label in zip(body, labels, strict=True)]
        lines = [
            *dates,
            *head,
            *named,
            "Under requirements set by:",
            said["institution"],
            "Verify at www.citiprogram.org/verify/?w1",
        ]
    else:
        named = [line for pair in zip(body, labels, strict=True) for line in pair]
        small = ["Not valid for renewal of", "certification through CME."]
        where = ["101 NE 3rd Avenue, Suite 320", "Fort Lauderdale, FL 33301 US", "www.citiprogram.org"]
        lines = [*where, *head, *named, "Under requirements set by:", *dates, *small, *sealed]
    return [line for lines_of in lines for line in lines_of.split("\n")]


def report_lines(labels: str = "• {}: {}", **changes: str) -> list[str]:
    """The lines of the first part of a report, each value behind its label in the way of a generator."""
    said = {**REPORT, **changes}
    values = [
        ("Name", f"{said['name']} (ID: {said['member']})"),
        ("Institution Affiliation", f"{said['institution']} (ID: 1234)"),
        ("Institution Email", "devon.brooks@northlake.example"),
        ("Institution Unit", "Cardiology"),
        ("Curriculum Group", said["curriculum"]),
        ("Course Learner Group", said["group"]),
        ("Stage", said["stage"]),
        ("Record ID", said["record"]),
        ("Completion Date", said["earned"]),
        ("Expiration Date", said["expires"]),
        ("Minimum Passing", said["passing"]),
        ("Reported Score*", said["score"]),
    ]
    lines = [labels.format(label, value) for label, value in values]
    title = ["COLLABORATIVE INSTITUTIONAL TRAINING INITIATIVE (CITI PROGRAM)", "COMPLETION REPORT - PART 1 OF 2"]
    end = ["REQUIRED AND ELECTIVE MODULES ONLY DATE COMPLETED SCORE", "Belmont Report (ID: 1127) 02-Mar-2026 3/3 (100%)"]
    return [line for lines_of in (*title, *lines, *end) for line in lines_of.split("\n")]
