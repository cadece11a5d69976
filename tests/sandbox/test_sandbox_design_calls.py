"""What a project is made of, through PyCap: metadata, field names, repeats, arms, events, users, groups."""

from typing import Any

import pytest
import redcap

from onboard.sandbox.dictionary import COLUMNS


class TestMetadata:
    """The data dictionary, out and in."""

    def test_eighteen_columns_of_text(self, classic: Any) -> None:
        rows = classic.pycap.export_metadata()
        assert tuple(rows[0]) == COLUMNS
        assert {row["field_name"]: row["identifier"] for row in rows}["email"] == "y"
        assert rows[1]["required_field"] == "y"

    def test_only_the_forms_asked_for(self, repeating: Any) -> None:
        rows = repeating.pycap.export_metadata(forms=["completion"])
        assert [row["field_name"] for row in rows] == ["course", "passed", "certificate", "checked"]

    def test_frame_and_csv(self, classic: Any) -> None:
        assert classic.pycap.export_metadata(format_type="df").index[0] == "record_id"

    def test_import_gives_the_number_of_fields(self, repeating: Any) -> None:
        rows = repeating.pycap.export_metadata()
        assert repeating.pycap.import_metadata(rows[:3]) == 3
        assert repeating.pycap.import_metadata(redcap_csv(rows[:4]), import_format="csv") == 4

    def test_choices_missing_are_named_by_cell(self, classic: Any) -> None:
        rows = [{**row, "select_choices_or_calculations": ""} for row in classic.pycap.export_metadata()]
        with pytest.raises(redcap.RedcapError, match="cells have choices missing: F6, F7"):
            classic.pycap.import_metadata(rows)

    def test_a_project_in_production_refuses(self, classic: Any) -> None:
        classic.project.in_production = True
        with pytest.raises(redcap.RedcapError, match="production"):
            classic.pycap.import_metadata(classic.pycap.export_metadata())


def redcap_csv(rows: list[dict[str, str]]) -> str:
    """Rows as a CSV dictionary with API headers."""
    lines = [",".join(COLUMNS)]
    lines += [",".join('"' + row[column].replace('"', '""') + '"' for column in COLUMNS) for row in rows]
    return "\n".join(lines)


class TestNames:
    """exportFieldNames and instruments."""

    def test_one_row_per_checkbox_code_and_no_files_or_descriptions(self, classic: Any) -> None:
        rows = classic.pycap.export_field_names()
        names = [row["export_field_name"] for row in rows]
        assert names[0] == "record_id"
        assert names[-1] == "person_complete"
        assert not {"about", "photo"} & set(names)
        assert {"original_field_name": "tasks", "choice_value": "-99", "export_field_name": "tasks____99"} in rows

    def test_one_field(self, classic: Any) -> None:
        rows = classic.pycap.export_field_names(field="tasks")
        assert [row["choice_value"] for row in rows] == ["a", "B2", "-99"]

    def test_instruments(self, repeating: Any) -> None:
        assert repeating.pycap.export_instruments() == [
            {"instrument_name": "person", "instrument_label": "Person"},
            {"instrument_name": "completion", "instrument_label": "Completion"},
        ]

    def test_project_information(self, longitudinal: Any) -> None:
        info = longitudinal.pycap.export_project_info()
        assert (info["is_longitudinal"], info["has_repeating_instruments_or_events"]) == (1, 1)
        keys = list(info)
        assert keys[0] == "project_id"
        assert keys[-1] == "bypass_branching_erase_field_prompt"
        assert len(keys) == 27


class TestRepeats:
    """repeatingFormsEvents."""

    def test_classic_and_longitudinal_shapes(self, repeating: Any, longitudinal: Any) -> None:
        assert repeating.pycap.export_repeating_instruments_events() == [{"form_name": "completion", "custom_form_label": ""}]
        assert longitudinal.pycap.export_repeating_instruments_events() == [
            {"event_name": "enrolment_arm_1", "form_name": "completion", "custom_form_label": ""},
            {"event_name": "visit_arm_1", "form_name": "", "custom_form_label": ""},
        ]

    def test_nothing_repeats(self, classic: Any) -> None:
        with pytest.raises(redcap.RedcapError, match="does not contain any repeating instruments and events"):
            classic.pycap.export_repeating_instruments_events()

    def test_import(self, longitudinal: Any) -> None:
        rows = longitudinal.pycap.export_repeating_instruments_events()
        assert longitudinal.pycap.import_repeating_instruments_events(rows) == 2


class TestEvents:
    """Arms, events and mappings; a classic project has none."""

    @pytest.mark.parametrize(
        ("method", "what"),
        [
            ("export_arms", "arms"),
            ("export_events", "events"),
            ("export_instrument_event_mappings", "form/event mappings"),
        ],
    )
    def test_classic_projects_refuse(self, classic: Any, method: str, what: str) -> None:
        with pytest.raises(redcap.RedcapError, match=f"You cannot export {what} for classic projects"):
            getattr(classic.pycap, method)()

    def test_arms_and_events(self, longitudinal: Any) -> None:
        assert longitudinal.pycap.export_arms() == [{"arm_num": 1, "name": "Drug"}, {"arm_num": 2, "name": "No Drug"}]
        names = [row["unique_event_name"] for row in longitudinal.pycap.export_events(arms=["2"])]
        assert names == ["deadline_to_opt_ou_arm_2"]
        assert longitudinal.pycap.export_instrument_event_mappings(arms=["2"]) == [
            {"arm_num": 2, "unique_event_name": "deadline_to_opt_ou_arm_2", "form": "visit"}
        ]

    def test_arms_events_and_mappings_come_and_go(self, longitudinal: Any) -> None:
        assert longitudinal.pycap.import_arms([{"arm_num": 3, "name": "Third"}]) == 1
        assert longitudinal.pycap.import_events([{"event_name": "Last", "arm_num": 3}]) == 1
        mappings = longitudinal.pycap.export_instrument_event_mappings()
        mappings.append({"arm_num": 3, "unique_event_name": "last_arm_3", "form": "visit"})
        assert longitudinal.pycap.import_instrument_event_mappings(mappings) == 5
        assert longitudinal.pycap.export_instrument_event_mappings(arms=["3"])[0]["form"] == "visit"
        assert longitudinal.pycap.delete_events(["last_arm_3"]) == 1
        assert longitudinal.pycap.delete_arms(["3"]) == 1


class TestUsers:
    """Users, groups, and who is where."""

    def test_users_carry_rights_as_numbers(self, repeating: Any) -> None:
        user = repeating.pycap.export_users()[0]
        keys = list(user)
        assert keys[:3] == ["username", "email", "firstname"]
        assert keys[-2:] == ["forms", "forms_export"]
        assert (user["api_export"], user["api_import"], user["mobile_app"]) == (1, 1, 0)
        assert user["forms_export"] == {"person": 1, "completion": 1}

    def test_groups(self, repeating: Any) -> None:
        rows = repeating.pycap.export_dags()
        assert [row["unique_group_name"] for row in rows] == ["north_site", "south_site"]
        assert all(isinstance(row["data_access_group_id"], int) for row in rows)

    def test_groups_of_one_label_are_told_apart(self, repeating: Any) -> None:
        twins = [{"data_access_group_name": "Test DAG", "unique_group_name": ""}] * 2
        assert repeating.pycap.import_dags(twins) == 2
        assert [row["unique_group_name"] for row in repeating.pycap.export_dags()][-2:] == ["test_dag", "test_dagb"]
        assert repeating.pycap.delete_dags(["test_dag", "test_dagb"]) == 2

    def test_no_groups_is_an_empty_list(self, classic: Any) -> None:
        assert classic.pycap.export_dags() == []

    def test_switching_group_changes_what_is_seen(self, repeating: Any) -> None:
        assert repeating.pycap.switch_dag("north_site") == "1"
        assert repeating.pycap.export_user_dag_assignment()[0]["redcap_data_access_group"] == "north_site"
        assert {row["record_id"] for row in repeating.pycap.export_records()} == {"10"}
