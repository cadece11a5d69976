"""One API call in, one reply out: caller, content, errors as requested.

Dispatch and the order of checks (token, project, content, rights). It knows no HTTP.
"""

from collections.abc import Callable, Mapping, Sequence

from onboard.sandbox import definitions, events, files, logs, repository, roles, surveys, users
from onboard.sandbox.call import Call, Params, Upload
from onboard.sandbox.creating import create_from_call, super_user
from onboard.sandbox.deleting import delete_records
from onboard.sandbox.export import export_records
from onboard.sandbox.importing import import_records
from onboard.sandbox.numbering import next_record
from onboard.sandbox.odm_writing import project_xml
from onboard.sandbox.projects import Access, Project
from onboard.sandbox.refusals import ApiError, not_implemented, not_permitted, project_deleted, unknown_content
from onboard.sandbox.state import State
from onboard.sandbox.wire import Reply, error_reply, text_reply


def _records(call: Call) -> Reply:
    if call.action == "delete":
        return delete_records(call)
    return import_records(call) if call.imports or call.action == "import" else export_records(call)


def _next_name(call: Call) -> Reply:
    call.need_export()
    return text_reply(next_record(call.project, call.access.rights.dag), call.params.return_format())


def _not_offered(call: Call) -> Reply:
    """A content that REDCap has and this stand-in does not answer.

    Its bodies are not evidenced well enough.
    """
    raise not_implemented()


def _create(state: State, params: Params, owner: str) -> Reply:
    """A new project: the answer is its owner's token and nothing else."""
    project, token = create_from_call(params, owner, state.project_clock)
    state.projects.append(project)
    return text_reply(token, params.return_format())


CONTENTS: Mapping[str, Callable[[Call], Reply]] = {
    "version": definitions.version,
    "project": definitions.project_info,
    "metadata": definitions.metadata,
    "instrument": definitions.instruments,
    "exportFieldNames": definitions.export_field_names,
    "repeatingFormsEvents": definitions.repeating,
    "record": _records,
    "generateNextRecordName": _next_name,
    "arm": events.arms,
    "event": events.events,
    "formEventMapping": events.mapping,
    "user": users.users,
    "dag": users.groups,
    "userDagMapping": users.group_members,
    "userRole": roles.roles,
    "userRoleMapping": roles.role_members,
    "file": files.files,
    "fileRepository": repository.repository,
    "log": logs.logs,
    "surveyLink": surveys.survey_link,
    "surveyQueueLink": surveys.survey_queue_link,
    "surveyAccessCode": surveys.survey_access_code,
    "surveyReturnCode": surveys.survey_return_code,
    "participantList": surveys.participant_list,
    "project_settings": definitions.project_settings,
    "project_xml": project_xml,
    "report": _not_offered,
    "pdf": _not_offered,
    "fileInfo": _not_offered,
    "fileSize": _not_offered,
    "mycap": _not_offered,
    "tableau": _not_offered,
    "authkey": _not_offered,
}
_WRITES = frozenset({"", "export", "import"})
_ALL = _WRITES | {"delete"}
#: What a call may do. Whatever else REDCap has (rename, randomize) is not offered, and is never answered as something else.
ACTIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(CONTENTS, frozenset({"", "export"})),
    **dict.fromkeys(("metadata", "repeatingFormsEvents", "formEventMapping", "userDagMapping", "userRoleMapping"), _WRITES),
    **dict.fromkeys(("record", "arm", "event", "user", "userRole", "file"), _ALL),
    "project_settings": _WRITES,
    "dag": _ALL | {"switch"},
    "fileRepository": _ALL | {"list", "createfolder"},
}
_ANY: frozenset[str] = frozenset()


def answer(state: State, params: Params, upload: Upload | None = None) -> Reply:
    """Answer one call; every refusal becomes an error reply."""
    try:
        owner = super_user(params, state.super_tokens)
        if owner is not None and params.text("content") == "project":
            return _create(state, params, owner)
        project, access = _caller(state.projects, params.text("token"))
        handler = CONTENTS.get(params.text("content"))
        if handler is None:
            raise unknown_content()
        call = Call(params=params, project=project, access=access, public_url=state.public_url, upload=upload)
        if call.action not in ACTIONS.get(params.text("content"), _ANY):
            raise not_implemented()
        return handler(call)
    except ApiError as error:
        return error_reply(error.status, error.message, params.return_format())


def _caller(projects: Sequence[Project], token: str) -> tuple[Project, Access]:
    for project in projects:
        access = project.accesses.get(token.upper())
        if access is None:
            continue
        if project.deleted:
            raise project_deleted()
        if not (access.rights.export or access.rights.import_):
            # assumption: not evidenced - a token whose owner lost both API rights
            raise not_permitted()
        return project, access
    raise not_permitted()
