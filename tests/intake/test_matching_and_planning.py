"""Whose a completion is, and what is new. The lab: two J. Smiths, a changed surname, an address CITI does not know."""

from __future__ import annotations

from datetime import date

import pytest

from onboard.intake.claims import Claimed, Layout, claim_key
from onboard.intake.matching import Roster
from onboard.intake.planning import Planned, State, as_completion, counts, plan
from onboard.judging.courses import CourseMap
from onboard.model import UNREADABLE, Completion, Course, Person
from tests.intake.layouts import GCP, HSP

COURSES = CourseMap(
    [
        Course(training="", group=("Biomedical Responsible Conduct of Research",)),
        Course(training="hsp", group=(HSP, "Biomedical Research"), stages=(1, 2, 3)),
        Course(training="gcp", group=(GCP, "GCP ICH Refresher")),
        Course(training="gcp_sbr", group=("GCP – Social and Behavioral Research Best Practices for Clinical Research",)),
    ]
)


def person(record: str, name: str, **more: str) -> Person:
    """Somebody of the lab."""
    plain = dict.fromkeys(("greet", "other_names", "university_email", "other_email", "personal_email", "citi_id"), "")
    return Person(record=record, name=name, personal_until=None, complete=True, **{**plain, **more})


PEOPLE = (
    person("3", "Devon Brooks", citi_id="0100003", university_email="Devon.Brooks@northlake.example"),
    person("12", "J. Smith", greet="Jordan", university_email="jordan.smith@northlake.example", citi_id="100012"),
    person("13", "J. Smith", greet="Jamie", university_email="jamie.smith@northlake.example"),
    person("5", "ليلى حداد (Layla Haddad)", university_email="layla.haddad@northlake.example", citi_id="100005"),
    person("14", "Chiara Rossi, MD", other_names="Chiara Bianchi", university_email="chiara@lakeside.example"),
    person("20", "Post Box", university_email="office@northlake.example"),
    person("21", "Box Two", university_email="office@northlake.example", citi_id="77"),
)


def claim(**changes: object) -> Claimed:
    """Devon's basic course as a file claims it."""
    plain: dict[str, object] = {
        "file": "citi.csv", "line": 2, "layout": Layout.SOAP, "member_id": "100003", "name": "Devon Brooks",
        "curriculum": "Human Research", "group": HSP, "stage": 1, "stage_name": "Basic Course",
        "earned": date(2026, 3, 13), "expires": date(2029, 3, 12), "record_id": "61200001",
    }  # fmt: skip
    return Claimed(**{**plain, **changes})  # type: ignore[arg-type]


def recorded(evidence: str = "completion/3/1", who: str = "3", **changes: object) -> Completion:
    """A row that stands in REDCap already."""
    return as_completion(claim(**changes), who, evidence)


def planned(*claims: Claimed, held: tuple[Completion, ...] = (), mailboxes: tuple[str, ...] = ()) -> list[Planned]:
    """The plan of some claims."""
    return list(plan(claims, Roster(PEOPLE, mailboxes), held, COURSES))


class TestCase18WhoItIs:
    """Homonyms, a changed surname, CITI's address differs from the lab's, padded ids."""

    def test_a_name_alone_never_decides(self) -> None:
        (item,) = planned(claim(member_id="", name="Devon Brooks"))
        assert (item.state, item.person, item.near) == (State.UNMATCHED, "", ("3",))
        assert "a name alone decides nothing" in item.why

    def test_homonyms_are_both_named_and_neither_chosen(self) -> None:
        (item,) = planned(claim(member_id="", name="J. Smith"))
        assert item.state is State.UNMATCHED and item.near == ("12", "13")

    def test_an_address_tells_homonyms_apart(self) -> None:
        (item,) = planned(claim(member_id="", name="Jamie Smith", addresses=("jamie.smith@northlake.example",)))
        assert (item.state, item.person) == (State.NEW, "13")

    @pytest.mark.parametrize("member", ["100003", "0100003", "00100003", " 100003 ", "100003.0"])
    def test_padded_ids_are_one_id(self, member: str) -> None:
        assert planned(claim(member_id=member))[0].person == "3"

    def test_the_id_finds_somebody_whose_citi_address_is_unknown_here(self) -> None:
        (item,) = planned(claim(addresses=("db@gmail.example",)))
        assert (item.state, item.person) == (State.NEW, "3")

    def test_a_changed_surname_keeps_the_given_name(self) -> None:
        (item,) = planned(claim(name="Devon Lindqvist"))
        assert (item.state, item.person) == (State.NEW, "3")

    def test_other_names_count(self) -> None:
        (item,) = planned(claim(member_id="", name="C. Bianchi", addresses=("chiara@lakeside.example",)))
        assert (item.state, item.person) == (State.NEW, "14")

    def test_names_in_two_scripts_agree(self) -> None:
        assert planned(claim(member_id="100005", name="LAYLA HADDÁD"))[0].person == "5"

    def test_an_id_with_a_wholly_other_name_is_a_typing_mistake(self) -> None:
        (item,) = planned(claim(name="Wei Zhang"))
        assert item.state is State.UNMATCHED and item.near == ("3",) and "Wei Zhang" in item.why

    def test_id_and_address_together_outweigh_the_name(self) -> None:
        (item,) = planned(claim(name="Maria Lind", addresses=("devon.brooks@northlake.example",)))
        assert (item.state, item.person) == (State.NEW, "3") and "Maria Lind" in item.how

    def test_keys_of_two_people_decide_nothing(self) -> None:
        (item,) = planned(claim(addresses=("jordan.smith@northlake.example",)))
        assert item.state is State.UNMATCHED and item.near == ("3", "12") and "Cannot tell whose" in item.why

    def test_a_shared_address_needs_another_key(self) -> None:
        (item,) = planned(claim(member_id="", name="", addresses=("office@northlake.example",)))
        assert item.state is State.UNMATCHED and item.near == ("20", "21")
        assert planned(claim(member_id="77", name="", addresses=("office@northlake.example",)))[0].person == "21"

    def test_another_member_id_than_recorded_needs_the_name(self) -> None:
        """Somebody opened a second account at CITI: address and name agree, so it is theirs, and it is said."""
        (item,) = planned(claim(member_id="555", addresses=("devon.brooks@northlake.example",)))
        assert item.person == "3" and "another CITI member ID (555)" in item.how
        (item,) = planned(claim(member_id="555", name="", addresses=("devon.brooks@northlake.example",)))
        assert item.state is State.UNMATCHED and item.near == ("3",)

    def test_a_user_name_counts_only_where_the_lab_says_so(self) -> None:
        row = claim(member_id="", name="", username="devon.brooks")
        assert planned(row)[0].state is State.UNMATCHED
        assert planned(row, mailboxes=("northlake.example",))[0].person == "3"

    def test_strangers_are_unmatched_and_near_nobody(self) -> None:
        (item,) = planned(claim(member_id="999999", name="Jo Stranger"))
        assert item.state is State.UNMATCHED and item.near == () and "Nobody here has" in item.why

    def test_whose_it_is_may_be_said_by_hand_if_the_name_agrees(self) -> None:
        row = claim(member_id="", name="Devon B. Brooks")
        roster, key = Roster(PEOPLE), planned(row)[0].key
        (item,) = plan([row], roster, (), COURSES, {key: "3"})
        assert (item.state, item.person) == (State.NEW, "3")
        (item,) = plan([row], roster, (), COURSES, {key: "12"})
        assert item.state is State.UNMATCHED and "You said record 12" in item.why


class TestWhatIsNew:
    """New, known, conflict, unknown course."""

    def test_new(self) -> None:
        (item,) = planned(claim())
        assert (item.state, item.training, item.person) == (State.NEW, "hsp", "3")

    @pytest.mark.parametrize(
        ("why", "held"),
        [
            ("same number and date", recorded(group="retyped", stage=2)),
            ("same number, padded", recorded(record_id="061200001")),
            ("same course, stage and date, no number", recorded(record_id="")),
            ("same course by the map, typed without a number", recorded(record_id="", group="Biomedical Research")),
            ("same course under CITI's other number", recorded(record_id="5")),
        ],
    )
    def test_known(self, why: str, held: Completion) -> None:
        (item,) = planned(claim(), held=(held,))
        assert (item.state, item.evidence) == (State.KNOWN, "completion/3/1"), why

    @pytest.mark.parametrize(
        ("why", "held"),
        [
            ("another stage", recorded(stage=2, record_id="5")),
            ("another day", recorded(earned=date(2026, 3, 14), record_id="5")),
            ("somebody else's", recorded(who="12", record_id="5")),
            (
                "two courses of one training, each with its number",
                recorded(group="Biomedical Research", record_id="5"),
            ),
        ],
    )
    def test_not_known(self, why: str, held: Completion) -> None:
        assert planned(claim(), held=(held,))[0].state is State.NEW, why

    def test_conflict_same_number_another_date(self) -> None:
        (item,) = planned(claim(), held=(recorded(earned=date(2025, 3, 13)),))
        assert item.state is State.CONFLICT and "13 Mar 2025" in item.why and "13 Mar 2026" in item.why

    def test_conflict_a_recorded_date_that_cannot_be_read(self) -> None:
        held = as_completion(claim(), "3", "completion/3/1")
        odd = Completion(**{name: getattr(held, name) for name in Completion.__slots__} | {"completed": UNREADABLE})
        assert "cannot be read" in planned(claim(), held=(odd,))[0].why

    def test_conflict_same_number_of_somebody_else(self) -> None:
        (item,) = planned(claim(), held=(recorded("completion/12/1", "12"),))
        assert item.state is State.CONFLICT and item.evidence == "completion/12/1"

    def test_a_certificate_of_a_recorded_number_is_known_though_it_names_nobody_by_key(self) -> None:
        paper = claim(member_id="", layout=Layout.CERTIFICATE)
        assert planned(paper, held=(recorded(),))[0].state is State.KNOWN
        assert planned(claim(member_id="", name="Wei Zhang"), held=(recorded(),))[0].state is State.CONFLICT

    def test_twice_in_one_call_is_once(self) -> None:
        states = [item.state for item in planned(claim(), claim(record_id=""), claim(record_id="9"))]
        assert states == [State.NEW, State.KNOWN, State.KNOWN]

    def test_unknown_course_and_unreadable_stage(self) -> None:
        unknown, stageless = planned(claim(group="Essentials"), claim(stage=None, stage_name="Expert", record_id="8"))
        assert unknown.state is State.UNKNOWN_COURSE and "“Essentials” at stage 1" in unknown.why
        assert stageless.state is State.UNKNOWN_COURSE and "“Expert” cannot be read" in stageless.why

    def test_case_16_a_look_alike_comes_in_and_counts_for_nothing(self) -> None:
        (item,) = planned(claim(group="Biomedical Responsible Conduct of Research"))
        assert (item.state, item.training, item.why) == (State.NEW, "", "counts for no training here")

    @pytest.mark.parametrize(
        "group",
        ["GCP – SOCIAL AND BEHAVIORAL RESEARCH BEST PRACTICES FOR CLINICAL RESEARCH",
         "GCP ¿ Social and Behavioral Research Best Practices for Clinical Research",
         "GCP - Social  and Behavioral Research Best Practices for Clinical Research",
         "GCP â€“ Social and Behavioral Research Best Practices for Clinical Research",
         "gcp\u2014social and behavioral research best practices for clinical research"],
    )  # fmt: skip
    def test_case_15_dashes_spaces_and_case(self, group: str) -> None:
        assert planned(claim(group=group))[0].training == "gcp_sbr"

    def test_not_completed_and_not_passed_are_no_completions(self) -> None:
        items = planned(claim(earned=None), claim(passed=False, score="79", passing="80", record_id="2"))
        assert [item.state for item in items] == [State.NOT_PASSED, State.NOT_PASSED]

    def test_every_state_is_counted(self) -> None:
        assert counts(planned(claim())) == {state: int(state is State.NEW) for state in State}


def test_two_completions_of_an_institution_do_not_share_a_key() -> None:
    """Of a hundred thousand record numbers two would have the same eight digits, for instance these."""
    one, other = (claim_key(claim(record_id=number)) for number in ("61042372", "61085405"))
    assert one[:8] == other[:8] and one != other
