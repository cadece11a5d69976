"""Who every test of words knows, on Monday 23 November 2026 in the Rivera Lab."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from onboard.model import Coordinator, Lab, Reader, ReaderRole

MONDAY = date(2026, 11, 23)
READ_AT = datetime(2026, 11, 23, 11, 2, tzinfo=UTC)  # 06:02 in Indiana
VERSION = "9f2c41d07ab35e88"

LAB = Lab(
    id="rivera",
    name="Rivera Lab",
    zone=ZoneInfo("America/Indiana/Indianapolis"),
    sender="rivera-lab@northlake.example",
    coordinators=(Coordinator(name="Maria Chen", address="maria.chen@northlake.example", phone="555-0142"),),
    operator="it@northlake.example",
    institution="Northlake University",
)

AMARA = Reader(address="amara.okafor@northlake.example", name="Amara Okafor", greet="Amara", role=ReaderRole.PERSON, record="11")
LEILA = Reader(address="leila.haddad@northlake.example", name="Leila Haddad", greet="Leila", role=ReaderRole.PERSON, record="5")
ELENA = Reader(address="elena.rivera@northlake.example", name="Elena Rivera", greet="Dr. Rivera", role=ReaderRole.PI, record="1")
JONAS = Reader(address="jonas.weber@northlake.example", name="Jonas Weber", greet="Jonas", role=ReaderRole.SUPERVISOR, record="3")
MARIA = Reader(address="maria.chen@northlake.example", name="Maria Chen", greet="Maria", role=ReaderRole.COORDINATOR, record="2")
OPERATOR = Reader(address="it@northlake.example", name="it@northlake.example", greet="", role=ReaderRole.OPERATOR)
