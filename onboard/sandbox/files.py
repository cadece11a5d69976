"""content=file: bring, fetch and remove the file of a file field.

The answers' types and the errors. The project's layout decides which row a file is on.
"""

from onboard.sandbox.call import Call
from onboard.sandbox.columns import visible
from onboard.sandbox.design import Place
from onboard.sandbox.dictionary import Column, Role
from onboard.sandbox.projects import Document
from onboard.sandbox.refusals import (
    ApiError,
    invalid_parameter,
    invalid_values,
    missing_parameter,
    no_such_record,
    not_a_file_field,
)
from onboard.sandbox.wire import Reply, named_type, text_reply


def files(call: Call) -> Reply:
    """Answer a file call. Success of import and delete is an empty body."""
    actions = {"export": _export, "import": _import, "delete": _delete}
    if call.action not in actions:
        raise invalid_parameter("action")
    return actions[call.action](call)


def _target(call: Call) -> tuple[str, Place, Column]:
    name = call.params.text("field")
    field = call.project.dictionary.field(name)
    if not field or field.kind != "file":
        raise not_a_file_field(name)
    record = call.required("record")
    if record not in call.project.ordered_records(call.access.rights.dag):
        raise no_such_record(record)
    event = call.event()
    if call.project.design.longitudinal and not call.project.design.event(event):
        raise invalid_values("event", [event])
    place = call.project.design.place_for(field.form, event, call.instance())
    return record, place, Column(name=name, form=field.form, field=field, role=Role.FIELD)


def _document(call: Call, record: str, place: Place, column: Column) -> Document:
    document = call.project.documents.get((record, place, column.name))
    if document is None:
        # assumption: not evidenced - the text
        raise ApiError(400, f"There is no file to download for this record in the field '{column.name}'")
    return document


def _export(call: Call) -> Reply:
    call.need_export()
    record, place, column = _target(call)
    if not visible(call.project, call.access.rights, column):
        call.need(False, "Data Export")
    document = _document(call, record, place, column)
    call.log(f"Download uploaded document, {column.name} = '{document.doc_id}'")
    return Reply(body=document.content, content_type=named_type(document.content_type, document.name))


def _import(call: Call) -> Reply:
    call.need_import()
    record, place, column = _target(call)
    if call.upload is None:
        raise missing_parameter("file")
    upload = call.upload
    call.project.attach(record, place, column.name, upload.name, upload.content, upload.content_type, call.access.username)
    return text_reply("")


def _delete(call: Call) -> Reply:
    call.need_import()
    record, place, column = _target(call)
    _document(call, record, place, column)
    del call.project.documents[record, place, column.name]
    call.project.write(record, place, {column.name: ""}, call.access.username)
    return text_reply("")
