"""The checklists of CONTRIBUTING.md, followed to the letter in a copy of the tree.

The edits below are made at the paths that the checklists name, in their order, and at no other. The copy then checks, judges,
plans and schedules the new requirement, kind and job.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bench.labs import write_folder
from tests.judging.sample import sample_export

ROOT = Path(__file__).parents[2]
ROOMS = ("onboard", "jobs", "templates", "config")
COPIED = ("pyproject.toml", "README.md", "tests/planning/cast.py", "tests/judging/test_kinds.py")
LAST_DAY = "2027-03-03"  # of Brandt, in the sample lab
pytestmark = pytest.mark.one_date("the copy is asked about a day of its own")

Edit = Callable[[str], str]


def new(text: str) -> Edit:
    """A file that is not there yet."""

    def edit(before: str) -> str:
        assert not before
        return text

    return edit


def after(line: str, more: str) -> Edit:
    """Lines added below the one line that begins so."""

    def edit(before: str) -> str:
        lines = before.splitlines(keepends=True)
        (at,) = (n for n, found in enumerate(lines) if found.startswith(line))
        return "".join([*lines[: at + 1], more, *lines[at + 1 :]])

    return edit


def instead(old: str, put: str) -> Edit:
    """One phrase for another, which is there once."""

    def edit(before: str) -> str:
        assert before.count(old) == 1, old
        return before.replace(old, put)

    return edit


def both(*edits: Edit) -> Edit:
    """One edit after the other."""

    def edit(before: str) -> str:
        for one in edits:
            before = one(before)
        return before

    return edit


def at_the_end(more: str) -> Edit:
    """Lines added below all others."""
    return lambda before: before + more


REQUIREMENT: Mapping[str, Edit] = {
    "config/requirements.toml": at_the_end(
        """
[[requirement]]
id = "step_orientation"
kind = "step"
title = "Orientation attended"
per = "person"
step = "orientation"
ask = "you"
citation = "The department's handbook"
"""
    ),
    "config/redcap.toml": after("lab_manual =", 'orientation = "orientation"\n'),
    "config/redcap_project/people.csv": after(
        "lab_manual,", "orientation,onboarding,,text,Orientation attended,,,date_ymd,,,,,,,,,,\n"
    ),
}

KIND: Mapping[str, Edit] = {
    "onboard/judging/rules/background.py": new(
        '''"""Background checks: a check that came back clear, for as long as the lab trusts it."""

from __future__ import annotations

from datetime import date

from onboard.dates import show
from onboard.judging.rules.grounds import dated_coverage, finding
from onboard.model import Finding, Ground, Obligation, StepDone, WhoseDate
from onboard.model.phrases import phrase


def judge(obligation: Obligation) -> Finding:
    """From the day it came back, as long as `validity` says."""
    return finding(obligation, [_ground(row, obligation) for row in obligation.evidence.steps if row.on is not None])


def _ground(row: StepDone, obligation: Obligation) -> Ground:
    days, ends = dated_coverage(row.on, None, obligation.requirement.validity, WhoseDate.POLICY)
    came = phrase("grounds.date_unreadable")
    if isinstance(row.on, date):
        came = phrase("grounds.background_on", day=show(row.on))
    return Ground(
        evidence=row.evidence,
        what=phrase("grounds.background", came=came, ends=ends),
        gives=days,
        dated=row.on if isinstance(row.on, date) else None,
        until=days.possible.end(),
    )
'''
    ),
    "onboard/model/requirements.py": after(
        '    TASK = "task"  # a task that', '    BACKGROUND = "background"  # a background check that came back clear\n'
    ),
    "onboard/judging/kinds.py": both(
        instead("rules import delegation,", "rules import background, delegation,"),
        instead(
            "    RequirementKind.APPOINTMENT: Kind(",
            """    RequirementKind.BACKGROUND: Kind(
        judge=background.judge,
        per=frozenset({Per.PERSON}),
        keys=("step", "validity"),
        needs="step",
        reads=("steps",),
        whose="coordinator",
        nothing="nothing.background",
        form="onboarding",
        on_checklist=True,
        in_matrix=True,
        pace=10,
    ),
    RequirementKind.APPOINTMENT: Kind(""",
        ),
    ),
    "onboard/planning/causes.py": instead(
        "    **_kind(\n        RequirementKind.LISTING,",
        """    **_kind(
        RequirementKind.BACKGROUND,
        EXPIRING=_by_actor("ends"),
        MISSING=_by_actor("missing"),
        EXPIRED=_by_actor("ended"),
        PENDING=Cause(cls=Class.HAND, words="received"),
        UNKNOWN=_UNREADABLE,
    ),
    **_kind(
        RequirementKind.LISTING,""",
    ),
    "templates/sentences.toml": both(
        after("disclosure_on = ", 'background = "Background check, {came}, {ends}"\nbackground_on = "came back {day}"\n'),
        after('task = "This task may not', 'background = "No background check is on record."\n'),
    ),
    "config/requirements.toml": both(
        instead(
            "given to a person\n#   title ", 'given to a person |\n#                 "background" a background check\n#   title '
        ),
        at_the_end(
            """
[[requirement]]
id = "background_check"
kind = "background"
title = "Background check"
per = "person"
step = "background"
validity = "months:60"
ask = "coordinator"
citation = "The hospital's policy on vendors and staff"
"""
        ),
    ),
    "config/redcap.toml": after("lab_manual =", 'background = "background"             # background check came back\n'),
    "config/redcap_project/people.csv": after(
        "lab_manual,", "background,onboarding,,text,Background check came back,,,date_ymd,,,,,,,,,,\n"
    ),
    "config/requirements.schema.json": lambda before: before,  # written by the command of the step
    "tests/judging/rules/test_background.py": new(
        '''"""A background check: from the day it came back, for five years."""

from datetime import date

from onboard.dates import parse_validity
from onboard.judging.kinds import assess
from onboard.model import Evidence, Obligation, Per, Requirement, RequirementKind, Rules, Scope, StepDone, UNREADABLE
from onboard.timeline import FOR_EVER, Answer

CHECK = Requirement(
    id="background_check", kind=RequirementKind.BACKGROUND, title="Background check", per=Per.PERSON, step="background",
    validity=parse_validity("months:60"),
)


def on(day: date, came_back: object) -> Answer:
    row = StepDone(evidence="onboarding/ada/", person="ada", step="background", on=came_back)
    obligation = Obligation(
        person="ada", requirement=CHECK, scope=Scope(), due=FOR_EVER, asked={"": FOR_EVER}, evidence=Evidence(steps=(row,)),
        read_on=date(2026, 11, 23), rules=Rules(requirements=(CHECK,), courses=()),
    )
    return assess([obligation])[0].met.at(day)


def test_it_holds_for_five_years() -> None:
    assert on(date(2025, 1, 1), date(2025, 1, 2)) is Answer.NO
    assert on(date(2025, 1, 2), date(2025, 1, 2)) is Answer.YES
    assert on(date(2031, 1, 2), date(2025, 1, 2)) is Answer.NO


def test_a_day_that_cannot_be_read_clears_no_person() -> None:
    assert on(date(2026, 1, 1), UNREADABLE) is Answer.UNKNOWN
    assert on(date(2026, 1, 1), None) is Answer.NO
'''
    ),
}

JOB: Mapping[str, Edit] = {
    "onboard/planning/item_keys.py": instead(
        "def checklist(person: str, slot: date) -> str:",
        '''def thanks(person: str, last: date) -> str:
    """One mail on a last day."""
    return f"thanks/{part(person)}/{last.isoformat()}"


def checklist(person: str, slot: date) -> str:''',
    ),
    "onboard/planning/thanks.py": new(
        '''"""Thanks on a person's last day in the lab."""

from __future__ import annotations

from datetime import date

from onboard.judging.appointments import stay
from onboard.model import Assessment, History, Lab, Line, MessageKind, Notice, Section
from onboard.planning import item_keys
from onboard.planning.lab_day import desk_of
from onboard.planning.notices import notice
from onboard.planning.people import myself, writable


def plan_thanks(assessment: Assessment, history: History, lab: Lab, today: date) -> list[Notice]:
    """One notice for each person whose last day it is and who was not thanked yet."""
    desk, found = desk_of(assessment, history, lab, today), []
    for person, address in writable(desk).items():
        run, key = stay(assessment, person, today), item_keys.thanks(person, today)
        if run and run[1] == today and not desk.said.settled(key, address):
            line = Line(key=key, section=Section.CLEARED, title="Thank you for your work in the lab", person=person)
            found.append(notice(desk, MessageKind.REMINDER, myself(desk, person, address), [line]))
    return found
'''
    ),
    "onboard/model/runs.py": after('    WORKLIST = "send_worklist"', '    THANKS = "send_thanks"  # on a last day\n'),
    "onboard/pipeline/plans.py": both(
        after("from onboard.planning.reminders", "from onboard.planning.thanks import plan_thanks\n"),
        instead(
            "def _introductions(",
            "def _thanks(assessment: Assessment, history: History, lab: Lab, today: date, previous: Assessment | None)"
            " -> Sequence[Notice]:\n    return plan_thanks(assessment, history, lab, today)\n\n\ndef _introductions(",
        ),
        after("    JobName.WORKLIST: _worklist,", "    JobName.THANKS: _thanks,\n"),
    ),
    "jobs/send_thanks.py": new(
        '''"""Thank each person whose last day it is; the plan is onboard/planning/thanks.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from onboard.app import App
from onboard.model import JobName, Mode, RunReport
from onboard.pipeline.plans import PLANS
from onboard.pipeline.running import run_job
from onboard.pipeline.tools import never


def run(app: App, today: date, mode: Mode | None = None, stop: Callable[[], bool] = never) -> RunReport:
    """One execution for the local date `today`; in the lab's own mode when `mode` is None."""
    return run_job(app.tools(), JobName.THANKS, PLANS[JobName.THANKS], today, mode=mode, stop=stop)
'''
    ),
    "jobs/__init__.py": after('    "send_worklist":', '    "send_thanks": "jobs.send_thanks",\n'),
    "config/schedule.toml": at_the_end('\n[send_thanks]                       # on a last day\ndays = "mon-fri"\nat = "07:50"\n'),
    "pyproject.toml": both(
        instead('"jobs.send_worklist"]', '"jobs.send_worklist", "jobs.send_thanks"]'),
        instead('| checklists | writeback | gate"', '| checklists | thanks | writeback | gate"'),
    ),
    "templates/guide/jobs.txt": after("  send_worklist ", "  send_thanks       to each person on their last day\n"),
    "tests/planning/test_thanks.py": new(
        '''"""Thanks come on the last day, to whoever leaves, once."""

from onboard.model import History
from onboard.planning.thanks import plan_thanks
from tests.planning.cast import TODAY, days_ago, lab, send, study


def test_who_leaves_today_is_thanked_once() -> None:
    book = study()
    book.person("77", "Bo Leaver", last=TODAY)
    thanked = plan_thanks(book.judge(TODAY), History(), lab(), TODAY)
    assert [notice.reader.record for notice in thanked] == ["77"]
    assert not plan_thanks(book.judge(TODAY), send(History(), thanked, TODAY), lab(), TODAY)
    assert not plan_thanks(book.judge(days_ago(1)), History(), lab(), days_ago(1))
'''
    ),
}

CHECKLISTS = {"Add a requirement": REQUIREMENT, "Add a kind of requirement": KIND, "Add a job": JOB}

# the text -------------------------------------------------------------------------------------------------------------


def steps(heading: str) -> list[str]:
    """The path that each numbered step of a section begins with, in order; every line `N.` must begin with one."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    numbered = re.findall(r"^(\d+)\. (?:`([^`\n]+)`)?", section, re.MULTILINE)
    assert [int(number) for number, _ in numbered] == list(range(1, len(numbered) + 1))
    return [path for _, path in numbered]


@pytest.mark.parametrize("heading", list(CHECKLISTS))
def test_a_checklist_names_the_places_of_its_edits_in_order(heading: str) -> None:
    assert steps(heading) == list(CHECKLISTS[heading])


# the copy -------------------------------------------------------------------------------------------------------------

_ASK = """
import json, sys
from datetime import date, timedelta
from pathlib import Path
from typer.testing import CliRunner
from jobs.__main__ import app
from jobs.demo_home import make_home
from onboard.app import open_app
from onboard.model import History, JobName
from onboard.pipeline.forecast import decide
from onboard.pipeline.plans import PLANS

home, export, day = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
make_home(home, redcap="https://redcap.invalid/api/", host="127.0.0.1", port=9, tokens={})
asked = ["--home", str(home), "--export", export]

def said(*words):
    found = CliRunner().invoke(app, list(words))
    return f"{found.exit_code} {found.output}"

def thanked(on):
    lab = open_app(home, export=Path(export), as_of=on)
    job = JobName("send_thanks")
    found = decide(PLANS[job], job, on, lab.assessment, History(started=True), lab.lab, None)
    return [notice.reader.name for notice in found.ready]

last = date.fromisoformat(day)
print(json.dumps({
    "trained": said("proof", "Brandt", "REG-HF", "--on", day, *asked),
    "other": said("proof", "Rivera", "REG-HF", "--on", day, *asked),
    "thanked": thanked(last) + ["/"] + thanked(last - timedelta(days=1)),
    "run": said("run", "send_thanks", "--as-of", day, *asked),
    "jobs": said("jobs", "--home", str(home)),
}))
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """The tree after the edits."""

    tree: Path
    changed: frozenset[str]

    def run(self, *words: str) -> str:
        """What a command of the copy prints."""
        environment = {**os.environ, "PYTHONPATH": str(self.tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(
            [sys.executable, *words], cwd=self.tree, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy of the tree in which all three checklists were followed."""
    tree = tmp_path_factory.mktemp("copy") / "tree"
    for room in ROOMS:
        shutil.copytree(ROOT / room, tree / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in COPIED:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tree / name)
    for heading, edits in CHECKLISTS.items():
        for path in steps(heading):
            _edit(tree / path, edits[path])
    written = Copy(tree, frozenset()).run("-m", "jobs", "rules", "schema")
    (tree / "config" / "requirements.schema.json").write_text(written, encoding="utf-8")
    return Copy(tree, frozenset(_changed(tree)))


def _edit(path: Path, edit: Edit) -> None:
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(edit(before), encoding="utf-8")


def _changed(tree: Path) -> Iterator[str]:
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and "__pycache__" not in name:
            there = ROOT / name
            if not there.exists() or there.read_bytes() != path.read_bytes():
                yield name


@pytest.fixture(scope="module")
def answers(copy: Copy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the copy says of the sample lab: Brandt has a background check and an orientation, Rivera has neither."""
    place = tmp_path_factory.mktemp("asked")
    export = place / "export"
    write_folder(sample_export(), export)
    (form,) = export.glob("*onboarding.csv")
    header, *rows = form.read_text(encoding="utf-8").splitlines()
    brandt = _record("Brandt", export)
    cells = (",2024-03-04,2024-03-04" if row.split(",")[0].strip('"') == brandt else ",," for row in rows)
    lines = [f"{header},background,orientation", *(row + more for row, more in zip(rows, cells, strict=True))]
    form.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found: dict[str, Any] = json.loads(copy.run("-c", _ASK, str(place / "home"), str(export), LAST_DAY))
    return found


def _record(name: str, export: Path) -> str:
    (form,) = export.glob("*person.csv")
    row = next(line for line in form.read_text(encoding="utf-8").splitlines() if name in line)
    return row.split(",")[0].strip('"')


def test_the_edits_are_at_the_named_places_and_at_no_other(copy: Copy) -> None:
    assert copy.changed == {path for heading in CHECKLISTS for path in steps(heading)}


def test_the_new_kind_is_judged(answers: dict[str, Any]) -> None:
    assert "Background check, came back 4 Mar 2024, valid through 4 Mar 2029" in " ".join(answers["trained"].split())
    assert "No background check is on record." in answers["other"]


def test_the_new_requirement_is_judged(answers: dict[str, Any]) -> None:
    assert "Done 4 Mar 2024." in answers["trained"] and "Orientation attended" in answers["trained"]
    assert "Orientation attended" in answers["other"]


def test_the_new_job_is_planned_on_the_day_and_scheduled(answers: dict[str, Any]) -> None:
    assert answers["thanked"] == ["Jonas Brandt", "/"]
    assert answers["run"].startswith("0 ") and f"send_thanks {LAST_DAY} (dry)" in answers["run"], answers["run"]
    assert "was already written to today" in answers["run"]  # the introduction of that morning: one mail a day
    assert "send_thanks" in answers["jobs"], answers["jobs"]


def test_the_walls_and_the_tests_of_the_checklists_hold_in_the_copy(copy: Copy) -> None:
    assert "0 broken" in copy.run(str(Path(sys.executable).parent / "lint-imports"), "--no-cache")
    written = [path for heading in CHECKLISTS for path in steps(heading) if path.startswith("tests/")]
    copy.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/judging/test_kinds.py", *written)
