"""content=fileRepository: list, make folders, bring, fetch and remove files.

The answers' columns and errors. Folders restricted to a group or a role are not kept apart.
"""

from collections.abc import Mapping

from onboard.sandbox.call import Call
from onboard.sandbox.refusals import ApiError, invalid_parameter, missing_parameter, no_such_folder
from onboard.sandbox.repository_store import TOP, Kept
from onboard.sandbox.wire import CONTENT_TYPES, Cell, Reply, Table, json_text, named_type, table_reply, text_reply

# assumption: not evidenced - from 16.0.8 on the CSV has a sixth column, whose name is not recorded; it is left out
_COLUMNS = ("folder_id", "doc_id", "name", "role", "dag")
# assumption: not evidenced - the words for this right
_RIGHT = "File Repository"


def repository(call: Call) -> Reply:
    """Answer a call of the File Repository. Success of import and delete is an empty body."""
    actions = {"list": _list, "createfolder": _create, "export": _export, "import": _import, "delete": _delete}
    if call.action not in actions:
        raise invalid_parameter("action")
    call.need(call.access.rights.repository, _RIGHT)
    return actions[call.action](call)


def _folder(call: Call) -> int:
    text = call.params.text("folder_id")
    number = int(text) if text.isdigit() else TOP
    if (text and not text.isdigit()) or not call.project.repository.known(number):
        raise no_such_folder(text)
    return number


def _list(call: Call) -> Reply:
    """Folders, then files; in JSON each has the keys that say something about it."""
    call.need_export()
    folder, kept = _folder(call), call.project.repository
    rows: list[Mapping[str, Cell]] = [
        {"folder_id": number, "name": name} for number, (name, inside) in kept.folders.items() if inside == folder
    ]
    rows += [{"doc_id": number, "name": file.name} for number, file in kept.files.items() if file.folder == folder]
    call.log("Export list of files and folders in the File Repository")
    if call.table_format() != "json":
        return table_reply(Table(columns=_COLUMNS, rows=rows, root="items"), call.table_format())
    return Reply(body=json_text(rows).encode(), content_type=CONTENT_TYPES["json"])


def _create(call: Call) -> Reply:
    call.need_import()
    name, inside = call.required("name"), _folder(call)
    if len(name) > 150:
        raise invalid_parameter("name")
    number = call.project.repository.new_folder(name, inside)
    call.log("Create folder in the File Repository")
    return table_reply(Table(columns=("folder_id",), rows=[{"folder_id": number}]), call.table_format())


def _file(call: Call) -> tuple[int, Kept]:
    text = call.required("doc_id")
    file = call.project.repository.files.get(int(text)) if text.isdigit() else None
    if file is None:
        # assumption: not evidenced - the text
        raise ApiError(400, f"The File Repository file doc_id={text} does not exist")
    return int(text), file


def _export(call: Call) -> Reply:
    call.need_export()
    _, file = _file(call)
    call.log("Download file from the File Repository")
    return Reply(body=file.content, content_type=named_type(file.content_type, file.name))


def _import(call: Call) -> Reply:
    call.need_import()
    folder, upload = _folder(call), call.upload
    if upload is None:
        raise missing_parameter("file")
    file = Kept(folder=folder, name=upload.name, content_type=upload.content_type, content=upload.content)
    call.project.repository.keep(file)
    call.log("Upload file into the File Repository")
    return text_reply("")


def _delete(call: Call) -> Reply:
    call.need_import()
    number, _ = _file(call)
    del call.project.repository.files[number]
    call.log("Delete file from the File Repository")
    return text_reply("")
