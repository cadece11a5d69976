"""User roles: rights under a name, and who was given which.

The columns of these exports (rights are texts here, numbers in `forms`), and what their imports change. A role says
what its users may do in the pages; the sandbox judges a call by the token's own rights.

assumption: not evidenced - CSV of roles has the byte rules of users, and its `forms` are written the same way.
"""

import secrets
import string
from collections.abc import Mapping

from onboard.sandbox.call import Call
from onboard.sandbox.journal import Kind
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import invalid_values, missing_parameter
from onboard.sandbox.rights import UserRole
from onboard.sandbox.role_columns import NOBODY, ROLE_RIGHTS, held, of_forms, rights_of
from onboard.sandbox.users import USERS_RIGHT
from onboard.sandbox.wire import Cell, Reply, Table, table_reply, text_reply

_RIGHTS = ("design", *ROLE_RIGHTS)
_COLUMNS = ("unique_role_name", "role_label", *_RIGHTS, "forms", "forms_export")
_LETTERS = string.ascii_uppercase + string.digits


def roles(call: Call) -> Reply:
    """Export, import (presence of `data`) or delete user roles."""
    if call.action == "delete":
        return _delete(call)
    if call.imports:
        return _import(call)
    call.need_export()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = [_row(call.project, name, role) for name, role in call.project.roles.items()]
    call.log("Export user roles")
    return table_reply(Table(columns=_COLUMNS, rows=rows, trailing_newline=False), call.table_format())


def _row(project: Project, name: str, role: UserRole) -> Mapping[str, Cell]:
    rights = {key: str(value) for key, value in held(role.rights, _RIGHTS).items()}
    return {"unique_role_name": name, "role_label": role.label, **rights, **of_forms(project, role.rights)}


def _import(call: Call) -> Reply:
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = call.rows() or []
    unknown = [name for row in rows if (name := row.get("unique_role_name", "")) and name not in call.project.roles]
    if unknown:
        raise invalid_values("unique_role_name", unknown)
    for row in rows:
        name = row.get("unique_role_name") or "U-" + "".join(secrets.choice(_LETTERS) for _ in range(10))
        role = call.project.roles.setdefault(name, UserRole(label="", rights=NOBODY))
        verb = "Edit" if row.get("unique_role_name") else "Create"
        role.label, role.rights = row.get("role_label", role.label), rights_of(row, role.rights)
        call.project.journal.add(call.access.username, Kind.USER, f"{verb} user role {role.label}", f"role = '{role.label}'")
    call.log("Import user roles")
    return text_reply(str(len(rows)), call.params.return_format())


def _delete(call: Call) -> Reply:
    """Who held the role holds none. assumption: not evidenced - the text for an unknown name."""
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    names = call.params.items("roles")
    unknown = [name for name in names if name not in call.project.roles]
    if unknown or not names:
        raise invalid_values("roles", unknown) if unknown else missing_parameter("roles")
    for name in names:
        label = call.project.roles.pop(name).label
        call.project.journal.add(call.access.username, Kind.USER, f"Delete user role {label}", f"role = '{label}'")
    for member in call.project.members:
        member.role = "" if member.role in names else member.role
    call.log("Delete user roles")
    return text_reply(str(len(names)), call.params.return_format())


def role_members(call: Call) -> Reply:
    """Export which user has which role, or import it (presence of `data`)."""
    if call.imports:
        return _import_members(call)
    call.need_export()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    columns = ("username", "unique_role_name", "data_access_group")
    cells = [(member.username, member.role, member.rights.dag or "") for member in call.project.members]
    rows: list[Mapping[str, Cell]] = [dict(zip(columns, line, strict=True)) for line in cells]
    call.log("Export User-Role assignments")
    return table_reply(Table(columns=columns, rows=rows), call.table_format())


def _import_members(call: Call) -> Reply:
    """A blank role takes it away. assumption: not evidenced - the texts for unknown names."""
    call.need_import()
    call.need(call.access.rights.user_rights, USERS_RIGHT)
    rows = call.rows() or []
    known = {member.username: member for member in call.project.members}
    wrong = [name for row in rows if (name := row.get("username", "")) not in known]
    wrong += [name for row in rows if (name := row.get("unique_role_name", "")) not in {"", *call.project.roles}]
    if wrong:
        raise invalid_values("data", wrong)
    for row in rows:
        known[row["username"]].role = row.get("unique_role_name", "")
    call.log("Import User-Role assignments")
    return text_reply(str(len(rows)), call.params.return_format())
