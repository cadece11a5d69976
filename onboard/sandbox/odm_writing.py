"""Write a project as a project file, and answer `content=project_xml` with it.

As servers write it: settings, events, forms, groups, items, lists of choices, then records. What a server adds and no reader
needs (messages of ranges, an export's own columns, attachments) is left out.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence

from onboard.sandbox.call import Call
from onboard.sandbox.dictionary import Column, Field, Role, checkbox_column
from onboard.sandbox.export import Found, View, found_rows
from onboard.sandbox.odm_reading import CLASSIC_EVENT
from onboard.sandbox.projects import Project
from onboard.sandbox.role_columns import role_in_file
from onboard.sandbox.settings import IN_FILES
from onboard.sandbox.wire import Reply

_XMLNS = (
    'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:redcap="https://projectredcap.org"'
)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#039;"}
_KINDS = {"dropdown": "select", "notes": "textarea"}
_VALIDATIONS = {"integer": "int", "number": "float"}
_TEXT = "text"
Lines = Iterator[str]


def project_xml(call: Call) -> Reply:
    """The project as a file, with the records that the call asks for unless it wants the metadata alone.

    assumption: not evidenced - the content type
    """
    call.need_export()
    lines = [*_head(call.project), *_variables(call.project), *_metadata(call.project), "</Study>"]
    if not call.params.flag("returnMetadataOnly"):
        view, rows = found_rows(call)
        lines += _clinical(view, rows, files=call.params.flag("exportFiles"))
    call.log("Export project as XML")
    return Reply(body="\n".join([*lines, "</ODM>"]).encode(), content_type="text/xml; charset=utf-8")


def _text(value: object) -> str:
    return "".join(_ESCAPES.get(sign, sign) for sign in str(value))


def _attributes(prefix: str, values: Mapping[str, object], *, blanks: bool = True) -> str:
    return "".join(f' {prefix}{name}="{_text(value)}"' for name, value in values.items() if blanks or value != "")


def _oid(title: str) -> str:
    return "".join(
        sign for sign in "".join(word[:1].upper() + word[1:] for word in title.split()) if sign.isascii() and sign.isalnum()
    )[:30]


def _head(project: Project) -> Lines:
    at = project.clock()
    moment = at.strftime("%Y-%m-%dT%H:%M:%S")
    yield '<?xml version="1.0" encoding="UTF-8" ?>'
    yield (
        f'<ODM {_XMLNS} xsi:schemaLocation="http://www.cdisc.org/ns/odm/v1.3 schema/odm/ODM1-3-1.xsd" ODMVersion="1.3.1" '
        f'FileOID="000-00-0000" FileType="Snapshot" Description="{_text(project.title)}" AsOfDateTime="{moment}" '
        f'CreationDateTime="{moment}" SourceSystem="REDCap" SourceSystemVersion="16.1.3">'
    )
    yield f'<Study OID="Project.{_oid(project.title)}">'


def _variables(project: Project) -> Lines:
    said = project.settings
    yield "<GlobalVariables>"
    for name in ("StudyName", "StudyDescription", "ProtocolName"):
        yield f"\t<{name}>{_text(project.title)}</{name}>"
    simple = {tag: str(getattr(said, name)) for name, tag in IN_FILES.items()}
    codes = " | ".join(f"{code}, {label}" for code, label in project.missing_data_codes.items())
    for tag, text in {**simple, **project.other_settings, "MissingDataCodes": codes}.items():
        yield f"\t<redcap:{tag}>{_text(text)}</redcap:{tag}>"
    yield from _repeats(project)
    surveys = [("Surveys", {"form_name": form, **project.survey_settings.get(form, {})}) for form in project.surveys]
    groups = [("DataAccessGroups", {"group_name": label}) for label in project.groups.values()]
    roles = [("UserRoles", role_in_file(role.label, name, role.rights, project)) for name, role in project.roles.items()]
    made = {"SurveysGroup": surveys, "DataAccessGroupsGroup": groups, "UserRolesGroup": roles}
    for tag, entries in {**project.other_groups, **made}.items():
        if entries:
            yield f"\t<redcap:{tag}>"
            yield from (f"\t\t<redcap:{one}{_attributes('', values)}/>" for one, values in entries)
            yield f"\t</redcap:{tag}>"
    yield "</GlobalVariables>"


def _repeats(project: Project) -> Lines:
    if not project.design.repeats:
        return
    yield "\t<redcap:RepeatingInstrumentsAndEvents>"
    for one in project.design.repeats:
        event = {"UniqueEventName": one.event or CLASSIC_EVENT}
        if not one.form:
            yield f"\t\t<redcap:RepeatingEvent{_attributes('redcap:', event)}/>"
    for name in project.design.event_names:
        forms = [one for one in project.design.repeats if one.form and one.event == name]
        if forms:
            yield "\t\t<redcap:RepeatingInstruments>"
            for one in forms:
                values = {"UniqueEventName": name or CLASSIC_EVENT, "RepeatInstrument": one.form, "CustomLabel": one.custom_label}
                yield f"\t\t\t<redcap:RepeatingInstrument{_attributes('redcap:', values)}/>"
            yield "\t\t</redcap:RepeatingInstruments>"
    yield "\t</redcap:RepeatingInstrumentsAndEvents>"


def _metadata(project: Project) -> Lines:
    oid = f"Metadata.{_oid(project.title)}_{project.clock():%Y-%m-%d_%H%M}"
    yield f'<MetaDataVersion OID="{oid}" Name="{_text(project.title)}" redcap:RecordIdField="{project.dictionary.id_field}">'
    yield from _events(project)
    groups = {form: _groups(project, form) for form in project.dictionary.forms}
    for form, found in groups.items():
        label = _text(project.label(form))
        yield f'\t<FormDef OID="Form.{form}" Name="{label}" Repeating="No" redcap:FormName="{form}">'
        yield from (f'\t\t<ItemGroupRef ItemGroupOID="{oid}" Mandatory="No"/>' for oid, _, _ in found)
        yield "\t</FormDef>"
    for found in groups.values():
        for oid, name, columns in found:
            yield f'\t<ItemGroupDef OID="{oid}" Name="{_text(name)}" Repeating="No">'
            yield from (_reference(column) for column in columns)
            yield "\t</ItemGroupDef>"
    for column in _every(groups):
        yield from _item(column)
    for column in _every(groups):
        yield from _choices(column)
    yield "</MetaDataVersion>"


def _every(groups: Mapping[str, Sequence[tuple[str, str, Sequence[Column]]]]) -> Iterator[Column]:
    return (column for found in groups.values() for _, _, columns in found for column in columns)


def _events(project: Project) -> Lines:
    if not project.design.longitudinal:
        return
    yield "\t<Protocol>"
    for number, name in enumerate(project.design.event_names, start=1):
        yield f'\t\t<StudyEventRef StudyEventOID="Event.{name}" OrderNumber="{number}" Mandatory="No"/>'
    yield "\t</Protocol>"
    for event in project.design.events:
        arm = project.design.arms[event.arm]
        values = {
            "EventName": event.name, "CustomEventLabel": event.custom_label, "UniqueEventName": event.unique_name,
            "ArmNum": event.arm, "ArmName": arm,
            "DayOffset": event.day_offset, "OffsetMin": event.offset_min, "OffsetMax": event.offset_max,
        }  # fmt: skip
        name = _text(f"{event.name} (Arm {event.arm}: {arm})")
        again = "Yes" if project.design.event_repeats(event.unique_name) else "No"
        head = f'OID="Event.{event.unique_name}" Name="{name}" Type="Common" Repeating="{again}"'
        yield f"\t<StudyEventDef {head}{_attributes('redcap:', values)}>"
        for number, form in enumerate(event.forms, start=1):
            yield f'\t\t<FormRef FormOID="Form.{form}" OrderNumber="{number}" Mandatory="No" redcap:FormName="{form}"/>'
        yield "\t</StudyEventDef>"


def _groups(project: Project, form: str) -> list[tuple[str, str, list[Column]]]:
    """A form's groups as OID, name and columns: one alone under each section header, the others together, the status last."""
    found: list[tuple[str, str, list[Column]]] = []
    open_group = False
    for field in project.dictionary.fields_of(form):
        columns = _items_of(field)
        header = field.row["section_header"]
        if header or not open_group:
            found.append((f"{form}.{columns[0].name}", header or ("" if field.kind == "checkbox" else project.label(form)), []))
        found[-1][2].extend(columns)
        open_group = not header
    status = project.dictionary.by_form[form][-1]
    return [*found, (f"{form}.{status.name}", "Form Status", [status])]


def _items_of(field: Field) -> list[Column]:
    """The items of a field; a descriptive one has one here, and missing-data codes make none."""
    if field.kind != "checkbox":
        return [Column(name=field.name, form=field.form, field=field, role=Role.FIELD)]
    return [
        Column(name=checkbox_column(field.name, code), form=field.form, field=field, role=Role.CHOICE, code=code)
        for code in field.choices
    ]


def _reference(column: Column) -> str:
    needed = "Yes" if column.field.row.get("required_field") == "y" else "No"
    return f'\t\t<ItemRef ItemOID="{column.name}" Mandatory="{needed}" redcap:Variable="{column.field.name}"/>'


def _item(column: Column) -> Lines:
    row, kind = column.field.row, column.field.kind
    kind_in_file = "select" if column.role is Role.STATUS else _KINDS.get(kind, kind)
    validation = row.get("text_validation_type_or_show_slider_number", "")
    choices = row.get("select_choices_or_calculations", "")
    values = {
        "Variable": column.field.name,
        "FieldType": kind_in_file,
        "TextValidationType": _VALIDATIONS.get(validation, validation) if kind == "text" else validation,
        "SliderLabels": choices if kind == "slider" else "",
        "FieldNote": row.get("field_note", ""),
        "SectionHeader": "Form Status" if column.role is Role.STATUS else row.get("section_header", ""),
        "OntologySearch": choices if kind == "text" else "",
        "Calculation": choices if kind == "calc" else "",
        "Identifier": row.get("identifier", ""),
        "RequiredField": row.get("required_field", ""),
        "MatrixRanking": row.get("matrix_ranking", ""),
        "BranchingLogic": row.get("branching_logic", ""),
        "MatrixGroupName": row.get("matrix_group_name", ""),
        "CustomAlignment": row.get("custom_alignment", ""),
        "FieldAnnotation": row.get("field_annotation", ""),
    }
    data_type, length = _data_type(column)
    head = f'OID="{column.name}" Name="{column.name}" DataType="{data_type}" Length="{length}"'
    digits = ' SignificantDigits="1"' if data_type == "float" and values["TextValidationType"] == "float" else ""
    yield f"\t<ItemDef {head}{digits}{_attributes('redcap:', values, blanks=False)}>"
    yield f"\t\t<Question>{_question(column.field.label)}</Question>"
    if _listed(column):
        yield f'\t\t<CodeListRef CodeListOID="{column.name}.choices"/>'
    for sign, limit in (("GE", row.get("text_validation_min", "")), ("LE", row.get("text_validation_max", ""))):
        if limit:
            yield f'\t\t<RangeCheck Comparator="{sign}" SoftHard="Soft"><CheckValue>{_text(limit)}</CheckValue></RangeCheck>'
    yield "\t</ItemDef>"


def _question(label: str) -> str:
    plain = "" if "<" in label and ">" in label else label
    shaped = f"<redcap:FormattedTranslatedText>{_text(label)}</redcap:FormattedTranslatedText>" if label != plain else ""
    return f"<TranslatedText>{_text(plain)}</TranslatedText>{shaped}"


def _data_type(column: Column) -> tuple[str, int]:
    kind, validation = column.field.kind, column.field.validation
    if column.role is Role.CHOICE or kind in ("yesno", "truefalse"):
        return "boolean", 1
    if kind in ("radio", "dropdown"):
        return _TEXT, max(map(len, column.field.choices))
    if kind == "calc" or (validation.startswith("number") and not validation.endswith("comma_decimal")):
        return "float", 999
    if kind == "slider" or validation == "integer":
        return "integer", 999
    return _clock_type(validation), 999


def _clock_type(validation: str) -> str:
    if validation == "time":
        return "partialTime"
    kinds: Mapping[str, str] = {"date_": "date", "datetime_seconds_": "datetime", "datetime_": "partialDatetime"}
    return next((data_type for start, data_type in sorted(kinds.items(), reverse=True) if validation.startswith(start)), _TEXT)


def _listed(column: Column) -> bool:
    return column.role is Role.CHOICE or bool(column.field.choices)


def _choices(column: Column) -> Lines:
    if not _listed(column):
        return
    boxes = column.role is Role.CHOICE
    choices = {"1": "Checked", "0": "Unchecked"} if boxes else column.field.choices
    more = {"Variable": column.field.name}
    if boxes:
        more["CheckboxChoices"] = column.field.row["select_choices_or_calculations"]
    head = f'OID="{column.name}.choices" Name="{column.name}" DataType="{_data_type(column)[0]}"'
    yield f"\t<CodeList {head}{_attributes('redcap:', more)}>"
    for code, label in choices.items():
        decode = f"<Decode><TranslatedText>{_text(label)}</TranslatedText></Decode>"
        yield f'\t\t<CodeListItem CodedValue="{_text(code)}">{decode}</CodeListItem>'
    yield "\t</CodeList>"


def _clinical(view: View, rows: Sequence[Found], *, files: bool) -> Lines:
    project = view.project
    title = _oid(project.title)
    yield f'<ClinicalData StudyOID="Project.{title}" MetaDataVersionOID="Metadata.{title}">'
    for record in dict.fromkeys(row.record for row in rows):
        yield f'\t<SubjectData SubjectKey="{_text(record)}" redcap:RecordIdField="{project.dictionary.id_field}">'
        for row in (row for row in rows if row.record == record):
            yield from _row(view, row, files=files)
        yield "\t</SubjectData>"
    yield "</ClinicalData>"


def _row(view: View, row: Found, *, files: bool) -> Lines:
    place = row.place
    if place.event:
        again = place.instance if place.repeats and not place.instrument else 1
        values = {"StudyEventOID": f"Event.{place.event}", "StudyEventRepeatKey": again}
        yield f'\t\t<StudyEventData{_attributes("", values)} redcap:UniqueEventName="{place.event}">'
    for form in dict.fromkeys(column.form for column in view.columns):
        if view.project.design.lives(form, place):
            values = {"FormOID": f"Form.{form}", "FormRepeatKey": place.instance if place.instrument else 1}
            yield f"\t\t\t<FormData{_attributes('', values)}>"
            yield from _values(view, row, form, files=files)
            yield "\t\t\t</FormData>"
    if place.event:
        yield "\t\t</StudyEventData>"


def _values(view: View, row: Found, form: str, *, files: bool) -> Lines:
    project = view.project
    said = {column.name: row.values.get(column.name, "") for column in view.columns if column.form == form}
    if project.dictionary.id_field in said:
        said[project.dictionary.id_field] = row.record
        more: Mapping[str, Callable[[], str]] = {
            "redcap_data_access_group": lambda: project.record_groups.get(row.record, "") if view.groups else "",
            "redcap_survey_identifier": lambda: project.survey_identifiers.get(row.record, "") if view.surveys else "",
        }
        said |= {name: read() for name, read in more.items()}
    if view.surveys:
        said[f"{form}_timestamp"] = project.survey_times.get((row.record, row.place, form), "")
    yield f'\t\t\t\t<ItemGroupData ItemGroupOID="{form}.{form}_complete" ItemGroupRepeatKey="1">'
    for name, value in said.items():
        document = project.documents.get((row.record, row.place, name))
        if document is not None and files:
            values = {"DocName": document.name, "MimeType": document.content_type}
            content = base64.b64encode(document.content).decode()
            yield (
                f'\t\t\t\t\t<ItemDataBase64Binary ItemOID="{name}"{_attributes("redcap:", values)}><![CDATA[{content}]]>'
                "</ItemDataBase64Binary>"
            )
        elif document is None and value != "":
            yield f'\t\t\t\t\t<ItemData ItemOID="{name}" Value="{_text(value)}"/>'
    yield "\t\t\t\t</ItemGroupData>"
