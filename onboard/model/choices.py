"""The words a cell may hold, and what is read where it holds none of them.

A `Reading` is a date, None for a blank cell, or UNREADABLE for text that is not a date.
"""

from __future__ import annotations

from datetime import date
from enum import Enum, StrEnum
from typing import TypeAlias


class Unreadable(Enum):
    """The one value of a cell that holds something, but nothing we may rely on."""

    UNREADABLE = "unreadable"

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE = Unreadable.UNREADABLE
#: A date cell as read: the date, None when blank, UNREADABLE when it holds something else.
Reading: TypeAlias = date | Unreadable | None
#: A yes/no cell as read: None when blank or not understood.
YesNo: TypeAlias = bool | None


class Choice(StrEnum):
    """A word from a list that the program knows."""

    @property
    def label(self) -> str:
        """The word as people read it: ``chart review``."""
        return self.value.replace("_", " ")


class AppointmentKind(Choice):
    """How a person belongs to the lab."""

    EMPLOYEE = "employee"  # on the payroll
    STUDENT_PAID = "student_paid"  # student worker; records may be education records (FERPA)
    STUDENT_CREDIT = "student_credit"  # student for credit
    VISITING = "visiting"  # visiting scholar or observer
    VOLUNTEER = "volunteer"  # unpaid
    EXTERNAL = "external"  # external collaborator


class Role(Choice):
    """What a person does in the lab."""

    PI = "pi"  # principal investigator
    CO_INVESTIGATOR = "co_investigator"  # co-investigator
    COORDINATOR = "coordinator"  # research coordinator
    RESEARCH_ASSISTANT = "research_assistant"  # research assistant
    FELLOW = "fellow"  # clinical or research fellow, postdoc
    DATA = "data"  # data manager or analyst
    ADMIN = "admin"  # administration, no research contact


class StudyType(Choice):
    """What kind of work a protocol is; each selects requirements."""

    NIH_TRIAL = "nih_trial"  # NIH-funded clinical trial, drug or device
    NIH_BEHAVIORAL = "nih_behavioral"  # NIH-funded behavioural trial
    BESH = "besh"  # basic experimental study with humans
    FDA_INDUSTRY = "fda_industry"  # FDA-regulated, industry-sponsored trial
    INTERVENTIONAL = "interventional"  # other interventional study
    OBSERVATIONAL = "observational"  # prospective observational
    CHART_REVIEW = "chart_review"  # retrospective chart review
    EXEMPT = "exempt"  # other exempt work
    CASE_REPORT = "case_report"  # case report
    QUALITY = "quality"  # quality improvement, programme evaluation
    SYSTEMATIC_REVIEW = "systematic_review"  # systematic review of published work


class Funding(Choice):
    """Who pays."""

    NIH = "nih"  # National Institutes of Health
    PHS = "phs"  # another Public Health Service agency
    FEDERAL = "federal"  # another federal source
    INDUSTRY = "industry"  # company sponsor
    INTERNAL = "internal"  # department or institution
    NONE = "none"  # unfunded


class Phi(Choice):
    """Whether identifiable health information is used."""

    YES = "yes"  # protected health information
    NO = "no"  # none


class Task(Choice):
    """Work that is delegated or assigned."""

    CONSENT = "consent"  # obtain informed consent
    RECRUIT = "recruit"  # screen and approach participants
    PROCEDURES = "procedures"  # study visits and procedures
    DISPENSE = "dispense"  # handle or dispense investigational product
    SAFETY = "safety"  # adverse event reporting
    CHART_REVIEW = "chart_review"  # read records, abstract data
    DATA_ENTRY = "data_entry"  # enter and clean data
    ANALYSIS = "analysis"  # statistics
    REGULATORY = "regulatory"  # regulatory binder and IRB submissions
    LITERATURE = "literature"  # literature search and writing
    ADMIN = "admin"  # scheduling, supplies; no research contact


class PersonnelMode(Choice):
    """How a change of personnel takes effect at the protocol's IRB."""

    AMENDMENT = "amendment"  # on approval of the change
    AUTOMATIC = "automatic"  # on submission, for internal people
    PI_MAINTAINED = "pi_maintained"  # the PI keeps the list
    BLANK = "blank"  # not stated: the lab's default
    UNKNOWN = "unknown"  # stated, but not understood


class ApprovalKind(Choice):
    """What a row of a protocol's approval history is."""

    INITIAL = "initial"  # initial approval
    RENEWAL = "renewal"  # continuing review
    AMENDMENT = "amendment"  # carries facts, never covers
    DETERMINATION = "determination"  # exempt or not human subjects research
    SUSPENSION = "suspension"  # a bad range
    CLOSURE = "closure"  # ends the protocol for ever
    UNKNOWN = "unknown"  # not understood: perhaps an approval, perhaps a closure


class Checked(Choice):
    """What a person said of handed-in evidence."""

    ACCEPTED = "accepted"  # looked at and accepted
    WAITING = "waiting"  # a claim not checked yet, or an undefined value
    DECLINED = "declined"  # looked at and not accepted


class Reviewed(Choice):
    """What a review is about."""

    COMPLETION = "completion"  # a course that was handed in
    CLAIM = "claim"  # what a person says was done
    ACKNOWLEDGEMENT = "acknowledgement"  # a document that a person says was read


class Horizon(Choice):
    """How long a piece of assigned work is."""

    SHORT = "short"  # weeks
    MEDIUM = "medium"  # months
    LONG = "long"  # a year or more
