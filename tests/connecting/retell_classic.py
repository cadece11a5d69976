"""The sample lab in a ten-year-old tracker: two classic projects, a column for each course and each study."""

from __future__ import annotations

from onboard.sandbox.projects import Project
from onboard.sandbox.sample.courses import GCP_GROUP
from onboard.sandbox.sample.lab import Row
from tests.connecting.retell import KINDS, ROLES, STEPS, STUDY_TYPES, TASKS, Move, Projects, foreign, lab_rows, numbered

_PERSON = {
    "greet_name": "pref_name", "full_name": "cert_name", "other_names": "aka", "university_email": "email_univ",
    "other_email": "email_work2", "personal_email": "email_home", "personal_until": "email_home_until", "citi_id": "citi_no",
}  # fmt: skip
_OLD_STEPS = dict(
    zip(
        STEPS,
        ("ob_contract", "ob_nda", "ob_badge", "ob_acct", "ob_desk", "ob_drive", "ob_epic", "ob_meet", "ob_manual"),
        strict=True,
    )
)
_LENGTH = {"short": "S", "medium": "M", "long": "L"}
_ADDRESS = {"1": "elena.rivera@northlake.example", "2": "maria.chen@northlake.example"}
_COURSE = {
    "comp_completed": "{c}_date", "comp_expires": "{c}_exp", "comp_score": "{c}_score", "comp_record_id": "{c}_no",
    "comp_institution": "{c}_inst", "comp_source": "{c}_how",
}  # fmt: skip
_OLD_MOVES = {
    "person": Move("demographics", _PERSON),
    "onboarding": Move("hr", _OLD_STEPS),
    "appointment": Move(
        "hr",
        {
            "appt_kind": "hr{n}_class", "appt_role": "hr{n}_job", "appt_engaged": "hr{n}_hsr", "appt_supervisor": "hr{n}_boss",
            "appt_from": "hr{n}_start", "appt_to": "hr{n}_end",
        },
        {"appt_kind": numbered(KINDS), "appt_role": numbered(ROLES), "appt_supervisor": _ADDRESS},
    ),
    "listing": Move(
        "irb",
        {
            "list_protocol": "irb{n}", "list_submitted": "irb{n}_sub", "list_approved": "irb{n}_on",
            "list_removed": "irb{n}_off", "list_stays": "irb{n}_ext",
        },
    ),
    "delegation": Move(
        "duties",
        {
            "deleg_protocol": "dl{n}_study", "deleg_tasks": "dl{n}_tasks", "deleg_from": "dl{n}_from",
            "deleg_approved_by": "dl{n}_by", "deleg_approved_on": "dl{n}_on",
        },
        several=numbered(TASKS),
    ),
    "assignment": Move(
        "work",
        {
            "work_title": "wk{n}_what", "work_protocol": "wk{n}_study", "work_task": "wk{n}_task", "work_horizon": "wk{n}_len",
            "work_from": "wk{n}_start", "work_due": "wk{n}_due",
        },
        {"work_task": numbered(TASKS), "work_horizon": _LENGTH},
    ),
    "absence": Move("work", {"away_from": "vac_from", "away_to": "vac_to"}),
    "waiver": Move(
        "training",
        {
            "waiver_requirement": "wv_what", "waiver_from": "wv_from", "waiver_to": "wv_to", "waiver_approved_by": "wv_by",
            "waiver_approved_on": "wv_on",
        },
    ),
    "snooze": Move("training", {"snooze_opt_out": "mail_stop"}),
    "research_log": Move(
        "work",
        {
            "log_on": "act_date", "log_protocol": "act_study", "log_task": "act_task", "log_hours": "act_hours",
            "log_what": "act_note", "log_outcome": "act_result",
        },
        {"log_task": numbered(TASKS)},
    ),
    "enrolment": Move(
        "training",
        {"enrol_training": "enr_course", "enrol_on": "enr_date"},
        {"enrol_training": {"hsp": "1", "gcp": "2", "hipaa": "3", "coi_training": "4"}},
    ),
    "disclosure": Move("training", {"coi_on": "fcoi_form", "coi_expires": "fcoi_due"}),
}  # fmt: skip
_OLD_STUDY_MOVES = {
    "protocol": Move(
        "studies",
        {
            "protocol_number": "irb_no", "short_code": "nick", "protocol_title": "long_title", "protocol_pi": "pi_email",
            "digest_also_to": "cc", "irb_of_record": "which_irb", "personnel_mode": "pers",
        },
        {"personnel_mode": {"amendment": "1", "automatic": "2", "pi_maintained": "3"}, "protocol_pi": _ADDRESS},
    ),
    "approval": Move(
        "approvals",
        {
            "appr_kind": "ap{n}_kind", "appr_from": "ap{n}_from", "appr_to": "ap{n}_to", "appr_open": "ap{n}_noexp",
            "appr_study_type": "ap{n}_type", "appr_funding": "ap{n}_money", "appr_phi": "ap{n}_phi",
        },
        {
            "appr_kind": {"initial": "I", "renewal": "R", "determination": "D"},
            "appr_study_type": numbered(STUDY_TYPES),
            "appr_funding": {"nih": "NIH", "internal": "INT", "none": "NONE"},
            "appr_phi": {"yes": "1", "no": "0"},
        },
    ),
    "submission": Move("approvals", {"subm_what": "sent_what", "subm_on": "sent_on"}),
    "hold": Move("approvals", {"hold_from": "hold_from", "hold_to": "hold_to"}),
}  # fmt: skip


def classic() -> Projects:
    """Two classic projects without anything that repeats; coded values, missing data codes, groups, times of day."""
    codes = {"-99": "Not available", "NA": "Not applicable"}
    staff = Project("Staff tracker", foreign("classic", "staff.csv"), dags=["North", "South"], missing_data_codes=codes)
    studies = Project("Studies", foreign("classic", "studies.csv"), missing_data_codes=codes)
    people, protocols = lab_rows()
    for row in people:
        values = _course(row) if row.form == "completion" else _OLD_MOVES[row.form].values(row, row.instance or 1)
        if row.form == "person":
            values["ok_email"] = "1" if row.complete == 2 else "0"
        form = "training" if row.form == "completion" else _OLD_MOVES[row.form].form
        staff.put(row.record, form, values, dag="north" if int(row.record) % 2 else "south")
    for row in protocols:
        move = _OLD_STUDY_MOVES[row.form]
        studies.put(row.record, move.form, move.values(row, row.instance or 1))
    return {"people": staff, "protocols": studies}


_COLUMN_OF = {
    ("Human Research", "Biomedical Research Investigators", "1"): "hsp",
    ("Human Research", "Biomedical Research Investigators", "2"): "hspr",
    ("Good Clinical Practice", GCP_GROUP, "1"): "gcp",
    ("Good Clinical Practice", "ICH GCP E6(R3): An Introduction", "1"): "e6",
    ("Responsible Conduct of Research", "Biomedical Responsible Conduct of Research", "1"): "rcr",
    ("Northlake Learning", "HIPAA for Research", "1"): "priv",
    ("Conflicts of Interest", "Conflicts of Interest", "1"): "fcoi",
}  # fmt: skip


def _course(row: Row) -> dict[str, str]:
    """The columns of one course; where no end is printed the office typed -99."""
    printed = dict(row.values)
    name = tuple(printed.pop(key) for key in ("comp_curriculum", "comp_group", "comp_stage"))
    column = _COLUMN_OF.get(name, "oth")
    assert printed.pop("comp_passing") == "80"
    cells = {_COURSE[key].format(c=column): value for key, value in printed.items() if value}
    cells[f"{column}_how"] = {"typed": "1", "survey": "2"}[printed["comp_source"]]
    cells.setdefault(f"{column}_exp", "-99")
    if column == "oth":
        cells |= {"oth_curr": name[0], "oth_name": name[1]}
    if column == "hsp" and "/" not in cells["hsp_date"]:
        cells["hsp_date"] += " 17:45"
    return cells
