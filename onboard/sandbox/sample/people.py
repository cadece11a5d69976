"""The sixteen people of the sample lab, each with the rows of their story.

Rows of the People project. The story of each is in `lab.CAST`. All of them are invented.
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
from onboard.sandbox.sample.row_writer import RowWriter, years_from

RIVERA, CHEN, BROOKS, OKAFOR, HADDAD, TANAKA, NOVAK, SINGH = "1", "2", "3", "4", "5", "6", "7", "8"
BRANDT, ORTIZ, ADEYEMI, J_SMITH, HALF_SMITH, ROSSI, AL_RASHID, ZHANG = "9", "10", "11", "12", "13", "14", "15", "16"
_DOMAIN = "northlake.example"
_STEPS = (
    "contract", "confidentiality", "badge", "account", "workspace", "data_access", "ehr_access", "intro_meeting", "lab_manual",
)  # fmt: skip


def write_people(writer: RowWriter) -> None:
    """Everybody, in the order of their record ids."""
    _pi(writer)
    _coordinators(writer)
    _new_people(writer)
    _trial_team(writer)
    _registry_team(writer)
    _hard_cases(writer)
    _old_hands(writer)


def _person(writer: RowWriter, record: str, greet: str, name: str, mailbox: str, complete: int = 2, **more: str) -> None:
    values = {"greet_name": greet, "full_name": name, "citi_id": f"10{record.zfill(4)}"}
    if mailbox:
        values["university_email"] = mailbox if "@" in mailbox else f"{mailbox}@{_DOMAIN}"
    writer.single(record, "person", complete, **{**values, **more})


def _appointment(writer: RowWriter, record: str, kind: str, role: str, first: int, last: int | None = None, **more: str) -> None:
    values = {"appt_kind": kind, "appt_role": role, "appt_engaged": "1", "appt_supervisor": "1"}
    days = {"appt_from": writer.day(first), "appt_to": "" if last is None else writer.day(last)}
    writer.add(record, "appointment", **{**values, **days, **more})


def _all_steps(writer: RowWriter, record: str, on: int, without: tuple[str, ...] = ()) -> None:
    writer.single(record, "onboarding", 2, **{step: writer.day(on) for step in _STEPS if step not in without})


def _listed(writer: RowWriter, record: str, protocol: str, approved: int, **more: str) -> None:
    values = {"list_protocol": protocol, "list_submitted": writer.day(approved - 6), "list_approved": writer.day(approved)}
    writer.add(record, "listing", **{**values, "list_stays": "0", **more})


def _delegated(writer: RowWriter, record: str, protocol: str, tasks: str, first: int, *, signed: bool = True) -> None:
    by = {"deleg_approved_by": "Elena Rivera", "deleg_approved_on": writer.day(first)} if signed else {}
    writer.add(record, "delegation", deleg_protocol=protocol, deleg_tasks=tasks, deleg_from=writer.day(first), **by)


def _work(writer: RowWriter, record: str, title: str, protocol: str, task: str, horizon: str, first: int, due: int) -> None:
    writer.add(
        record, "assignment", work_title=title, work_protocol=protocol, work_task=task, work_horizon=horizon,
        work_from=writer.day(first), work_due=writer.day(due),
    )  # fmt: skip


def _pi(writer: RowWriter) -> None:
    _person(writer, RIVERA, "Elena", "Elena Rivera", "elena.rivera")
    _appointment(writer, RIVERA, "employee", "pi", -1900, appt_supervisor="")
    _all_steps(writer, RIVERA, -1890)
    hsp(writer, RIVERA, writer.day(-1480))
    hsp(writer, RIVERA, writer.day(-400), comp_stage="2")
    gcp(writer, RIVERA, writer.day(-380))
    hipaa(writer, RIVERA, writer.day(-300))
    coi(writer, RIVERA, writer.day(-350))
    writer.add(RIVERA, "disclosure", coi_on=writer.day(-100), coi_expires=years_from(writer.day(-100), 1))
    for protocol in ("STEP-HF", "CHART-AF", "REG-HF"):
        _listed(writer, RIVERA, protocol, -400)


def _coordinators(writer: RowWriter) -> None:
    _person(writer, CHEN, "Maria", "Maria Chen", "maria.chen")
    _appointment(writer, CHEN, "employee", "coordinator", -900)
    _all_steps(writer, CHEN, -895)
    hsp(writer, CHEN, writer.day(-700))
    gcp(writer, CHEN, writer.day(-695))
    hipaa(writer, CHEN, writer.day(-690))
    coi(writer, CHEN, writer.day(-690))
    for protocol in ("STEP-HF", "CHART-AF", "REG-HF"):
        _listed(writer, CHEN, protocol, -500)
    _delegated(writer, CHEN, "STEP-HF", "consent,safety,regulatory", -480)
    _work(writer, CHEN, "Discharge letters: weekly run chart", "QI-DISCH", "data_entry", "medium", -80, 40)
    writer.add(CHEN, "absence", away_from=writer.day(16), away_to=writer.day(20))

    _person(writer, BROOKS, "Devon", "Devon Brooks", "devon.brooks")
    _appointment(writer, BROOKS, "employee", "coordinator", -150)
    _all_steps(writer, BROOKS, -145)
    hsp(writer, BROOKS, writer.day(-148))
    gcp(writer, BROOKS, writer.day(-147))
    coi(writer, BROOKS, writer.day(-146))
    writer.add(
        BROOKS, "waiver", waiver_requirement="hipaa", waiver_from=writer.day(-20), waiver_to=writer.day(40),
        waiver_approved_by="Elena Rivera", waiver_approved_on=writer.day(-20),
    )  # fmt: skip
    for protocol in ("STEP-HF", "REG-HF"):
        _listed(writer, BROOKS, protocol, -130)
    _delegated(writer, BROOKS, "STEP-HF", "data_entry,regulatory", -120)


def _new_people(writer: RowWriter) -> None:
    _person(
        writer, OKAFOR, "Amara", "Amara Okafor", "",
        personal_email="amara.okafor@mailbox.example", personal_until=writer.day(14), citi_id="",
    )  # fmt: skip
    _appointment(writer, OKAFOR, "employee", "research_assistant", 7, 371, appt_supervisor="2")
    writer.single(OKAFOR, "onboarding", contract=writer.day(-12), confidentiality=writer.day(-2))
    writer.add(OKAFOR, "enrolment", enrol_training="hsp", enrol_on=writer.day(-2))
    _work(writer, OKAFOR, "Abstract 100 charts", "CHART-AF", "chart_review", "medium", 9, 70)

    _person(writer, ADEYEMI, "Seun", "Oluwaseun Adeyemi", "seun.adeyemi")
    _appointment(writer, ADEYEMI, "student_paid", "research_assistant", 0, 180, appt_supervisor="2")
    writer.single(ADEYEMI, "onboarding", contract=writer.day(-15), confidentiality=writer.day(-6))
    writer.add(ADEYEMI, "step", step_what="account", step_on=writer.day(-1))
    hsp(writer, ADEYEMI, writer.day(-1), comp_source="survey")
    writer.add(ADEYEMI, "listing", list_protocol="CHART-AF", list_submitted=writer.day(-4), list_stays="0")
    _work(writer, ADEYEMI, "Check 50 abstracted charts", "CHART-AF", "chart_review", "short", 0, 28)

    _person(writer, HALF_SMITH, "Jamie", "J. Smith", "jamie.smith", complete=0, citi_id="")
    _appointment(writer, HALF_SMITH, "volunteer", "research_assistant", -2)
    _work(writer, HALF_SMITH, "File the consent forms of 2024", "REG-HF", "regulatory", "short", -2, 20)


def _trial_team(writer: RowWriter) -> None:
    _person(writer, HADDAD, "Layla", "ليلى حداد (Layla Haddad)", "layla.haddad", other_names="Layla Haddad")
    _appointment(writer, HADDAD, "employee", "fellow", -900)
    _all_steps(writer, HADDAD, -890)
    hsp(writer, HADDAD, writer.day(-640))
    gcp(writer, HADDAD, years_from(writer.day(-4), -3), comp_expires=writer.day(-4))
    certificate(writer, HADDAD, "Good Clinical Practice", E6R3_GROUP, writer.day(-6), comp_expires="")
    hipaa(writer, HADDAD, writer.day(-630))
    coi(writer, HADDAD, writer.day(-630))
    _listed(writer, HADDAD, "STEP-HF", -600)
    _delegated(writer, HADDAD, "STEP-HF", "consent,procedures", -590)
    writer.add(
        HADDAD, "research_log", log_on=writer.day(-2), log_protocol="STEP-HF", log_task="consent", log_hours="3",
        log_what="Two consent talks", log_outcome="Both will decide next week",
    )  # fmt: skip

    _person(writer, TANAKA, "Kenji", "Kenji Tanaka", "kenji.tanaka")
    _appointment(writer, TANAKA, "visiting", "fellow", -90, 275)
    _all_steps(writer, TANAKA, -85)
    hsp(writer, TANAKA, writer.day(-88))
    gcp(writer, TANAKA, writer.day(-12))
    hipaa(writer, TANAKA, writer.day(-87))
    coi(writer, TANAKA, writer.day(-87))
    _listed(writer, TANAKA, "IRB 24 0117", -60)
    _delegated(writer, TANAKA, "STEP-HF", "procedures,safety", -45)
    _work(writer, TANAKA, "Write up the wildfire case", "CASE-TTS", "chart_review", "short", -20, 30)

    _person(writer, J_SMITH, "Jordan", "J. Smith", "jordan.smith")
    _appointment(writer, J_SMITH, "employee", "research_assistant", -800)
    _all_steps(writer, J_SMITH, -795)
    hsp(writer, J_SMITH, years_from(writer.day(12), -3), comp_expires=writer.day(12))
    gcp(writer, J_SMITH, writer.day(-500))
    hipaa(writer, J_SMITH, writer.day(-700))
    coi(writer, J_SMITH, writer.day(-500))
    _listed(writer, J_SMITH, "STEP-HF", -480)
    _listed(writer, J_SMITH, "REG-HF", -400)
    _delegated(writer, J_SMITH, "STEP-HF", "recruit,data_entry", -470)
    _delegated(writer, J_SMITH, "STEP-HF", "procedures", -8, signed=False)


def _registry_team(writer: RowWriter) -> None:
    _person(writer, NOVAK, "Tomáš", "Tomáš Novák", "tomas.novak", other_names="Tomas Novak")
    _appointment(writer, NOVAK, "employee", "research_assistant", -40, appt_supervisor="2")
    _all_steps(writer, NOVAK, -35)
    hsp(writer, NOVAK, writer.day(-38))
    hipaa(writer, NOVAK, writer.day(-37))
    _work(writer, NOVAK, "Enter follow-up visits", "REG-HF", "data_entry", "long", -5, 200)

    _person(writer, ORTIZ, "Lucía", "Lucía Ortiz Peña", "lucia.ortiz")
    _appointment(writer, ORTIZ, "employee", "research_assistant", -700, -3)
    _all_steps(writer, ORTIZ, -695)
    hsp(writer, ORTIZ, writer.day(-690))
    hipaa(writer, ORTIZ, writer.day(-690))
    _listed(writer, ORTIZ, "CHART-AF", -650)
    _listed(writer, ORTIZ, "REG-HF", -400)

    _person(writer, ROSSI, "Chiara", "Chiara Rossi, MD", "chiara.rossi@lakeside.example")
    _appointment(writer, ROSSI, "employee", "co_investigator", -900, -91)
    _appointment(writer, ROSSI, "external", "co_investigator", -90)
    _all_steps(writer, ROSSI, -890)
    hsp(writer, ROSSI, writer.day(-200), comp_institution="Lakeside University")
    hipaa(writer, ROSSI, writer.day(-600))
    _listed(writer, ROSSI, "REG-HF", -400, list_stays="1")
    writer.add(ROSSI, "snooze", snooze_opt_out="1")


def _hard_cases(writer: RowWriter) -> None:
    _person(writer, SINGH, "Priya", "Priya Singh", "priya.singh", other_email="psingh@alumni.example")
    _appointment(writer, SINGH, "employee", "data", -60)
    _all_steps(writer, SINGH, -55)
    certificate(writer, SINGH, HUMAN_RESEARCH, UNKNOWN_GROUP, writer.day(-9))
    certificate(writer, SINGH, "Responsible Conduct of Research", RCR_GROUP, writer.day(-50), comp_expires="")
    hipaa(writer, SINGH, writer.day(-50))
    _listed(writer, SINGH, "CHART-AF", -30)
    _listed(writer, SINGH, "IRB-25-0013", -30)

    _person(writer, BRANDT, "Jonas", "Jonas Brandt", "jonas.brandt")
    _appointment(writer, BRANDT, "student_credit", "research_assistant", -220, 100)
    _all_steps(writer, BRANDT, -215)
    year, month, day = writer.day(-210).split("-")
    hsp(writer, BRANDT, writer.day(-210), comp_completed=f"{month}/{day}/{year}", comp_expires="")
    hipaa(writer, BRANDT, writer.day(-209))
    _listed(writer, BRANDT, "reg–hf", -190)

    _person(writer, AL_RASHID, "Noor", "نور الراشد (Noor al-Rashid)", "noor.alrashid")
    _appointment(writer, AL_RASHID, "employee", "research_assistant", -120)
    _all_steps(writer, AL_RASHID, -115)
    certificate(writer, AL_RASHID, HUMAN_RESEARCH, HSP_GROUP, writer.day(-110), comp_stage="2")
    hipaa(writer, AL_RASHID, writer.day(-110))
    _listed(writer, AL_RASHID, "REG-HF", -90)


def _old_hands(writer: RowWriter) -> None:
    _person(writer, ZHANG, "Wei", "张伟 (Wei Zhang)", "wei.zhang")
    _appointment(writer, ZHANG, "volunteer", "research_assistant", -300, -61)
    _appointment(writer, ZHANG, "employee", "data", -60)
    _all_steps(writer, ZHANG, -295)
    hsp(writer, ZHANG, writer.day(-298))
    hipaa(writer, ZHANG, writer.day(-297))
    _listed(writer, ZHANG, "CHART-AF", -280)
    _work(writer, ZHANG, "Second reading of 30 charts", "CHART-AF", "chart_review", "short", -10, 12)
    _work(writer, ZHANG, "Screen 900 titles", "SR-SGLT2", "literature", "medium", -50, 60)
    writer.add(
        ZHANG, "research_log", log_on=writer.day(-1), log_protocol="CHART-AF", log_task="chart_review", log_hours="6",
        log_what="Second reading, charts 11 to 20", log_outcome="Two disagreements, settled",
    )  # fmt: skip
