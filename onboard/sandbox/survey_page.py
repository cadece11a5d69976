"""The survey page behind a link: a plain form, and what its answer stores.

Which fields a respondent sees and that a submitted form is complete. Values are checked as imports are. The address
fills fields of the form, hidden ones too (`...&field=value`), and whatever of the form is posted is stored, seen or not:
hidden is only hidden.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape

from onboard.sandbox.call import Params, Upload
from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Field, columns_of
from onboard.sandbox.page import html_page
from onboard.sandbox.projects import Project, Values
from onboard.sandbox.state import State
from onboard.sandbox.surveys import LINK_LENGTH, survey_code
from onboard.sandbox.validation import Rules, check, stored

RESPONDENT = "[survey respondent]"
HIDDEN_TAGS = frozenset({"@HIDDEN", "@HIDDEN-SURVEY"})
DEFAULT = re.compile(r"@DEFAULT\s*=\s*(['\"])(.*?)\1")
NOTHING = Params(())
Response = tuple[Project, str, Place, str]


def show(state: State, code: str, address: Params = NOTHING) -> str:
    """The form to fill in, with what its address fills, or that there is nothing (more) to fill in."""
    found = _find(state, code)
    if found is None:
        return html_page("Survey", "<p>This survey link is not valid. Ask whoever sent it for a new one.</p>")
    project, record, place, form = found
    if (record, place, form) in project.survey_times:
        return html_page(project.label(form), "<p>Thank you. You have already completed this survey.</p>")
    filled, _ = _read(project, form, NOTHING, address)
    held = {**project.records[record].get(place, {}), **{name: value for name, value in filled.items() if value}}
    return html_page(project.label(form), _form(project, form, held, []))


def fill_in(state: State, code: str, params: Params, uploads: Mapping[str, Upload], address: Params = NOTHING) -> str:
    """Store a response: the form becomes Complete and is stamped; bad values show the form again, nothing stored."""
    found = _find(state, code)
    if found is None:
        return show(state, code)
    project, record, place, form = found
    if (record, place, form) in project.survey_times:
        return show(state, code)
    values, problems = _read(project, form, params, address)
    if problems:
        return html_page(project.label(form), _form(project, form, values, problems))
    held = project.records[record].get(place, {})
    project.write(record, place, {**_defaults(project, form, held), **values, f"{form}_complete": "2"}, RESPONDENT)
    for field in _fields(project, form):
        if field.kind == "file" and field.name in uploads:
            file = uploads[field.name]
            project.attach(record, place, field.name, file.name, file.content, file.content_type, RESPONDENT)
    project.survey_times[record, place, form] = project.clock().strftime("%Y-%m-%d %H:%M:%S")
    return html_page(
        project.label(form), f"<p>Thank you. Your answers were saved.</p>{_again(state.base, project, record, place, form)}"
    )


def _defaults(project: Project, form: str, held: Mapping[str, str]) -> Values:
    """Return what the page stores of hidden fields: the default where none is stored.

    assumption: not evidenced - for those.
    """
    found = {field.name: DEFAULT.search(field.row["field_annotation"]) for field in project.dictionary.fields_of(form)}
    return {name: tag[2] for name, tag in found.items() if tag and not held.get(name)}


def _again(base: str, project: Project, record: str, place: Place, form: str) -> str:
    """The button for another response of a repeating survey, at the next free instance: as its settings say where the project
    came from a file, else shown. assumption: not evidenced - how it looks."""
    said = project.survey_settings.get(form)
    if place.instance == 0 or (said is not None and said.get("repeat_survey_enabled") != "1"):
        return ""
    taken = [one.instance for one, _ in project.places(record) if project.design.lives(form, one) and one.event == place.event]
    code = survey_code(project, record, place._replace(instance=max(taken) + 1), form)
    words = (said or {}).get("repeat_survey_btn_text") or "Take this survey again"
    return f'<p><a href="{escape(base)}surveys/?s={code}">{escape(words)}</a></p>'


def queue(state: State, code: str) -> str:
    """The surveys of one record with their links."""
    found = _find(state, code)
    if found is None:
        return show(state, code)
    project, record, _, _ = found
    links = []
    for form in project.surveys:
        for event in project.design.event_names:
            if form in project.design.designated(event):
                own = survey_code(project, record, project.design.place_for(form, event), form)
                links.append(f'<li><a href="{escape(state.base)}surveys/?s={own}">{escape(project.label(form))}</a></li>')
    return html_page("Survey queue", f"<ul>{''.join(links)}</ul>")


def _find(state: State, code: str) -> Response | None:
    for project in state.projects:
        if len(code) == LINK_LENGTH and code in project.survey_codes:
            record, place, form = project.survey_codes[code]
            return (project, record, place, form) if record in project.records else None
    return None


def _fields(project: Project, form: str) -> Iterator[Field]:
    """What a response may hold."""
    for field in project.dictionary.fields_of(form):
        if field.name != project.dictionary.id_field and field.kind != "calc":
            yield field


def _hidden(field: Field) -> bool:
    return bool(set(field.row["field_annotation"].split()) & HIDDEN_TAGS)


def _shown(project: Project, form: str) -> Iterator[Field]:
    return (field for field in _fields(project, form) if not _hidden(field))


def _read(project: Project, form: str, params: Params, address: Params) -> tuple[Values, list[str]]:
    """What a response stores, and what its page complains about. Of hidden fields, what was given and can be stored."""
    values, problems = _given(project, form, params, address)
    rules = Rules(date_format="YMD", missing_data_codes={})
    for field in filter(_hidden, _fields(project, form)):
        for column in columns_of(field):
            value = params.text(column.name) or address.text(column.name)
            if field.kind != "file" and value and not check(column, value, rules):
                values[column.name] = stored(column, value, rules)
    return values, problems


def _given(project: Project, form: str, params: Params, address: Params) -> tuple[Values, list[str]]:
    rules = Rules(date_format="YMD", missing_data_codes={})
    values: Values = {}
    problems: list[str] = []
    for field in _shown(project, form):
        if field.kind == "file":
            continue
        for column in columns_of(field):
            value = params.text(column.name) or address.text(column.name, "0" if field.kind == "checkbox" else "")
            text = check(column, value, rules) if value else None
            if text:
                problems.append(f"{field.label}: {text}")
            values[column.name] = stored(column, value, rules)
        if field.row["required_field"] == "y" and not any(values.get(c.name, "") for c in columns_of(field)):
            problems.append(f"{field.label}: please give a value.")
    return values, problems


def _form(project: Project, form: str, held: Mapping[str, str], problems: list[str]) -> str:
    complaints = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    inputs = "".join(_input(field, held) for field in _shown(project, form))
    inputs += "".join(_unseen(field, held) for field in _fields(project, form) if _hidden(field))
    return f'<ul>{complaints}</ul><form method="post" enctype="multipart/form-data">{inputs}<p><button>Submit</button></p></form>'


def _input(field: Field, held: Mapping[str, str]) -> str:
    name, label, value = escape(field.name), escape(field.label), escape(held.get(field.name, ""))
    if field.kind == "descriptive":
        return f"<p>{label}</p>"
    if field.kind == "checkbox":
        return f"<fieldset><legend>{label}</legend>{''.join(_boxes(field, held))}</fieldset>"
    if field.choices:
        return f'<label for="{name}">{label}</label><select id="{name}" name="{name}">{_options(field, held)}</select>'
    if field.kind == "notes":
        return f'<label for="{name}">{label}</label><textarea id="{name}" name="{name}">{value}</textarea>'
    kind = "file" if field.kind == "file" else "text"
    hint = " (YYYY-MM-DD)" if field.validation.startswith("date") else ""
    return f'<label for="{name}">{label}{hint}</label><input id="{name}" name="{name}" type="{kind}" value="{value}">'


def _unseen(field: Field, held: Mapping[str, str]) -> str:
    """A hidden field with what it holds: a page sends it along all the same."""
    return "".join(
        f'<input type="hidden" name="{escape(column.name)}" value="{escape(held[column.name])}">'
        for column in columns_of(field)
        if field.kind != "file" and held.get(column.name)
    )


def _boxes(field: Field, held: Mapping[str, str]) -> Iterator[str]:
    for column in columns_of(field):
        mark = " checked" if held.get(column.name) == "1" else ""
        label = escape(column.label)
        yield f'<label><input type="checkbox" name="{escape(column.name)}" value="1"{mark}> {label}</label>'


def _options(field: Field, held: Mapping[str, str]) -> str:
    options = [
        f'<option value="{escape(code)}"{_mark(field, held, code)}>{escape(label)}</option>'
        for code, label in field.choices.items()
    ]
    return '<option value=""></option>' + "".join(options)


def _mark(field: Field, held: Mapping[str, str], code: str) -> str:
    return " selected" if held.get(field.name) == code else ""
