"""The clauses every lab has; a lab cannot switch them off.

An appointment, nothing that stops the protocol, and the facts that select rules on record.
"""

from __future__ import annotations

from collections.abc import Mapping

from onboard.model import Fact, Per, Requirement, RequirementKind


def _built_in(identity: str, kind: RequirementKind, title: str, per: Per, ask: str = "coordinator") -> Requirement:
    return Requirement(id=identity, kind=kind, title=title, per=per, ask=ask)


APPOINTMENT = _built_in("appointment", RequirementKind.APPOINTMENT, "Appointment in the lab", Per.PERSON)
#: Asked on every row of the person where the lab does not clear people on a day of absence.
ABSENCE = _built_in("absence", RequirementKind.HOLD, "Absence", Per.PERSON)
#: What stops everyone on a protocol, each by its own rows, whether or not an approval is required.
HOLD = _built_in("hold", RequirementKind.HOLD, "Hold", Per.PROTOCOL)
SUSPENSION = _built_in("suspension", RequirementKind.HOLD, "Suspension", Per.PROTOCOL, ask="pi")
CLOSURE = _built_in("closure", RequirementKind.HOLD, "Closure", Per.PROTOCOL, ask="pi")
FACTS: Mapping[Fact, Requirement] = {
    fact: _built_in(f"fact_{fact}", RequirementKind.FACT, title, per)
    for fact, title, per in (
        (Fact.ROLE, "Role in the lab", Per.PERSON),
        (Fact.KIND, "Kind of appointment", Per.PERSON),
        (Fact.ENGAGED, "Engaged in human subjects research", Per.PERSON),
        (Fact.STUDY_TYPE, "Study type", Per.PROTOCOL),
        (Fact.FUNDING, "Funding", Per.PROTOCOL),
        (Fact.PHI, "Use of health information (PHI)", Per.PROTOCOL),
        (Fact.PROTOCOL, "Protocol they work on", Per.PERSON),
    )
}
