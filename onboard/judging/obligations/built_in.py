"""The clauses every lab has: an appointment, nothing that stops the protocol, facts on record. Decides their words; no lab can
switch them off."""

from __future__ import annotations

from collections.abc import Mapping

from onboard.model import Fact, Per, Requirement, RequirementKind


def _built_in(identity: str, kind: RequirementKind, title: str, per: Per, ask: str = "coordinator") -> Requirement:
    return Requirement(id=identity, kind=kind, title=title, per=per, ask=ask)


APPOINTMENT = _built_in("appointment", RequirementKind.APPOINTMENT, "Appointment in the lab", Per.PERSON)
#: Asked where the lab says that nobody is cleared on a day of absence, on every row of the person.
ABSENCE = _built_in("absence", RequirementKind.HOLD, "Not away", Per.PERSON)
#: What stops everybody on a protocol, each by its own rows, whoever is asked for an approval.
HOLD = _built_in("hold", RequirementKind.HOLD, "No hold on the protocol", Per.PROTOCOL)
SUSPENSION = _built_in("suspension", RequirementKind.HOLD, "No suspension of the protocol", Per.PROTOCOL, ask="pi")
CLOSURE = _built_in("closure", RequirementKind.HOLD, "No closure of the protocol", Per.PROTOCOL, ask="pi")
FACTS: Mapping[Fact, Requirement] = {
    fact: _built_in(f"fact_{fact}", RequirementKind.FACT, title, per)
    for fact, title, per in (
        (Fact.ROLE, "Role in the lab is recorded", Per.PERSON),
        (Fact.KIND, "Kind of appointment is recorded", Per.PERSON),
        (Fact.ENGAGED, "Engaged in research, yes or no, is recorded", Per.PERSON),
        (Fact.STUDY_TYPE, "Study type of the protocol is recorded", Per.PROTOCOL),
        (Fact.FUNDING, "Funding of the protocol is recorded", Per.PROTOCOL),
        (Fact.PHI, "Use of health information (PHI) is recorded", Per.PROTOCOL),
        (Fact.PROTOCOL, "Protocol they work on is recorded", Per.PERSON),
    )
}
