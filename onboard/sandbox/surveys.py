"""Survey links, codes and participant lists.

Which code opens which form of which record. What a survey page shows is in `survey_page.py`.
"""

import secrets
import string
from collections.abc import Mapping

from onboard.sandbox.call import Call
from onboard.sandbox.design import Place
from onboard.sandbox.projects import Project
from onboard.sandbox.refusals import invalid_parameter, invalid_values, no_such_record
from onboard.sandbox.wire import Cell, Reply, Table, table_reply, text_reply

ALPHABET = string.ascii_letters + string.digits
LINK_LENGTH, ACCESS_LENGTH, RETURN_LENGTH = 16, 9, 8
NOT_COMPLETED = "[not completed]"
PARTICIPANT_COLUMNS = (
    "email",
    "email_occurrence",
    "identifier",
    "record",
    "invitation_sent_status",
    "invitation_send_time",
    "response_status",
    "survey_access_code",
    "survey_link",
)


def survey_code(project: Project, record: str, place: Place, form: str, length: int = LINK_LENGTH) -> str:
    """The code of that response, the same each time. Codes of different lengths are different codes."""
    for code, target in project.survey_codes.items():
        if target == (record, place, form) and len(code) == length:
            return code
    code = "".join(secrets.choice(ALPHABET) for _ in range(length))
    project.survey_codes[code] = (record, place, form)
    return code


def survey_link(call: Call) -> Reply:
    """The address of the survey page for one record, instrument and instance, which need not exist yet.

    assumption: not evidenced - that API Export is enough, the content type, and which of two mistakes is named first.
    """
    record, place, form = _target(call)
    return text_reply(_link(call, record, place, form), call.params.return_format())


def survey_access_code(call: Call) -> Reply:
    """Nine characters."""
    record, place, form = _target(call)
    code = survey_code(call.project, record, place, form, ACCESS_LENGTH).upper()
    return text_reply(code, call.params.return_format())


def survey_return_code(call: Call) -> Reply:
    """Eight characters."""
    record, place, form = _target(call)
    code = survey_code(call.project, record, place, form, RETURN_LENGTH).upper()
    return text_reply(code, call.params.return_format())


def survey_queue_link(call: Call) -> Reply:
    """The address of a record's survey queue. assumption: not evidenced - that the page behind it is a list."""
    call.need_export()
    record = _record(call)
    code = survey_code(call.project, record, Place(), "")
    return text_reply(f"{call.public_url}surveys/?sq={code}", call.params.return_format())


def participant_list(call: Call) -> Reply:
    """One row per response place of the instrument, for the records of the event's arm; needs the Survey Distribution right."""
    call.need_export()
    call.need(call.access.rights.survey, "Survey Distribution Tools")
    form, event = _survey(call), _event(call)
    rows: list[Mapping[str, Cell]] = [
        _participant(call, record, place, form)
        for record in call.project.ordered_records(call.access.rights.dag)
        if call.project.in_arm(record, call.project.design.arm_of(event))
        for place in _response_places(call.project, record, form, event)
    ]
    call.log("Export survey participant list")
    return table_reply(Table(columns=PARTICIPANT_COLUMNS, rows=rows), call.table_format())


def _response_places(project: Project, record: str, form: str, event: str) -> list[Place]:
    held = [place for place, _ in project.places(record) if place.event == event and project.design.lives(form, place)]
    return held or [project.design.place_for(form, event)]


def _participant(call: Call, record: str, place: Place, form: str) -> dict[str, Cell]:
    stamp = call.project.survey_times.get((record, place, form), "")
    status = 0 if not stamp else 1 if stamp == NOT_COMPLETED else 2
    access = survey_code(call.project, record, place, form, ACCESS_LENGTH).upper()
    cells = ("", "", "", record, 0, "", status, access, _link(call, record, place, form))
    return dict(zip(PARTICIPANT_COLUMNS, cells, strict=True))


def _link(call: Call, record: str, place: Place, form: str) -> str:
    return f"{call.public_url}surveys/?s={survey_code(call.project, record, place, form)}"


def _target(call: Call) -> tuple[str, Place, str]:
    call.need_export()
    form, event, record = _survey(call), _event(call), _record(call)
    return record, call.project.design.place_for(form, event, call.instance()), form


def _survey(call: Call) -> str:
    form = call.required("instrument")
    if form not in call.project.surveys:
        raise invalid_parameter("instrument")
    return form


def _event(call: Call) -> str:
    design, event = call.project.design, call.event()
    if not design.longitudinal:
        return ""
    if not design.event(event):
        raise invalid_values("event", [event])
    return event


def _record(call: Call) -> str:
    record = call.params.text("record")
    if record not in call.project.ordered_records(call.access.rights.dag):
        raise no_such_record(record)
    return record
