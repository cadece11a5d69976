"""A lab read through PyCap over HTTP: what is asked, what comes back, and when a read is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from onboard.errors import ConfigError, ReadInDoubt
from onboard.model.mapping import Mapping, Source
from onboard.sandbox.rights import FormExport, Rights


def test_a_whole_read_holds_each_instruments_own_rows(redcap_lab):
    export = redcap_lab.source().fetch({})
    assert export.instruments["people.person"] == (
        "record_id,full_name,person_complete\n1,Ada Ito,2\n2,Bo Lind,0\n3,Cyd Márquez,2\n"
    )
    assert export.instruments["people.completion"] == (
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,comp_group,comp_completed,completion_complete\n"
        '1,completion,1,"Biomedical Research, Basic",2026-01-05,2\n'
        '1,completion,2,"GCP ""FDA""\nFocus",2026-02-06,2\n'
    )
    assert export.instruments["protocols.protocol"] == "protocol_id,protocol_number,protocol_complete\nP1,24-0017,2\n"
    assert export.read_at.isoformat() == "2026-11-23T11:02:00+00:00"
    assert export.server_version == "16.1.3"


def test_a_checkbox_comes_as_its_columns(redcap_lab):
    header, row = redcap_lab.source().fetch({}).instruments["people.delegation"].splitlines()
    cells = dict(zip(header.split(","), row.split(","), strict=True))
    assert (cells["deleg_tasks___consent"], cells["deleg_tasks___recruit"], cells["deleg_tasks___analysis"]) == ("1", "1", "0")


def test_only_mapped_fields_are_asked_of_redcap(redcap_lab):
    redcap_lab.source().fetch({})
    asked = [seen.params for seen in redcap_lab.server.requests if seen.content == "record"]
    assert len(asked) == 4 + 2, "each form, and each project's list of rows"
    fields = {value for params in asked for key, value in params.items() if key.startswith("fields")}
    assert "university_email" not in fields
    assert {"full_name", "comp_group", "deleg_tasks", "completion_complete", "record_id", "protocol_id"} <= fields


def test_the_dictionary_and_links_come_along(redcap_lab):
    export = redcap_lab.source().fetch({})
    assert export.dictionaries["people"].startswith("field_name,form_name,section_header,field_type,")
    assert "\nfull_name,person," in export.dictionaries["people"]
    assert export.links["people"] == (
        f"{redcap_lab.server.root}redcap_v16.1.3/DataEntry/index.php?pid={redcap_lab.people.project_id}"
    )


def test_an_instrument_without_rows_has_its_header_alone(redcap_lab):
    redcap_lab.mapping = Mapping(
        sources=(
            *redcap_lab.mapping.sources,
            Source(table="waivers", project="people", instrument="waiver", fields={"requirement": "waiver_requirement"}),
        )
    )
    redcap_lab.people.drop("3")
    redcap_lab.people.put("3", "person", {"full_name": "Cyd Márquez"})
    export = redcap_lab.source().fetch({})
    # Not opened for anybody, the waiver form of a classic base row still says "incomplete".
    assert export.instruments["people.waiver"].splitlines()[0] == "record_id,waiver_requirement,waiver_complete"
    assert export.instruments["people.delegation"].count("\n") == 1


@pytest.mark.parametrize("every_row", [False, True], ids=["server sends own rows", "server sends every repeating row"])
def test_rows_of_other_instruments_never_count(redcap_lab, every_row):
    redcap_lab.people.id_brings_every_row = every_row
    export = redcap_lab.source().fetch({})
    assert export.instruments["people.person"].count("\n") == 4
    assert export.instruments["people.completion"].count("\n") == 4  # one cell holds a line feed


def test_two_reads_of_the_same_records_are_the_same_text(redcap_lab):
    source = redcap_lab.source()
    assert source.fetch({}).instruments == source.fetch({}).instruments


def test_a_form_the_token_may_not_export_is_noticed(redcap_lab):
    hidden = redcap_lab.people.add_token(rights=Rights(forms={"completion": FormExport.NONE}))
    redcap_lab.tokens["people"] = hidden
    with pytest.raises(ReadInDoubt, match=r"left out comp_group, comp_completed, completion_complete .*Full Data Set"):
        redcap_lab.source().fetch({})


def test_a_deidentified_export_is_noticed(redcap_lab):
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(forms={"person": FormExport.DEIDENTIFIED}))
    with pytest.raises(ReadInDoubt, match="left out full_name of form 'person'"):
        redcap_lab.source().fetch({})


def test_a_token_in_an_empty_access_group_sees_no_person(redcap_lab):
    redcap_lab.people.groups["north"] = "North"
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(dag="north"))
    with pytest.raises(ReadInDoubt, match=r"holds no person.*data access group"):
        redcap_lab.source().fetch({})


def test_a_field_that_is_not_in_the_project_names_the_nearest(redcap_lab):
    person = redcap_lab.mapping.sources[1]
    wrong = replace(person, fields={**person.fields, "greet": "great_name"})
    redcap_lab.mapping = Mapping(sources=(wrong,))
    with pytest.raises(ReadInDoubt, match=r"no field 'great_name' \(the nearest is 'greet_name'\)"):
        redcap_lab.source().fetch({})
    assert redcap_lab.asked("record") == 0


def test_a_form_that_is_not_in_the_project_names_the_nearest(redcap_lab):
    redcap_lab.mapping = Mapping(sources=(replace(redcap_lab.mapping.sources[1], instrument="persons"),))
    with pytest.raises(ReadInDoubt, match=r"no form 'persons' \(the nearest is 'person'\)"):
        redcap_lab.source().fetch({})


def test_a_wrong_token_says_the_likely_causes_and_is_not_tried_again(redcap_lab):
    redcap_lab.tokens["people"] = "0" * 32
    with pytest.raises(ReadInDoubt, match=r"project 'people' \(403: .*account was suspended.*ONBOARD_PEOPLE_TOKEN"):
        redcap_lab.source().fetch({})
    assert redcap_lab.pauses == []


def test_a_missing_export_right_says_which_box_to_tick(redcap_lab):
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(export=False, import_=True))
    with pytest.raises(ReadInDoubt, match=r"lacks a right .*User Rights, give the token's user API Export"):
        redcap_lab.source().fetch({})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://127.0.0.1:9/redcap/"}, "does not end with /api/"),
        ({"url": "http://127.0.0.1:9/api/", "retries": 0}, "cannot be reached"),
    ],
    ids=["not an API address", "nobody listens"],
)
def test_an_address_that_is_no_redcap(redcap_lab, changes, said):
    with pytest.raises((ReadInDoubt, ConfigError), match=said):
        redcap_lab.source(**changes).fetch({})


def test_every_call_says_who_calls(redcap_lab):
    # The sandbox keeps no headers, so the session itself is asked.
    from onboard.adapters.redcap.project import GuardedProject

    with GuardedProject(redcap_lab.project()) as project:
        assert project._session.headers["User-Agent"] == "onboard/0.1.0 (maria@northlake.example)"
        assert project._session.trust_env is False
