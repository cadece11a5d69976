"""Training: a course passed and not expired, and what a completion gives.

Sources: NIH NOT-OD-16-148 (GCP at least every three years), CITI's curriculum, group and stage, policies on validity
and refreshers (a refresher counts only together with a basic course, E. Kentucky). Every last day is inclusive.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

from onboard.dates import DayWithin, known_day, plus_days, show
from onboard.folding import fold
from onboard.judging.courses import map_block, map_step, named_course
from onboard.judging.coverage import signed
from onboard.judging.rules.grounds import dated_coverage, finding, since_words
from onboard.model import Checked, Completion, Counts, Enrolment, Finding, Ground, Obligation, Problem, Unmapped, WhoseDate
from onboard.model.phrases import Phrase, joined, phrase, shared
from onboard.timeline import NOT_EVER, PERHAPS, Coverage, Timeline

_Rows = Sequence[tuple[Completion, Counts]]


def judge(obligation: Obligation) -> Finding:
    """Return the union of what every completion gives that counts for it.

    An unmapped course may count where its words allow it.
    """
    requirement, evidence = obligation.requirement, obligation.evidence
    counting = [(c, t) for c, t in evidence.completions if _may_count(t, requirement.accepts)]
    usable = [(c, t) for c, t in counting if c.checked is not Checked.DECLINED and c.passed is not False]
    grounds = [_ground(completion, training, usable, obligation) for completion, training in usable]
    grounds = grounds or [_not_passed(c) for c, _ in counting if c.passed is False and c.checked is not Checked.DECLINED]
    passes = sorted(
        c.completed
        for c, t in usable
        if isinstance(t, str)
        and _is_accepted(c, obligation)
        and isinstance(c.completed, date)
        and c.completed <= obligation.read_on
    )
    in_hand, in_progress = _enrolled(obligation, passes)
    return finding(obligation, [*grounds, *in_progress], in_hand=in_hand)


def _may_count(counts: Counts, accepts: Collection[str]) -> bool:
    return counts in accepts if isinstance(counts, str) else not counts.trainings.isdisjoint(accepts)


def _is_accepted(completion: Completion, obligation: Obligation) -> bool:
    """Accepted, and where the lab asks for it, signed: a name, and a readable day not after the read."""
    if completion.checked is not Checked.ACCEPTED:
        return False
    return obligation.rules.typed_counts or signed(completion.checked_by, completion.checked_on, obligation.read_on)


def _whose(completion: Completion, obligation: Obligation) -> WhoseDate:
    """A completion made for another institution always falls under the earlier date; blank is ours."""
    theirs = _letters(completion.institution)
    foreign = theirs and theirs != _letters(obligation.rules.institution)
    return WhoseDate.EARLIER if foreign else obligation.requirement.whose_date


def _letters(institution: str) -> str:
    """Institutions compare by letters and digits."""
    return "".join(letter for letter in fold(institution) if letter.isalnum())


def _has_basic(completion: Completion, training: Counts, others: _Rows, ob: Obligation, claims: bool) -> bool:
    """A basic of the same family, accepted, readable, on or before; it may have expired; any institution.

    With `claims` a basic that waits to be looked at is taken as accepted.
    """
    return any(
        basic.stage == 1
        and family == training
        and basic.passed is True
        and (claims or _is_accepted(basic, ob))
        and isinstance(basic.completed, date)
        and isinstance(completion.completed, date)
        and basic.completed <= completion.completed
        for basic, family in others
    )


def _doubts(completion: Completion, training: Counts, others: _Rows, ob: Obligation, *, claims: bool = False) -> Phrase | None:
    """Why a completion is possible evidence only; None when nothing is in doubt."""
    if isinstance(training, Unmapped):
        missing = "stage_unreadable" if "stage" in completion.unclear else "stage_missing" if completion.stage is None else ""
        return phrase(f"doubts.{missing}" if training.named and missing else "doubts.unmapped")
    if completion.passed is None:
        return phrase("doubts.score")
    if isinstance(completion.completed, date) and completion.completed > ob.read_on:
        return phrase("doubts.future", day=show(completion.completed))
    if completion.stage is not None and completion.stage >= 2 and not _has_basic(completion, training, others, ob, claims):
        return phrase("doubts.refresher")
    return None


def _days(completion: Completion, ob: Obligation) -> tuple[Coverage, Phrase | None]:
    """Return the days that the dates give, and the words of their end.

    An institution that is not understood may be ours or another one, whatever text stands in it: what both give is sure.
    """
    unclear = "institution" in completion.unclear
    whose = WhoseDate.EARLIER if unclear else _whose(completion, ob)
    days, ends = dated_coverage(completion.completed, completion.expires, ob.requirement.validity, whose)
    if unclear:
        ours, _ = dated_coverage(completion.completed, completion.expires, ob.requirement.validity, ob.requirement.whose_date)
        days = Coverage(days.sure & ours.sure, days.possible | ours.possible)
    return days, ends


def _ground(completion: Completion, training: Counts, others: _Rows, ob: Obligation) -> Ground:
    days, ends = _days(completion, ob)
    doubt, claim = _doubts(completion, training, others, ob), not _is_accepted(completion, ob)
    accepted = days.doubted() if _doubts(completion, training, others, ob, claims=True) else days
    if doubt:
        days = days.doubted()
    parts = [_passed_words(completion, None if doubt else ends)]
    if doubt:
        parts.append(phrase("grounds.does_not_count", doubt=doubt))
    if claim:
        parts.append(phrase("grounds.claimed"))
    problem = _problem(completion, training, doubt, days) if doubt or not days.sure else None
    return Ground(
        evidence=completion.evidence,
        what=joined(" ", parts) if len(parts) > 1 else parts[0],
        gives=days.doubted() if claim else days,
        accepted=accepted,
        dated=known_day(completion.completed),
        until=days.possible.end(),
        claim=claim,
        problem=problem,
    )


def _not_passed(completion: Completion) -> Ground:
    """A completion whose score lies below the pass mark: it gives no day, and is named where nothing else is on record."""
    return Ground(
        evidence=completion.evidence,
        what=phrase("grounds.not_passed", course=completion.course),
        gives=NOT_EVER,
        dated=known_day(completion.completed),
    )


def _passed_words(completion: Completion, ends: Phrase | None) -> Phrase:
    day, course = completion.completed, completion.course
    passed = phrase("grounds.date_unreadable")
    if isinstance(day, DayWithin):
        passed = phrase("grounds.completion_as_read", day=since_words(day))
    elif isinstance(day, date):
        passed = shared("grounds.completion_passed", day=show(day))
    if ends is None:
        return phrase("grounds.completion_doubted", course=course, passed=passed)
    return phrase("grounds.completion", course=course, passed=passed, ends=ends)


def _problem(completion: Completion, training: Counts, doubt: Phrase | None, days: Coverage) -> Problem | None:
    """What a coordinator must mend; dates that could not be read were told when the tables were."""
    if doubt:
        return doubtful(completion, doubt, training)
    if known_day(completion.completed) is None or completion.expires is not None:
        return None
    what, step = phrase("doubts.unprinted", course=completion.course), phrase("doubts.unprinted_step")
    return _in_row(completion, "expires", what, step)


def doubtful(completion: Completion, doubt: Phrase, counts: Counts) -> Problem:
    """The problem of a course that is not counted, and why.

    Where it is in no block of the course map, with the lines that put it there.
    """
    what = phrase("doubts.problem", course=completion.course, doubt=doubt)
    if isinstance(counts, Unmapped) and not counts.named and named_course(completion.group, completion.course):
        return replace(_in_row(completion, "course", what, map_step(completion, counts)), paste=map_block(completion, counts))
    return _in_row(completion, "course", what, phrase(f"{doubt.maker}_step"))


def _in_row(completion: Completion, field: str, what: Phrase, next_step: Phrase) -> Problem:
    key, people = f"training/{completion.evidence}/{field}", (completion.person,)
    return Problem.in_row(completion.evidence, key=key, field=field, what=what, next_step=next_step, people=people)


def _enrolled(obligation: Obligation, passes: Sequence[date]) -> tuple[Timeline, list[Ground]]:
    """Return the days an enrollment covers until an accepted pass.

    With `in_progress_days` so many of them count as met (the NIH's own reading of "in progress").
    """
    days, grounds = Timeline(), []
    for enrolment in obligation.evidence.enrolments:
        if not isinstance(enrolment.on, date):
            if obligation.requirement.in_progress_days:
                what = phrase("grounds.enrolled_unreadable")
                grounds.append(Ground(evidence=enrolment.evidence, what=what, gives=PERHAPS))
            continue
        passed = next((day for day in passes if day >= enrolment.on), None)
        waiting = Timeline.between(enrolment.on, plus_days(passed, -1) if passed else None)
        days = days | waiting
        grounds.append(_in_progress(enrolment, enrolment.on, waiting, obligation))
    return days, grounds


def _in_progress(enrolment: Enrolment, on: date, waiting: Timeline, obligation: Obligation) -> Ground:
    """An enrolment counts as met only where the lab says for how many days; it is said in any case."""
    days = obligation.requirement.in_progress_days
    last, day = plus_days(on, days), show(on)
    words = phrase("grounds.enrolled_counts", day=day, last=show(last)) if days else phrase("grounds.enrolled", day=day)
    return Ground(
        evidence=enrolment.evidence,
        what=words,
        gives=Coverage.certain(waiting & Timeline.between(on, last)) if days else NOT_EVER,
        dated=on,
        until=last if days else None,
    )
