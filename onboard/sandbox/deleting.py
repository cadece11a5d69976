"""content=record, action=delete: whole records, one arm, one form, one instance.

What goes. An unknown record refuses the whole call.
"""

from collections.abc import Sequence

from onboard.sandbox.call import Call
from onboard.sandbox.design import Place
from onboard.sandbox.journal import Kind
from onboard.sandbox.refusals import (
    cannot_delete,
    invalid_parameter,
    invalid_values,
    missing_parameter,
    no_delete,
)
from onboard.sandbox.wire import Reply, text_reply


def delete_records(call: Call) -> Reply:
    """Answer a record delete with the number of records. Raises ApiError."""
    if not call.access.rights.delete:
        raise no_delete()
    records = call.params.items("records")
    if not records:
        raise missing_parameter("records")
    seen = call.project.ordered_records(call.access.rights.dag)
    unknown = [record for record in records if record not in seen]
    if unknown:
        raise cannot_delete(unknown)
    narrowed = _narrowed(call)
    for record in records:
        _delete(call, record, whole=not narrowed)
    return text_reply(str(len(records)), call.params.return_format())


def _narrowed(call: Call) -> bool:
    """Whether only a part of each record goes; checks the parts named."""
    params, design = call.params, call.project.design
    event, form, arm = params.text("event"), params.text("instrument"), params.text("arm")
    if design.longitudinal and form and not event:
        raise missing_parameter("event")
    if event and not design.event(event):
        raise invalid_values("event", [event])
    if form and form not in design.forms:
        raise invalid_values("instrument", [form])
    if arm and (not arm.isdigit() or int(arm) not in design.arms):
        raise invalid_parameter("arm")
    return bool(event or form or arm or call.instance())


def _delete(call: Call, record: str, *, whole: bool) -> None:
    project = call.project
    if whole:
        project.drop(record)
    else:
        _delete_part(call, record)
        if not project.records[record]:
            project.drop(record)
    if not call.params.flag("delete_logging"):
        project.journal.add(
            call.access.username,
            Kind.RECORD_DELETE,
            f"Delete record (API) {record}" if whole else f"Update record (API) {record}",
            f"{project.dictionary.id_field} = '{record}'",
            record,
        )


def _delete_part(call: Call, record: str) -> None:
    project, form = call.project, call.params.text("instrument")
    places = [place for place, _ in project.places(record) if _meant(call, place)]
    if not form:
        project.drop(record, places)
        return
    for place in places:
        if place.instrument:
            project.drop(record, [place])
        else:
            _blank(call, record, place, form)


def _blank(call: Call, record: str, place: Place, form: str) -> None:
    names: Sequence[str] = [column.name for column in call.project.dictionary.columns() if column.form == form]
    row = call.project.records[record][place]
    for name in names:
        row.pop(name, None)
        call.project.documents.pop((record, place, name), None)
    call.project.survey_times.pop((record, place, form), None)
    if call.project.design.longitudinal and not any(row.values()):
        call.project.drop(record, [place])


def _meant(call: Call, place: Place) -> bool:
    params, design = call.params, call.project.design
    event, form, arm, instance = params.text("event"), params.text("instrument"), params.text("arm"), call.instance()
    found = design.event(place.event)
    return (
        (not event or place.event == event)
        and (not arm or (found is not None and found.arm == int(arm)))
        and (not form or not place.instrument or place.instrument == form)
        and (instance is None or place.instance == instance or (instance == 1 and not place.repeats))
    )
