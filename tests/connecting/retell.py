"""The sample lab typed into other labs' projects, by hand-written lists of where each thing goes there.

Decides: which shipped field becomes which foreign one, in which words. Knows nothing of the product's mapping files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from onboard.sandbox.design import Event
from onboard.sandbox.projects import Project
from onboard.sandbox.sample.lab import Row, sample_lab
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


def lab_rows(today: date = MONDAY) -> tuple[list[Row], list[Row]]:
    """The sample lab as of `today`: rows of people, and rows of protocols whose records are P1, P2 ..."""
    lab = sample_lab(today)
    protocols = [replace(row, record=f"P{row.record}") for row in lab.projects["protocols"].rows]
    return _with_steps_as_dates(lab.projects["people"].rows), protocols


def _with_steps_as_dates(rows: Sequence[Row]) -> list[Row]:
    """The rows of people with every step on the form of one date a step, as labs elsewhere keep them."""
    done = {(row.record, row.values["step_what"]): row.values["step_on"] for row in rows if row.form == "step"}
    kept = [row for row in rows if row.form != "step"]
    return [
        replace(row, values={**row.values, **{step: day for (record, step), day in done.items() if record == row.record}})
        if row.form == "onboarding"
        else row
        for row in kept
    ]


#: Forms that are also surveys.
SURVEYS = {"people": ("completion", "research_log"), "protocols": ()}


def shipped_projects(**options: bool) -> Projects:
    """The two shipped projects, which every other shape must be read like."""
    people, protocols = list(sample_lab(MONDAY).projects["people"].rows), lab_rows()[1]
    found = {}
    for name, rows, repeating in (
        ("people", people, ("step", *PEOPLE_REPEAT, "review")),
        ("protocols", protocols, PROTOCOLS_REPEAT),
    ):
        dictionary = (shipped("config/redcap_project") / f"{name}.csv").read_text(encoding="utf-8")
        found[name] = Project(name.title(), dictionary, repeating=repeating, surveys=SURVEYS[name], **options)
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


def foreign(*parts: str) -> str:
    """A file of a foreign lab."""
    return FOREIGN.joinpath(*parts).read_text(encoding="utf-8")


def arms(**options: bool) -> Projects:
    """One project with one token; the forms are the shipped ones."""
    people, protocols = lab_rows()
    lab = Project(
        "Lab",
        foreign("arms", "lab.csv"),
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
