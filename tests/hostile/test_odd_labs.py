"""Labs of a strange shape or in a strange place: nobody, three hundred, a PI without a record, another day in UTC."""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs import JOBS, job
from onboard.adapters.system_clock import FixedClock
from onboard.app import open_app
from onboard.sandbox.sample.lab import PROTOCOLS
from onboard.sandbox.sample.row_writer import Row
from tests.beginnings import begin_with_nothing, begun
from tests.hostile.conftest import COORDINATOR, OPERATOR, TODAY, HostileLab, Start, has_next_step, text_of

PEOPLE_IN_A_BIG_LAB = 300


def test_a_lab_with_nobody_in_it_says_so(start: Start) -> None:
    lab = start(new=True, empty=True)
    for words in (("status",), ("start",), ("check",)):
        said = lab.onboard(*words)
        assert said.code in (0, 1) and "holds no person" in said.one_line() and has_next_step(said.text), said.text
    begun(lab.home, TODAY)
    said = lab.send("send_reminders", code=1)
    assert "holds no person" in said.one_line()
    assert lab.readers() == {OPERATOR: 1}


def test_everybody_gone_overnight_is_a_read_in_doubt(lab: HostileLab) -> None:
    lab.sample.projects["people"].records.clear()
    said = lab.send("send_digests", code=1)
    assert has_next_step(said.text)
    assert lab.readers() == {OPERATOR: 1}


def test_three_hundred_people_are_read_judged_and_mailed_in_time(start: Start) -> None:
    lab = start(new=True)
    for number in range(1, PEOPLE_IN_A_BIG_LAB + 1):
        record = str(1000 + number)
        name = {"greet_name": f"P{number}", "full_name": f"Person {number}"}
        lab.put(record, "person", {**name, "university_email": f"p{number}@northlake.example"})
        kind = {"appt_kind": "employee", "appt_role": "fellow", "appt_engaged": "1", "appt_supervisor": "1"}
        lab.put(record, "appointment", {**kind, "appt_from": "2025-01-02"}, 1)
        for n, code in enumerate(("STEP-HF", "CHART-AF", "REG-HF"), start=1):
            lab.put(record, "listing", {"list_protocol": code, "list_approved": "2025-02-03", "list_stays": "0"}, n)
    began = time.process_time()
    rows = json.loads(lab.onboard("status", "--format", "json", code=0).text)
    assert len(rows) > PEOPLE_IN_A_BIG_LAB * 3
    begun(lab.home, TODAY)
    lab.send("send_worklist", code=0)
    assert time.process_time() - began < 60
    mails = lab.mails()
    assert Counter(str(mail["To"]) for mail in mails if COORDINATOR in str(mail["To"]))
    assert max(len(mail.as_bytes()) for mail in mails) < 2_000_000


def test_a_pi_who_is_nobodys_record_stops_nothing(start: Start) -> None:
    lab = start()
    lab.sample.put(
        [
            (
                PROTOCOLS,
                Row("1", "protocol", None, {"protocol_number": "IRB-24-0117", "short_code": "STEP-HF", "protocol_pi": "99"}),
            )
        ]
    )
    said = lab.send("send_worklist", code=0)
    (mail,) = lab.mails()
    # a long list is cut in the mail, by consequence; the whole of it is attached
    (whole,) = (part.get_content() for part in mail.iter_attachments())
    assert "“Principal investigator” holds “99”, which is not the record ID or address of a person." in whole, said.text
    assert "RECORDS TO CORRECT" in text_of(mail) and "in the attached list" in text_of(mail), text_of(mail)
    assert lab.send("send_digests", code=0)


@pytest.mark.parametrize(
    ("zone", "utc_hour", "day"),
    [
        ("Pacific/Kiritimati", 18, date(2026, 11, 24)),  # 08:00 of the 24th there, still the 23rd in UTC
        ("Pacific/Pago_Pago", 6, date(2026, 11, 22)),  # 19:00 of the 22nd there, already the 23rd in UTC
    ],
)
def test_the_day_is_the_labs_and_not_greenwichs(start: Start, zone: str, utc_hour: int, day: date) -> None:
    lab = start(new=True, day=date(2026, 11, 23))
    settings = lab.home / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("zone = ")]
    settings.write_text(text.replace(line, f'zone = "{zone}"'), encoding="utf-8")
    app = open_app(lab.home, clock=FixedClock(datetime(2026, 11, 23, utc_hour, tzinfo=UTC)))
    assert app.today == day == app.assessment.read_on
    begin_with_nothing(app, day)
    for name in JOBS:
        job(name)(app, app.today)
    app.close()
    for mail in lab.mails():
        assert mail["Date"].datetime.date() == day, mail["Subject"]
        assert (
            mail["Date"].datetime.utcoffset()
            == datetime(2026, 11, 23, utc_hour, tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
        )
        assert "Records read" in text_of(mail)


def test_what_ends_today_there_is_still_valid_today_there(start: Start) -> None:
    """An end on the 24th holds on the 24th in Kiritimati, whatever day it is in UTC."""
    lab = start(new=True, day=date(2026, 11, 24) - timedelta(days=12))  # Jordan's course ends twelve days after the sample's day
    settings = lab.home / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if line.startswith("zone = ")]
    settings.write_text(text.replace(line, 'zone = "Pacific/Kiritimati"'), encoding="utf-8")
    verdicts = []
    for hour in (
        9,
        10,
        33,
        34,
    ):  # UTC hours of the 23rd: 23:00 of the 23rd, 00:00 and 23:00 of the 24th, 00:00 of the 25th there
        clock = FixedClock(datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=hour))
        app = open_app(lab.home, clock=clock)
        rows = [row for row in app.assessment.readiness if (row.person, row.protocol, row.task) == ("12", "3", None)]
        verdicts += [(app.today.day, row.cleared.at(app.today).name) for row in rows]
        app.close()
    assert verdicts == [(23, "YES"), (24, "YES"), (24, "YES"), (25, "NO")]


def test_one_person_in_two_records_with_one_address_gets_one_mail_a_day(start: Start) -> None:
    lab = start()
    for record, address in (("201", "Double.Person@northlake.example"), ("202", " double.person@NORTHLAKE.example")):
        lab.put(record, "person", {"greet_name": "Dee", "full_name": "Dee Double", "university_email": address})
        kind = {"appt_kind": "employee", "appt_role": "fellow", "appt_engaged": "1", "appt_supervisor": "1"}
        lab.put(record, "appointment", {**kind, "appt_from": (TODAY - timedelta(days=1)).isoformat()}, 1)
        lab.put(record, "listing", {"list_protocol": "STEP-HF", "list_approved": "2025-02-03", "list_stays": "0"}, 1)
    for name in ("send_checklists", "send_reminders"):
        lab.send(name)
    mine = [mail for mail in lab.mails() if "double.person@" in str(mail["To"]).lower()]
    assert len(mine) == 1
    lab.send("send_worklist", code=0)
    (worklist,) = [mail for mail in lab.mails() if "<worklist." in str(mail["List-Id"])]
    assert "share the address double.person@northlake.example" in text_of(worklist)
