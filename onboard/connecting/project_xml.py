"""A whole REDCap project as one file: project XML (CDISC ODM), which New Project takes in.

It decides the text alone: no file, no clock, no version of this program, so that the same dictionary gives the same bytes. It
follows what public project files of REDCap 9.1 to 15.2 have in common, and writes nothing that only some of them have.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape as html_escape
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from onboard.errors import ConfigError

Row = Mapping[str, str]

#: A file has to say when it was made; a fixed moment keeps its bytes.
_MOMENT = "2026-01-01T00:00:00"
_STAMP = "2026-01-01_0000"
#: The form of file that is followed; newer files into older servers were seen to fail.
_SOURCE_VERSION = "9.1.3"
_XMLNS = (
    'xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:redcap="https://projectredcap.org" '
    'xsi:schemaLocation="http://www.cdisc.org/ns/odm/v1.3 schema/odm/ODM1-3-1.xsd" ODMVersion="1.3.1"'
)
_DESCRIPTION = "Written by onboard from its data dictionary. It holds forms and settings, and no records."
#: The only event of a classic project.
_EVENT = "event_1_arm_1"
_OPERATIONAL_SUPPORT = "4"
_LONGEST = 65_000
_LONGEST_ID = 30
_QUOTES = {'"': "&quot;", "'": "&#039;"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TAG = re.compile(r"<[^>]*>")
_KINDS = {"dropdown": "select", "notes": "textarea"}
_VALIDATIONS = {"integer": "int", "number": "float"}
_YES_NO = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_STATUSES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
_BOXES = {"1": "Checked", "0": "Unchecked"}
#: DataType of a text field by its validation; a date's order of parts does not matter.
_DATA_TYPES = {
    "integer": "integer",
    "number": "float",
    **dict.fromkeys((f"number_{places}dp" for places in range(1, 5)), "float"),
    **dict.fromkeys((f"date_{order}" for order in ("ymd", "mdy", "dmy")), "date"),
    **dict.fromkeys((f"datetime_{order}" for order in ("ymd", "mdy", "dmy")), "partialDatetime"),
    **dict.fromkeys((f"datetime_seconds_{order}" for order in ("ymd", "mdy", "dmy")), "datetime"),
    "time": "partialTime",
}
#: The settings of a survey, in their order, as a new survey has them.
_SURVEY: Mapping[str, str] = {
    "form_name": "", "title": "", "instructions": "", "offline_instructions": "", "acknowledgement": "",
    "stop_action_acknowledgement": "", "question_by_section": "0", "display_page_number": "0", "question_auto_numbering": "0",
    "survey_enabled": "1", "save_and_return": "0", "logo": "", "hide_title": "0", "view_results": "0",
    "min_responses_view_results": "10", "check_diversity_view_results": "0", "end_survey_redirect_url": "",
    "survey_expiration": "", "promis_skip_question": "0", "survey_auth_enabled_single": "0", "edit_completed_response": "0",
    "hide_back_button": "0", "show_required_field_text": "1", "confirmation_email_subject": "", "confirmation_email_content": "",
    "confirmation_email_from": "", "confirmation_email_from_display": "", "confirmation_email_attach_pdf": "0",
    "confirmation_email_attachment": "", "text_to_speech": "0", "text_to_speech_language": "en",
    "end_survey_redirect_next_survey": "0", "theme": "", "text_size": "", "font_family": "", "theme_text_buttons": "",
    "theme_bg_page": "", "theme_text_title": "", "theme_bg_title": "", "theme_text_sectionheader": "",
    "theme_bg_sectionheader": "", "theme_text_question": "", "theme_bg_question": "", "enhanced_choices": "0",
    "repeat_survey_enabled": "0", "repeat_survey_btn_text": "", "repeat_survey_btn_location": "BEFORE_SUBMIT",
    "response_limit": "", "response_limit_include_partials": "1", "response_limit_custom_text": "", "survey_time_limit_days": "",
    "survey_time_limit_hours": "", "survey_time_limit_minutes": "", "end_of_survey_pdf_download": "0", "pdf_auto_archive": "0",
    "pdf_econsent_version": "", "pdf_econsent_type": "", "pdf_econsent_firstname_field": "",
    "pdf_econsent_firstname_event_id": "", "pdf_econsent_lastname_field": "", "pdf_econsent_lastname_event_id": "",
    "pdf_econsent_dob_field": "", "pdf_econsent_dob_event_id": "", "pdf_econsent_signature_field1": "",
    "pdf_econsent_signature_field2": "", "pdf_econsent_signature_field3": "", "pdf_econsent_signature_field4": "",
    "pdf_econsent_signature_field5": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A form that people fill in through a link, and what they read there."""

    form: str
    title: str
    above: tuple[str, ...] = ()  # paragraphs
    after: tuple[str, ...] = ()
    again: bool = False  # whether another row can be filled in at once
    button: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFile:
    """What one file says. `source` names the dictionary in messages; `rows` have REDCap's API names of the columns."""

    title: str
    record_label: str
    source: str
    rows: Sequence[Row]
    repeating: Mapping[str, str]  # form -> what is shown of each row, in the order of the dictionary
    surveys: Sequence[Survey] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item: a field, one code of a checkbox, or the status of a form."""

    name: str
    row: Row
    choices: Mapping[str, str]
    box: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Items that a file lists together."""

    form: str
    name: str
    items: tuple[_Item, ...]


def form_label(form: str) -> str:
    """What REDCap calls a form that came from a dictionary: each word of its name raised."""
    return " ".join(word[:1].upper() + word[1:] for word in form.split("_"))


def surveys_of(text: str, forms: Sequence[str]) -> tuple[Survey, ...]:
    """The surveys that surveys.toml describes. Raises ConfigError for a form that no dictionary has."""
    found = []
    for one in _toml(text, "surveys.toml").get("survey", []):
        if one["form"] not in forms:
            line = next(number for number, said in enumerate(text.splitlines(), start=1) if f'"{one["form"]}"' in said)
            raise ConfigError(f"surveys.toml, line {line}: there is no form {one['form']!r}. Forms: {', '.join(forms)}.")
        found.append(
            Survey(
                form=one["form"],
                title=one["title"],
                above=tuple(one.get("above", ())),
                after=tuple(one.get("after", ())),
                again=one.get("again", False),
                button=one.get("button", ""),
            )
        )
    return tuple(found)


def row_labels(text: str) -> dict[str, str]:
    """Form -> what is shown of each of its rows, as repeating.toml says."""
    return {form: str(label) for form, label in _toml(text, "repeating.toml").items()}


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{name} cannot be read: {error}") from error


def project_xml(file: ProjectFile) -> str:
    """The project as text. Raises ConfigError for what REDCap cannot hold, with the file, the row and the field."""
    for number, row in enumerate(file.rows, start=2):
        _check(file.source, number, row)
    groups = [group for _, rows in groupby(file.rows, lambda row: row["form_name"]) for group in _groups(tuple(rows))]
    lines = [
        *_head(file),
        *_settings(file),
        *_forms(groups),
        *(line for group in groups for line in _item_group(group)),
        *(line for group in groups for item in group.items for line in _definition(item)),
        *(line for group in groups for item in group.items for line in _choices(item)),
        "</MetaDataVersion>",
        "</Study>",
        "</ODM>",
    ]
    return "\n".join(lines) + "\n"


def _check(source: str, number: int, row: Row) -> None:
    where = f"{source}, row {number}, field {row['field_name']!r}"
    for column, text in row.items():
        if _CONTROL.search(text):
            raise ConfigError(f"{where}: {column} holds a line break or a control character. Write it on one line.")
        if len(text) > _LONGEST:
            raise ConfigError(f"{where}: {column} is longer than {_LONGEST:,} characters, which REDCap cannot hold. Shorten it.")
    if row["field_type"] in ("dropdown", "radio", "checkbox"):
        bare = [part.strip() for part in row["select_choices_or_calculations"].split("|") if "," not in part]
        if bare:
            raise ConfigError(f"{where}: the choice {bare[0]!r} has no code. A label cannot hold a bar (|); write 'code, label'.")


def _text(text: str) -> str:
    return escape(text, _QUOTES)


def _attributes(prefix: str, pairs: Mapping[str, str]) -> str:
    return "".join(f' {prefix}{name}="{_text(value)}"' for name, value in pairs.items())


def _identifier(title: str) -> str:
    """An id made of a title: words run together, each with its first letter raised, letters and digits alone."""
    joined = "".join(word[:1].upper() + word[1:] for word in title.split())
    return re.sub(r"[^A-Za-z0-9]", "", joined)[:_LONGEST_ID]


def _head(file: ProjectFile) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8" ?>'
    said = {
        "FileOID": "000-00-0000",
        "FileType": "Snapshot",
        "Description": file.title,
        "AsOfDateTime": _MOMENT,
        "CreationDateTime": _MOMENT,
        "SourceSystem": "REDCap",
        "SourceSystemVersion": _SOURCE_VERSION,
    }
    yield f"<ODM {_XMLNS}{_attributes('', said)}>"
    yield f'<Study OID="Project.{_identifier(file.title)}">'


def _settings(file: ProjectFile) -> Iterator[str]:
    yield "<GlobalVariables>"
    names = {"StudyName": file.title, "StudyDescription": _DESCRIPTION, "ProtocolName": file.title}
    yield from (f"\t<{name}>{_text(value)}</{name}>" for name, value in names.items())
    said = {
        "RecordAutonumberingEnabled": "1",
        "CustomRecordLabel": file.record_label,
        "SecondaryUniqueField": "",
        "SchedulingEnabled": "0",
        "SurveysEnabled": "1" if file.surveys else "0",
        "SurveyInvitationEmailField": "",
        "Purpose": _OPERATIONAL_SUPPORT,
        "PurposeOther": "",
        "ProjectNotes": "",
    }
    yield from (f"\t<redcap:{name}>{_text(value)}</redcap:{name}>" for name, value in said.items())
    yield from _repeats(file.repeating)
    if file.surveys:
        yield "\t<redcap:SurveysGroup>"
        yield from (f"\t\t<redcap:Surveys{_attributes('', _survey(one))}/>" for one in file.surveys)
        yield "\t</redcap:SurveysGroup>"
    yield "</GlobalVariables>"
    first = file.rows[0]["field_name"]
    oid = f"Metadata.{_identifier(file.title)}_{_STAMP}"
    yield f'<MetaDataVersion OID="{oid}" Name="{_text(file.title)}" redcap:RecordIdField="{first}">'


def _repeats(repeating: Mapping[str, str]) -> Iterator[str]:
    if not repeating:
        return
    yield "\t<redcap:RepeatingInstrumentsAndEvents>"
    yield "\t\t<redcap:RepeatingInstruments>"
    for form, label in repeating.items():
        said = {"UniqueEventName": _EVENT, "RepeatInstrument": form, "CustomLabel": label}
        yield f"\t\t\t<redcap:RepeatingInstrument{_attributes('redcap:', said)}/>"
    yield "\t\t</redcap:RepeatingInstruments>"
    yield "\t</redcap:RepeatingInstrumentsAndEvents>"


def _survey(one: Survey) -> dict[str, str]:
    said = {
        "form_name": one.form,
        "title": one.title,
        "instructions": _paragraphs(one.above),
        "acknowledgement": _paragraphs(one.after),
    }
    again = {"repeat_survey_enabled": "1", "repeat_survey_btn_text": one.button, "repeat_survey_btn_location": "AFTER_SUBMIT"}
    return {**_SURVEY, **said, **(again if one.again else {})}


def _paragraphs(texts: Sequence[str]) -> str:
    return "".join(f"<p>{html_escape(text, quote=False)}</p>" for text in texts)


def _groups(rows: Sequence[Row]) -> Iterator[_Group]:
    """The groups of one form: a field with a section header alone, what follows it together, the status last."""
    form = rows[0]["form_name"]
    for (headed, _), group in groupby(enumerate(rows), lambda pair: _together(rows, pair[0])):
        members = tuple(row for _, row in group)
        first = members[0]
        name = first["section_header"] if headed else "" if first["field_type"] == "checkbox" else form_label(form)
        yield _Group(form=form, name=name, items=tuple(item for row in members for item in _items(row)))
    status = {
        "field_name": f"{form}_complete",
        "field_type": "dropdown",
        "field_label": "Complete?",
        "section_header": "Form Status",
    }
    yield _Group(form=form, name="Form Status", items=(_Item(name=status["field_name"], row=status, choices=_STATUSES),))


def _together(rows: Sequence[Row], place: int) -> tuple[bool, int]:
    """What is the same for rows of one group: whether it has a header, and how many headers stand before it."""
    headed = bool(rows[place]["section_header"])
    return headed, sum(bool(row["section_header"]) for row in rows[: place + headed])


def _items(row: Row) -> Iterator[_Item]:
    choices = _listed(row)
    if row["field_type"] != "checkbox":
        yield _Item(name=row["field_name"], row=row, choices=choices)
        return
    for code in choices:
        name = f"{row['field_name']}___{re.sub(r'[^a-z0-9_]', '_', code.lower())}"
        yield _Item(name=name, row=row, choices=_BOXES, box=True)


def _listed(row: Row) -> Mapping[str, str]:
    if row["field_type"] not in ("dropdown", "radio", "checkbox"):
        return _YES_NO.get(row["field_type"], {})
    pairs = (part.partition(",") for part in row["select_choices_or_calculations"].split("|"))
    return {code.strip(): label.strip() for code, _, label in pairs}


def _forms(groups: Sequence[_Group]) -> Iterator[str]:
    for form, own in groupby(groups, lambda group: group.form):
        label = _text(form_label(form))
        yield f'\t<FormDef OID="Form.{form}" Name="{label}" Repeating="No" redcap:FormName="{form}">'
        yield from (f'\t\t<ItemGroupRef ItemGroupOID="{form}.{group.items[0].name}" Mandatory="No"/>' for group in own)
        yield "\t</FormDef>"


def _item_group(group: _Group) -> Iterator[str]:
    yield f'\t<ItemGroupDef OID="{group.form}.{group.items[0].name}" Name="{_text(group.name)}" Repeating="No">'
    for item in group.items:
        needed = "Yes" if item.row.get("required_field") == "y" else "No"
        yield f'\t\t<ItemRef ItemOID="{item.name}" Mandatory="{needed}" redcap:Variable="{item.row["field_name"]}"/>'
    yield "\t</ItemGroupDef>"


def _definition(item: _Item) -> Iterator[str]:
    row, kind = item.row, item.row["field_type"]
    choices = row.get("select_choices_or_calculations", "")
    validation = row.get("text_validation_type_or_show_slider_number", "")
    data_type, length = _data_type(item)
    head = {"OID": item.name, "Name": item.name, "DataType": data_type, "Length": str(length)}
    if kind == "text" and validation == "number":
        head["SignificantDigits"] = "1"
    said = {
        "Variable": row["field_name"],
        "FieldType": _KINDS.get(kind, kind),
        "TextValidationType": _VALIDATIONS.get(validation, validation) if kind == "text" else validation,
        "SliderLabels": choices if kind == "slider" else "",
        "FieldNote": row.get("field_note", ""),
        "SectionHeader": row.get("section_header", ""),
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
    filled = {name: value for name, value in said.items() if value}
    yield f"\t<ItemDef{_attributes('', head)}{_attributes('redcap:', filled)}>"
    yield f"\t\t<Question>{_question(row['field_label'])}</Question>"
    if item.choices:
        yield f'\t\t<CodeListRef CodeListOID="{item.name}.choices"/>'
    yield from _range(row)
    yield "\t</ItemDef>"


def _question(label: str) -> str:
    plain = f"<TranslatedText>{_text(_TAG.sub('', label))}</TranslatedText>"
    shaped = f"<redcap:FormattedTranslatedText>{_text(label)}</redcap:FormattedTranslatedText>"
    return plain + (shaped if "<" in label and ">" in label else "")


def _range(row: Row) -> Iterator[str]:
    limits = {"GE": row.get("text_validation_min", ""), "LE": row.get("text_validation_max", "")}
    words = f"The usual range is {limits['GE'] or '...'} to {limits['LE'] or '...'}. The value is kept; please check it."
    for sign, limit in limits.items():
        if limit:
            yield f'\t\t<RangeCheck Comparator="{sign}" SoftHard="Soft">'
            yield f"\t\t\t<CheckValue>{_text(limit)}</CheckValue>"
            yield f"\t\t\t<ErrorMessage><TranslatedText>{_text(words)}</TranslatedText></ErrorMessage>"
            yield "\t\t</RangeCheck>"


def _data_type(item: _Item) -> tuple[str, int]:
    kind = item.row["field_type"]
    if item.box or kind in _YES_NO:
        return "boolean", 1
    if kind in ("radio", "dropdown"):
        return "text", max(map(len, item.choices))
    if kind == "sql":
        return "text", 1
    if kind in ("calc", "slider"):
        return "float" if kind == "calc" else "integer", 999
    validation = item.row.get("text_validation_type_or_show_slider_number", "") if kind == "text" else ""
    return _DATA_TYPES.get(validation, "text"), 999


def _choices(item: _Item) -> Iterator[str]:
    if not item.choices:
        return
    said = {"OID": f"{item.name}.choices", "Name": item.name, "DataType": _data_type(item)[0]}
    more = {"Variable": item.row["field_name"]}
    if item.box:
        more["CheckboxChoices"] = "|".join(part.strip() for part in item.row["select_choices_or_calculations"].split("|"))
    yield f"\t<CodeList{_attributes('', said)}{_attributes('redcap:', more)}>"
    for code, label in item.choices.items():
        decode = f"<Decode><TranslatedText>{_text(label)}</TranslatedText></Decode>"
        yield f'\t\t<CodeListItem CodedValue="{_text(code)}">{decode}</CodeListItem>'
    yield "\t</CodeList>"
