"""Users of a project, data access groups, and who is in which.

Decides: the columns of these exports. Roles are not kept: every project of the sandbox has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onboard.sandbox.call import Call
from onboard.sandbox.design import unique_group_names
from onboard.sandbox.numbering import group_number
from onboard.sandbox.payload import read_rows
from onboard.sandbox.projects import Access, Project, Rights
from onboard.sandbox.refusals import invalid_values, not_implemented
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


def users(call: Call) -> Reply:
    """Export the users with their rights; import and delete of users are not offered."""
    if call.imports or call.action:
        raise not_implemented()
    call.need_export()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = [_user(call.project, access) for access in call.project.accesses.values()]
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
        **(dict.fromkeys(_RIGHTS, 0) | _held(rights)),
        "forms": dict.fromkeys(project.dictionary.forms, 1),
        "forms_export": {form: int(rights.form(form)) for form in project.dictionary.forms},
    }


def _held(rights: Rights) -> dict[str, int]:
    return {
        "user_rights": int(rights.user_rights),
        "data_access_groups": int(rights.data_access_groups),
        "manage_survey_participants": int(rights.survey),
        "logging": int(rights.logging),
        "api_export": int(rights.export),
        "api_import": int(rights.import_),
        "record_delete": int(rights.delete),
    }


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
    """Export which user is in which group."""
    if call.imports:
        raise not_implemented()
    call.need_export()
    call.need(call.access.rights.data_access_groups, GROUPS_RIGHT)
    columns = ("username", "redcap_data_access_group")
    rows: Sequence[Mapping[str, Cell]] = [
        dict(zip(columns, (access.username, access.rights.dag or ""), strict=True)) for access in call.project.accesses.values()
    ]
    call.log("Export User-DAG assignments")
    return table_reply(Table(columns=columns, rows=rows), call.table_format())
