"""The sixteen people of the sample lab, each with the rows that make their story. Decides rows of the People project.

The story of each is told in `lab.CAST`. Nobody here exists.
"""

from onboard.sandbox.sample.courses import (
    E6R3_GROUP,
    HSP_GROUP,
    HUMAN_RESEARCH,
    RCR_GROUP,
    UNKNOWN_GROUP,
    certificate,
    coi,
    gcp,
    hipaa,
    hsp,
)
from onboard.sandbox.sample.row_writer import Pen, years_from

RIVERA, CHEN, BROOKS, OKAFOR, HADDAD, TANAKA, NOVAK, SINGH = "1", "2", "3", "4", "5", "6", "7", "8"
BRANDT, ORTIZ, ADEYEMI, J_SMITH, HALF_SMITH, ROSSI, AL_RASHID, ZHANG = "9", "10", "11", "12", "13", "14", "15", "16"
_DOMAIN = "northlake.example"
_STEPS = (
    "contract", "confidentiality", "badge", "account", "workspace", "data_access", "ehr_access", "intro_meeting", "lab_manual",
)  # fmt: skip


def write_people(pen: Pen) -> None:
    """Everybody, in the order of their record ids."""
    _pi(pen)
    _coordinators(pen)
    _new_people(pen)
    _trial_team(pen)
    _registry_team(pen)
    _hard_cases(pen)
    _old_hands(pen)


def _person(pen: Pen, record: str, greet: str, name: str, mailbox: str, complete: int = 2, **more: str) -> None:
    values = {"greet_name": greet, "full_name": name, "citi_id": f"10{record.zfill(4)}"}
    if mailbox:
        values["university_email"] = mailbox if "@" in mailbox else f"{mailbox}@{_DOMAIN}"
    pen.single(record, "person", complete, **{**values, **more})


def _appointment(pen: Pen, record: str, kind: str, role: str, first: int, last: int | None = None, **more: str) -> None:
    values = {"appt_kind": kind, "appt_role": role, "appt_engaged": "1", "appt_supervisor": "1"}
    days = {"appt_from": pen.day(first), "appt_to": "" if last is None else pen.day(last)}
    pen.add(record, "appointment", **{**values, **days, **more})


def _all_steps(pen: Pen, record: str, on: int, without: tuple[str, ...] = ()) -> None:
    pen.single(record, "onboarding", 2, **{step: pen.day(on) for step in _STEPS if step not in without})


def _listed(pen: Pen, record: str, protocol: str, approved: int, **more: str) -> None:
    values = {"list_protocol": protocol, "list_submitted": pen.day(approved - 6), "list_approved": pen.day(approved)}
    pen.add(record, "listing", **{**values, "list_stays": "0", **more})


def _delegated(pen: Pen, record: str, protocol: str, tasks: str, first: int, *, signed: bool = True) -> None:
    by = {"deleg_approved_by": "Elena Rivera", "deleg_approved_on": pen.day(first)} if signed else {}
    pen.add(record, "delegation", deleg_protocol=protocol, deleg_tasks=tasks, deleg_from=pen.day(first), **by)


def _work(pen: Pen, record: str, title: str, protocol: str, task: str, horizon: str, first: int, due: int) -> None:
    pen.add(
        record, "assignment", work_title=title, work_protocol=protocol, work_task=task, work_horizon=horizon,
        work_from=pen.day(first), work_due=pen.day(due),
    )  # fmt: skip


def _pi(pen: Pen) -> None:
    _person(pen, RIVERA, "Elena", "Elena Rivera", "elena.rivera")
    _appointment(pen, RIVERA, "employee", "pi", -1900, appt_supervisor="")
    _all_steps(pen, RIVERA, -1890)
    hsp(pen, RIVERA, pen.day(-1480))
    hsp(pen, RIVERA, pen.day(-400), comp_stage="2")
    gcp(pen, RIVERA, pen.day(-380))
    hipaa(pen, RIVERA, pen.day(-300))
    coi(pen, RIVERA, pen.day(-350))
    pen.add(RIVERA, "disclosure", coi_on=pen.day(-100), coi_expires=years_from(pen.day(-100), 1))
    for protocol in ("STEP-HF", "CHART-AF", "REG-HF"):
        _listed(pen, RIVERA, protocol, -400)


def _coordinators(pen: Pen) -> None:
    _person(pen, CHEN, "Maria", "Maria Chen", "maria.chen")
    _appointment(pen, CHEN, "employee", "coordinator", -900)
    _all_steps(pen, CHEN, -895)
    hsp(pen, CHEN, pen.day(-700))
    gcp(pen, CHEN, pen.day(-695))
    hipaa(pen, CHEN, pen.day(-690))
    coi(pen, CHEN, pen.day(-690))
    for protocol in ("STEP-HF", "CHART-AF", "REG-HF"):
        _listed(pen, CHEN, protocol, -500)
    _delegated(pen, CHEN, "STEP-HF", "consent,safety,regulatory", -480)
    _work(pen, CHEN, "Discharge letters: weekly run chart", "QI-DISCH", "data_entry", "medium", -80, 40)
    pen.add(CHEN, "absence", away_from=pen.day(16), away_to=pen.day(20))

    _person(pen, BROOKS, "Devon", "Devon Brooks", "devon.brooks")
    _appointment(pen, BROOKS, "employee", "coordinator", -150)
    _all_steps(pen, BROOKS, -145)
    hsp(pen, BROOKS, pen.day(-148))
    gcp(pen, BROOKS, pen.day(-147))
    coi(pen, BROOKS, pen.day(-146))
    pen.add(
        BROOKS, "waiver", waiver_requirement="hipaa", waiver_from=pen.day(-20), waiver_to=pen.day(40),
        waiver_approved_by="Elena Rivera", waiver_approved_on=pen.day(-20),
    )  # fmt: skip
    for protocol in ("STEP-HF", "REG-HF"):
        _listed(pen, BROOKS, protocol, -130)
    _delegated(pen, BROOKS, "STEP-HF", "data_entry,regulatory", -120)


def _new_people(pen: Pen) -> None:
    _person(
        pen, OKAFOR, "Amara", "Amara Okafor", "",
        personal_email="amara.okafor@mailbox.example", personal_until=pen.day(14), citi_id="",
    )  # fmt: skip
    _appointment(pen, OKAFOR, "employee", "research_assistant", 7, 371, appt_supervisor="2")
    pen.single(OKAFOR, "onboarding", contract=pen.day(-12), confidentiality=pen.day(-2))
    pen.add(OKAFOR, "enrolment", enrol_training="hsp", enrol_on=pen.day(-2))
    _work(pen, OKAFOR, "Abstract 100 charts", "CHART-AF", "chart_review", "medium", 9, 70)

    _person(pen, ADEYEMI, "Seun", "Oluwaseun Adeyemi", "seun.adeyemi")
    _appointment(pen, ADEYEMI, "student_paid", "research_assistant", 0, 180, appt_supervisor="2")
    pen.single(ADEYEMI, "onboarding", contract=pen.day(-15), confidentiality=pen.day(-6), account=pen.day(-1))
    hsp(pen, ADEYEMI, pen.day(-1), comp_source="survey")
    pen.add(ADEYEMI, "listing", list_protocol="CHART-AF", list_submitted=pen.day(-4), list_stays="0")
    _work(pen, ADEYEMI, "Check 50 abstracted charts", "CHART-AF", "chart_review", "short", 0, 28)

    _person(pen, HALF_SMITH, "Jamie", "J. Smith", "jamie.smith", complete=0, citi_id="")
    _appointment(pen, HALF_SMITH, "volunteer", "research_assistant", -2)
    _work(pen, HALF_SMITH, "File the consent forms of 2024", "REG-HF", "regulatory", "short", -2, 20)


def _trial_team(pen: Pen) -> None:
    _person(pen, HADDAD, "Layla", "ليلى حداد (Layla Haddad)", "layla.haddad", other_names="Layla Haddad")
    _appointment(pen, HADDAD, "employee", "fellow", -900)
    _all_steps(pen, HADDAD, -890)
    hsp(pen, HADDAD, pen.day(-640))
    gcp(pen, HADDAD, years_from(pen.day(-4), -3), comp_expires=pen.day(-4))
    certificate(pen, HADDAD, "Good Clinical Practice", E6R3_GROUP, pen.day(-6), comp_expires="")
    hipaa(pen, HADDAD, pen.day(-630))
    coi(pen, HADDAD, pen.day(-630))
    _listed(pen, HADDAD, "STEP-HF", -600)
    _delegated(pen, HADDAD, "STEP-HF", "consent,procedures", -590)
    pen.add(
        HADDAD, "research_log", log_on=pen.day(-2), log_protocol="STEP-HF", log_task="consent", log_hours="3",
        log_what="Two consent talks", log_outcome="Both will decide next week",
    )  # fmt: skip

    _person(pen, TANAKA, "Kenji", "Kenji Tanaka", "kenji.tanaka")
    _appointment(pen, TANAKA, "visiting", "fellow", -90, 275)
    _all_steps(pen, TANAKA, -85)
    hsp(pen, TANAKA, pen.day(-88))
    gcp(pen, TANAKA, pen.day(-12))
    hipaa(pen, TANAKA, pen.day(-87))
    coi(pen, TANAKA, pen.day(-87))
    _listed(pen, TANAKA, "IRB 24 0117", -60)
    _delegated(pen, TANAKA, "STEP-HF", "procedures,safety", -45)
    _work(pen, TANAKA, "Write up the wildfire case", "CASE-TTS", "chart_review", "short", -20, 30)

    _person(pen, J_SMITH, "Jordan", "J. Smith", "jordan.smith")
    _appointment(pen, J_SMITH, "employee", "research_assistant", -800)
    _all_steps(pen, J_SMITH, -795)
    hsp(pen, J_SMITH, years_from(pen.day(12), -3), comp_expires=pen.day(12))
    gcp(pen, J_SMITH, pen.day(-500))
    hipaa(pen, J_SMITH, pen.day(-700))
    coi(pen, J_SMITH, pen.day(-500))
    _listed(pen, J_SMITH, "STEP-HF", -480)
    _listed(pen, J_SMITH, "REG-HF", -400)
    _delegated(pen, J_SMITH, "STEP-HF", "recruit,data_entry", -470)
    _delegated(pen, J_SMITH, "STEP-HF", "procedures", -8, signed=False)


def _registry_team(pen: Pen) -> None:
    _person(pen, NOVAK, "Tomáš", "Tomáš Novák", "tomas.novak", other_names="Tomas Novak")
    _appointment(pen, NOVAK, "employee", "research_assistant", -40, appt_supervisor="2")
    _all_steps(pen, NOVAK, -35)
    hsp(pen, NOVAK, pen.day(-38))
    hipaa(pen, NOVAK, pen.day(-37))
    _work(pen, NOVAK, "Enter follow-up visits", "REG-HF", "data_entry", "long", -5, 200)

    _person(pen, ORTIZ, "Lucía", "Lucía Ortiz Peña", "lucia.ortiz")
    _appointment(pen, ORTIZ, "employee", "research_assistant", -700, -3)
    _all_steps(pen, ORTIZ, -695)
    hsp(pen, ORTIZ, pen.day(-690))
    hipaa(pen, ORTIZ, pen.day(-690))
    _listed(pen, ORTIZ, "CHART-AF", -650)
    _listed(pen, ORTIZ, "REG-HF", -400)

    _person(pen, ROSSI, "Chiara", "Chiara Rossi, MD", "chiara.rossi@lakeside.example")
    _appointment(pen, ROSSI, "employee", "co_investigator", -900, -91)
    _appointment(pen, ROSSI, "external", "co_investigator", -90)
    _all_steps(pen, ROSSI, -890)
    hsp(pen, ROSSI, pen.day(-200), comp_institution="Lakeside University")
    hipaa(pen, ROSSI, pen.day(-600))
    _listed(pen, ROSSI, "REG-HF", -400, list_stays="1")
    pen.add(ROSSI, "snooze", snooze_opt_out="1")


def _hard_cases(pen: Pen) -> None:
    _person(pen, SINGH, "Priya", "Priya Singh", "priya.singh", other_email="psingh@alumni.example")
    _appointment(pen, SINGH, "employee", "data", -60)
    _all_steps(pen, SINGH, -55)
    certificate(pen, SINGH, HUMAN_RESEARCH, UNKNOWN_GROUP, pen.day(-9))
    certificate(pen, SINGH, "Responsible Conduct of Research", RCR_GROUP, pen.day(-50), comp_expires="")
    hipaa(pen, SINGH, pen.day(-50))
    _listed(pen, SINGH, "CHART-AF", -30)
    _listed(pen, SINGH, "IRB-25-0013", -30)

    _person(pen, BRANDT, "Jonas", "Jonas Brandt", "jonas.brandt")
    _appointment(pen, BRANDT, "student_credit", "research_assistant", -220, 100)
    _all_steps(pen, BRANDT, -215)
    year, month, day = pen.day(-210).split("-")
    hsp(pen, BRANDT, pen.day(-210), comp_completed=f"{month}/{day}/{year}", comp_expires="")
    hipaa(pen, BRANDT, pen.day(-209))
    _listed(pen, BRANDT, "reg–hf", -190)

    _person(pen, AL_RASHID, "Noor", "نور الراشد (Noor al-Rashid)", "noor.alrashid")
    _appointment(pen, AL_RASHID, "employee", "research_assistant", -120)
    _all_steps(pen, AL_RASHID, -115)
    certificate(pen, AL_RASHID, HUMAN_RESEARCH, HSP_GROUP, pen.day(-110), comp_stage="2")
    hipaa(pen, AL_RASHID, pen.day(-110))
    _listed(pen, AL_RASHID, "REG-HF", -90)


def _old_hands(pen: Pen) -> None:
    _person(pen, ZHANG, "Wei", "张伟 (Wei Zhang)", "wei.zhang")
    _appointment(pen, ZHANG, "volunteer", "research_assistant", -300, -61)
    _appointment(pen, ZHANG, "employee", "data", -60)
    _all_steps(pen, ZHANG, -295)
    hsp(pen, ZHANG, pen.day(-298))
    hipaa(pen, ZHANG, pen.day(-297))
    _listed(pen, ZHANG, "CHART-AF", -280)
    _work(pen, ZHANG, "Second reading of 30 charts", "CHART-AF", "chart_review", "short", -10, 12)
    _work(pen, ZHANG, "Screen 900 titles", "SR-SGLT2", "literature", "medium", -50, 60)
    pen.add(
        ZHANG, "research_log", log_on=pen.day(-1), log_protocol="CHART-AF", log_task="chart_review", log_hours="6",
        log_what="Second reading, charts 11 to 20", log_outcome="Two disagreements, settled",
    )  # fmt: skip
