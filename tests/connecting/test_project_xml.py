"""The two projects as files: their bytes, what a reader makes of them, what no public file shows, and the way to `status`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import requests
from typer.testing import CliRunner

from jobs.__main__ import app
from onboard import __version__
from onboard.cli.install import _TITLES, _labels, _project_file, _shipped_mapping
from onboard.connecting.installing import repeating_forms
from onboard.connecting.project_xml import ProjectFile, Survey, form_label, project_xml, row_labels, surveys_of
from onboard.errors import ConfigError
from onboard.sandbox.clock import still
from onboard.sandbox.creating import project_from_file
from onboard.sandbox.dictionary import COLUMNS, parse_csv
from onboard.sandbox.faults import Fault
from onboard.sandbox.projects import Project
from onboard.sandbox.rights import EVERYTHING, Rights
from onboard.shipped import shipped
from tests.connecting.conftest import Served, make_home
from tests.connecting.odm_checker import findings
from tests.connecting.test_install import ALL, blank_projects, onboard

FOLDER = shipped("config/redcap_project")
NAMES = ("people", "protocols")
CLOCK = still(datetime(2026, 11, 23, 7))
BLANK_ROW = dict.fromkeys(COLUMNS, "")


def file_of(name: str) -> str:
    return (FOLDER / f"{name}.xml").read_text(encoding="utf-8")


def loaded(name: str) -> Project:
    return project_from_file(file_of(name), CLOCK)


def small(*rows: dict[str, str], **more: object) -> str:
    """A file of one form with these fields after the record id."""
    first = {"field_name": "record_id", "form_name": "one", "field_type": "text", "field_label": "Record ID"}
    every = [{**BLANK_ROW, "form_name": "one", **row} for row in (first, *rows)]
    file = ProjectFile(title="A small project's", record_label="", source="small.csv", rows=every, repeating={})
    return project_xml(replace(file, **more))  # type: ignore[arg-type]


class TestShipped:
    """The two files in config/redcap_project."""

    @pytest.mark.parametrize("name", NAMES)
    def test_they_are_what_the_command_writes(self, name: str, tmp_path: Path) -> None:
        onboard(tmp_path, "install", "--as-file", str(tmp_path / "files"))
        made, kept = ((folder / f"{name}.xml").read_bytes() for folder in (tmp_path / "files", FOLDER))
        assert made == kept, "onboard install --as-file config/redcap_project --replace"

    @pytest.mark.parametrize("name", NAMES)
    def test_a_reader_finds_the_dictionary_in_them(self, name: str) -> None:
        wanted = parse_csv((FOLDER / f"{name}.csv").read_text(encoding="utf-8"))
        found = loaded(name).dictionary
        assert [field.row for field in found.fields] == [field.row for field in wanted.fields]
        assert len(found.fields) == len(wanted.fields) > 15

    @pytest.mark.parametrize("name", NAMES)
    def test_they_show_only_what_public_files_show(self, name: str) -> None:
        assert findings(file_of(name)) == []

    def test_both_are_small_and_hold_no_version_of_the_program(self) -> None:
        assert sum(len((FOLDER / f"{name}.xml").read_bytes()) for name in NAMES) < 110_000
        assert not any(__version__ in file_of(name) for name in NAMES)

    def test_settings_repeats_and_surveys(self) -> None:
        people, protocols = loaded("people"), loaded("protocols")
        assert (people.title, people.settings.custom_record_label) == ("Onboarding: People", "[full_name]")
        assert (protocols.title, protocols.settings.custom_record_label) == ("Onboarding: Protocols", "[short_code]")
        for project in (people, protocols):
            assert (project.settings.purpose, project.settings.record_autonumbering_enabled) == (4, 1)
            assert not project.records and not project.design.longitudinal
        assert (people.surveys, protocols.surveys) == (["completion", "research_log"], [])
        assert (people.settings.surveys_enabled, protocols.settings.surveys_enabled) == (1, 0)
        survey = people.survey_settings["completion"]
        assert (survey["repeat_survey_enabled"], survey["repeat_survey_btn_location"]) == ("1", "AFTER_SUBMIT")
        assert survey["acknowledgement"].startswith("<p>Thank you.") and survey["save_and_return"] == "0"

    def test_without_surveys(self, tmp_path: Path) -> None:
        onboard(tmp_path, "install", "--as-file", str(tmp_path), "--without-surveys", "--project", "people")
        text = (tmp_path / "people.xml").read_text(encoding="utf-8")
        project = project_from_file(text, CLOCK)
        assert "SurveysGroup" not in text and project.settings.surveys_enabled == 0 and findings(text) == []
        assert project.dictionary == loaded("people").dictionary and not (tmp_path / "protocols.xml").exists()


@pytest.mark.parametrize("name", NAMES)
class TestEveryRepeatingForm:
    """A form that comes to the dictionary and the mapping comes to the file by its line of repeating.toml."""

    def test_repeats_in_the_file_in_the_order_of_the_dictionary(self, name: str) -> None:
        project = loaded(name)
        many = set(repeating_forms(name, _shipped_mapping())) & set(project.dictionary.forms)
        assert [one.form for one in project.design.repeats] == [form for form in project.dictionary.forms if form in many]

    def test_says_of_each_row_what_is_in_it(self, name: str) -> None:
        project = loaded(name)
        for one in project.design.repeats:
            named = re.findall(r"\[(\w+)\]", one.custom_label)
            assert named, f"repeating.toml has no line for {one.form}"
            assert set(named) <= {field.name for field in project.dictionary.fields_of(one.form)}, one.form

    def test_has_a_page_that_names_its_files(self, name: str) -> None:
        text = (FOLDER / "README.md").read_text(encoding="utf-8")
        assert f"`{name}.xml`" in text and f"`{name}.csv`" in text
        ticks = re.search(
            {"people": r"tick these forms:(.*?)Leave", "protocols": r'instruments and events" tick(.*?)Leave'}[name], text, re.S
        )
        assert ticks and re.findall(r"`(\w+)`", ticks[1]) == [one.form for one in loaded(name).design.repeats]


def test_repeating_toml_names_no_form_that_is_nowhere() -> None:
    forms = {form for name in NAMES for form in loaded(name).dictionary.forms}
    assert set(_labels()) <= forms


KINDS = [
    {"field_name": "plain", "field_type": "text", "field_label": "A & B's \"own\" <x"},
    {"field_name": "bold", "field_type": "notes", "field_label": "<b>Say</b> it", "section_header": "Part 1", "field_note": "n"},
    {"field_name": "whole", "field_type": "text", "field_label": "W", "text_validation_type_or_show_slider_number": "integer",
     "text_validation_min": "1", "text_validation_max": "9"},
    {"field_name": "real", "field_type": "text", "field_label": "R", "text_validation_type_or_show_slider_number": "number"},
    {"field_name": "day", "field_type": "text", "field_label": "D", "text_validation_type_or_show_slider_number": "date_dmy"},
    {"field_name": "moment", "field_type": "text", "field_label": "M",
     "text_validation_type_or_show_slider_number": "datetime_seconds_ymd"},
    {"field_name": "clock", "field_type": "text", "field_label": "C", "text_validation_type_or_show_slider_number": "time"},
    {"field_name": "mail", "field_type": "text", "field_label": "E", "text_validation_type_or_show_slider_number": "email",
     "identifier": "y", "required_field": "y"},
    {"field_name": "boxes", "field_type": "checkbox", "field_label": "Boxes", "section_header": "Part 2",
     "select_choices_or_calculations": "a, One | B-2, Two, or more"},
    {"field_name": "more_boxes", "field_type": "checkbox", "field_label": "More", "select_choices_or_calculations": "1, One"},
    {"field_name": "one_of", "field_type": "radio", "field_label": "One", "select_choices_or_calculations": "x, X | long_code, Y",
     "custom_alignment": "RH"},
    {"field_name": "menu", "field_type": "dropdown", "field_label": "Menu", "select_choices_or_calculations": "1, Yes | 2, No",
     "text_validation_type_or_show_slider_number": "autocomplete"},
    {"field_name": "yes", "field_type": "yesno", "field_label": "Yes?", "branching_logic": "[whole] > 3"},
    {"field_name": "true", "field_type": "truefalse", "field_label": "True?"},
    {"field_name": "sum", "field_type": "calc", "field_label": "Sum", "select_choices_or_calculations": "[whole] + 1"},
    {"field_name": "slide", "field_type": "slider", "field_label": "S", "select_choices_or_calculations": "low | mid | high",
     "text_validation_type_or_show_slider_number": "number"},
    {"field_name": "words", "field_type": "descriptive", "field_label": "Read this", "section_header": "Part 3"},
    {"field_name": "paper", "field_type": "file", "field_label": "Paper", "section_header": "Part 4",
     "field_annotation": "@HIDDEN"},
]  # fmt: skip


def test_every_kind_of_field_comes_back() -> None:
    text = small(*KINDS, surveys=(Survey(form="one", title="T", above=("a & b <c>", "d")),), repeating={"one": "[plain]"})
    assert findings(text) == []
    project = project_from_file(text, CLOCK)
    rows = [field.row for field in project.dictionary.fields][1:]
    assert rows == [{**BLANK_ROW, "form_name": "one", **row} for row in KINDS]
    assert project.survey_settings["one"]["instructions"] == "<p>a &amp; b &lt;c&gt;</p><p>d</p>"


_ON = 'redcap:Variable="subm_on" redcap:FieldType="text" redcap:TextValidationType="date_ymd"'
#: What is planted -> what takes the place of what, once.
PLANTED = {
    "a date as text": ('DataType="date"', 'DataType="text"'),
    "no status field": ('<ItemGroupRef ItemGroupOID="hold.hold_complete" Mandatory="No"/>', ""),
    "a wrong length": ('Length="1" redcap:Variable="protocol_complete"', 'Length="2" redcap:Variable="protocol_complete"'),
    "a length that is not the longest code": ('Length="13"', 'Length="12"'),
    "no digits": (' SignificantDigits="1"', ""),
    "attributes in another order": ('OID="hold_from" Name="hold_from"', 'Name="hold_from" OID="hold_from"'),
    "an attribute nobody knows": ('OID="hold_from"', 'OID="hold_from" Color="red"'),
    "a blank attribute": (' redcap:RequiredField="y"', ' redcap:RequiredField="y" redcap:FieldAnnotation=""'),
    "the dictionary's word for a kind": ('FieldType="select"', 'FieldType="dropdown"'),
    "required and not mandatory": ('Mandatory="Yes"', 'Mandatory="No"'),
    "an item that is nowhere": ('ItemOID="hold_to"', 'ItemOID="hold_until"'),
    "a list that is nowhere": ('CodeListOID="appr_kind.choices"', 'CodeListOID="appr_kinds.choices"'),
    "a repeating form that is nowhere": ('RepeatInstrument="hold"', 'RepeatInstrument="holds"'),
    "another event": ('UniqueEventName="event_1_arm_1"', 'UniqueEventName="start_arm_1"'),
    "a setting that is left out": ("<redcap:PurposeOther></redcap:PurposeOther>\n\t", ""),
    "a purpose that is none": ("Purpose>4", "Purpose>7"),
    "markup in the plain text": ("<TranslatedText>Record ID", "<TranslatedText>&lt;b&gt;Record&lt;/b&gt; ID"),
    "an apostrophe of another kind": ("<ProtocolName>", "<ProtocolName>&apos;"),
    "another record id": ('redcap:RecordIdField="protocol_id"', 'redcap:RecordIdField="short_code"'),
    "a section header among others": (_ON, f'{_ON} redcap:SectionHeader="Part"'),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_the_checker_sees_what_is_planted(fault: str) -> None:
    before, after = PLANTED[fault]
    text = file_of("people") if before == ' SignificantDigits="1"' else file_of("protocols")
    assert before in text, fault
    assert findings(text.replace(before, after, 1)) != []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"field_name": "x", "field_type": "text", "field_label": "a\nb"}, "field_label holds a line break"),
        ({"field_name": "x", "field_type": "text", "field_label": "a\x07b"}, "a line break or a control character"),
        ({"field_name": "x", "field_type": "notes", "field_label": "a" * 65_001}, "longer than 65,000 characters"),
        ({"field_name": "x", "field_type": "radio", "field_label": "a", "select_choices_or_calculations": "1, a | that | 2, x"},
         "the choice 'that' has no code"),
    ],
)  # fmt: skip
def test_what_redcap_cannot_hold_is_named_by_file_row_and_field(row: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=r"small\.csv, row 3, field 'x': ") as caught:
        small(row)
    assert words in str(caught.value)


def test_a_survey_of_a_form_that_is_nowhere_is_named_with_its_line() -> None:
    text = '[[survey]]\nform = "completion"\ntitle = "T"\n\n[[survey]]\nform = "claim"\ntitle = "C"\n'
    with pytest.raises(ConfigError, match=r"surveys\.toml, line 6: there is no form 'claim'\. Forms: person, completion\."):
        surveys_of(text, ["person", "completion"])
    with pytest.raises(ConfigError, match=r"surveys\.toml cannot be read: "):
        surveys_of("[[survey", [])
    with pytest.raises(ConfigError, match=r"repeating\.toml cannot be read: "):
        row_labels("x = ")


class TestCommand:
    """`onboard install --as-file`."""

    def test_asks_redcap_nothing_and_needs_no_home(self, tmp_path: Path) -> None:
        said = onboard(tmp_path / "nowhere", "install", "--as-file", str(tmp_path / "new" / "files"))
        assert said.count("Wrote") == 2 and "people.xml" in said

    def test_twice_is_up_to_date_and_another_file_is_kept(self, tmp_path: Path) -> None:
        arguments = ("install", "--as-file", str(tmp_path))
        onboard(tmp_path, *arguments)
        assert onboard(tmp_path, *arguments).count("is up to date.") == 2
        (tmp_path / "people.xml").write_text("mine", encoding="utf-8")
        (tmp_path / "protocols.xml").unlink()
        error = CliRunner().invoke(app, ["install", "--home", str(tmp_path), "--as-file", str(tmp_path)]).exception
        assert str(error).endswith("people.xml is there and differs. Nothing was written; add --replace or name another folder.")
        assert (tmp_path / "people.xml").read_text(encoding="utf-8") == "mine" and not (tmp_path / "protocols.xml").exists()
        onboard(tmp_path, *arguments, "--replace")
        assert (tmp_path / "people.xml").read_text(encoding="utf-8") == file_of("people")

    def test_a_folder_that_is_none_and_a_file_that_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "taken").write_text("x", encoding="utf-8")
        error = CliRunner().invoke(app, ["install", "--home", str(tmp_path), "--as-file", str(tmp_path / "taken")]).exception
        assert "taken could not be written" in str(error)
        (tmp_path / "people.xml").write_bytes(b"\xff\xfe")
        error = CliRunner().invoke(app, ["install", "--home", str(tmp_path), "--as-file", str(tmp_path)]).exception
        assert "people.xml is there and differs" in str(error)

    def test_write_backs_form_comes_along_where_it_is_on(self, tmp_path: Path) -> None:
        home = make_home(tmp_path / "home", "https://redcap.example/api/", {}, more="[writeback]\nenabled = true\n")
        onboard(home, "install", "--as-file", str(tmp_path))
        people = project_from_file((tmp_path / "people.xml").read_text(encoding="utf-8"), CLOCK)
        assert people.dictionary.forms == (*loaded("people").dictionary.forms, "onboard_status")
        assert people.dictionary.fields_of("onboard_status")[0].name == "ob_readiness"
        assert (tmp_path / "protocols.xml").read_text(encoding="utf-8") == file_of("protocols")
        assert findings((tmp_path / "people.xml").read_text(encoding="utf-8")) == []

    @pytest.mark.parametrize("option", ["--without-surveys", "--replace"])
    def test_options_of_files_alone(self, tmp_path: Path, option: str) -> None:
        error = CliRunner().invoke(app, ["install", "--home", str(tmp_path), option]).exception
        assert "belong to --as-file" in str(error)


def facts(project: Project) -> dict[str, object]:
    """What a lab's project is, whichever way it was made."""
    said = project.settings
    return {
        "fields": [dict(field.row) for field in project.dictionary.fields],
        "labels": [project.label(form) for form in project.dictionary.forms],
        "repeats": project.design.repeats,
        "settings": said,
        "surveys": project.surveys,
    }


def test_the_way_by_file_and_the_way_by_token_make_one_project(serve: Callable[..., Served], tmp_path: Path) -> None:
    """One lab by each way: the same projects, and the same words of check and status."""
    by_token = blank_projects()
    served = serve(by_token, ALL)
    home = make_home(tmp_path / "token", served.server.url, served.tokens)
    said = onboard(home, "install")
    assert "Auto-numbering and surveys: on." in said and "Use surveys in this project?" not in said
    by_token["people"].surveys = ["completion", "research_log"]  # the click that remains
    by_file = {name: loaded(name) for name in NAMES}
    other = serve(by_file)
    file_home = make_home(tmp_path / "file", other.server.url, other.tokens)
    served.tokens.update({name: project.add_token(rights=Rights()) for name, project in by_token.items()})
    make_home(home, served.server.url, served.tokens)
    for name in NAMES:
        assert facts(by_file[name]) == facts(by_token[name])
        by_token[name].title = by_file[name].title
    for projects in (by_token, by_file):
        projects["protocols"].put("1", "protocol", {"protocol_number": "24-1", "short_code": "A", "protocol_pi": "1"})
        projects["people"].put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    for command in ("check", "status"):
        words = [re.sub(r"127\.0\.0\.1:\d+", "HOST", onboard(one, command)) for one in (home, file_home)]
        assert _without_ids(words[0]) == _without_ids(words[1])
        assert "unreadable" in words[0] or command == "status"


def _without_ids(text: str) -> str:
    return re.sub(r"\bproject \d+|pid \d+|/tmp/\S+", "", text).replace("/token", "/file")


def test_a_new_lab_by_file_through_the_pages_of_the_stand_in(serve: Callable[..., Served], tmp_path: Path) -> None:
    """New Project, upload, token: then check is clean and status names the first person."""
    served = serve({})
    tokens = {}
    for name in NAMES:
        page = requests.post(
            f"{served.server.root}new/",
            data={"title": f"Rivera Lab: {name}"},
            files={"file": (f"{name}.xml", file_of(name).encode(), "text/xml")},
            timeout=20,
        ).text
        tokens[name] = re.findall(r"<code>([0-9A-F]{32})</code>", page)[0]
    people = served.server.state.projects[0]
    assert people.title == "Rivera Lab: people"
    home = make_home(tmp_path / "home", served.server.url, tokens)
    people.put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    said = onboard(home, "check")
    assert "1 people, 0 protocols. Nothing unreadable." in said
    onboard(home, "status")


SURVEYS = r"\t<redcap:SurveysGroup>.*?</redcap:SurveysGroup>\n"
REPEATS = r"\t<redcap:RepeatingInstrumentsAndEvents>.*?</redcap:RepeatingInstrumentsAndEvents>\n"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (SURVEYS, "Designer > Enable in the survey column of completion"),
        (REPEATS, "These forms take one row a record only: appointment, step, completion, review, "),
    ],
    ids=["surveys", "repeats"],
)
def test_what_did_not_arrive_is_named_by_check_with_its_click(
    serve: Callable[..., Served], tmp_path: Path, part: str, words: str
) -> None:
    cut = re.sub(part, "", file_of("people"), flags=re.DOTALL)
    projects = {"people": project_from_file(cut, CLOCK), "protocols": loaded("protocols")}
    served = serve(projects)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    projects["people"].put("1", "person", {"full_name": "Ada Ito", "university_email": "ada@northlake.example"})
    assert words in " ".join(CliRunner().invoke(app, ["check", "--home", str(home)], env={"COLUMNS": "400"}).output.split())


def test_settings_that_are_refused_become_clicks(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(blank_projects(), ALL)
    served.server.faults.add(Fault.PROJECT_DELETED, content="project_settings", times=None)
    home = make_home(tmp_path / "home", served.server.url, served.tokens)
    said = onboard(home, "install")
    assert "Auto-numbering and surveys: not set: The REDCap project no longer exists" in said
    assert "Use surveys in this project? > Enable" in said and said.count("Auto-numbering for records > Enable") == 2


def test_every_shipped_project_has_a_title_and_a_file() -> None:
    assert set(_TITLES) == set(NAMES)
    for name in NAMES:
        assert project_xml(_project_file(name, None, surveys=True)) == file_of(name)
        header = next(csv.reader(io.StringIO((FOLDER / f"{name}.csv").read_text(encoding="utf-8"))))
        assert len(header) == len(COLUMNS)
    assert form_label("research_log") == "Research Log" and EVERYTHING.design
