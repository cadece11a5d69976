"""The sample lab typed into other labs' projects, by hand-written lists of where each thing goes there.

Decides: which shipped field becomes which foreign one, in which words. Knows nothing of the product's mapping files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.sandbox.sample_courses import GCP_GROUP
from onboard.sandbox.sample_lab import Row, sample_lab
from onboard.shipped import shipped

FOREIGN = Path(__file__).parent / "foreign"
MONDAY = date(2026, 11, 23)
PEOPLE_REPEAT = (
    "appointment", "completion", "listing", "delegation", "assignment", "absence", "waiver", "snooze", "research_log",
    "enrolment", "disclosure",
)  # fmt: skip
PROTOCOLS_REPEAT = ("approval", "submission", "hold")
TASKS = (
    "consent", "recruit", "procedures", "dispense", "safety", "chart_review", "data_entry", "analysis", "regulatory",
    "literature", "admin",
)  # fmt: skip
KINDS = ("employee", "student_paid", "student_credit", "visiting", "volunteer", "external")
ROLES = ("pi", "co_investigator", "coordinator", "research_assistant", "fellow", "data", "admin")
STUDY_TYPES = (
    "nih_trial", "nih_behavioral", "besh", "fda_industry", "interventional", "observational", "chart_review", "exempt",
    "case_report", "quality", "systematic_review",
)  # fmt: skip
STEPS = (
    "contract", "confidentiality", "badge", "account", "workspace", "data_access", "ehr_access", "intro_meeting", "lab_manual",
)  # fmt: skip
Projects = dict[str, Project]
Codes = Mapping[str, str]


def numbered(words: Sequence[str]) -> dict[str, str]:
    """Our word -> its number on a foreign dropdown."""
    return {word: str(number) for number, word in enumerate(words, start=1)}


def lab_rows() -> tuple[list[Row], list[Row]]:
    """The sample lab as of Monday: rows of people, and rows of protocols whose records are P1, P2 ..."""
    lab = sample_lab(MONDAY)
    protocols = [replace(row, record=f"P{row.record}") for row in lab.projects["protocols"].rows]
    return list(lab.projects["people"].rows), protocols


def shipped_projects(**options: bool) -> Projects:
    """The two shipped projects, which every other shape must be read like."""
    people, protocols = lab_rows()
    found = {}
    for name, rows, repeating in (("people", people, PEOPLE_REPEAT), ("protocols", protocols, PROTOCOLS_REPEAT)):
        dictionary = (shipped("config/redcap_project") / f"{name}.csv").read_text(encoding="utf-8")
        found[name] = Project(name.title(), dictionary, repeating=repeating, **options)
        for row in rows:
            found[name].put(row.record, row.form, row.values, row.instance, row.complete)
    return found


@dataclass(frozen=True)
class Move:
    """Where one shipped form goes: ``{n}`` in a foreign name is the row's number; `codes` are by shipped field."""

    form: str
    fields: Mapping[str, str]
    codes: Mapping[str, Codes] = field(default_factory=dict)
    several: Codes = field(default_factory=dict)  # codes of `deleg_tasks`
    joined: str = ","

    def values(self, row: Row, number: int) -> dict[str, str]:
        """The foreign cells of a row. Raises KeyError for a filled field that has no place there."""
        found = {}
        for name, value in row.values.items():
            if value:
                found[self.fields[name].format(n=number)] = self._said(name, value)
        return found

    def _said(self, name: str, value: str) -> str:
        if name == "deleg_tasks":
            return self.joined.join(self.several[task] for task in value.split(","))
        return self.codes.get(name, {}).get(value, value) if name in self.codes else value


def _read(*parts: str) -> str:
    return FOREIGN.joinpath(*parts).read_text(encoding="utf-8")


# The ten-year-old tracker: two classic projects, a column for each course and each study ------------------------------

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
    staff = Project("Staff tracker", _read("classic", "staff.csv"), dags=["North", "South"], missing_data_codes=codes)
    studies = Project("Studies", _read("classic", "studies.csv"), missing_data_codes=codes)
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


# The visit-minded lab: longitudinal projects whose events repeat ------------------------------------------------------

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
        _read("longitudinal", "staff.csv"),
        events=_EVENTS,
        repeating=["position_arm_1", "training_arm_1", "study_role_arm_1", "diary_arm_1"],
        **options,
    )
    studies = Project(
        "Study visits",
        _read("longitudinal", "studies.csv"),
        events=[Event(name="Study", forms=("study",)), Event(name="Review", forms=("review", "correspondence"))],
        repeating=["review_arm_1"],
        **options,
    )
    people, protocols = lab_rows()
    _type(staff, people, _VISIT_MOVES, lambda row, move: row.instance if move.form not in ("office",) else None)
    _type(studies, protocols, _VISIT_STUDY_MOVES, lambda row, move: row.instance)
    return {"people": staff, "protocols": studies}


def _type(
    project: Project, rows: Sequence[Row], moves: Mapping[str, Move], instance: Callable[[Row, Move], int | None]
) -> None:
    for row in rows:
        move = moves[row.form]
        project.put(row.record, move.form, move.values(row, row.instance or 1), instance(row, move), row.complete)


# One project, two arms: people in the first, studies in the second ----------------------------------------------------


def arms(**options: bool) -> Projects:
    """One project with one token; the forms are the shipped ones."""
    people, protocols = lab_rows()
    lab = Project(
        "Lab",
        _read("arms", "lab.csv"),
        events=[
            Event(name="Person", forms=("person", "onboarding", *PEOPLE_REPEAT)),
            Event(name="Study", forms=("protocol", *PROTOCOLS_REPEAT), arm=2),
        ],
        arms={1: "People", 2: "Studies"},
        repeating=[*PEOPLE_REPEAT, *PROTOCOLS_REPEAT],
        **options,
    )
    for row in (*people, *protocols):
        lab.put(row.record, row.form, row.values, row.instance, row.complete)
    return {"lab": lab}
