"""Tiny PDFs by hand: one page of lines in Helvetica, as CITI's own PDFs read when their text is taken out."""

from __future__ import annotations

from collections.abc import Sequence


def pdf(lines: Sequence[str]) -> bytes:
    """A PDF of one page that shows the lines one under the other."""
    text = b"\n".join(b"(" + _escaped(line) + b") Tj T*" for line in lines)
    stream = b"BT /F1 11 Tf 14 TL 50 760 Td\n" + text + b"\nET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _whole(objects)


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
