"""Which columns a record export returns: those requested, less those hidden.

Names and order of columns. A column that rights hide vanishes without an error, as on a real server.
"""

from collections.abc import Collection, Sequence

from onboard.sandbox.dictionary import Column, Field, Role
from onboard.sandbox.projects import Project, Rights
from onboard.sandbox.refusals import invalid_values
from onboard.sandbox.rights import FormExport


def chosen(project: Project, rights: Rights, fields: Sequence[str], forms: Sequence[str]) -> list[Column]:
    """The data columns of an export, in dictionary order; everything when neither fields nor forms are named.

    Raises ApiError for names the project does not have; the pseudo-columns are such names too.
    """
    check_names(project, fields, forms)
    every = project.dictionary.columns()
    if fields or forms:
        every = [column for column in every if column.form in forms or _asked(column, fields)]
    return [column for column in every if visible(project, rights, column)]


def check_names(project: Project, fields: Sequence[str], forms: Sequence[str]) -> None:
    """Raise ApiError for unknown fields or forms. Descriptive fields and form statuses are known names."""
    dictionary = project.dictionary
    known: Collection[str] = {field.name for field in dictionary.fields} | {f"{form}_complete" for form in dictionary.forms}
    unknown = [name for name in fields if name not in known]
    if unknown:
        raise invalid_values("fields", unknown)
    unknown = [name for name in forms if name not in dictionary.forms]
    if unknown:
        raise invalid_values("forms", unknown)


def visible(project: Project, rights: Rights, column: Column) -> bool:
    """Whether the token's form rights let the column through. The record id always comes."""
    if column.name == project.dictionary.id_field:
        return True
    right = rights.form(column.form)
    if right is FormExport.NONE:
        return False
    if right is FormExport.FULL or column.role is Role.STATUS:
        return True
    if column.field.identifier:
        return False
    return right is FormExport.NO_IDENTIFIERS or not _free_text_or_date(column.field)


def _asked(column: Column, fields: Sequence[str]) -> bool:
    return column.field.name in fields


def _free_text_or_date(field: Field) -> bool:
    # assumption: not evidenced - that dates go with the free text of a de-identified export
    if field.kind == "notes":
        return True
    return field.kind == "text" and (not field.validation or field.validation.startswith("date"))
