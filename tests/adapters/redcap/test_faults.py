"""Every mood of a server at every call of a read: either the whole lab comes, or ReadInDoubt that says what to do."""

from __future__ import annotations

import traceback
from time import monotonic

import pytest

from onboard.adapters.redcap.facts import describe
from onboard.errors import ReadInDoubt
from onboard.sandbox.faults import Fault
from onboard.sandbox.rights import Rights

CONTENTS = ("version", "project", "metadata", "record")
#: What each mood is called in the message, and whether it is tried again.
MOODS = {
    Fault.BANNED: ("banned this machine", False),
    Fault.OFFLINE: ("offline for maintenance", True),
    Fault.CRITICAL_OFFLINE: ("offline for maintenance", True),
    Fault.DATABASE_DOWN: ("cannot reach its own database", True),
    Fault.SERVER_CRASH: ("failed with status 500", True),
    Fault.OVERLOAD: ("an empty answer", True),
    Fault.CONNECTION_LOST: ("the link broke", True),
    Fault.STATUS: ("failed with status 503", True),
    Fault.PERMISSION_LOST: ("refused the token", False),
    Fault.PROJECT_DELETED: ("is gone", False),
    Fault.REDIRECT: ("sends us on to", False),
    Fault.WRONG_PAGE: ("no REDCap API at the address", False),
    Fault.TOO_LARGE: ("too large for the server", False),
    Fault.HTML: ("Instead of data, a web page came", False),
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("fault", MOODS, ids=str)
def test_a_lasting_fault_ends_the_read_in_words(redcap_lab, fault, content):
    redcap_lab.server.faults.add(fault, content=content, times=None)
    said, again = MOODS[fault]
    with pytest.raises(ReadInDoubt, match=said):
        redcap_lab.source().fetch({})
    assert redcap_lab.pauses == ([2.0, 8.0, 32.0] if again else [])
    assert redcap_lab.asked(content) == (4 if again else 1)


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("fault", [fault for fault, (_, again) in MOODS.items() if again], ids=str)
def test_a_passing_fault_costs_one_pause(redcap_lab, fault, content):
    whole = redcap_lab.source().fetch({})
    redcap_lab.server.faults.add(fault, content=content, times=1)
    assert redcap_lab.source().fetch({}) == whole
    assert redcap_lab.pauses == [2.0]


def test_a_slow_server_is_given_up_and_tried_again(redcap_lab):
    redcap_lab.server.faults.add(Fault.SLOW, content="metadata", delay=1.0)
    redcap_lab.source(read_seconds=0.2).fetch({})
    assert redcap_lab.pauses == [2.0]


@pytest.mark.parametrize("content", CONTENTS)
def test_an_answer_that_trickles_in_for_ever_is_ended(redcap_lab, content):
    """Every byte comes in time, and the answer never ends."""
    redcap_lab.server.faults.add(Fault.TRICKLE, content=content, delay=0.1, times=None)
    began = monotonic()
    with pytest.raises(ReadInDoubt, match=r"did not finish its answer within 0.3 seconds"):
        redcap_lab.source(connect_seconds=0.1, read_seconds=0.2, retries=0).fetch({})
    assert monotonic() - began < 20


def test_a_server_that_stays_slow_is_named(redcap_lab):
    redcap_lab.server.faults.add(Fault.SLOW, content="version", delay=1.0, times=None)
    with pytest.raises(ReadInDoubt, match="did not answer in time"):
        redcap_lab.source(read_seconds=0.2, retries=0).fetch({})


@pytest.mark.parametrize("nth", range(3), ids=["main form", "courses", "delegations"])
def test_an_export_with_fewer_rows_is_not_believed(redcap_lab, nth):
    redcap_lab.server.faults.add(Fault.FEWER_ROWS, content="record", project="People", after=nth)
    redcap_lab.server.faults.add(Fault.FEWER_ROWS, content="record", project="People", after=2 + nth)
    with pytest.raises(ReadInDoubt):
        redcap_lab.source().fetch({})


def test_a_record_added_between_two_calls_is_read_again(redcap_lab):
    redcap_lab.server.faults.add(Fault.FEWER_ROWS, content="record", project="People", times=1)
    assert redcap_lab.source().fetch({}).instruments["people.person"].count("\n") == 4
    assert redcap_lab.asked("record") == 3 + (3 + 1) + (1 + 1), (
        "each form, then again and with the list of rows; and the protocols"
    )


def test_a_body_cut_in_the_middle_is_not_believed(redcap_lab):
    redcap_lab.server.faults.add(Fault.CUT_OFF, content="record", times=None)
    with pytest.raises(ReadInDoubt, match="cut short"):
        redcap_lab.source().fetch({})


def test_a_cut_dictionary_is_not_believed(redcap_lab):
    redcap_lab.server.faults.add(Fault.CUT_OFF, content="metadata", times=None)
    with pytest.raises(ReadInDoubt, match="not whole JSON"):
        redcap_lab.source().fetch({})


def test_a_redirect_is_never_followed(redcap_lab):
    redcap_lab.server.faults.add(Fault.REDIRECT, content="version")
    with pytest.raises(ReadInDoubt, match="so that no token goes astray"):
        redcap_lab.source().fetch({})
    assert len(redcap_lab.server.requests) == 1


@pytest.mark.parametrize("fault", [*MOODS, Fault.CUT_OFF], ids=str)
def test_no_token_stands_in_an_error_or_its_traceback(redcap_lab, fault):
    redcap_lab.server.faults.add(fault, times=None)
    with pytest.raises(ReadInDoubt) as caught:
        redcap_lab.source().fetch({})
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for token in redcap_lab.tokens.values():
        assert token not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_facts_of_a_project_with_export_right_only(redcap_lab):
    facts = describe(redcap_lab.project(), redcap_lab.pauses.append)
    assert (facts.title, facts.version, facts.in_production, facts.is_longitudinal) == ("People", "16.1.3", False, False)
    assert facts.dictionary is not None and facts.dictionary[0]["field_name"] == "record_id"
    assert facts.repeating_forms is None and facts.users is None
    assert facts.troubles == (
        "The list of repeating forms could not be read: You do not have Project Design privileges.",
        "The list of users and their rights could not be read: You do not have User Rights privileges.",
    )


def test_facts_with_every_right(redcap_lab):
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(design=True, user_rights=True))
    redcap_lab.people.missing_data_codes = {"-99": "Unknown", "NA": "Not applicable"}
    facts = describe(redcap_lab.project(), redcap_lab.pauses.append)
    assert facts.troubles == ()
    assert facts.repeating_forms == ("completion", "delegation")
    assert facts.missing_codes == {"-99": "Unknown", "NA": "Not applicable"}
    assert facts.users is not None and facts.users[0]["api_export"] in (1, "1")


def test_a_project_without_repeating_forms_has_none(redcap_lab):
    redcap_lab.people.design.repeats = []
    redcap_lab.tokens["people"] = redcap_lab.people.add_token(rights=Rights(design=True, user_rights=True))
    assert describe(redcap_lab.project()).repeating_forms == ()


def test_facts_of_a_server_in_trouble_stop_at_the_first_call(redcap_lab):
    redcap_lab.server.faults.add(Fault.BANNED, times=None)
    facts = describe(redcap_lab.project(), redcap_lab.pauses.append)
    assert facts.version is None and "banned this machine" in facts.troubles[0]
    assert len(redcap_lab.server.requests) == 1
