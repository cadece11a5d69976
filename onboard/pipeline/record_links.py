"""Addresses of records in REDCap. Decides how a row's page is written; opens nothing."""

from __future__ import annotations

from urllib.parse import urlencode

from onboard.model import Assessment


def record_link(assessment: Assessment, evidence: str) -> str:
    """The page of the form that holds an evidence row ("completion/3/2"), or "" where the read gave no base address."""
    instrument, _, rest = evidence.partition("/")
    record, _, instance = rest.rpartition("/")
    base = assessment.forms.get(instrument, "")
    if not base or not record:
        return ""
    place = {"id": record, "page": instrument} | ({"instance": instance} if instance.isdigit() else {})
    return f"{base}&{urlencode(place)}"
