"""Checks a project file against what public project files have in common; it shares no code with the writer.

Elements with their attributes in order, the order of children, words that are not free text, the type and length of each kind of
field, and references both ways. `findings(text)` says what no such file shows; none is right.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence

ODM, RC = "{http://www.cdisc.org/ns/odm/v1.3}", "{https://projectredcap.org}"
#: Element -> its attributes in order; `?` at the end: may be left out.
ATTRIBUTES: Mapping[str, str] = {
    "ODM": "schemaLocation ODMVersion FileOID FileType Description AsOfDateTime CreationDateTime SourceSystem "
    "SourceSystemVersion",
    "Study": "OID",
    "MetaDataVersion": "OID Name RecordIdField",
    "RepeatingInstrument": "UniqueEventName RepeatInstrument CustomLabel",
    "FormDef": "OID Name Repeating FormName",
    "ItemGroupRef": "ItemGroupOID Mandatory",
    "ItemGroupDef": "OID Name Repeating",
    "ItemRef": "ItemOID Mandatory Variable",
    "ItemDef": "OID Name DataType Length SignificantDigits? Variable FieldType TextValidationType? SliderLabels? FieldNote? "
    "SectionHeader? OntologySearch? Calculation? Identifier? RequiredField? MatrixRanking? BranchingLogic? MatrixGroupName? "
    "CustomAlignment? FieldAnnotation?",
    "CodeListRef": "CodeListOID",
    "RangeCheck": "Comparator SoftHard",
    "CodeList": "OID Name DataType Variable CheckboxChoices?",
    "CodeListItem": "CodedValue",
    "Surveys": "form_name title instructions offline_instructions acknowledgement stop_action_acknowledgement "
    "question_by_section display_page_number question_auto_numbering survey_enabled save_and_return logo hide_title view_results "
    "min_responses_view_results check_diversity_view_results end_survey_redirect_url survey_expiration promis_skip_question "
    "survey_auth_enabled_single edit_completed_response hide_back_button show_required_field_text confirmation_email_subject "
    "confirmation_email_content confirmation_email_from confirmation_email_from_display confirmation_email_attach_pdf "
    "confirmation_email_attachment text_to_speech text_to_speech_language end_survey_redirect_next_survey theme text_size "
    "font_family theme_text_buttons theme_bg_page theme_text_title theme_bg_title theme_text_sectionheader "
    "theme_bg_sectionheader theme_text_question theme_bg_question enhanced_choices repeat_survey_enabled repeat_survey_btn_text "
    "repeat_survey_btn_location response_limit response_limit_include_partials response_limit_custom_text "
    "survey_time_limit_days survey_time_limit_hours survey_time_limit_minutes end_of_survey_pdf_download pdf_auto_archive "
    "pdf_econsent_version pdf_econsent_type pdf_econsent_firstname_field pdf_econsent_firstname_event_id "
    "pdf_econsent_lastname_field pdf_econsent_lastname_event_id pdf_econsent_dob_field pdf_econsent_dob_event_id "
    "pdf_econsent_signature_field1 pdf_econsent_signature_field2 pdf_econsent_signature_field3 pdf_econsent_signature_field4 "
    "pdf_econsent_signature_field5",
}  # fmt: skip
#: Element -> its children in order; `*`: any number, `?`: none or one.
CHILDREN: Mapping[str, str] = {
    "ODM": "Study",
    "Study": "GlobalVariables MetaDataVersion",
    "GlobalVariables": "StudyName StudyDescription ProtocolName RecordAutonumberingEnabled CustomRecordLabel "
    "SecondaryUniqueField SchedulingEnabled SurveysEnabled SurveyInvitationEmailField Purpose PurposeOther ProjectNotes "
    "RepeatingInstrumentsAndEvents? SurveysGroup?",
    "RepeatingInstrumentsAndEvents": "RepeatingInstruments",
    "RepeatingInstruments": "RepeatingInstrument*",
    "SurveysGroup": "Surveys*",
    "MetaDataVersion": "FormDef* ItemGroupDef* ItemDef* CodeList*",
    "FormDef": "ItemGroupRef*",
    "ItemGroupDef": "ItemRef*",
    "ItemDef": "Question CodeListRef? RangeCheck*",
    "Question": "TranslatedText FormattedTranslatedText?",
    "RangeCheck": "CheckValue ErrorMessage",
    "ErrorMessage": "TranslatedText",
    "CodeList": "CodeListItem*",
    "CodeListItem": "Decode",
    "Decode": "TranslatedText",
}
#: (Element, attribute or "") -> the words it may hold.
WORDS: Mapping[tuple[str, str], str] = {
    ("ODM", "ODMVersion"): "1.3.1", ("ODM", "FileType"): "Snapshot", ("ODM", "SourceSystem"): "REDCap",
    ("ODM", "FileOID"): "000-00-0000", ("FormDef", "Repeating"): "No", ("ItemGroupDef", "Repeating"): "No",
    ("ItemGroupRef", "Mandatory"): "No", ("ItemRef", "Mandatory"): "Yes|No", ("ItemDef", "Identifier"): "y",
    ("ItemDef", "RequiredField"): "y", ("ItemDef", "MatrixRanking"): "y", ("RangeCheck", "SoftHard"): "Soft",
    ("RangeCheck", "Comparator"): "GE|LE", ("ItemDef", "CustomAlignment"): "LH|LV|RH|RV", ("Surveys", "survey_enabled"): "1",
    ("Surveys", "min_responses_view_results"): "10", ("Surveys", "text_to_speech_language"): "en",
    ("Surveys", "show_required_field_text"): "1", ("Surveys", "response_limit_include_partials"): "1",
    ("Surveys", "repeat_survey_btn_location"): "BEFORE_SUBMIT|AFTER_SUBMIT|HIDDEN", ("RecordAutonumberingEnabled", ""): "0|1",
    ("SurveysEnabled", ""): "0|1", ("SchedulingEnabled", ""): "0|1", ("Purpose", ""): "0|1|2|3|4",
    ("RepeatingInstrument", "UniqueEventName"): "event_1_arm_1",
}  # fmt: skip
_VALIDATED = {
    **dict.fromkeys(("date_ymd", "date_mdy", "date_dmy"), ("date", "")),
    **dict.fromkeys(("datetime_ymd", "datetime_mdy", "datetime_dmy"), ("partialDatetime", "")),
    **dict.fromkeys(("datetime_seconds_ymd", "datetime_seconds_mdy", "datetime_seconds_dmy"), ("datetime", "")),
    **dict.fromkeys(("email", "phone", "zipcode", "time_hh_mm_ss", "number_comma_decimal", "alpha_only", ""), ("text", "")),
    **dict.fromkeys((f"number_{places}dp_comma_decimal" for places in range(1, 5)), ("text", "")),
    **dict.fromkeys(("number_1dp", "number_2dp", "number_3dp", "number_4dp"), ("float", "")),
    "time": ("partialTime", ""), "int": ("integer", ""), "float": ("float", "1"),
}  # fmt: skip
_FIXED = {
    "textarea": ("text", "999"), "file": ("text", "999"), "descriptive": ("text", "999"), "calc": ("float", "999"),
    "slider": ("integer", "999"), "checkbox": ("boolean", "1"), "yesno": ("boolean", "1"), "truefalse": ("boolean", "1"),
    "sql": ("text", "1"),
}  # fmt: skip
LISTS = {"select", "radio", "checkbox", "yesno", "truefalse"}


def findings(text: str) -> list[str]:
    """What no public file shows."""
    begin = '<?xml version="1.0" encoding="UTF-8" ?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
    found = [] if text.startswith(begin) else ["the first lines"]
    found += [f"raw {sign!r}" for sign in ("\r", "&apos;", "<!DOCTYPE", "<!--", "\ufeff") if sign in text]
    found += ["a line break in an attribute" for tag in re.findall(r"<[A-Za-z][^<>]*>", text) if "\n" in tag]
    root = ET.fromstring(text)
    for element in root.iter():
        found += _shape(element)
    return found + list(_meaning(root))


def _bare(name: str) -> str:
    return name.rpartition("}")[2]


def _shape(element: ET.Element) -> Iterator[str]:
    name = _bare(element.tag)
    if not _fits([_bare(one) for one in element.attrib], ATTRIBUTES.get(name, "").split()):
        yield f"{name}: attributes {list(element.attrib)}"
    if not _fits([_bare(one.tag) for one in element], CHILDREN.get(name, "").split()):
        yield f"{name}: children {[_bare(one.tag) for one in element][:6]}"
    said = {("", element.text or ""), *((_bare(key), value) for key, value in element.attrib.items())}
    for attribute, value in said:
        allowed = WORDS.get((name, attribute))
        if allowed is not None and not re.fullmatch(allowed, value):
            yield f"{name} {attribute}: {value!r}"
    if name == "ItemDef" and "" in element.attrib.values():
        yield f"ItemDef {element.get('OID')}: a blank attribute"
    spaces = RC if name in ("RepeatingInstrument",) else ""
    if spaces and any(not key.startswith(spaces) for key in element.attrib):
        yield f"{name}: an attribute without its prefix"


def _fits(names: Sequence[str], pattern: Sequence[str]) -> bool:
    shape = "".join(f"(?:{one.rstrip('*?')} ){one[-1] if one[-1] in '*?' else ''}" for one in pattern)
    return re.fullmatch(shape, "".join(f"{name} " for name in names)) is not None


def _meaning(root: ET.Element) -> Iterator[str]:
    meta = next(root.iter(f"{ODM}MetaDataVersion"))
    forms = {one.get(f"{RC}FormName", ""): one for one in meta.iter(f"{ODM}FormDef")}
    groups = _by_oid(meta, "ItemGroupDef")
    items, lists = _by_oid(meta, "ItemDef"), _by_oid(meta, "CodeList")
    if meta.get(f"{RC}RecordIdField") != next(iter(items)):
        yield "the record id is not the first item"
    yield from _references("item groups", [one.get("ItemGroupOID", "") for one in meta.iter(f"{ODM}ItemGroupRef")], groups)
    yield from _references("items", [one.get("ItemOID", "") for one in meta.iter(f"{ODM}ItemRef")], items)
    yield from _references("code lists", [one.get("CodeListOID", "") for one in meta.iter(f"{ODM}CodeListRef")], lists)
    for form, element in forms.items():
        last = list(element)[-1].get("ItemGroupOID", "")
        if element.get("OID") != f"Form.{form}" or last != f"{form}.{form}_complete" or f"{form}_complete" not in items:
            yield f"form {form}: no status at its end"
        elif groups[last].get("Name") != "Form Status" or items[f"{form}_complete"].get(f"{RC}SectionHeader") != "Form Status":
            yield f"form {form}: its status is not named so"
    for oid, group in groups.items():
        if not len(group) or oid != f"{oid.partition('.')[0]}.{group[0].get('ItemOID', '')}":
            yield f"group {oid}: not named after its first item"
    yield from (said for item in items.values() for said in _item(item, lists))
    yield from _grouped(groups, items)
    named = [one.get(f"{RC}RepeatInstrument", "") for one in root.iter(f"{RC}RepeatingInstrument")]
    named += [one.get("form_name", "") for one in root.iter(f"{RC}Surveys")]
    yield from (f"no form {one!r}" for one in named if one not in forms)


def _by_oid(meta: ET.Element, name: str) -> dict[str, ET.Element]:
    return {one.get("OID", ""): one for one in meta.findall(f"{ODM}{name}")}


def _references(what: str, named: Sequence[str], there: Mapping[str, ET.Element]) -> Iterator[str]:
    if sorted(named) != sorted(there):
        yield f"{what}: {sorted(set(named) ^ set(there)) or 'named twice'}"


def _item(item: ET.Element, lists: Mapping[str, ET.Element]) -> Iterator[str]:
    oid, kind = item.get("OID", ""), item.get(f"{RC}FieldType", "")
    variable = item.get(f"{RC}Variable", "")
    data_type, length = item.get("DataType", ""), item.get("Length", "")
    validation, digits = item.get(f"{RC}TextValidationType", ""), item.get("SignificantDigits", "")
    listed = lists.get(f"{oid}.choices")
    if (listed is not None) is not (kind in LISTS):
        yield f"{oid}: {kind} with or without choices"
    if listed is not None and (listed.get("DataType") != data_type or listed.get(f"{RC}Variable") != variable):
        yield f"{oid}: its choices are of another kind"
    if oid != item.get("Name") or (oid != variable) is not (kind == "checkbox"):
        yield f"{oid}: named {item.get('Name')!r} and {variable!r}"
    if kind in ("select", "radio") and listed is not None:
        wanted = ("text", str(max(len(one.get("CodedValue", "")) for one in listed)), "")
    elif kind == "text":
        of_text = _VALIDATED.get(validation, ("?", "?"))
        wanted = (of_text[0], "999", of_text[1])
    else:
        wanted = (*_FIXED.get(kind, ("?", "?")), "")
    if (data_type, length, digits) != wanted:
        yield f"{oid}: {kind} {validation} as {data_type} {length} {digits}"
    if kind == "checkbox":
        yield from _boxes(oid, variable, listed)
    question = item.find(f"{ODM}Question")
    plain = "" if question is None else question.findtext(f"{ODM}TranslatedText") or ""
    shaped = None if question is None else question.find(f"{RC}FormattedTranslatedText")
    if re.search(r"<[^>]*>", plain) or (shaped is not None and not re.search(r"<.*>", shaped.text or "", re.S)):
        yield f"{oid}: markup in the wrong text"


def _boxes(oid: str, variable: str, listed: ET.Element | None) -> Iterator[str]:
    said = [] if listed is None else [one.get("CodedValue") for one in listed]
    every = "" if listed is None else listed.get(f"{RC}CheckboxChoices", "")
    codes = [part.partition(",")[0].strip().lower() for part in every.split("|")]
    names = [f"{variable}___{re.sub('[^a-z0-9_]', '_', code)}" for code in codes]
    if said != ["1", "0"] or oid not in names:
        yield f"{oid}: not one of its boxes"


def _grouped(groups: Mapping[str, ET.Element], items: Mapping[str, ET.Element]) -> Iterator[str]:
    """A field with a section header stands alone, under that name."""
    for oid, group in groups.items():
        inside = [items[ref.get("ItemOID", "")] for ref in group if ref.get("ItemOID", "") in items]
        headers = {one.get(f"{RC}SectionHeader", "") for one in inside}
        variables = {one.get(f"{RC}Variable") for one in inside}
        if headers - {""} and (len(variables) > 1 or headers != {group.get("Name")}):
            yield f"group {oid}: a section header among others"
        for one, ref in zip(inside, group, strict=False):
            if (ref.get("Mandatory") == "Yes") is not (one.get(f"{RC}RequiredField") == "y"):
                yield f"{one.get('OID')}: required or not"
