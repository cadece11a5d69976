"""The lab as it would be: one read, judged as it is and with a change.

It decides what is changed; questions/whatif.py finds whom it touches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from onboard.model import Approval, Assessment, Problem, Protocol, Rules, Task
from onboard.pipeline.judging import judge_records, records_of
from onboard.questions.whatif import propose
from onboard.tables import Tables


def judge_proposal(
    tables: Tables,
    problems: Sequence[Problem],
    rules: Rules,
    read_at: datetime,
    read_on: date,
    *,
    protocol: Protocol,
    approvals: Sequence[Approval],
    people: Iterable[str],
    first: date,
    tasks: Sequence[Task] = (),
    irb_lists: Iterable[str] = (),
) -> Assessment:
    """The read with a protocol to come, on which `people` (record ids) work on `tasks` from `first` on."""
    records = propose(records_of(tables, irb_lists, read_on), protocol, approvals, people, first, tasks)
    return judge_records(records, problems, rules, read_at, read_on)
