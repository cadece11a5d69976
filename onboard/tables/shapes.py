"""How each column of each table is read. Decides which reader; the readers are in cells."""

from __future__ import annotations

from collections.abc import Mapping

from onboard.model import (
    UNREADABLE,
    AppointmentKind,
    ApprovalKind,
    Checked,
    Funding,
    Horizon,
    PersonnelMode,
    Phi,
    Role,
    StudyType,
    Task,
)
from onboard.tables.cells import (
    Reader,
    choice,
    read_address,
    read_addresses,
    read_date,
    read_first_day,
    read_name,
    read_number,
    read_stage,
    read_text,
    yes_no,
)
from onboard.tables.signatures import read_signature

#: Table -> noun field -> reader. What is made from several cells (references, tasks, verdicts) is read elsewhere.
READERS: Mapping[str, Mapping[str, Reader]] = {
    "people": {
        "greet": read_name,
        "name": read_name,
        "other_names": read_name,
        "university_email": read_address,
        "other_email": read_address,
        "personal_email": read_address,
        "personal_until": read_date,
        "citi_id": read_text,
        "complete": yes_no(False, False),
    },
    "appointments": {
        "kind": choice(AppointmentKind),
        "role": choice(Role),
        "engaged": yes_no(None, None),
        "first": read_first_day,
        "last": read_date,
    },
    "completions": {
        "course": read_text,
        "curriculum": read_text,
        "group": read_text,
        "stage": read_stage,
        "completed": read_first_day,
        "expires": read_date,
        "score": read_number,
        "passing": read_number,
        "institution": read_text,
        "record_id": read_text,
        "checked": choice(Checked, bad=Checked.WAITING),
        "checked_by": read_signature,
        "checked_on": read_date,
        "reason": read_text,
        "source": read_text,
    },
    "listings": {"submitted": read_date, "approved": read_date, "removed": read_date, "stays": yes_no(False, False)},
    "delegations": {"first": read_first_day, "last": read_date, "approved_by": read_signature, "approved_on": read_date},
    "assignments": {
        "task": choice(Task),
        "title": read_name,
        "horizon": choice(Horizon),
        "first": read_first_day,
        "due": read_date,
        "done": read_date,
        "depends_on": read_text,
    },
    "absences": {"first": read_first_day, "last": read_date},
    "waivers": {
        "requirement": read_text,
        "first": read_first_day,
        "last": read_date,
        "approved_by": read_signature,
        "approved_on": read_date,
    },
    "snoozes": {"requirement": read_text, "until": read_date, "opt_out": yes_no(False, False)},
    "log": {
        "task": choice(Task),
        "on": read_first_day,
        "hours": read_text,
        "what": read_text,
        "outcome": read_text,
    },
    "enrolments": {"training": read_text, "on": read_first_day},
    "disclosures": {"on": read_first_day, "expires": read_date},
    "protocols": {
        "number": read_name,
        "code": read_name,
        "title": read_name,
        "digest_to": read_addresses,
        "irb": read_text,
        "mode": choice(PersonnelMode, blank=PersonnelMode.BLANK, bad=PersonnelMode.UNKNOWN),
    },
    "approvals": {
        "kind": choice(ApprovalKind, blank=ApprovalKind.UNKNOWN, bad=ApprovalKind.UNKNOWN),
        "first": read_first_day,
        "last": read_date,
        "open_ended": yes_no(False, False),
        "study_type": choice(StudyType, bad=UNREADABLE),
        "funding": choice(Funding, bad=UNREADABLE),
        "phi": choice(Phi, bad=UNREADABLE),
    },
    "submissions": {"what": read_text, "on": read_date},
    "holds": {"first": read_first_day, "last": read_date},
}
#: Table -> the days that begin and end a row: an end before its start makes both unreadable.
SPANS: Mapping[str, tuple[str, str]] = {
    "appointments": ("first", "last"),
    "completions": ("completed", "expires"),
    "listings": ("approved", "removed"),
    "delegations": ("first", "last"),
    "assignments": ("first", "done"),
    "absences": ("first", "last"),
    "waivers": ("first", "last"),
    "disclosures": ("on", "expires"),
    "approvals": ("first", "last"),
    "holds": ("first", "last"),
}
