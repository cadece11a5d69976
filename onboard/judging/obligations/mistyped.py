"""Rows of a person that name no protocol, task or requirement there is, and what they may mean.

Such a row is possible evidence for each of them and sure evidence for none (ruling 61 of tests/reckoner/rulings.md): what would
be missing without it is unknown until it is corrected, and it makes nothing ready.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from onboard.folding import slips_of
from onboard.judging import kinds
from onboard.model import Delegation, Listing, Rules, Task, Waiver


def perhaps_on(row: Listing | Delegation, protocol: str) -> bool:
    """Whether a row whose protocol cannot be told may be about this one."""
    return not row.protocol and (not row.may_mean or protocol in row.may_mean)


def names(row: Listing | Delegation) -> str:
    """The protocol that a row names, or that alone it may mean; else ""."""
    return row.protocol or (row.may_mean[0] if len(row.may_mean) == 1 else "")


def perhaps_given(row: Delegation, protocol: str) -> Iterable[tuple[Task, bool]]:
    """The tasks on a protocol that a row gives perhaps, not surely; and whether nothing else can be meant by it."""
    here = row.protocol == protocol
    if not here and not perhaps_on(row, protocol):
        return
    alone = names(row) == protocol
    if not here:
        yield from ((task, alone) for task in row.tasks)
    yield from ((task, alone and len(row.may_tasks) == 1) for task in row.may_tasks)


def waivers_as_meant(rows: Sequence[Waiver], rules: Rules) -> Iterable[Waiver]:
    """The waivers of a lab; one whose requirement there is not once for each that a waiver may lift and that it may mean."""
    known = {requirement.id for requirement in rules.requirements}
    for row in rows:
        if not row.requirement or row.requirement in known:
            yield row
        else:
            yield from (replace(row, requirement=one, placed=False) for one in _meant(row.requirement, rules))


def _meant(text: str, rules: Rules) -> list[str]:
    """Of what a text may be a slip, by id or title; of everything where it is near nothing. Only what a waiver lifts."""
    near = slips_of(text, ((r.id, (r.id, r.title)) for r in rules.requirements))
    lifted = {r.id for r in rules.requirements if kinds.of(r).waivable}
    return [one for one in dict.fromkeys(near or [r.id for r in rules.requirements]) if one in lifted]


def waivers_on(rows: Iterable[Waiver], protocols: Sequence[str]) -> Iterable[Waiver]:
    """The waivers of a person; one whose protocol cannot be told once for each of theirs that it may mean."""
    for row in rows:
        if row.may_mean is None:
            yield row
        else:
            meant = (one for one in protocols if not row.may_mean or one in row.may_mean)
            yield from (replace(row, protocol=one, placed=False) for one in meant)
