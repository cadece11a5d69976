"""Tokens and rights: who may call what, and what vanishes silently."""

from typing import Any

import pytest
import redcap

from onboard.sandbox.projects import Project, Rights


@pytest.fixture
def lab_with(open_lab: Any, two_forms: str) -> Any:
    """A small lab whose token has the given rights."""

    def build(rights: Rights) -> Any:
        project = Project("Rights", two_forms, dags=("North", "South"), surveys=("completion",))
        project.put("1", "person", {"name": "Ada", "email": "ada@example.org", "age": "33", "role": "1"}, dag="north")
        project.put("1", "completion", {"course": "GCP", "passed": "2025-01-02"})
        project.put("2", "person", {"name": "Ben"}, dag="south")
        return open_lab(project, rights)

    return build


class TestTokens:
    """The first gate."""

    @pytest.mark.parametrize("token", ["", "0" * 32])
    def test_wrong_and_missing_tokens(self, classic: Any, token: str) -> None:
        answer = classic.ask({"token": token, "content": "record", "format": "json"})
        assert (answer.status_code, answer.json()) == (403, {"error": "You do not have permissions to use the API"})

    def test_errors_are_xml_unless_a_format_is_named(self, classic: Any) -> None:
        answer = classic.ask({"token": "0" * 32, "content": "version"})
        assert answer.text == (
            '<?xml version="1.0" encoding="UTF-8" ?><hash><error>You do not have permissions to use the API</error></hash>'
        )

    def test_a_revoked_token(self, classic: Any) -> None:
        classic.project.revoke(classic.token)
        assert classic.post("version").status_code == 403

    def test_a_deleted_project(self, classic: Any) -> None:
        classic.project.deleted = True
        answer = classic.post("record", format="csv")
        assert answer.status_code == 400
        assert answer.text == "ERROR: The REDCap project no longer exists because it was deleted."

    def test_no_token_in_what_the_server_remembers(self, classic: Any) -> None:
        classic.post("record", format="json")
        assert classic.token not in repr(classic.server.requests)
        assert classic.token not in repr(classic.project.accesses.values())
        assert classic.server.requests[-1].content == "record"
        assert classic.server.requests[-1].params["format"] == "json"

    def test_tokens_have_one_form(self, two_forms: str) -> None:
        with pytest.raises(ValueError, match="32 hexadecimal characters"):
            Project("P", two_forms).add_token("short")


class TestActions:
    """Rights on calls."""

    @pytest.mark.parametrize(
        ("rights", "content", "params", "message"),
        [
            (Rights(export=False, import_=True), "record", {}, "You do not have API Export privileges"),
            (Rights(), "record", {"data": "[]"}, "You do not have API Import/Update privileges"),
            (
                Rights(),
                "record",
                {"action": "delete", "records": "1"},
                "You do not have Delete Record privileges",
            ),
            (Rights(), "repeatingFormsEvents", {}, "You do not have Project Design privileges"),
            (Rights(), "log", {}, "You do not have Logging privileges"),
            (Rights(), "participantList", {"instrument": "completion"}, "Survey Distribution"),
            (Rights(), "user", {}, "You do not have User Rights privileges"),
            (Rights(), "dag", {}, "You do not have Data Access Groups privileges"),
        ],
    )
    def test_missing_rights(self, lab_with: Any, rights: Rights, content: str, params: Any, message: str) -> None:
        answer = lab_with(rights).post(content, format="json", **params)
        assert answer.status_code == 403
        assert message in answer.json()["error"]

    def test_export_alone_is_enough_to_read(self, lab_with: Any) -> None:
        lab = lab_with(Rights())
        assert lab.pycap.export_records()
        assert lab.pycap.export_metadata()
        assert lab.pycap.export_instruments()
        assert lab.pycap.export_field_names()
        assert lab.pycap.export_project_info()

    def test_unknown_content(self, classic: Any) -> None:
        answer = classic.post("recrods", format="json")
        assert (answer.status_code, answer.json()) == (
            400,
            {"error": 'The value of the parameter "content" is not valid'},
        )


class TestNames:
    """Unknown names in a call."""

    def test_unknown_fields(self, classic: Any) -> None:
        with pytest.raises(redcap.RedcapError, match=r"are not valid: .*nope"):
            classic.pycap.export_records(fields=["nope"])

    @pytest.mark.parametrize("name", ["redcap_event_name", "redcap_repeat_instance", "redcap_data_access_group"])
    def test_pseudo_fields_are_unknown_fields(self, repeating: Any, name: str) -> None:
        answer = repeating.post("record", format="json", fields=name)
        assert answer.status_code == 400
        assert answer.json()["error"] == f"The following values in the parameter \"fields\" are not valid: '{name}'"

    def test_unknown_forms_and_events(self, longitudinal: Any) -> None:
        assert '"forms" are not valid' in longitudinal.post("record", format="json", forms="x").json()["error"]
        assert '"events" are not valid' in longitudinal.post("record", format="json", events="x").json()["error"]

    def test_a_classic_project_ignores_events(self, classic: Any) -> None:
        assert len(classic.post("record", format="json", events="x").json()) == 3

    def test_a_format_that_is_not_offered_is_refused(self, classic: Any) -> None:
        assert classic.post("record", format="odm").status_code == 501


class TestFormRights:
    """Columns vanish without a word while metadata still lists them."""

    def columns(self, lab: Any) -> set[str]:
        """What a full export returns."""
        return set(lab.pycap.export_records()[0])

    def test_no_right_on_a_form(self, lab_with: Any) -> None:
        lab = lab_with(Rights(forms={"completion": 0}))
        assert not {"course", "passed", "completion_complete"} & self.columns(lab)
        assert "course" in lab.pycap.field_names

    def test_deidentified(self, lab_with: Any) -> None:
        lab = lab_with(Rights(forms={"person": 2, "completion": 2}))
        assert not {"name", "email", "remark", "course", "passed"} & self.columns(lab)
        assert {"record_id", "age", "role", "person_complete"} <= self.columns(lab)

    def test_identifiers_removed(self, lab_with: Any) -> None:
        lab = lab_with(Rights(forms={"person": 3}))
        assert not {"name", "email"} & self.columns(lab)
        assert {"remark", "age", "passed"} <= self.columns(lab)

    def test_a_group_sees_its_own_records_and_no_group_column(self, lab_with: Any) -> None:
        lab = lab_with(Rights(dag="north", import_=True))
        rows = lab.pycap.export_records(export_data_access_groups=True)
        assert [row["record_id"] for row in rows] == ["1"]
        assert "redcap_data_access_group" not in rows[0]

    def test_a_group_numbers_its_own_records(self, lab_with: Any) -> None:
        lab = lab_with(Rights(dag="north", import_=True))
        name = lab.pycap.generate_next_record_name()
        prefix, number = name.split("-")
        assert prefix.isdigit()
        assert number == "1"
        lab.pycap.import_records([{"record_id": name, "name": "Cem"}])
        assert lab.project.record_groups[name] == "north"
