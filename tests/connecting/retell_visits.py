"""The sample lab in longitudinal projects whose events repeat; several forms share the rows of one event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.sandbox.sample.lab import Row
from tests.connecting.retell import KINDS, ROLES, STEPS, TASKS, Move, Projects, foreign, lab_rows

_SHORT_TASKS = dict(zip(TASKS, ("IC", "REC", "VIS", "DRUG", "AE", "CHART", "DE", "STAT", "REG", "LIT", "ADM"), strict=True))
_EVENTS = (
    Event(name="Baseline", forms=("staff_profile", "start_checklist", "office")),
    Event(name="Position", forms=("position",)),
    Event(name="Training", forms=("certificate",)),
    Event(name="Study role", forms=("irb_list", "delegation_log", "task")),
    Event(name="Diary", forms=("diary",)),
)
_VISIT_MOVES = {
    "person": Move(
        "staff_profile",
        {
            "greet_name": "first_name", "full_name": "display_name", "other_names": "former_name",
            "university_email": "work_mail", "other_email": "alt_mail", "personal_email": "home_mail",
            "personal_until": "home_mail_to", "citi_id": "citi_member",
        },
    ),
    "onboarding": Move("start_checklist", {step: f"done_{step}" for step in STEPS}),
    "appointment": Move(
        "position",
        {
            "appt_kind": "pos_kind", "appt_role": "pos_role", "appt_engaged": "pos_hsr", "appt_supervisor": "pos_lead",
            "appt_from": "pos_start", "appt_to": "pos_stop",
        },
        {
            "appt_kind": dict(zip(KINDS, ("STAFF", "SW", "SC", "VIS", "VOL", "EXT"), strict=True)),
            "appt_role": dict(zip(ROLES, ("PI", "COI", "CRC", "RA", "FEL", "DM", "ADM"), strict=True)),
            "appt_engaged": {"1": "Y", "0": "N"},
        },
    ),
    "completion": Move(
        "certificate",
        {
            "comp_curriculum": "crt_curr", "comp_group": "crt_group", "comp_stage": "crt_stage", "comp_completed": "crt_date",
            "comp_expires": "crt_until", "comp_score": "crt_pct", "comp_passing": "crt_min", "comp_institution": "crt_inst",
            "comp_record_id": "crt_no", "comp_source": "crt_by",
        },
        {
            "comp_stage": {"1": "1 - Basic Course", "2": "2 - Refresher Course 1"},
            "comp_source": {"typed": "C", "survey": "S"},
        },
    ),
    "listing": Move(
        "irb_list",
        {
            "list_protocol": "lst_study", "list_submitted": "lst_sent", "list_approved": "lst_ok", "list_removed": "lst_off",
            "list_stays": "lst_ext",
        },
    ),
    "delegation": Move(
        "delegation_log",
        {
            "deleg_protocol": "dol_study", "deleg_tasks": "dol_tasks", "deleg_from": "dol_start",
            "deleg_approved_by": "dol_sign", "deleg_approved_on": "dol_signed",
        },
        several=_SHORT_TASKS,
        joined="; ",
    ),
    "assignment": Move(
        "task",
        {
            "work_title": "tsk_title", "work_protocol": "tsk_study", "work_task": "tsk_code", "work_horizon": "tsk_span",
            "work_from": "tsk_start", "work_due": "tsk_due",
        },
        {"work_task": _SHORT_TASKS},
    ),
    "research_log": Move(
        "diary",
        {
            "log_on": "dia_on", "log_protocol": "dia_study", "log_task": "dia_code", "log_hours": "dia_h",
            "log_what": "dia_what", "log_outcome": "dia_out",
        },
        {"log_task": _SHORT_TASKS},
    ),
    "absence": Move("office", {"away_from": "off_from", "away_to": "off_to"}),
    "snooze": Move("office", {"snooze_opt_out": "off_quiet"}),
    "enrolment": Move("office", {"enrol_training": "off_course", "enrol_on": "off_enrolled"}),
    "disclosure": Move("office", {"coi_on": "off_coi", "coi_expires": "off_coi_due"}),
    "waiver": Move(
        "office",
        {
            "waiver_requirement": "off_waived", "waiver_from": "off_wfrom", "waiver_to": "off_wto",
            "waiver_approved_by": "off_wby", "waiver_approved_on": "off_won",
        },
    ),
}  # fmt: skip
_VISIT_STUDY_MOVES = {
    "protocol": Move(
        "study",
        {
            "protocol_number": "irb_number", "short_code": "acronym", "protocol_title": "full_title",
            "protocol_pi": "pi_record", "digest_also_to": "digest_cc", "irb_of_record": "irb_name",
            "personnel_mode": "personnel",
        },
        {"personnel_mode": {"amendment": "AM", "automatic": "AU", "pi_maintained": "PI"}},
    ),
    "approval": Move(
        "review",
        {
            "appr_kind": "rev_kind", "appr_from": "rev_from", "appr_to": "rev_to", "appr_open": "rev_open",
            "appr_study_type": "rev_type", "appr_funding": "rev_fund", "appr_phi": "rev_phi",
        },
    ),
    "submission": Move("correspondence", {"subm_what": "snt_what", "subm_on": "snt_on"}),
    "hold": Move("correspondence", {"hold_from": "stop_from", "hold_to": "stop_to"}),
}  # fmt: skip


def longitudinal(**options: bool) -> Projects:
    """Two longitudinal projects with repeating events; several forms share the rows of one event."""
    staff = Project(
        "Staff visits",
        foreign("longitudinal", "staff.csv"),
        events=_EVENTS,
        repeating=["position_arm_1", "training_arm_1", "study_role_arm_1", "diary_arm_1"],
        **options,
    )
    studies = Project(
        "Study visits",
        foreign("longitudinal", "studies.csv"),
        events=[Event(name="Study", forms=("study",)), Event(name="Review", forms=("review", "correspondence"))],
        repeating=["review_arm_1"],
        **options,
    )
    people, protocols = lab_rows()
    _type(staff, people, _VISIT_MOVES, lambda row, move: row.instance if move.form not in ("office",) else None)
    _type(studies, protocols, _VISIT_STUDY_MOVES, lambda row, move: row.instance)
    return {"people": staff, "protocols": studies}


def _type(project: Project, rows: Sequence[Row], moves: Mapping[str, Move], instance: Callable[[Row, Move], int | None]) -> None:
    for row in rows:
        move = moves[row.form]
        project.put(row.record, move.form, move.values(row, row.instance or 1), instance(row, move), row.complete)
