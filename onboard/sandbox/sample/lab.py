"""The sample lab, relative to a day, so that it always shows every state.

Its story; the rows are in people.py and protocols.py. It imports nothing of the product's own logic. `CAST` says who shows which
state.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from onboard.sandbox.sample.courses import HSP_GROUP, HUMAN_RESEARCH
from onboard.sandbox.sample.people import BRANDT, J_SMITH, NOVAK, write_people
from onboard.sandbox.sample.protocols import STEP_HF, write_protocols
from onboard.sandbox.sample.row_writer import Row, RowWriter, years_from
from onboard.shipped import shipped

__all__ = ["CAST", "Row", "SampleLab", "SampleProject", "next_day", "sample_lab", "week_later"]

#: Record, name, and what each of them shows.
CAST = """
 1  Elena Rivera       PI of all six protocols; ready
 2  Maria Chen         coordinator; ready on the trial, with tasks; away for some days in two weeks
 3  Devon Brooks       second coordinator, deputy for Maria; privacy course waived until day 40
 4  Amara Okafor       starts next week; nothing done yet but papers; personal address until the university one works
 5  Layla Haddad       GCP expired four days ago on STEP-HF, consented two days ago; an E6(R3) introduction does not count;
                       right-to-left name
 6  Kenji Tanaka       delegated on STEP-HF before the GCP course was passed; cleared now; writes the case report
 7  Tomáš Novák        has work on REG-HF, which does not list him
 8  Priya Singh        human subjects course with a name nobody mapped, and the RCR look-alike; one listing names a protocol
                       that does not exist
 9  Jonas Brandt       "completed on" is 03/04-style and cannot be read
10  Lucía Ortiz Peña   left three days ago, still on two IRB lists
11  Oluwaseun Adeyemi  new today; sent a certificate yesterday that nobody has looked at; privacy course missing; listing
                       with the IRB
12  J. Smith (Jordan)  human subjects course ends in 12 days; one delegation waits for the PI's signature
13  J. Smith (Jamie)   here for two days, but half-typed: the form is not Complete, so nothing is sent
14  Chiara Rossi, MD   left for another university, stays listed on REG-HF as external collaborator
15  Noor al-Rashid     a refresher without a basic course; right-to-left name
16  Wei Zhang          two roles over time: volunteer, then data manager; cleared on the exempt chart review

The trial's approval (STEP-HF) ends in 24 days, its renewal is with the IRB; the chart review (CHART-AF) is exempt and has no
expiration date.
"""
PEOPLE, PROTOCOLS = "people", "protocols"
_PEOPLE_REPEAT = (
    "step", "appointment", "completion", "review", "listing", "delegation", "assignment", "absence", "waiver", "snooze",
    "research_log", "enrolment", "disclosure",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleProject:
    """One REDCap project of the sample: what to set up, and the rows to put into it in order."""

    title: str
    dictionary: Path  # data dictionary to upload
    repeating: tuple[str, ...]
    surveys: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleLab:
    """The whole lab as of `today`; `projects` by name, people first."""

    today: date
    projects: dict[str, SampleProject]


def sample_lab(today: date) -> SampleLab:
    """Return the lab as of the morning of `today`."""
    people, protocols = RowWriter(today), RowWriter(today)
    write_people(people)
    write_protocols(protocols)
    return SampleLab(
        today=today,
        projects={
            PEOPLE: SampleProject(
                title="Rivera Lab: People",
                dictionary=shipped("config/redcap_project/people.csv"),
                repeating=_PEOPLE_REPEAT,
                surveys=("completion", "research_log"),
                rows=tuple(people.rows),
            ),
            PROTOCOLS: SampleProject(
                title="Rivera Lab: Protocols",
                dictionary=shipped("config/redcap_project/protocols.csv"),
                repeating=("approval", "submission", "hold"),
                surveys=(),
                rows=tuple(protocols.rows),
            ),
        },
    )


def next_day(lab: SampleLab) -> list[tuple[str, Row]]:
    """What happened until the next morning, as (project, row to put): Jordan Smith renewed the human subjects course, and
    Maria has accepted the certificate."""
    writer = RowWriter(lab.today)
    values = {
        "comp_curriculum": HUMAN_RESEARCH,
        "comp_group": HSP_GROUP,
        "comp_stage": "2",
        "comp_completed": writer.day(0),
        "comp_expires": years_from(writer.day(0), 3),
        "comp_score": "95",
        "comp_passing": "80",
        "comp_source": "survey",
    }
    number = _instances(lab, J_SMITH, "completion") + 1
    review = {
        "rev_what": "completion",
        "rev_row": str(number),
        "rev_decision": "accepted",
        "rev_by": "Maria Chen",
        "rev_on": writer.day(0),
    }
    return [
        (PEOPLE, Row(J_SMITH, "completion", number, values, stamp=f"{writer.day(0)} 10:12:00")),
        (PEOPLE, Row(J_SMITH, "review", 1, review)),
    ]


def week_later(lab: SampleLab) -> list[tuple[str, Row]]:
    """What happened within seven days, beside the next day's: Tomáš Novák was listed on REG-HF, the renewal of STEP-HF was
    approved, and Jonas Brandt left early."""
    writer = RowWriter(lab.today)
    listed = {
        "list_protocol": "REG-HF",
        "list_submitted": writer.day(1),
        "list_approved": writer.day(4),
        "list_stays": "0",
    }
    renewed = {"appr_kind": "renewal", "appr_from": writer.day(3), "appr_to": writer.day(389), "appr_open": "0"}
    appointment = next(row for row in lab.projects[PEOPLE].rows if (row.record, row.form) == (BRANDT, "appointment"))
    left = {**appointment.values, "appt_to": writer.day(4)}
    renewal = _instances(lab, STEP_HF, "approval", PROTOCOLS) + 1
    return [
        (PEOPLE, Row(NOVAK, "listing", _instances(lab, NOVAK, "listing") + 1, listed)),
        (PROTOCOLS, Row(STEP_HF, "approval", renewal, renewed)),
        (PEOPLE, Row(BRANDT, "appointment", appointment.instance, left)),
    ]


def _instances(lab: SampleLab, record: str, form: str, project: str = PEOPLE) -> int:
    return sum((row.record, row.form) == (record, form) for row in lab.projects[project].rows)
