"""An evidence id comes apart as it was put together, whatever the record is called."""

from __future__ import annotations

import pytest

from onboard.model.evidence_id import EvidenceId, written


@pytest.mark.parametrize(
    ("text", "record", "instance", "event", "field"),
    [
        ("completion/3/2", "3", 2, "", ""),
        ("completion/3/2@visit_1_arm_1", "3", 2, "visit_1_arm_1", ""),
        ("person/3/1#hipaa_on", "3", 1, "", "hipaa_on"),
        ("person/3/1@visit_1_arm_1#hipaa_on", "3", 1, "visit_1_arm_1", "hipaa_on"),
        ("person/3/", "3", None, "", ""),
        ("completion/north/12/2", "north/12", 2, "", ""),
        ("completion/a#b@c/2@visit_1_arm_1", "a#b@c", 2, "visit_1_arm_1", ""),
    ],
)
def test_every_shape_comes_apart_and_together(text: str, record: str, instance: int | None, event: str, field: str) -> None:
    found = EvidenceId.parse(text)
    assert (found.record, found.instance, found.event, found.field) == (record, instance, event, field)
    assert str(found) == text


@pytest.mark.parametrize("text", ["", "completion", "completion/3"])
def test_what_is_no_id_names_no_record(text: str) -> None:
    assert EvidenceId.parse(text).record == ""


def test_an_instance_that_is_no_number_is_none() -> None:
    assert EvidenceId.parse(written("completion", "3", "²")).instance is None
