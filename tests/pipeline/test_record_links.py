"""A link leads to the form of a row, and to the row itself where its number means the same in REDCap."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboard.pipeline.record_links import record_link
from tests.questions.cast import judged, records

BASE = "https://redcap.example/redcap_v14.5.5/DataEntry/index.php?pid=7"


@pytest.mark.parametrize(
    ("evidence", "query"),
    [
        ("completion/3/2", "&id=3&page=completion&instance=2"),
        ("completion/3/", "&id=3&page=completion"),
        ("completion/3/2#gcp_on", "&id=3&page=completion&instance=2"),
        ("completion/3/2@visit_1_arm_1", "&id=3&page=completion"),
        ("completion/north/12/2", "&id=north%2F12&page=completion&instance=2"),
    ],
)
def test_a_row_has_its_page(evidence: str, query: str) -> None:
    assessment = replace(judged(records()), forms={"completion": BASE})
    assert record_link(assessment, evidence) == BASE + query


def test_what_is_no_row_has_none() -> None:
    assessment = replace(judged(records()), forms={"completion": BASE})
    assert [record_link(assessment, text) for text in ("", "completion", "absence/3/1")] == ["", "", ""]
