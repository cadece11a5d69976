"""Columns made from several cells, or that need a second look.

Claims, tasks, references, and values that lack a part. No column here is parsed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from onboard.folding import slips_of
from onboard.model import UNREADABLE, ApprovalKind, Checked, Task
from onboard.model.mapping import PROTOCOL_TABLES
from onboard.tables.cells import CellProblem, choice, quoted, read_text
from onboard.tables.handed_in import decide
from onboard.tables.people import Columns
from onboard.tables.problems import Problems
from onboard.tables.references import Directory, Protocols
from onboard.tables.reviews import Reviews
from onboard.tables.sheet import Sheet, code_suffix
from onboard.tables.standing import counted_back, standing


@dataclass(frozen=True, slots=True)
class Lab:
    """What the rows of other tables refer to."""

    zone: ZoneInfo
    problems: Problems
    people: Directory
    protocols: Protocols
    protocol_records: Dict[str, str]
    reviews: Reviews

    def owners(self, table: str) -> Dict[str, str]:
        """The records that rows of a table may belong to, by their own id."""
        return self.protocol_records if table in PROTOCOL_TABLES else self.people.records


def _completions(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """The pass mark, what a person said of the evidence, and a name to show."""
    columns["passed"] = _each_once(_passed, columns.pop("score"), columns.pop("passing"))
    if any(columns["training"]) and "stage" not in sheet.source.fields and "stage" not in sheet.source.constants:
        columns["stage"] = [1] * len(sheet)
    if sheet.source.printed_after:
        columns["completed"] = counted_back(sheet.source.printed_after, columns["completed"], columns["expires"])
    if not all(columns["course"]):
        names = zip(columns["course"], columns["group"], columns["curriculum"], strict=True)
        named = [course or group or curriculum for course, group, curriculum in names]
        columns["course"] = [
            name or training or "a course without a name" for name, training in zip(named, columns["training"], strict=True)
        ]
    columns["checked"] = _each_once(_checked, columns["checked"], columns["source"])
    columns["unclear"] = _unclear(sheet, columns["stage"])
    for number, (passed, checked) in enumerate(zip(columns["passed"], columns["checked"], strict=True)):
        if passed is False and checked is Checked.ACCEPTED:
            lab.problems.note(sheet.row(number), "score", _NOT_PASSED)
    strange = {source for source in set(columns["source"]) if source.lower() not in ("", "survey", *_TRUSTED)}
    for number, source in enumerate(columns["source"] if strange else ()):
        if source in strange:
            lab.problems.note(sheet.row(number), "source", _unknown_source(source))
    return decide(lab.reviews, sheet, columns)


#: Cells of a course of which blank and not understood differ.
_TOLD_APART = ("curriculum", "group", "institution")
_CLEAR = frozenset[str]()


def _unclear(sheet: Sheet, stages: list[int | None]) -> list[frozenset[str]]:
    coded = {name: sheet.coded(name) for name in _TOLD_APART}
    texts = {name: sheet.text(name) for name in _TOLD_APART if coded[name]}
    if not texts and None not in stages:
        return [_CLEAR] * len(sheet)
    found = []
    for number, (stage, written) in enumerate(zip(stages, sheet.text("stage"), strict=True)):
        names = {name for name, column in texts.items() if column[number] in coded[name]}
        if stage is None and written.strip():
            names.add("stage")
        found.append(frozenset(names) if names else _CLEAR)
    return found


def _reviews(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """What was decided, remembered for the rows it is about: reviews are read before these."""
    lab.reviews.take(sheet, columns)
    return columns


def _each_once(judge: Callable[[Any, Any], Any], first: list[Any], second: list[Any]) -> list[Any]:
    """What `judge` says of the two cells of every row; asked once of each two, for a big lab's rows hold few."""
    said = {pair: judge(*pair) for pair in set(zip(first, second, strict=True))}
    return list(map(said.__getitem__, zip(first, second, strict=True)))


def _passed(score: Any, passing: Any) -> bool | None:
    """False only when a readable score lies below a readable pass mark; None when either cannot be read."""
    if score is UNREADABLE or passing is UNREADABLE:
        return None
    return score is None or passing is None or bool(score >= passing)


#: Rows that a coordinator typed, a file brought or a person attests count as checked when they come in.
_TRUSTED = ("typed", "intake", "attested")


def _checked(word: Checked | None, source: str) -> Checked:
    """Return whether a row is checked.

    A claim waits until a person accepts it; so does a row whose source is undefined.
    """
    source = source.lower()
    if word is Checked.DECLINED or source not in ("", "survey", *_TRUSTED):
        return word if word is Checked.DECLINED else Checked.WAITING
    return word or (Checked.ACCEPTED if source in _TRUSTED else Checked.WAITING)


def _unknown_source(text: str) -> CellProblem:
    return CellProblem(
        slug="unknown-choice",
        what=f"holds {quoted(text)}, which the mapping does not define. The course waits until it is checked.",
        next_step="Choose survey, typed, intake or attested, or name this code under values in redcap.toml.",
    )


def _needs_protocol(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """Note a blank protocol; a mistyped one may be those it is a slip of."""
    texts = sheet.text("protocol")
    columns["may_mean"] = _slips(lab, texts, columns)
    blank = {text for text in set(texts) if not text.strip()}
    for number, text in enumerate(texts if blank else ()):
        if text in blank:
            lab.problems.note(sheet.row(number), "protocol", _NO_PROTOCOL)
    return columns


def _slips(lab: Lab, texts: list[str], columns: Columns) -> list[tuple[str, ...]]:
    """What each text that names no protocol may be a slip of."""
    return [() if record else lab.protocols.slips(text) for record, text in zip(columns["protocol"], texts, strict=True)]


_NO_PROTOCOL = CellProblem(
    slug="no-protocol",
    what="is blank. Until it is filled in, it may be about every protocol of the person: what rests on it is unknown.",
    next_step="Type the protocol's number or short code.",
)


def _by_mapping(sheet: Sheet, columns: Columns) -> None:
    """A name that redcap.toml gives every row signs with a day of the row alone, and is shown as what it is."""
    if "approved_by" in sheet.source.constants:
        columns["approved_by"] = [f"{name} (by mapping)" if name else "" for name in columns["approved_by"]]
        if "approved_on" in sheet.source.constants:
            columns["approved_on"] = [None] * len(sheet)


def _delegations(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    read = _ticked_tasks if "tasks" in sheet.source.checkboxes else _written_tasks
    named = read(lab, sheet)
    columns["tasks"], columns["may_tasks"] = [sure for sure, _ in named], [perhaps for _, perhaps in named]
    for number, (tasks, perhaps) in enumerate(named):
        if not tasks and not perhaps:
            lab.problems.note(sheet.row(number), "tasks", _NO_TASK)
    _by_mapping(sheet, columns)
    _note_undated(lab, sheet, columns)
    return _needs_protocol(lab, sheet, columns)


def _note_undated(lab: Lab, sheet: Sheet, columns: Columns) -> None:
    for number, (by, on) in enumerate(zip(columns["approved_by"], columns["approved_on"], strict=True)):
        if by and on is None:
            lab.problems.note(sheet.row(number), "approved_on", _UNDATED)


_UNDATED = CellProblem(
    slug="no-signature-day",
    what="is blank beside the name of whoever approved it. It counts as not approved.",
    next_step="Type the day of the signature as year-month-day, for example 2026-04-03.",
)
_NOT_PASSED = CellProblem(
    slug="score-below-pass-mark",
    what="lies below the pass mark, although the row is accepted. It does not count.",
    next_step="Correct the score, or choose Not accepted.",
)
_NO_TASK = CellProblem(slug="no-task", what="names no task, so nothing is delegated.", next_step="Tick the tasks the PI gave.")
_read_task = choice(Task)
_ORDER = {task: place for place, task in enumerate(Task)}
#: How a box is exported, raw or with labels.
_TICKED, _UNTICKED = frozenset({"1", "checked"}), frozenset({"", "0", "unchecked"})


def _no_tick(text: str) -> CellProblem:
    return CellProblem(
        slug="no-tick",
        what=f"holds {quoted(text)} where a box is ticked or not. Whether the task is given is unknown.",
        next_step="Tick the tasks the PI gave.",
    )


#: The tasks that cells name, and those they may mean beside them.
_Named = tuple[tuple[Task, ...], tuple[Task, ...]]


def _ticked_tasks(lab: Lab, sheet: Sheet) -> list[_Named]:
    """Return the tasks ticked in each row, in the order of Task, and those that may be.

    An undefined code, and what is not a tick, is reported.
    """
    words = {code_suffix(code): word for code, word in sheet.source.values.get("tasks", {}).items()}
    boxes = sheet.ticks.get("tasks", {})
    codes = [words.get(code, code) for code in boxes]
    rows = list(zip(*boxes.values(), strict=True)) or [()] * len(sheet)
    said = {row: [_ticked(lab, tick, code) for tick, code in zip(row, codes, strict=True)] for row in set(rows)}
    found = {row: _named(cells) for row, cells in said.items()}
    wrong = {row: [problem for _, _, problem in cells if problem] for row, cells in said.items()}
    if any(wrong.values()):
        for number, row in enumerate(rows):
            for problem in wrong[row]:
                lab.problems.note(sheet.row(number), "tasks", problem)
    return [found[row] for row in rows]


#: A task that is named, tasks that may be meant, and what is wrong.
_TaskCell = tuple[Task | None, tuple[Task, ...], CellProblem | None]


def _ticked(lab: Lab, tick: str, code: str) -> _TaskCell:
    """The task of one box when it is ticked."""
    word = tick.strip().lower()
    if word in _UNTICKED:
        return None, (), None
    task, perhaps, problem = _one_task(lab, code)
    return (task, perhaps, problem) if word in _TICKED else (None, (task,) if task else perhaps, _no_tick(tick))


def _one_task(lab: Lab, word: str) -> _TaskCell:
    """A task by its word; of another word those it may be a slip of, and all where it is one of none."""
    task, problem = _read_task(word, lab.zone)
    if problem is None:
        return task, (), None
    near = [Task(one) for one in slips_of(word, ((one.value, (one.value, one.label)) for one in Task))]
    if near:
        problem = replace(problem, next_step=f"Did you mean {near[0]}? {problem.next_step}")
    return None, tuple(near or Task), problem


def _named(cells: Sequence[_TaskCell]) -> _Named:
    sure = _in_order(frozenset(task for task, _, _ in cells if task))
    perhaps = frozenset(task for _, some, _ in cells for task in some)
    return sure, _in_order(perhaps - frozenset(sure)) if perhaps else ()


@cache  # a big lab's rows hold few different sets
def _in_order(tasks: frozenset[Task]) -> tuple[Task, ...]:
    return tuple(sorted(tasks, key=_ORDER.__getitem__))


def _written_tasks(lab: Lab, sheet: Sheet) -> list[_Named]:
    """Tasks written in one cell, separated by commas or semicolons, and what they may mean."""
    values, found = sheet.source.values.get("tasks", {}), []
    for number, text in enumerate(sheet.text("tasks")):
        parts = filter(None, map(str.strip, text.replace(";", ",").split(",")))
        cells = [_one_task(lab, values.get(part, part)) for part in parts]
        for _, _, problem in cells:
            if problem:
                lab.problems.note(sheet.row(number), "tasks", problem)
        found.append(_named(cells))
    return found


def _waivers(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """Check waivers. One for an unknown protocol must not become a waiver for all protocols; it is already reported."""
    for number, (requirement, last) in enumerate(zip(columns["requirement"], columns["last"], strict=True)):
        if not requirement:
            lab.problems.note(sheet.row(number), "requirement", _NO_REQUIREMENT)
        if last is None:
            lab.problems.note(sheet.row(number), "last", _ENDLESS)
    _by_mapping(sheet, columns)
    _note_undated(lab, sheet, columns)
    texts = sheet.text("protocol")
    slips = zip(_slips(lab, texts, columns), columns["protocol"], texts, strict=True)
    columns["may_mean"] = [meant if text.strip() and not protocol else None for meant, protocol, text in slips]
    columns["placed"] = [True] * len(sheet)
    return columns


_NO_REQUIREMENT = CellProblem(
    slug="no-requirement", what="is blank, so this waiver waives nothing.", next_step="Type the requirement's short name."
)
_ENDLESS = CellProblem(
    slug="no-end", what="names no last day, and every waiver ends: it counts as unknown.", next_step="Type the last day it holds."
)


def _approvals(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """A blank end with the box "no expiration date" unticked is unknown; a day too far off to be one says what the box says."""
    said = [last is None and bool(text.strip()) for last, text in zip(columns["last"], sheet.text("last"), strict=True)]
    columns["open_ended"] = [True if endless else ticked for ticked, endless in zip(columns["open_ended"], said, strict=True)]
    covering = (ApprovalKind.INITIAL, ApprovalKind.RENEWAL, ApprovalKind.DETERMINATION)
    rows = zip(columns["kind"], columns["last"], columns["open_ended"], strict=True)
    for number, (kind, last, open_ended) in enumerate(rows):
        if last is None and open_ended is False and kind in covering:
            lab.problems.note(sheet.row(number), "last", _NO_EXPIRY)
    columns["placed"] = [True] * len(sheet)
    return columns


_NO_EXPIRY = CellProblem(
    slug="no-end",
    what="is blank and “no expiration date” is not ticked, so its last day is unknown.",
    next_step="Type the expiration date, or answer Yes to “no expiration date”.",
)


def _appointments(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    columns["supervisor"] = sheet.refer("supervisor", lab.people.resolve, lab.problems)
    return standing(lab.problems, sheet, columns)


def _work(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    columns["protocol_text"] = sheet.read("protocol", read_text, lab.zone, lab.problems)
    return columns


def _log(lab: Lab, sheet: Sheet, columns: Columns) -> Columns:
    """The task as typed stays: work of a task that cannot be told is work all the same."""
    columns["task_text"] = sheet.read("task", read_text, lab.zone, lab.problems)
    return _work(lab, sheet, columns)


#: Rows of these under a mistyped protocol are possible evidence for each that they may mean.
EVIDENCE_BY_NAME = frozenset({"listings", "delegations", "waivers"})
#: Table -> what is done when its columns are read.
FINISH: Dict[str, Callable[[Lab, Sheet, Columns], Columns]] = {
    "appointments": _appointments,
    "approvals": _approvals,
    "assignments": _work,
    "completions": _completions,
    "delegations": _delegations,
    "listings": _needs_protocol,
    "log": _log,
    "reviews": _reviews,
    "waivers": _waivers,
}
