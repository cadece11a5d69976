"""Records typed badly, all of them at once: each is named with its next step, nothing unknown is cleared, the rest goes on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from onboard.sandbox.mail.catcher import MailCatcher
from onboard.sandbox.sample.lab import PROTOCOLS
from onboard.sandbox.sample.row_writer import Row
from onboard.sandbox.sample.server import sample_server
from tests.hostile.conftest import BEGAN, COORDINATOR, OPERATOR, HostileLab, Said, settle, text_of

INJECTED = "Eve\r\nBcc: everyone@elsewhere.example\r\nX-Evil: yes\u202e\u2066 Mallory"
LONG = "Maximiliane " + "ä" * 190


def person(lab: HostileLab, record: str, name: str, address: str, **more: str) -> None:
    """Somebody who works here and owes every course."""
    values = {"greet_name": name, "full_name": name, "university_email": address, **more}
    lab.put(record, "person", values)
    appointment = {"appt_kind": "employee", "appt_role": "fellow", "appt_engaged": "1", "appt_supervisor": "1"}
    lab.put(record, "appointment", {**appointment, "appt_from": "2025-01-02"}, 1)
    lab.put(record, "listing", {"list_protocol": "STEP-HF", "list_approved": "2025-02-03", "list_stays": "0"}, 1)


def course(lab: HostileLab, record: str, instance: int, **values: str) -> None:
    lab.put(record, "completion", {"comp_stage": "1", "comp_source": "typed", **values}, instance)


def protocol(lab: HostileLab, record: str, form: str, values: dict[str, str], instance: int | None = None) -> None:
    lab.sample.put([(PROTOCOLS, Row(record, form, instance, values))])


def spoil(lab: HostileLab) -> None:
    """Every bad cell of the list."""
    gcp = "Good Clinical Practice"
    person(lab, "101", "Dana Date", "dana.date@northlake.example")
    course(lab, "101", 1, comp_curriculum=gcp, comp_group="GCP for Clinical Investigations of Devices", comp_completed="31.12.25")
    course(
        lab, "101", 2, comp_curriculum=gcp, comp_group="GCP for Clinical Investigations of Devices", comp_completed="2025-13-40"
    )
    person(lab, "102", "Twin Okoye", "twin.okoye@northlake.example", citi_id="777777")
    person(lab, "103", "Twin Okoye", "TWIN.OKOYE@northlake.example ", citi_id="777777")
    person(lab, "104", "Una Known", "una.known@northlake.example")
    course(lab, "104", 1, comp_curriculum="Underwater Basket Weaving", comp_group="Weaving", comp_completed="2026-01-05")
    person(lab, "105", "Pat Protocol", "pat.protocol@northlake.example")
    lab.put("105", "listing", {"list_protocol": "STEP-HFF", "list_approved": "2025-02-03", "list_stays": "0"}, 1)
    person(lab, "106", "Nora Nomail", "")
    person(lab, "107", "Mal Formed", "mal.formed@@northlake..example")
    person(lab, "108", INJECTED, "eve@northlake.example")
    person(lab, "109", LONG, "long@northlake.example")
    person(lab, "110", "Stella Type", "stella.type@northlake.example")
    lab.put("110", "listing", {"list_protocol": "ODD-1", "list_approved": "2025-02-03", "list_stays": "0"}, 1)
    protocol(
        lab,
        "20",
        "protocol",
        {"protocol_number": "IRB-26-0900", "short_code": "ODD-1", "protocol_title": INJECTED, "protocol_pi": "1"},
    )
    odd = {"appr_kind": "initial", "appr_from": "2025-01-01", "appr_to": "2029-01-01", "appr_open": "0", "appr_funding": "nih"}
    protocol(lab, "20", "approval", {**odd, "appr_study_type": "moon_landing", "appr_phi": "yes"}, 1)
    person(lab, "111", "Ines Course", "ines.course@northlake.example")
    handed_in = {"comp_source": "survey", "comp_checked": "", "comp_completed": "2026-01-05"}
    lab.put("111", "completion", {**handed_in, "comp_curriculum": INJECTED, "comp_group": "x\r\nBcc: a@b.example"}, 1)


@dataclass(frozen=True)
class Seen:
    """What the bad lab came to."""

    mails: list[EmailMessage]
    again: list[EmailMessage]
    reminders: Said
    worklist: str
    rows: list[dict[str, object]]
    raw: bytes


@pytest.fixture(scope="module")
def seen(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """One morning of a lab with every bad cell, and the same again."""
    home = tmp_path_factory.mktemp("bad") / "home"
    shutil.copytree(begun, home)
    with sample_server(BEGAN) as sample, MailCatcher() as catcher:
        settle(home, sample, catcher)
        lab = HostileLab(home, sample, catcher)
        spoil(lab)
        reminders = lab.send("send_reminders")
        for job in ("send_checklists", "send_digests", "send_worklist"):
            lab.send(job)
        mails = lab.mails()
        for job in ("send_checklists", "send_reminders", "send_digests", "send_worklist"):
            lab.send(job)
        (worklist,) = [mail for mail in mails if "<worklist." in str(mail["List-Id"])]
        rows = json.loads(lab.onboard("status", "--format", "json", code=0).text)
        raw = b"".join(one.content for one in catcher.messages)
        # a long list is cut in the mail, by consequence; the whole of it is attached
        whole = "".join(part.get_payload(decode=True).decode() for part in worklist.iter_attachments())
        yield Seen(mails, lab.mails(), reminders, text_of(worklist) + whole, rows, raw)


pytestmark = pytest.mark.xdist_group("bad records")


@pytest.mark.parametrize(
    "words",
    [
        "31.12.25",
        "2025-13-40",
        "Type it as year-month-day",
        "has not said what this course counts as",
        "STEP-HFF",
        "Did you mean STEP-HF?",
        "cannot be mailed: no address",
        "Enter the university address",
        "mal.formed@@northlake..example",
        "moon_landing",
        "Records 102 and 103 share the address twin.okoye@northlake.example",
        "merge the records if they are one person",
    ],
)
def test_the_coordinator_reads_what_is_wrong_and_what_to_do(seen: Seen, words: str) -> None:
    assert words in seen.worklist


@pytest.mark.parametrize("record", ["101", "104", "105", "110"])
def test_nothing_unknown_is_cleared(seen: Seen, record: str) -> None:
    rows = [row for row in seen.rows if row["person"] == record]
    assert rows
    assert not [row for row in rows if row["status"] == "cleared"]


def test_people_with_good_records_are_mailed_all_the_same(seen: Seen) -> None:
    readers = {str(mail["To"]) for mail in seen.mails}
    assert any("layla.haddad@" in reader for reader in readers)
    assert not any("mal.formed" in reader for reader in readers)


def test_two_records_with_one_address_get_one_mail(seen: Seen) -> None:
    assert len([mail for mail in seen.mails if "twin.okoye@" in str(mail["To"]).lower()]) <= 1


def test_no_cell_adds_a_header_a_reader_or_a_direction(seen: Seen) -> None:
    assert len(seen.mails) > 5
    for mail in seen.mails:
        assert mail["Bcc"] is None and mail["X-Evil"] is None
        assert [address.domain for address in mail["To"].addresses if address.domain == "elsewhere.example"] == []
        for name, value in mail.items():
            assert not any(sign in str(value) for sign in "\r\n\u202e\u2066"), (name, value)
        for part in ("plain", "html"):
            body = mail.get_body((part,))
            assert body is not None
            assert not any(sign in body.get_content() for sign in "\u202e\u2066")
    # In the bytes themselves: no such line before the first blank one.
    for raw in seen.raw.split(b"\r\n\r\n"):
        assert b"\r\nX-Evil:" not in raw
    assert max(len(line) for line in seen.raw.split(b"\r\n")) <= 998


def test_every_header_line_fits_and_a_long_name_is_kept(seen: Seen) -> None:
    (mail, *_) = [mail for mail in seen.mails if "long@northlake" in str(mail["To"])] or [None]
    if mail is not None:
        assert len(str(mail["Subject"])) <= 200


def test_the_same_again_says_nothing_twice(seen: Seen) -> None:
    assert seen.again == []


def test_bad_records_are_the_coordinators_and_not_the_operators(seen: Seen) -> None:
    assert [str(mail["To"]) for mail in seen.mails if COORDINATOR in str(mail["To"])]
    assert not [text_of(mail) for mail in seen.mails if OPERATOR in str(mail["To"])]
