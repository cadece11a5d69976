"""REDCap's columns of rights, of users and of roles, and what they are to this stand-in.

In which order a call shows them, and what a project file calls them. Few of them have an effect here; the others are kept and
shown as they were given.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from onboard.sandbox.projects import Project
from onboard.sandbox.rights import Rights
from onboard.sandbox.wire import Cell

_COMMON = (
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
)
_LOCKS = ("lock_records_all_forms", "lock_records", "lock_records_customization")
#: The rights of a user, in their order; a role has its last three the other way round.
USER_RIGHTS = (*_COMMON, *_LOCKS)
ROLE_RIGHTS = (*_COMMON, *reversed(_LOCKS))
#: REDCap's column -> our right.
_OURS = {
    "design": "design",
    "user_rights": "user_rights",
    "data_access_groups": "data_access_groups",
    "manage_survey_participants": "survey",
    "logging": "logging",
    "file_repository": "repository",
    "api_export": "export",
    "api_import": "import_",
    "record_delete": "delete",
}
#: What a project file calls a column of a role, where that is another word.
_IN_FILES = {
    "stats_and_charts": "graphical",
    "manage_survey_participants": "participants",
    "logging": "data_logging",
    "data_quality_create": "data_quality_design",
    "lock_records_all_forms": "lock_record_multiform",
    "lock_records": "lock_record",
    "lock_records_customization": "lock_record_customize",
}
_PAIR = re.compile(r"\[(\w+),(\d+)\]")
NOBODY = Rights(export=False)


def held(rights: Rights, names: Sequence[str] = USER_RIGHTS) -> dict[str, int]:
    """These columns with the right that is held; 0 where none was ever given."""
    return {name: int(getattr(rights, _OURS[name])) if name in _OURS else rights.others.get(name, 0) for name in names}


def of_forms(project: Project, rights: Rights) -> dict[str, Cell]:
    """The two columns of rights by form."""
    forms = project.dictionary.forms
    return {
        "forms": {form: rights.entry.get(form, 1) for form in forms},
        "forms_export": {form: int(rights.form(form)) for form in forms},
    }


def rights_of(row: Mapping[str, str], before: Rights) -> Rights:
    """Return what a row of an import makes of a user's rights.

    Columns that are not there change nothing.
    """
    given: dict[str, Any] = {ours: row[name] == "1" for name, ours in _OURS.items() if row.get(name)}
    others = {name: int(row[name]) for name in USER_RIGHTS if name not in _OURS and row.get(name, "").isdigit()}
    return replace(
        before,
        **given,
        others={**before.others, **others},
        entry={**before.entry, **_levels(row.get("forms", ""))},
        forms={**before.forms, **_levels(row.get("forms_export", ""))},
    )


def _levels(text: str) -> dict[str, int]:
    """`form_a:1,form_b:0` as form -> level."""
    pairs = (pair.partition(":") for pair in text.split(",") if ":" in pair)
    return {form.strip(): int(level) for form, _, level in pairs if level.strip().isdigit()}


def rights_of_file(role: Mapping[str, str], forms: Sequence[str]) -> Rights:
    """The rights of a role as a project file has them. One number stands for the export of all forms in older files."""
    row = {name: role.get(_IN_FILES.get(name, name), "") for name in ("design", *USER_RIGHTS)}
    exports = role.get("data_export_instruments") or "".join(f"[{form},{role.get('data_export_tool') or 0}]" for form in forms)
    row["forms"] = ",".join(f"{form}:{level}" for form, level in _PAIR.findall(role.get("data_entry", "")))
    row["forms_export"] = ",".join(f"{form}:{level}" for form, level in _PAIR.findall(exports))
    return rights_of(row, NOBODY)


def role_in_file(label: str, name: str, rights: Rights, project: Project) -> dict[str, str]:
    """A role as a project file has it."""
    forms = of_forms(project, rights)
    levels = {
        key: "".join(f"[{form},{level}]" for form, level in value.items())
        for key, value in forms.items()
        if isinstance(value, Mapping)
    }
    columns = {_IN_FILES.get(column, column): str(level) for column, level in held(rights, ("design", *ROLE_RIGHTS)).items()}
    more = {"data_entry": levels["forms"], "data_export_instruments": levels["forms_export"]}
    return {"role_name": label, "unique_role_name": name, **columns, **more}
