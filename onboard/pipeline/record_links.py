"""Addresses of records in REDCap: how the page of a row is written."""

from __future__ import annotations

from urllib.parse import urlencode

from onboard.model import Assessment
from onboard.model.evidence_id import EvidenceId


def record_link(assessment: Assessment, evidence: str) -> str:
    """Return the page of the form that holds an evidence row ("completion/3/2").

    "" where the read gave no base address. In a project with events REDCap opens the record's first event, so the number of a row
    in another one is left out.
    """
    at = EvidenceId.parse(evidence)
    base = assessment.forms.get(at.instrument, "")
    if not base or not at.record:
        return ""
    place = {"id": at.record, "page": at.instrument}
    if at.instance is not None and not at.event:
        place["instance"] = str(at.instance)
    return f"{base}&{urlencode(place)}"
