"""What a project is made of: metadata, instruments, field names, repeats.

Also project information. The columns and byte rules of these exports, and the imports of metadata and repeats.
"""

from collections.abc import Mapping

from onboard.sandbox.call import Call
from onboard.sandbox.columns import check_names
from onboard.sandbox.design import Repeat
from onboard.sandbox.dictionary import COLUMNS, Column, DictionaryError, Role, from_rows
from onboard.sandbox.payload import read_object
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import ApiError, invalid_parameter, nothing_repeats
from onboard.sandbox.settings import changed
from onboard.sandbox.wire import Cell, Reply, Table, csv_text, json_text, table_reply, text_reply, xml_rows

VERSION = "16.1.3"
DESIGN_RIGHT = "Project Design"


def version(call: Call) -> Reply:
    """The version as bare text. assumption: not evidenced - that any valid token may ask."""
    return text_reply(VERSION)


def metadata(call: Call) -> Reply:
    """Export the data dictionary, or import one when `data` is there."""
    if call.imports:
        return _import_metadata(call)
    call.need_export()
    fields, forms = call.params.items("fields"), call.params.items("forms")
    check_names(call.project, fields, forms)
    rows: list[Mapping[str, Cell]] = [
        {column: field.row[column] for column in COLUMNS}
        for field in call.project.dictionary.fields
        if not (fields or forms) or field.name in fields or field.form in forms
    ]
    call.log("Download data dictionary")
    return table_reply(Table(columns=COLUMNS, rows=rows, json_break="\n"), call.table_format())


def _import_metadata(call: Call) -> Reply:
    call.need_import()
    call.need(call.access.rights.design, DESIGN_RIGHT)
    if call.project.in_production:
        # assumption: not evidenced - the text; in production the dictionary changes by drafts only
        raise ApiError(400, "The data dictionary cannot be imported while the project is in production status.")
    try:
        dictionary = from_rows(call.rows() or [])
    except DictionaryError as error:
        raise ApiError(400, str(error)) from error
    call.project.replace_dictionary(dictionary)
    call.project.forget_lost_forms()
    call.log("Upload data dictionary")
    return text_reply(str(len(dictionary.fields)), call.params.return_format())


def instruments(call: Call) -> Reply:
    """Instruments with their labels; in CSV the label is always quoted."""
    call.need_export()
    names = ("instrument_name", "instrument_label")
    rows: list[Mapping[str, Cell]] = [
        {names[0]: form, names[1]: call.project.label(form)} for form in call.project.dictionary.forms
    ]
    call.log("Export instruments")
    return table_reply(Table(columns=names, rows=rows, always_quoted={names[1]}), call.table_format())


def export_field_names(call: Call) -> Reply:
    """One row per export column; file and descriptive fields have none here."""
    call.need_export()
    names = ("original_field_name", "choice_value", "export_field_name")
    wanted = call.params.text("field")
    # assumption: not evidenced - that the columns of missing-data codes are not among these
    columns = [
        column
        for column in call.project.dictionary.columns()
        if column.field.kind != "file" and (column.role is not Role.CHOICE or column.code in column.field.choices)
    ]
    if wanted and not any(column.field.name == wanted for column in columns):
        raise invalid_parameter("field")
    rows: list[Mapping[str, Cell]] = [
        dict(zip(names, _names(column), strict=True)) for column in columns if wanted in ("", column.field.name)
    ]
    call.log("Export field names")
    return table_reply(Table(columns=names, rows=rows), call.table_format())


def _names(column: Column) -> tuple[str, str, str]:
    return column.field.name, column.code if column.role is Role.CHOICE else "", column.name


def project_info(call: Call) -> Reply:
    """One JSON object, or one CSV row."""
    call.need_export()
    info = _info(call.project)
    call.log("Export project information")
    form = call.table_format()
    if form == "json":
        return text_reply(json_text(info), "json")
    table = Table(columns=list(info), rows=[info])
    # assumption: not evidenced - the XML of this content
    return text_reply(csv_text(table) if form == "csv" else xml_rows(table), form)


def _info(project: Project) -> dict[str, Cell]:
    said = project.settings
    return {
        "project_id": project.project_id,
        "project_title": project.title,
        "creation_time": project.created.strftime("%Y-%m-%d %H:%M:%S"),
        "production_time": project.created.strftime("%Y-%m-%d %H:%M:%S") if project.in_production else "",
        "in_production": int(project.in_production),
        "project_language": said.project_language,
        "purpose": said.purpose,
        "purpose_other": said.purpose_other,
        "project_notes": said.project_notes,
        "custom_record_label": said.custom_record_label,
        "secondary_unique_field": said.secondary_unique_field,
        "is_longitudinal": int(project.design.longitudinal),
        "has_repeating_instruments_or_events": int(bool(project.design.repeats)),
        "surveys_enabled": said.surveys_enabled,
        "scheduling_enabled": said.scheduling_enabled,
        "record_autonumbering_enabled": said.record_autonumbering_enabled,
        "randomization_enabled": said.randomization_enabled,
        "ddp_enabled": 0,
        "project_irb_number": said.project_irb_number,
        "project_grant_number": said.project_grant_number,
        "project_pi_firstname": said.project_pi_firstname,
        "project_pi_lastname": said.project_pi_lastname,
        "project_pi_email": said.project_pi_email,
        "display_today_now_button": said.display_today_now_button,
        "missing_data_codes": " | ".join(f"{code}, {label}" for code, label in project.missing_data_codes.items()),
        "external_modules": "",
        "bypass_branching_erase_field_prompt": said.bypass_branching_erase_field_prompt,
    }


def project_settings(call: Call) -> Reply:
    """Take settings in and answer how many were taken; one object, or a list with one. Export is `content=project`."""
    call.need_import()
    call.need(call.access.rights.design, DESIGN_RIGHT)
    given = _given_settings(call)
    call.project.settings, taken = changed(call.project.settings, given)
    if given.get("project_title"):
        call.project.title = given["project_title"]
        taken.append("project_title")
    if given.get("is_longitudinal") in ("0", "1"):
        (call.project.make_longitudinal if given["is_longitudinal"] == "1" else call.project.make_classic)()
        taken.append("is_longitudinal")
    call.log("Update project information")
    return text_reply(str(len(taken)), call.params.return_format())


def _given_settings(call: Call) -> Mapping[str, str]:
    rows = call.rows()
    if rows is None:
        whole = read_object(call.params.text("data"))
        rows = [whole] if whole else []
    return rows[0] if rows else {}


def repeating(call: Call) -> Reply:
    """What repeats; needs the Project Design right. Presence of `data` means import."""
    if call.imports:
        return _import_repeating(call)
    call.need_export()
    call.need(call.access.rights.design, DESIGN_RIGHT)
    design = call.project.design
    if not design.repeats:
        raise nothing_repeats()
    names = ["event_name"] if design.longitudinal else []
    names += ["form_name", "custom_form_label"]
    rows: list[Mapping[str, Cell]] = [
        {"event_name": repeat.event, "form_name": repeat.form, "custom_form_label": repeat.custom_label}
        for repeat in design.repeats
    ]
    call.log("Export repeating instruments and events")
    table = Table(columns=names, rows=rows, quote_spaces=False, root="repeatingInstrumentsAndEvents")
    return table_reply(table, call.table_format())


def _import_repeating(call: Call) -> Reply:
    call.need_import()
    call.need(call.access.rights.design, DESIGN_RIGHT)
    rows = call.rows() or []
    design = call.project.design
    repeats = [
        Repeat(
            row.get("form_name", ""), row.get("event_name", "") if design.longitudinal else "", row.get("custom_form_label", "")
        )
        for row in rows
    ]
    bad = [repeat.form for repeat in repeats if repeat.form and repeat.form not in design.forms]
    bad += [repeat.event for repeat in repeats if repeat.event not in design.event_names]
    if bad:
        # assumption: not evidenced - the text
        raise ApiError(400, f"The following instruments or events do not exist in the project: {', '.join(bad)}")
    design.repeats = repeats
    call.log("Import repeating instruments and events")
    return text_reply(str(len(repeats)), call.params.return_format())
