"""Two printed texts are the same text, or they are not; nothing in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onboard.folding import fold, fold_reference

SBR = "GCP – Social and Behavioral Research Best Practices for Clinical Research"


@pytest.mark.parametrize(
    "arrived",
    [
        pytest.param("GCP ¿ SOCIAL AND BEHAVIORAL RESEARCH BEST PRACTICES FOR CLINICAL RESEARCH", id="mangled dash"),
        pytest.param("GCP - Social and Behavioral Research  Best Practices for Clinical Research ", id="hyphen, spaces"),
        pytest.param("GCP â€“ Social and Behavioral Research Best Practices for Clinical Research", id="read as cp1252"),
        pytest.param("gcp—social and behavioral research best practices for clinical\u00a0research", id="long dash, nbsp"),
        pytest.param("“GCP – Social and Behavioral Research Best Practices for Clinical Research”", id="quoted"),
    ],
)
def test_a_course_name_that_was_retyped_is_the_same_course(arrived: str) -> None:
    assert fold(arrived) == fold(SBR)


@pytest.mark.parametrize(
    "other",
    ["Biomedical Responsible Conduct of Research", "Biomedical Research with GCP", "Biomedical Research 2", "Biomedical"],
)
def test_a_look_alike_is_another_course(other: str) -> None:
    assert fold(other) != fold("Biomedical Research")


@pytest.mark.parametrize("typed", ["irb 24 0117", "IRB–24–0117", "IRB240117", " Irb-24-0117\t"])
def test_a_protocol_number_is_found_however_it_is_typed(typed: str) -> None:
    assert fold_reference(typed) == fold_reference("IRB-24-0117")


def test_swapped_digits_are_another_protocol() -> None:
    assert fold_reference("IRB-24-0171") != fold_reference("IRB-24-0117")


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold_reference(fold_reference(text)) == fold_reference(text)


@given(st.text())
def test_case_and_spaces_never_matter(text: str) -> None:
    assert fold(f"  {text.lower()}\n") == fold(text.lower())
