"""Read a project file (project XML, CDISC ODM) as servers write it: text in, plan out.

Dictionary rows, events, repeats, surveys, groups, roles, settings and records. It makes no project; `creating.py` does. What is
known about the format comes from public project files. assumption: not evidenced - the words in which a server refuses a file.
"""

import base64
import binascii
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from onboard.sandbox.design import Event, Repeat
from onboard.sandbox.refusals import ApiError
from onboard.sandbox.settings import IN_FILES, ProjectSettings, changed, missing_codes

ODM, REDCAP = "{http://www.cdisc.org/ns/odm/v1.3}", "{https://projectredcap.org}"
#: A classic project's only event goes by this name in files.
CLASSIC_EVENT = "event_1_arm_1"
#: Elements of the settings that are read into places of their own.
_NAMES = ("StudyName", "StudyDescription", "ProtocolName")
_READ = frozenset({*IN_FILES.values(), *_NAMES, "MissingDataCodes", "RepeatingInstrumentsAndEvents"})
_READ_GROUPS = frozenset({"SurveysGroup", "DataAccessGroupsGroup", "UserRolesGroup"})
_KINDS = {"select": "dropdown", "textarea": "notes"}
_VALIDATIONS = {"int": "integer", "float": "number"}
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_BREAK = re.compile(r"\r\n?|\n")

Row = dict[str, str]
Texts = Mapping[str, str]


class Datum(NamedTuple):
    """One stored value, where the file has it."""

    record: str
    event: str
    event_repeat: int
    form: str
    form_repeat: int
    item: str
    value: str


class StoredFile(NamedTuple):
    """A file that goes along with the value of the same place."""

    datum: Datum
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file says about a project."""

    title: str
    settings: ProjectSettings
    missing_data_codes: Texts
    rows: tuple[Row, ...]  # of the dictionary, by the API's names of the columns
    labels: Texts  # form -> label
    events: tuple[Event, ...]
    arms: Mapping[int, str]
    repeats: tuple[Repeat, ...]
    surveys: Mapping[str, Texts]  # form -> settings of its survey
    groups: tuple[str, ...]
    roles: tuple[Texts, ...]
    other_settings: Texts = field(default_factory=dict)  # element -> text, kept as it is
    other_groups: Mapping[str, tuple[tuple[str, Texts], ...]] = field(default_factory=dict)
    data: tuple[Datum, ...] = ()
    files: tuple[StoredFile, ...] = ()


def read_odm(text: str) -> Plan:
    """The plan of a project file. Raises ApiError for what is none."""
    root = _parsed(text)
    study = root.find(f"{ODM}Study")
    meta = None if study is None else study.find(f"{ODM}MetaDataVersion")
    if study is None or meta is None:
        raise _refused("it holds no MetaDataVersion")
    variables = study.find(f"{ODM}GlobalVariables")
    globals_ = list(variables) if variables is not None else []
    simple = {_bare(one.tag): one.text or "" for one in globals_ if not len(one)}
    groups = {_bare(one.tag): one for one in globals_ if len(one)}
    events, arms = _events(meta)
    settings, _ = changed(ProjectSettings(), {name: simple[tag] for name, tag in IN_FILES.items() if tag in simple})
    forms = {one.get("OID", ""): one.get(f"{REDCAP}FormName", "") for one in meta.findall(f"{ODM}FormDef")}
    data, files = _records(root, forms)
    return Plan(
        title=simple.get("StudyName", ""),
        settings=settings,
        missing_data_codes=missing_codes(simple.get("MissingDataCodes", "")),
        rows=tuple(_rows(meta)),
        labels={one.get(f"{REDCAP}FormName", ""): one.get("Name", "") for one in meta.findall(f"{ODM}FormDef")},
        events=events,
        arms=arms,
        repeats=_repeats(groups.get("RepeatingInstrumentsAndEvents"), bool(events)),
        surveys={one.pop("form_name"): one for one in _attributes(groups.get("SurveysGroup")) if "form_name" in one},
        groups=tuple(one.get("group_name", "") for one in _attributes(groups.get("DataAccessGroupsGroup"))),
        roles=tuple(_attributes(groups.get("UserRolesGroup"))),
        other_settings={tag: said for tag, said in simple.items() if tag not in _READ and tag[:1].isalpha()},
        other_groups={
            tag: tuple((_bare(one.tag), dict(one.attrib)) for one in group)
            for tag, group in groups.items()
            if tag not in _READ | _READ_GROUPS
        },
        data=data,
        files=files,
    )


def _parsed(text: str) -> ET.Element:
    text = text.removeprefix("\ufeff").lstrip()
    if "<!DOCTYPE" in text[:2000] or "<!ENTITY" in text:
        raise _refused("it has a DOCTYPE")
    try:
        # A server keeps line breaks in attributes; a parser would turn them into blanks.
        root = ET.fromstring(_TAG.sub(lambda tag: _BREAK.sub("&#10;", tag[0]) if '="' in tag[0] else tag[0], text))
    except (ET.ParseError, ValueError) as error:
        raise _refused("it is not well-formed XML") from error
    if root.tag != f"{ODM}ODM":
        raise _refused("its root is not ODM")
    return root


def _refused(why: str) -> ApiError:
    return ApiError(400, f"The project XML file could not be read: {why}.")


def _bare(tag: str) -> str:
    return tag.partition("}")[2] or tag


def _attributes(group: ET.Element | None) -> list[Row]:
    return [{_bare(name): value for name, value in one.attrib.items()} for one in group] if group is not None else []


def _events(meta: ET.Element) -> tuple[tuple[Event, ...], dict[int, str]]:
    events, arms = [], {}
    for one in meta.findall(f"{ODM}StudyEventDef"):
        get = {_bare(name): value for name, value in one.attrib.items()}.get
        arm = int(get("ArmNum", "1"))
        arms[arm] = get("ArmName", f"Arm {arm}")
        forms = tuple(ref.get("FormOID", "").removeprefix("Form.") for ref in one.findall(f"{ODM}FormRef"))
        events.append(
            Event(
                name=get("EventName", get("Name", "")),
                forms=forms,
                arm=arm,
                unique_name=get("UniqueEventName", ""),
                custom_label=get("CustomEventLabel", ""),
                day_offset=get("DayOffset", "0"),
                offset_min=get("OffsetMin", "0"),
                offset_max=get("OffsetMax", "0"),
            )
        )
    return tuple(events), dict(sorted(arms.items()))


def _repeats(group: ET.Element | None, longitudinal: bool) -> tuple[Repeat, ...]:
    found = []
    for one in group.iter() if group is not None else ():
        event = one.get(f"{REDCAP}UniqueEventName", "")
        event = event if longitudinal else ""
        if _bare(one.tag) == "RepeatingEvent":
            found.append(Repeat("", event))
        elif _bare(one.tag) == "RepeatingInstrument":
            found.append(Repeat(one.get(f"{REDCAP}RepeatInstrument", ""), event, one.get(f"{REDCAP}CustomLabel", "")))
    return tuple(found)


def _rows(meta: ET.Element) -> Iterator[Row]:
    """The dictionary's rows: form by form, group by group, a checkbox once."""
    groups = {one.get("OID", ""): one for one in meta.findall(f"{ODM}ItemGroupDef")}
    items = {one.get("OID", ""): one for one in meta.findall(f"{ODM}ItemDef")}
    lists = {one.get("OID", ""): one for one in meta.findall(f"{ODM}CodeList")}
    for form in meta.findall(f"{ODM}FormDef"):
        name = form.get(f"{REDCAP}FormName", "")
        seen: set[str] = {f"{name}_complete"}
        for reference in form.findall(f"{ODM}ItemGroupRef"):
            group = groups.get(reference.get("ItemGroupOID", ""))
            if group is None:
                raise _refused(f"the item group {reference.get('ItemGroupOID', '')!r} is not defined")
            for ref in group.findall(f"{ODM}ItemRef"):
                item = items.get(ref.get("ItemOID", ""))
                if item is None:
                    raise _refused(f"the item {ref.get('ItemOID', '')!r} is not defined")
                variable = item.get(f"{REDCAP}Variable", "")
                # An export's own columns (time of a survey, group) have no type.
                if variable in seen or not item.get(f"{REDCAP}FieldType"):
                    continue
                seen.add(variable)
                yield _row(name, variable, item, lists)


def _row(form: str, variable: str, item: ET.Element, lists: Mapping[str, ET.Element]) -> Row:
    said = {_bare(name): value for name, value in item.attrib.items()}
    kind = _KINDS.get(said["FieldType"], said["FieldType"])
    limits = {one.get("Comparator", ""): one.findtext(f"{ODM}CheckValue") or "" for one in item.findall(f"{ODM}RangeCheck")}
    return {
        "field_name": variable,
        "form_name": form,
        "section_header": said.get("SectionHeader", ""),
        "field_type": kind,
        "field_label": _label(item),
        "select_choices_or_calculations": _choices(kind, item, said, lists),
        "field_note": said.get("FieldNote", ""),
        "text_validation_type_or_show_slider_number": _validation(kind, said.get("TextValidationType", "")),
        "text_validation_min": limits.get("GE", ""),
        "text_validation_max": limits.get("LE", ""),
        "identifier": said.get("Identifier", "").lower(),
        "branching_logic": said.get("BranchingLogic", ""),
        "required_field": said.get("RequiredField", "").lower(),
        "custom_alignment": said.get("CustomAlignment", ""),
        "question_number": "",  # in no public file
        "matrix_group_name": said.get("MatrixGroupName", ""),
        "matrix_ranking": said.get("MatrixRanking", "").lower(),
        "field_annotation": said.get("FieldAnnotation", ""),
    }


def _label(item: ET.Element) -> str:
    """As typed, with its markup where it has any."""
    question = item.find(f"{ODM}Question")
    if question is None:
        return ""
    return question.findtext(f"{REDCAP}FormattedTranslatedText") or question.findtext(f"{ODM}TranslatedText") or ""


def _validation(kind: str, text: str) -> str:
    return _VALIDATIONS.get(text, text) if kind == "text" else text


def _choices(kind: str, item: ET.Element, said: Texts, lists: Mapping[str, ET.Element]) -> str:
    if kind == "checkbox":
        named = item.find(f"{ODM}CodeListRef")
        found = lists.get(named.get("CodeListOID", "")) if named is not None else None
        text = "" if found is None else found.get(f"{REDCAP}CheckboxChoices", "")
        return " | ".join(part.strip() for part in text.split("|"))
    if kind in ("calc", "slider", "sql", "text"):
        return said.get({"calc": "Calculation", "slider": "SliderLabels", "text": "OntologySearch"}.get(kind, "Calculation"), "")
    named = item.find(f"{ODM}CodeListRef")
    if kind not in ("radio", "dropdown") or named is None:
        return ""
    found = lists.get(named.get("CodeListOID", ""))
    if found is None:
        raise _refused(f"the code list {named.get('CodeListOID', '')!r} is not defined")
    return " | ".join(f"{code}, {text}" for code, text in _listed(found))


def _listed(found: ET.Element) -> Iterator[tuple[str, str]]:
    for one in found.findall(f"{ODM}CodeListItem"):
        decode = one.find(f"{ODM}Decode")
        yield one.get("CodedValue", ""), "" if decode is None else decode.findtext(f"{ODM}TranslatedText") or ""


def _records(root: ET.Element, forms: Texts) -> tuple[tuple[Datum, ...], tuple[StoredFile, ...]]:
    data, files = [], []
    for subject in root.iter(f"{ODM}SubjectData"):
        for event, event_repeat, element in _form_data(subject):
            form = forms.get(element.get("FormOID", ""), "")
            for item in element.iter():
                kind = _bare(item.tag)
                if kind not in ("ItemData", "ItemDataBase64Binary"):
                    continue
                value = item.get("Value", "") if kind == "ItemData" else item.get(f"{REDCAP}DocName", "")
                datum = Datum(
                    subject.get("SubjectKey", ""), event, event_repeat, form,
                    _number(element.get("FormRepeatKey")), item.get("ItemOID", ""), value,
                )  # fmt: skip
                data.append(datum)
                if kind == "ItemDataBase64Binary":
                    files.append(StoredFile(datum, item.get(f"{REDCAP}MimeType", ""), _bytes(item.text or "")))
    return tuple(data), tuple(files)


def _form_data(subject: ET.Element) -> Iterator[tuple[str, int, ET.Element]]:
    for element in subject.findall(f"{ODM}FormData"):
        yield "", 1, element
    for event in subject.findall(f"{ODM}StudyEventData"):
        for element in event.findall(f"{ODM}FormData"):
            yield event.get(f"{REDCAP}UniqueEventName", ""), _number(event.get("StudyEventRepeatKey")), element


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 1


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise _refused("a file in it is not in base64") from error
