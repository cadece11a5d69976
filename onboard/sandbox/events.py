"""Longitudinal projects: arms, events, and the instruments of each event.

These exports and imports. A classic project is refused by each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onboard.sandbox.call import Call
from onboard.sandbox.definitions import DESIGN_RIGHT
from onboard.sandbox.design import Event, unique_event_names
from onboard.sandbox.refusals import ApiError, classic_has_no, invalid_values, missing_parameter
from onboard.sandbox.wire import Cell, Reply, Table, table_reply, text_reply


def arms(call: Call) -> Reply:
    """Export, import (`action=import`) or delete arms."""
    if call.action == "import":
        return _import_arms(call)
    if call.action == "delete":
        return _delete_arms(call)
    chosen = _chosen_arms(call, "arms")
    rows: list[Mapping[str, Cell]] = [{"arm_num": number, "name": call.project.design.arms[number]} for number in chosen]
    call.log("Export arms")
    table = Table(columns=("arm_num", "name"), rows=rows, always_quoted={"name"}, trailing_newline=False, root="arms")
    return table_reply(table, call.table_format())


def events(call: Call) -> Reply:
    """Export, import or delete events."""
    if call.action == "import":
        return _import_events(call)
    if call.action == "delete":
        return _delete_events(call)
    chosen = _chosen_arms(call, "events")
    days = ("day_offset", "offset_min", "offset_max") if call.project.settings.scheduling_enabled else ()
    names = ("event_name", "arm_num", *days, "unique_event_name", "custom_event_label", "event_id")
    rows: list[Mapping[str, Cell]] = [
        {
            "event_name": event.name,
            "arm_num": event.arm,
            "day_offset": event.day_offset,
            "offset_min": event.offset_min,
            "offset_max": event.offset_max,
            "unique_event_name": event.unique_name,
            "custom_event_label": event.custom_label,
            "event_id": call.project.event_id(number),
        }
        for number, event in enumerate(call.project.design.events)
        if event.arm in chosen
    ]
    call.log("Export events")
    table = Table(columns=names, rows=rows, always_quoted={"event_name"}, trailing_newline=False, root="events")
    return table_reply(table, call.table_format())


def mapping(call: Call) -> Reply:
    """Export or import the designation of instruments for events."""
    if call.action == "import" or call.imports:
        return _import_mapping(call)
    chosen = _chosen_arms(call, "form/event mappings")
    names = ("arm_num", "unique_event_name", "form")
    rows: list[Mapping[str, Cell]] = [
        dict(zip(names, (event.arm, event.unique_name, form), strict=True))
        for event in call.project.design.events
        for form in event.forms
        if event.arm in chosen
    ]
    call.log("Export instrument-event mappings")
    table = Table(columns=names, rows=rows, quote_spaces=False, trailing_newline=False)
    return table_reply(table, call.table_format())


def _chosen_arms(call: Call, what: str) -> list[int]:
    call.need_export()
    design = call.project.design
    if not design.longitudinal:
        raise classic_has_no(what)
    wanted = call.params.items("arms")
    unknown = [arm for arm in wanted if not arm.isdigit() or int(arm) not in design.arms]
    if unknown:
        raise invalid_values("arms", unknown)
    return [number for number in design.arms_with_events if not wanted or str(number) in wanted]


def _may_change(call: Call) -> None:
    call.need_import()
    call.need(call.access.rights.design, DESIGN_RIGHT)
    if not call.project.design.longitudinal:
        # assumption: not evidenced - the text, by analogy with exports
        raise ApiError(400, "You cannot import arms, events or form/event mappings for classic projects")


def _rows(call: Call) -> Sequence[Mapping[str, str]]:
    _may_change(call)
    return call.rows() or []


def _number(text: str) -> int:
    if not text.isdigit():
        raise invalid_values("arm_num", [text])
    return int(text)


def _import_arms(call: Call) -> Reply:
    rows = _rows(call)
    given = {_number(row.get("arm_num", "")): row.get("name", "") for row in rows}
    design = call.project.design
    if call.params.flag("override"):
        # With the old arms go their events, and which forms those had.
        design.arms, design.events = {}, []
    design.arms = dict(sorted({**design.arms, **given}.items()))
    call.log("Import arms")
    return text_reply(str(len(rows)), call.params.return_format())


def _import_events(call: Call) -> Reply:
    rows = _rows(call)
    design = call.project.design
    kept = [] if call.params.flag("override") else list(design.events)
    added = {event.unique_name or f"+{number}": event for number, event in enumerate(_event(row) for row in rows)}
    changed = [_again(event, added.pop(event.unique_name)) if event.unique_name in added else event for event in kept]
    events = unique_event_names([*changed, *added.values()])
    # Events stand by arm; inside an arm in the order in which they came.
    design.events = sorted(events, key=lambda event: event.arm)
    for event in design.events:
        design.arms.setdefault(event.arm, f"Arm {event.arm}")
    call.log("Import events")
    return text_reply(str(len(rows)), call.params.return_format())


def _event(row: Mapping[str, str]) -> Event:
    return Event(
        name=row.get("event_name", ""),
        forms=(),
        arm=_number(row.get("arm_num", "1")),
        unique_name=row.get("unique_event_name", ""),
        custom_label=row.get("custom_event_label", ""),
        day_offset=row.get("day_offset") or "0",
        offset_min=row.get("offset_min") or "0",
        offset_max=row.get("offset_max") or "0",
    )


def _again(event: Event, given: Event) -> Event:
    """A known event with what an import says about it. It keeps its arm and its forms."""
    return replace(given, forms=event.forms, arm=event.arm)


def _import_mapping(call: Call) -> Reply:
    """Replaces the whole mapping. assumption: not evidenced - replacing instead of adding."""
    rows = _rows(call)
    design = call.project.design
    unknown = [name for row in rows if not design.event(name := row.get("unique_event_name", ""))]
    unknown += [form for row in rows if (form := row.get("form", "")) not in design.forms]
    if unknown:
        raise invalid_values("data", unknown)
    wanted = {(row["unique_event_name"], row["form"]) for row in rows}
    design.events = [
        replace(event, forms=tuple(form for form in design.forms if (event.unique_name, form) in wanted))
        for event in design.events
    ]
    call.log("Import instrument-event mappings")
    return text_reply(str(len(rows)), call.params.return_format())


def _delete_arms(call: Call) -> Reply:
    _may_change(call)
    wanted = call.params.items("arms")
    if not wanted:
        raise missing_parameter("arms")
    numbers = {_number(arm) for arm in wanted}
    design = call.project.design
    unknown = [str(number) for number in sorted(numbers - set(design.arms))]
    if unknown:
        raise invalid_values("arms", unknown)
    design.arms = {number: name for number, name in design.arms.items() if number not in numbers}
    design.events = [event for event in design.events if event.arm not in numbers]
    call.log("Delete arms")
    return text_reply(str(len(numbers)), call.params.return_format())


def _delete_events(call: Call) -> Reply:
    _may_change(call)
    design = call.project.design
    wanted = call.params.items("events")
    unknown = [name for name in wanted if not design.event(name)]
    if unknown or not wanted:
        raise invalid_values("events", unknown) if unknown else missing_parameter("events")
    design.events = [event for event in design.events if event.unique_name not in wanted]
    call.log("Delete events")
    return text_reply(str(len(wanted)), call.params.return_format())
