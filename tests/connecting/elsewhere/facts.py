"""What is true of an invented lab, and which verdicts follow from it, without a line of the product.

A day is a date, BAD (a cell that is no day), AS_READ (it holds now, since when is not kept) or None. Answers are 2 yes, 1 unknown
and 0 no. The rules are those of the requirements that `made.py` writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

TODAY = date(2026, 11, 30)
BAD, AS_READ = "bad", "as read"
Day = date | str | None
TRIALS = ("nih_trial", "interventional")
MONTHS = {"hsp": 36, "gcp": 36, "privacy": 24}


@dataclass
class Study:
    """One protocol: `asks_phi` and its type select the rules; `until` ends its approval, `closed` closes it."""

    number: str
    code: str
    title: str
    kind: str
    phi: bool
    since: date
    until: date | None = None
    closed: date | None = None
    pi: str = ""
    record: str = ""  # its record id, where it is not the number


@dataclass
class Human:
    """One person."""

    record: str
    first: str
    last: str
    role: str | None
    kind: str
    begins: Day
    ends: Day = None
    state: str = "here"  # "here", "left", "not begun"
    boss: str = ""
    courses: list[tuple[str, Day, Day, bool]] = field(default_factory=list)  # training, passed, printed end, looked at
    listed: dict[str, tuple[Day, Day]] = field(default_factory=dict)  # number -> listed, removed
    tasks: dict[str, tuple[list[str], Day, Day, bool]] = field(default_factory=dict)  # number -> tasks, first, last, signed
    secrecy: Day = None
    badge: Day = None


def run(first: Day, last: Day) -> int:
    """Whether today lies in a run of days; None as a last day is open."""
    if (isinstance(last, date) and last < TODAY) or (isinstance(first, date) and first > TODAY):
        return 0
    return 2 if (first == AS_READ or isinstance(first, date)) and last != BAD else 1


def works(one: Human) -> int:
    """Whether the person belongs to the lab."""
    return {"here": run(one.begins, one.ends), "left": 0, "not begun": 0}[one.state]


def trained(one: Human, training: str) -> int:
    """Whether a course that is not over was passed: the printed end counts, else so many months."""
    found = 0
    for name, passed, end, looked in one.courses:
        if name == training:
            answer = passed_on(passed, end, MONTHS[training])
            found = max(found, answer if looked else min(answer, 1))
    return found


def passed_on(passed: Day, end: Day, months: int) -> int:
    """What one course gives today."""
    if end is None and isinstance(passed, date):
        return run(passed, passed + timedelta(days=int(months * 30.4)))  # no course here ends within days of today
    if end is None:
        return 1
    return run(passed, end)


def on_list(one: Human, study: Study) -> int:
    """Whether the person is on the study's list."""
    if study.number not in one.listed:
        return 0
    since, removed = one.listed[study.number]
    here = 2 if since == AS_READ or (isinstance(since, date) and since <= TODAY) else 1 if since == BAD else 0
    gone = 0 if removed is None or (isinstance(removed, date) and removed > TODAY) else 1 if removed == BAD else 2
    return min(here, 2 - gone)


def stands(study: Study) -> int:
    """Whether an approval covers today and nothing stops the study."""
    over = study.until is not None and study.until < TODAY
    return 0 if over else 2


def verdict(one: Human, study: Study, task: str = "") -> str:
    """cleared, blocked, unknown or not_due."""
    working = works(one)
    if working == 0:
        return "not_due"
    if study.closed is not None and study.closed <= TODAY:
        return "blocked"
    asked = [trained(one, "hsp"), on_list(one, study), stands(study), 2 if done(one.secrecy) else 1 if one.secrecy == BAD else 0]
    if study.kind in TRIALS:
        asked.append(trained(one, "gcp"))
    if study.phi:
        asked.append(trained(one, "privacy"))
    if task and study.kind in TRIALS:
        _, first, last, signed = one.tasks[study.number]
        asked.append(run(first, last) if signed else min(1, run(first, last)))
    least = min([*asked, 2 if one.role else 1])
    if working == 1:
        least = 1
    return ("blocked", "unknown", "cleared")[least]


def done(day: Day) -> bool:
    """Whether a step was done by today."""
    return day == AS_READ or (isinstance(day, date) and day <= TODAY)


def truth(people: list[Human], studies: list[Study]) -> list[dict[str, object]]:
    """One row a person and study they have to do with, or one without a study; with the verdict of each task."""
    rows: list[dict[str, object]] = []
    for one in people:
        mine = [s for s in studies if s.number in one.listed or s.number in one.tasks or s.pi == one.record]
        for study in mine:
            given = one.tasks.get(study.number, ([], None, None, False))[0]
            tasks = {task: verdict(one, study, task) for task in given}
            rows.append(
                {"person": one.record, "protocol": study.record or study.number, "status": verdict(one, study), "tasks": tasks}
            )
        if not mine:
            free = works(one)
            steps = 2 if done(one.secrecy) else 1 if one.secrecy == BAD else 0
            least = min(steps, 2 if one.role else 1) if free == 2 else 1
            said = "not_due" if free == 0 else ("blocked", "unknown", "cleared")[least]
            rows.append({"person": one.record, "protocol": None, "status": said, "tasks": {}})
    return rows
