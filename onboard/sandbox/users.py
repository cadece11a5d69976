"""Users of a project, data access groups, and who is in which.

The columns of these exports, and what their imports change. Roles are in `roles.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onboard.sandbox.call import Call
from onboard.sandbox.design import unique_group_names
from onboard.sandbox.journal import Kind
from onboard.sandbox.numbering import group_number
from onboard.sandbox.projects import Access, Project
from onboard.sandbox.refusals import invalid_values, missing_parameter
from onboard.sandbox.role_columns import NOBODY, USER_RIGHTS, held, of_forms, rights_of
from onboard.sandbox.wire import Cell, Reply, Table, table_reply, text_reply

# assumption: not evidenced - that users and groups need these rights, and the words for them
USERS_RIGHT, GROUPS_RIGHT = "User Rights", "Data Access Groups"
DAG_COLUMNS = ("data_access_group_name", "unique_group_name", "data_access_group_id")


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
        **held(rights, ("design", *USER_RIGHTS)),
        **of_forms(project, rights),
    }


def _import_users(call: Call) -> Reply:
    """A name alone is enough.

    assumption: not evidenced - that a user added so holds no right.
    """
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = call.rows() or []
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
        _log(call, f"{'Edit' if name in known else 'Add'} user {name}", f"user = '{name}'")
    call.log("Import users")
    return text_reply(str(len(rows)), call.params.return_format())


def _log(call: Call, action: str, details: str) -> None:
    """assumption: not evidenced - the words beyond `Edit user role`, by analogy with it."""
    call.project.journal.add(call.access.username, Kind.USER, action, details)


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
    for name in names:
        _log(call, f"Delete user {name}", f"user = '{name}'")
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
    rows = call.rows() or []
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
    for member in call.project.members:
        # assumption: not evidenced - that whoever was in the group is in none then, and is not kept from deleting it
        if member.rights.dag in names:
            member.rights = replace(member.rights, dag=None)
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
    rows = call.rows() or []
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
