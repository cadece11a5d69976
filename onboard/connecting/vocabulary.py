"""What labs call things: for each of our fields the phrases its REDCap field may carry. Decides words; compares nothing.

A phrase fits when all its words stand in a field's name or label; the first phrases of a list fit best.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from onboard.model import (
    AppointmentKind,
    ApprovalKind,
    Checked,
    Funding,
    Horizon,
    PersonnelMode,
    Phi,
    Reviewed,
    Role,
    StudyType,
    Task,
)

DATE, EMAIL, TEXT, YES_NO, CHOICE, NUMBER, TICKS = "date", "email", "text", "yesno", "choice", "number", "checkbox"

#: Words of a form's name, or of a field's own, that say which table it belongs to; people need none.
TABLE_WORDS: Mapping[str, str] = {
    "people": "",
    "appointments": "appointment appt position pos employment hr hire job",
    "steps": "",
    "completions": "completion comp certificate crt cert training course citi",
    "reviews": "review rev decision",
    "listings": "listing list lst irb personnel",
    "delegations": "delegation deleg dol duties duty dl doa",
    "assignments": "assignment work wk task tsk assigned",
    "absences": "absence away vacation vac leave off",
    "waivers": "waiver waived wv exemption",
    "snoozes": "snooze reminders quiet",
    "log": "research log diary activity act dia",
    "enrolments": "enrolment enrollment enrolled enrol signed enr",
    "disclosures": "disclosure disclosed coi conflict fcoi",
    "protocols": "protocol protocols study studies",
    "approvals": "approval approvals appr review rev",
    "submissions": "submission subm sent correspondence snt",
    "holds": "hold stop suspended",
}
_FROM = ("first day", "from", "start", "begin", "hire date")
_TO = ("last day", "to", "until", "end", "stop", "expires")
_PROTOCOL = ("protocol", "study", "irb number")
#: Table -> our field -> what kind of field it is, and the phrases.
FIELDS: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "people": {
        "greet": (TEXT, ("name to greet", "preferred name", "call me", "nickname", "goes by", "first name", "pref name")),
        "name": (TEXT, ("name as on certificates", "name on certificates", "full name", "display name", "legal name", "name")),
        "other_names": (TEXT, ("other names", "former name", "maiden", "aka", "other spellings")),
        "university_email": (EMAIL, ("university email", "email univ", "campus email", "institutional email", "work email",
                                     "work mail", "email", "mail")),
        "other_email": (EMAIL, ("other work email", "second work email", "alternative email", "other email", "alt mail",
                                "second email", "secondary email")),
        "personal_email": (EMAIL, ("personal email", "private email", "home email", "home mail", "email home")),
        "personal_until": (DATE, ("use the personal address until", "private email until", "home email valid to",
                                  "personal until", "email until")),
        "citi_id": (TEXT, ("citi member id", "citi member", "citi number", "citi id", "citi no")),
        "complete": (YES_NO, ("may be emailed", "ok email", "ok to email", "green light", "ready to write to")),
    },
    "appointments": {
        "kind": (CHOICE, ("kind of appointment", "kind", "class", "category", "employment type", "type")),
        "role": (CHOICE, ("role in the lab", "role", "job", "title")),
        "engaged": (YES_NO, ("engaged in human subjects research", "engaged", "human subjects", "hsr", "participants")),
        "supervisor": (TEXT, ("supervisor", "reports to", "boss", "manager", "mentor", "lead")),
        "first": (DATE, _FROM),
        "last": (DATE, _TO),
    },
    "completions": {
        "course": (TEXT, ("course name", "training name", "course", "name")),
        "curriculum": (TEXT, ("curriculum group", "curriculum", "curr")),
        "group": (TEXT, ("course learner group", "learner group", "group")),
        "stage": (CHOICE, ("stage",)),
        "completed": (DATE, ("completed on", "completion date", "passed", "completed", "done", "date")),
        "expires": (DATE, ("expires on as printed", "expires", "expiration", "printed end", "valid until", "exp", "until")),
        "score": (NUMBER, ("score", "pct", "percent")),
        "passing": (NUMBER, ("passing score", "pass mark", "passing")),
        "institution": (TEXT, ("institution on the certificate", "institution", "inst")),
        "record_id": (TEXT, ("record id on the certificate", "record number", "certificate number", "record id", "number")),
        "checked": (CHOICE, ("looked at", "verified", "checked", "accepted")),
        "checked_by": (TEXT, ("looked at by", "verified by", "checked by")),
        "checked_on": (DATE, ("looked at on", "verified on", "checked on")),
        "reason": (TEXT, ("reason if not accepted", "reason")),
        "source": (CHOICE, ("how this came in", "entered by", "source", "how")),
    },
    "reviews": {
        "what": (CHOICE, ("what was looked at",)),
        "row": (TEXT, ("number of the row", "row")),
        "event": (TEXT, ("its event",)),
        "decision": (CHOICE, ("decision",)),
        "by": (TEXT, ("looked at by", "decided by", "reviewed by")),
        "on": (DATE, ("looked at on", "decided on", "reviewed on")),
        "reason": (TEXT, ("reason if not accepted", "reason")),
        "seen": (TEXT, ("mark of what was looked at",)),
    },
    "listings": {
        "protocol": (TEXT, _PROTOCOL),
        "submitted": (DATE, ("change submitted to the irb on", "submitted", "sent")),
        "approved": (DATE, ("on the irb personnel list since", "approved", "added", "since")),
        "removed": (DATE, ("removed from the list on", "removed", "off")),
        "stays": (YES_NO, ("stays listed as external collaborator", "external", "stays")),
    },
    "delegations": {
        "protocol": (TEXT, _PROTOCOL),
        "tasks": (TICKS, ("tasks given by the pi", "tasks", "duties")),
        "first": (DATE, _FROM),
        "last": (DATE, _TO),
        "approved_by": (TEXT, ("approved by", "signed by")),
        "approved_on": (DATE, ("approved on", "signed on")),
    },
    "assignments": {
        "title": (TEXT, ("piece of work", "title", "what", "work")),
        "protocol": (TEXT, _PROTOCOL),
        "task": (CHOICE, ("task", "code")),
        "horizon": (CHOICE, ("length", "horizon", "span")),
        "first": (DATE, _FROM),
        "due": (DATE, ("due on", "due", "deadline")),
        "done": (DATE, ("done on", "done", "finished")),
        "depends_on": (TEXT, ("waits for", "depends on")),
    },
    "absences": {"first": (DATE, ("first day away", *_FROM)), "last": (DATE, ("last day away", *_TO))},
    "waivers": {
        "requirement": (TEXT, ("requirement", "waived")),
        "protocol": (TEXT, ("only for protocol", *_PROTOCOL)),
        "first": (DATE, _FROM),
        "last": (DATE, _TO),
        "approved_by": (TEXT, ("approved by", "signed by", "waived by", "by")),
        "approved_on": (DATE, ("approved on", "signed on", "waived on", "signed")),
    },
    "snoozes": {
        "requirement": (TEXT, ("requirement",)),
        "until": (DATE, ("no reminders until", "until")),
        "opt_out": (YES_NO, ("no friendly reminders at all", "no friendly reminders", "no reminders", "opt out")),
    },
    "log": {
        "protocol": (TEXT, _PROTOCOL),
        "task": (CHOICE, ("task", "code")),
        "on": (DATE, ("day of the work", "date", "last activity", "on")),
        "hours": (NUMBER, ("hours", "h")),
        "what": (TEXT, ("what i did", "what", "note")),
        "outcome": (TEXT, ("what came of it", "outcome", "result")),
    },
    "enrolments": {
        "training": (CHOICE, ("training", "signed up for", "enrolled in", "course")),
        "on": (DATE, ("signed up on", "enrolled on", "date", "on")),
    },
    "disclosures": {
        "on": (DATE, ("conflict of interest disclosure handed in on", "handed in", "disclosed on", "on")),
        "expires": (DATE, ("next one due by as printed", "due again", "due", "expires")),
    },
    "protocols": {
        "number": (TEXT, ("protocol number", "irb number", "irb no", "number")),
        "code": (TEXT, ("short code", "acronym", "nickname", "short name", "nick")),
        "title": (TEXT, ("full title", "long title", "title")),
        "pi": (TEXT, ("principal investigator", "pi")),
        "digest_to": (TEXT, ("weekly digest also to", "digest to", "copy reports to", "digest", "cc")),
        "irb": (TEXT, ("irb of record", "which irb", "irb name", "irb")),
        "mode": (CHOICE, ("a change of personnel counts", "personnel changes", "personnel")),
    },
    "approvals": {
        "kind": (CHOICE, ("kind", "approval")),
        "first": (DATE, _FROM),
        "last": (DATE, _TO),
        "open_ended": (YES_NO, ("no expiration date", "no expiration", "open end", "open")),
        "study_type": (CHOICE, ("study type", "type")),
        "funding": (CHOICE, ("funding", "sponsor", "fund", "money")),
        "phi": (CHOICE, ("identifiable health information phi", "phi")),
    },
    "submissions": {"what": (TEXT, ("what was sent to the irb", "sent to the irb", "what")), "on": (DATE, ("sent on", "on"))},
    "holds": {"first": (DATE, ("work must stop from", *_FROM)), "last": (DATE, ("until", *_TO))},
}  # fmt: skip
#: Onboarding steps: our name -> phrases for the date it was done.
STEPS: Mapping[str, tuple[str, ...]] = {
    "contract": ("contract or agreement signed", "contract"),
    "confidentiality": ("confidentiality agreement signed", "confidentiality", "nda"),
    "badge": ("id badge collected", "badge"),
    "account": ("university account and mailbox work", "network account", "account"),
    "workspace": ("desk keys and computer handed over", "workspace", "desk"),
    "data_access": ("data access", "shared drive", "drive"),
    "ehr_access": ("electronic health record", "ehr", "epic", "cerner"),
    "intro_meeting": ("introduction meeting held", "meeting with coordinator", "meeting"),
    "lab_manual": ("lab manual read", "manual"),
}
#: Words of a date field that is a column of its own for one course.
COURSE_PHRASES = (
    "human subjects", "hsp", "citi", "gcp", "good clinical practice", "hipaa", "privacy", "rcr", "responsible conduct",
    "conflict of interest course", "coi course", "coi training", "e6", "nih training", "biosafety", "bloodborne",
    "other course",
)  # fmt: skip
#: Our fields whose words are fixed.
ENUMS: Mapping[tuple[str, str], type[StrEnum]] = {
    ("appointments", "kind"): AppointmentKind,
    ("appointments", "role"): Role,
    ("completions", "checked"): Checked,
    ("reviews", "what"): Reviewed,
    ("reviews", "decision"): Checked,
    ("delegations", "tasks"): Task,
    ("assignments", "task"): Task,
    ("assignments", "horizon"): Horizon,
    ("log", "task"): Task,
    ("protocols", "mode"): PersonnelMode,
    ("approvals", "kind"): ApprovalKind,
    ("approvals", "study_type"): StudyType,
    ("approvals", "funding"): Funding,
    ("approvals", "phi"): Phi,
}
#: Our word -> what it is called elsewhere; beside the word itself.
CALLED: Mapping[str, tuple[str, ...]] = {
    "typed": ("typed", "typed from the certificate", "coordinator", "entered by the office"),
    "survey": ("survey", "sent by the person", "self report"),
    "employee": ("staff", "employee", "paid staff"),
    "student_paid": ("student worker", "student paid", "paid student"),
    "student_credit": ("student for credit", "course credit"),
    "visiting": ("visitor", "visiting", "observer", "visiting scholar"),
    "external": ("external", "outside collaborator", "collaborator"),
    "pi": ("pi", "principal investigator"),
    "co_investigator": ("coinvestigator", "sub investigator"),
    "coordinator": ("coordinator", "crc", "study coordinator"),
    "research_assistant": ("ra", "research assistant", "assistant"),
    "fellow": ("fellow", "postdoc"),
    "data": ("data manager", "data", "analyst"),
    "admin": ("administration", "office", "admin"),
    "accepted": ("accepted", "verified", "yes"),
    "waiting": ("waiting", "pending", "still being checked"),
    "declined": ("declined", "rejected", "not accepted"),
    "consent": ("consent", "informed consent"),
    "recruit": ("recruitment", "recruit", "screening"),
    "procedures": ("procedures", "visits and procedures", "study visits"),
    "dispense": ("drug handling", "dispense", "dispensing"),
    "safety": ("safety reports", "safety", "adverse events"),
    "chart_review": ("chart review", "charts"),
    "data_entry": ("data entry",),
    "analysis": ("statistics", "analysis"),
    "regulatory": ("regulatory", "binder"),
    "literature": ("literature", "writing"),
    "amendment": ("amendment", "by amendment"),
    "automatic": ("automatic", "at once"),
    "pi_maintained": ("by pi", "pi keeps the list"),
    "initial": ("initial",),
    "renewal": ("renewal", "continuing review"),
    "determination": ("determination", "exempt determination"),
    "suspension": ("suspension", "suspended"),
    "closure": ("closure", "closed"),
    "internal": ("internal", "departmental"),
    "none": ("none", "unfunded"),
    "industry": ("industry", "sponsor", "company"),
}
