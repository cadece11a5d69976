"""Make a project: from a plan that was read from a project file, or an empty one.

What goes where in the new project, and `content=project` with a super token.
assumption: not evidenced - the words of its refusals.
"""

import re
from collections.abc import Mapping

from onboard.sandbox.call import Params
from onboard.sandbox.clock import ServerClock
from onboard.sandbox.design import Design, Place
from onboard.sandbox.dictionary import COLUMNS, Column, DictionaryError
from onboard.sandbox.odm_reading import Plan, StoredFile, read_odm
from onboard.sandbox.payload import read_rows
from onboard.sandbox.projects import SYSTEM_USER, Project
from onboard.sandbox.refusals import ApiError, missing_parameter
from onboard.sandbox.rights import EVERYTHING, UserRole
from onboard.sandbox.role_columns import rights_of_file
from onboard.sandbox.settings import OTHER, changed
from onboard.sandbox.wire import Table, csv_text

SUPER_TOKEN = re.compile(r"[0-9A-F]{64}")
GROUP, IDENTIFIER, STAMP = "redcap_data_access_group", "redcap_survey_identifier", "_timestamp"
_BLANK = [
    dict.fromkeys(COLUMNS, "")
    | {"field_name": "record_id", "form_name": "form_1", "field_type": "text", "field_label": "Record ID"}
]


def create_from_call(params: Params, username: str, clock: ServerClock) -> tuple[Project, str]:
    """A project as `content=project` with a super token asks for, and the token of its owner, who holds every right."""
    rows = read_rows(params.text("data"), params.success_format()) or []
    given = rows[0] if rows else {}
    for name in ("project_title", "purpose"):
        if not given.get(name):
            raise missing_parameter(name)
    if given["purpose"] == str(OTHER) and not given.get("purpose_other"):
        raise missing_parameter("purpose_other")
    project = project_from_file(params.text("odm"), clock) if params.has("odm") else blank_project(clock)
    project.title = given["project_title"]
    project.settings, _ = changed(project.settings, given)
    if given.get("is_longitudinal") == "1":
        project.make_longitudinal()
    return project, project.add_token(rights=EVERYTHING, username=username)


def blank_project(clock: ServerClock) -> Project:
    """What a new project is before anybody designs it: the record id on one form."""
    project = Project("", csv_text(Table(columns=COLUMNS, rows=_BLANK)), clock=clock)
    project.journal.managed("", "Create project (API)")
    return project


def project_from_file(text: str, clock: ServerClock) -> Project:
    """The project of a project file, with its records. Raises ApiError for a file that cannot be used."""
    return project_from_plan(read_odm(text), clock)


def project_from_plan(plan: Plan, clock: ServerClock) -> Project:
    """The same from a plan."""
    rows = [{column: row[column] for column in COLUMNS} for row in plan.rows]
    surveys = list(plan.surveys) if plan.settings.surveys_enabled else []
    try:
        project = Project(
            plan.title,
            csv_text(Table(columns=COLUMNS, rows=rows)),
            instruments=plan.labels,
            surveys=surveys,
            events=plan.events,
            arms=plan.arms,
            repeating=plan.repeats,
            dags=plan.groups,
            missing_data_codes=plan.missing_data_codes,
            settings=plan.settings,
            clock=clock,
        )
    except DictionaryError as error:
        raise ApiError(400, str(error)) from error
    project.survey_settings = {form: plan.surveys[form] for form in surveys}
    project.other_settings, project.other_groups = plan.other_settings, plan.other_groups
    for role in plan.roles:
        forms = project.dictionary.forms
        project.roles[role["unique_role_name"]] = UserRole(label=role.get("role_name", ""), rights=rights_of_file(role, forms))
    project.journal.managed("", "Create project (API)")
    _load(project, plan)
    return project


def _load(project: Project, plan: Plan) -> None:
    """Put the records in. Calculated values are not taken over; the record id stands in every row already.

    assumption: not evidenced - that the log holds a line for each record
    """
    known = {column.name: column for column in project.dictionary.columns()}
    rows: dict[tuple[str, Place], dict[str, str]] = {}
    for datum in plan.data:
        if datum.event not in project.design.event_names:
            continue
        place = _place(project.design, datum.event, datum.form, datum.event_repeat, datum.form_repeat)
        row = rows.setdefault((datum.record, place), {})
        column = known.get(datum.item)
        if column is not None:
            if _kept(project, column) and datum.value != "":
                row[datum.item] = datum.value
        elif datum.item == GROUP and datum.value in project.groups:
            project.record_groups[datum.record] = datum.value
        elif datum.item == IDENTIFIER and datum.value:
            project.survey_identifiers[datum.record] = datum.value
        elif (form := datum.item.removesuffix(STAMP)) in project.surveys and datum.value:
            project.survey_times[datum.record, place, form] = datum.value
    for (record, place), row in rows.items():
        project.write(record, place, row)
    for file in plan.files:
        _attach(project, file)


def _kept(project: Project, column: Column) -> bool:
    return column.field.kind != "calc" and column.name != project.dictionary.id_field


def _place(design: Design, event: str, form: str, event_repeat: int, form_repeat: int) -> Place:
    return design.place_for(form, event, form_repeat if design.form_repeats(form, event) else event_repeat)


def _attach(project: Project, file: StoredFile) -> None:
    datum = file.datum
    place = _place(project.design, datum.event, datum.form, datum.event_repeat, datum.form_repeat)
    project.attach(datum.record, place, datum.item, datum.value, file.content, file.content_type, SYSTEM_USER)


def super_user(params: Params, super_tokens: Mapping[str, str]) -> str | None:
    """The user of a super token; None for any other token."""
    token = params.text("token").upper()
    return super_tokens.get(token) if SUPER_TOKEN.fullmatch(token) else None
