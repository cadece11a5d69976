"""Whom somebody means who types a name at a terminal."""

from dataclasses import replace

import pytest

from onboard.errors import OnboardError
from onboard.questions.people import find_person, find_protocol, plain
from tests.questions.cast import JOSE, LENA, P2, PEOPLE, STEP, judged, person, records


@pytest.mark.parametrize(
    "typed",
    ["7", "José Núñez", "jose nunez", "NUNEZ", "núñez, josé", "jnunez", "jnunez@northlake.example", "  José "],
)
def test_jose_is_found_by_record_name_address_and_without_his_accents(lab, typed):
    assert find_person(lab, typed).record == JOSE


def test_an_exact_name_goes_before_a_part_of_another():
    people = (*PEOPLE, person("20", "Lena Haddad-Weiss"))
    assert find_person(judged(replace(records(), people=people)), "lena haddad").record == LENA


def test_a_record_id_goes_before_a_name_that_holds_the_same_digits():
    people = (*PEOPLE, person("20", "2 Robot"))
    assert find_person(judged(replace(records(), people=people)), "2").record == LENA


def test_all_who_fit_are_named_and_nobody_is_guessed(lab):
    with pytest.raises(OnboardError, match=r"'le' matches 3 people: Elena Rivera \(record 1\); Lena Haddad \(record 2\)"):
        find_person(lab, "le")


def test_the_domain_everybody_shares_fits_nobody_unless_the_address_is_typed(lab):
    with pytest.raises(OnboardError, match="No person matches 'northlake'"):
        find_person(lab, "northlake")
    assert find_person(lab, "haddad@north").record == LENA


def test_a_typing_mistake_names_the_nearest(lab):
    with pytest.raises(OnboardError, match=r"No person matches 'Hadad'. Did you mean Lena Haddad \(record 2\)\?"):
        find_person(lab, "Hadad")


@pytest.mark.parametrize("typed", ["", "   ", "?!", "Zzyzx"])
def test_what_fits_nobody_says_where_everybody_is_listed(lab, typed):
    with pytest.raises(OnboardError, match="`onboard status` lists every person"):
        find_person(lab, typed)


@pytest.mark.parametrize("typed", ["S", "STEP-HF", "step hf", "irb240117", "IRB‐24‐0117", "heart failure"])
def test_a_protocol_is_found_by_number_code_or_title_whatever_the_dashes(lab, typed):
    assert find_protocol(lab, typed).record == STEP


def test_a_part_that_fits_two_protocols_names_both(lab):
    with pytest.raises(OnboardError, match="matches 2 protocols: STEP-HF IRB-24-0117"):
        find_protocol(lab, "irb")


def test_a_wrong_number_names_the_nearest(lab):
    with pytest.raises(OnboardError, match=r"Did you mean P2 IRB-23-0042 \(record C\)"):
        find_protocol(lab, "IRB-23-0024")
    assert find_protocol(lab, "p2").record == P2


def test_letters_without_a_plain_form_are_still_typed_plainly():
    assert plain("Łukasz Sørensen-Groß O'Brien") == "lukasz sorensen gross obrien"
