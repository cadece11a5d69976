"""The errors the API answers with, each by its exact status and text.

Texts without evidence are marked.
"""

from collections.abc import Sequence


class ApiError(Exception):
    """An answer that is an error: `status` and `message` go to the client as they are."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def not_permitted() -> ApiError:
    """A token that is wrong, unknown or revoked.

    assumption: not evidenced - that a missing token is answered the same way.
    """
    return ApiError(403, "You do not have permissions to use the API")


def project_deleted() -> ApiError:
    """The token belongs to a project that was deleted."""
    return ApiError(400, "The REDCap project no longer exists because it was deleted.")


def no_export() -> ApiError:
    """The token lacks API Export."""
    return ApiError(403, "You do not have API Export privileges")


def no_import() -> ApiError:
    """The token lacks API Import/Update."""
    return ApiError(403, "You do not have API Import/Update privileges")


def no_delete() -> ApiError:
    """The token's owner may not delete records."""
    return ApiError(403, "You do not have Delete Record privileges")


def no_right(name: str) -> ApiError:
    """Another right is missing. assumption: not evidenced - text by analogy with Delete Record."""
    return ApiError(403, f"You do not have {name} privileges")


def unknown_content() -> ApiError:
    """The parameter content holds nothing the API knows."""
    return ApiError(400, 'The value of the parameter "content" is not valid')


def invalid_values(parameter: str, values: Sequence[str]) -> ApiError:
    """Unknown names in a list. For fields evidenced; assumption: not evidenced - same sentence for forms, events."""
    named = ", ".join(f"'{value}'" for value in values)
    return ApiError(400, f'The following values in the parameter "{parameter}" are not valid: {named}')


def classic_has_no(what: str) -> ApiError:
    """A classic project was asked for `arms`, `events` or `form/event mappings`."""
    return ApiError(400, f"You cannot export {what} for classic projects")


def nothing_repeats() -> ApiError:
    """The project has no repeating instruments or events."""
    return ApiError(
        400,
        "You cannot export repeating instruments and events because the project does not contain any repeating "
        "instruments and events",
    )


def cannot_delete(records: Sequence[str]) -> ApiError:
    """Records to delete that do not exist."""
    return ApiError(
        400,
        "One or more of the records provided cannot be deleted because they do not exist in the project. "
        f"The following records do not exist: {', '.join(records)}",
    )


def not_a_file_field(field: str) -> ApiError:
    """A file call named a field that is not a file field."""
    return ApiError(400, f"The field '{field}' does not exist or is not a 'file' field")


def no_such_folder(folder: str) -> ApiError:
    """A folder of the File Repository that is not there."""
    return ApiError(
        400,
        f"The File Repository folder folder_id={folder} does not exist or else you do not have permission to that folder "
        "because it is DAG-restricted or Role-restricted.",
    )


def no_such_record(record: str) -> ApiError:
    """A survey or file call named a record that does not exist (evidenced for survey links)."""
    return ApiError(400, f'The record "{record}" does not exist')


def bad_logic() -> ApiError:
    """filterLogic that cannot be read. assumption: not evidenced - the text."""
    return ApiError(400, "The filter logic provided is not valid")


def fields_not_found(fields: Sequence[str]) -> ApiError:
    """Columns of an import that the project does not have."""
    return ApiError(400, f"The following fields were not found in the project as real data fields: {', '.join(fields)}")


def unknown_import_events(events: Sequence[str]) -> ApiError:
    """Unknown events in an import. Only the beginning is evidenced; assumption: not evidenced - what follows."""
    named = ", ".join(events) or "(blank)"
    return ApiError(
        400,
        "The following values for 'redcap_event_name' are not valid unique event names for this project,"
        f" please correct them: {named}",
    )


def no_record_id(field: str) -> ApiError:
    """An import without the record id column. assumption: not evidenced - the text."""
    return ApiError(400, f"The record ID field '{field}' is missing from the data being imported")


def not_implemented() -> ApiError:
    """Something this stand-in cannot do: reports, PDFs, exports and imports in XML."""
    return ApiError(501, "The requested method is not implemented.")


def missing_parameter(name: str) -> ApiError:
    """A call lacks what it needs. assumption: not evidenced - the text."""
    return ApiError(400, f'The parameter "{name}" is required')


def invalid_parameter(name: str) -> ApiError:
    """A single parameter holds nonsense. assumption: not evidenced - by analogy with content."""
    return ApiError(400, f'The value of the parameter "{name}" is not valid')
