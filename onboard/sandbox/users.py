"""Users of a project, data access groups, and who is in which.

The columns of these exports, and what their imports change. Roles are in `roles.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from onboard.sandbox.call import Call
from onboard.sandbox.design import unique_group_names
from onboard.sandbox.numbering import group_number
from onboard.sandbox.payload import read_rows
from onboard.sandbox.projects import Access, Project, Rights
from onboard.sandbox.refusals import invalid_values, missing_parameter
from onboard.sandbox.wire import Cell, Reply, Table, table_reply, text_reply

# assumption: not evidenced - that users and groups need these rights, and the words for them
USERS_RIGHT, GROUPS_RIGHT = "User Rights", "Data Access Groups"
DAG_COLUMNS = ("data_access_group_name", "unique_group_name", "data_access_group_id")
_RIGHTS = (
    "alerts",
    "user_rights",
    "data_access_groups",
    "reports",
    "stats_and_charts",
    "manage_survey_participants",
    "calendar",
    "data_import_tool",
    "data_comparison_tool",
    "logging",
    "email_logging",
    "file_repository",
    "data_quality_create",
    "data_quality_execute",
    "api_export",
    "api_import",
    "api_modules",
    "mobile_app",
    "mobile_app_download_data",
    "record_create",
    "record_rename",
    "record_delete",
    "lock_records_all_forms",
    "lock_records",
    "lock_records_customization",
)
#: REDCap's column -> our right.
_OURS = {
    "user_rights": "user_rights",
    "data_access_groups": "data_access_groups",
    "manage_survey_participants": "survey",
    "logging": "logging",
    "file_repository": "repository",
    "api_export": "export",
    "api_import": "import_",
    "record_delete": "delete",
}
NOBODY = Rights(export=False)


def users(call: Call) -> Reply:
    """Export the users with their rights, import some (presence of `data`), or delete some."""
    if call.action == "delete":
        return _delete_users(call)
    if call.imports:
        return _import_users(call)
    call.need_export()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = [_user(call.project, access) for access in call.project.members]
    call.log("Export users")
    return table_reply(Table(columns=list(rows[0]), rows=rows, trailing_newline=False), call.table_format())


def _user(project: Project, access: Access) -> dict[str, Cell]:
    rights, dag = access.rights, access.rights.dag
    return {
        "username": access.username,
        "email": f"{access.username}@example.org",
        "firstname": access.username.capitalize(),
        "lastname": "User",
        "expiration": access.expiration,
        "data_access_group": dag or "",
        "data_access_group_id": group_number(project, dag) if dag else "",
        "data_access_group_label": project.groups[dag] if dag else "",
        "design": int(rights.design),
        **held(rights),
        **of_forms(project, rights),
    }


def held(rights: Rights) -> dict[str, int]:
    """Return REDCap's columns of rights with 1 where the right is held.

    Those that no user has are 0.
    """
    return {name: int(getattr(rights, _OURS[name])) if name in _OURS else 0 for name in _RIGHTS}


def of_forms(project: Project, rights: Rights) -> dict[str, Cell]:
    """The two columns of rights by form."""
    forms = project.dictionary.forms
    return {"forms": dict.fromkeys(forms, 1), "forms_export": {form: int(rights.form(form)) for form in forms}}


def rights_of(row: Mapping[str, str], before: Rights) -> Rights:
    """Return what a row of an import makes of a user's rights.

    Columns that are not there change nothing.
    """
    given: dict[str, Any] = {ours: row[name] == "1" for name, ours in {"design": "design", **_OURS}.items() if row.get(name)}
    pairs = [pair.partition(":") for pair in row.get("forms_export", "").split(",") if ":" in pair]
    forms = dict(before.forms) | {form: int(level) for form, _, level in pairs if level.isdigit()}
    return replace(before, **given, forms=forms)


def _import_users(call: Call) -> Reply:
    """A name alone is enough.

    assumption: not evidenced - that a user added so holds no right.
    """
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = read_rows(call.params.text("data"), call.params.success_format()) or []
    known = {member.username: member for member in call.project.members}
    groups = [row["data_access_group"] for row in rows if row.get("data_access_group", "") not in {"", *call.project.groups}]
    if groups:
        raise invalid_values("data_access_group", groups)
    for row in rows:
        name = row.get("username", "")
        if not name:
            raise missing_parameter("username")
        member = known.get(name) or call.project.colleagues.setdefault(name, Access(username=name, token="", rights=NOBODY))
        member.rights = replace(rights_of(row, member.rights), dag=row.get("data_access_group") or member.rights.dag)
        member.expiration = row.get("expiration", member.expiration)
    call.log("Import users")
    return text_reply(str(len(rows)), call.params.return_format())


def _delete_users(call: Call) -> Reply:
    """Who goes loses the token too. assumption: not evidenced - the text for an unknown name."""
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    names = call.params.items("users")
    unknown = [name for name in names if name not in {member.username for member in call.project.members}]
    if unknown or not names:
        raise invalid_values("users", unknown) if unknown else missing_parameter("users")
    project = call.project
    project.accesses = {token: access for token, access in project.accesses.items() if access.username not in names}
    project.colleagues = {name: access for name, access in project.colleagues.items() if name not in names}
    call.log("Delete users")
    return text_reply(str(len(names)), call.params.return_format())


def groups(call: Call) -> Reply:
    """Export, import, delete data access groups, or switch the caller's own."""
    actions = {"import": _import_groups, "delete": _delete_groups, "switch": _switch}
    if call.action in actions:
        return actions[call.action](call)
    call.need_export()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    rows: Sequence[Mapping[str, Cell]] = [
        dict(zip(DAG_COLUMNS, (label, name, group_number(call.project, name)), strict=True))
        for name, label in call.project.groups.items()
    ]
    call.log("Export DAGs")
    return table_reply(Table(columns=DAG_COLUMNS, rows=rows), call.table_format())


def _import_groups(call: Call) -> Reply:
    call.need_import()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    rows = read_rows(call.params.text("data"), call.params.success_format()) or []
    labels = list(call.project.groups.values())
    for row in rows:
        unique, label = row.get("unique_group_name", ""), row.get("data_access_group_name", "")
        if unique in call.project.groups:
            call.project.groups[unique] = label
        else:
            labels.append(label)
            call.project.groups = {**unique_group_names(labels), **call.project.groups}
    call.log("Import DAGs")
    return text_reply(str(len(rows)), call.params.return_format())


def _delete_groups(call: Call) -> Reply:
    call.need_import()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    names = call.params.items("dags")
    unknown = [name for name in names if name not in call.project.groups]
    if unknown:
        raise invalid_values("dags", unknown)
    for name in names:
        del call.project.groups[name]
    kept = {record: group for record, group in call.project.record_groups.items() if group not in names}
    call.project.record_groups = kept
    call.log("Delete DAGs")
    return text_reply(str(len(names)), call.params.return_format())


def _switch(call: Call) -> Reply:
    wanted = call.params.text("dag")
    if wanted and wanted not in call.project.groups:
        raise invalid_values("dag", [wanted])
    call.access.rights = replace(call.access.rights, dag=wanted or None)
    return text_reply("1", call.params.return_format())


def group_members(call: Call) -> Reply:
    """Export which user is in which group, or import it (presence of `data`)."""
    if call.imports:
        return _import_group_members(call)
    call.need_export()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    columns = ("username", "redcap_data_access_group")
    rows: Sequence[Mapping[str, Cell]] = [
        dict(zip(columns, (access.username, access.rights.dag or ""), strict=True)) for access in call.project.members
    ]
    call.log("Export User-DAG assignments")
    return table_reply(Table(columns=columns, rows=rows), call.table_format())


def _import_group_members(call: Call) -> Reply:
    """A blank group takes the user out of any. assumption: not evidenced - the texts for unknown names."""
    call.need_import()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    rows = read_rows(call.params.text("data"), call.params.success_format()) or []
    known = {member.username: member for member in call.project.members}
    wrong = [row.get("username", "") for row in rows if row.get("username", "") not in known]
    wrong += [group for row in rows if (group := row.get("redcap_data_access_group", "")) not in {"", *call.project.groups}]
    if wrong:
        raise invalid_values("data", wrong)
    for row in rows:
        member = known[row["username"]]
        member.rights = replace(member.rights, dag=row.get("redcap_data_access_group") or None)
    call.log("Import User-DAG assignments")
    return text_reply(str(len(rows)), call.params.return_format())
